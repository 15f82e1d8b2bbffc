import Synchronization
import TransferCore

/// AWS's clock: this machine's, and what a service said it is ahead of that by.
///
/// One for all services, as AWS has one time: signatures, the life of credentials and what a contact
/// tells of its beginning all go by it.
final class ServiceClock: Sendable {
    /// This machine's.
    let local: @Sendable () -> Timestamp
    /// In milliseconds; 0 until a service says otherwise.
    private let offset = Atomic<Int64>(0)

    init(local: @escaping @Sendable () -> Timestamp) { self.local = local }

    var now: Timestamp {
        Timestamp(milliseconds: local().milliseconds + offset.load(ordering: .relaxed))
    }

    /// Takes over what a service says the time is.
    func correct(to date: Timestamp) {
        offset.store(date.milliseconds - local().milliseconds, ordering: .relaxed)
    }

    /// Gives a moment of the service's by this machine's clock.
    func local(_ moment: Timestamp) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds - offset.load(ordering: .relaxed))
    }
}
