// What Thread Sanitizer has to be told of Swift's Mutex.
//
// Where nobody waits, a Mutex is taken and given back by atomic operations that are compiled into
// its user, and the sanitizer sees them. Where somebody waits, that is done in
// libswiftSynchronization, which is not built with the sanitizer: it would take every second access
// under a contended Mutex for a race. So these two stand before the library's, call them, and say
// what they did. Linked into what `make tsan` builds, and into nothing else.
//
// The names are those of the library's `_MutexHandle._lockSlow(_: UInt32)` and
// `_MutexHandle._unlockSlow()` in Swift 6.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT void lockSlow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void unlockSlow(SELF) __asm__(UNLOCK);

static void *original(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

SWIFT void lockSlow(uint32_t thread, SELF) {
    SWIFT void (*lock)(uint32_t, SELF) = original(LOCK);
    lock(thread, self);
    __tsan_acquire(self);
}

SWIFT void unlockSlow(SELF) {
    SWIFT void (*unlock)(SELF) = original(UNLOCK);
    __tsan_release(self);
    unlock(self);
}
