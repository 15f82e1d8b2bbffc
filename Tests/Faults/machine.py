"""The faults of the machine and of its operator."""

import contextlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import time

NOBODY = 65534
# By name, as `service.LINES`.
LINES = {}


class Skipped(Exception):
    """A line that this machine cannot show, and why."""


def line(name):
    def keep(function):
        LINES[name] = function
        return function
    return keep


def stopped_by(name, number, status):
    def play(place):
        place.serve("--latency", "20")
        run = place.under_way()
        run.send(number)
        place.ended(run, status)
        place.expect(len(place.effects()) < 60, "it was not stopped")
        place.ended(place.resume(), 0)
        return run
    LINES[name] = play


stopped_by("SIGINT", signal.SIGINT, 75)
stopped_by("SIGTERM", signal.SIGTERM, 75)
stopped_by("SIGHUP", signal.SIGHUP, 75)
stopped_by("SIGKILL", signal.SIGKILL, -signal.SIGKILL)


@line("SIGTERM before the first call")
def stopped_early(place):
    """While it looks up what the rows name."""
    place.serve("--latency", "3000")
    run = place.begin()
    place.until_said("60 valid", run)
    time.sleep(0.5)
    run.send(signal.SIGTERM)
    place.ended(run, 75, "before this run sent anything")
    place.expect(not place.effects(), "something was moved")
    place.kill_service()
    place.serve()
    place.ended(place.begin(), 0)
    return run


@line("SIGINT twice")
def interrupted_twice(place):
    place.serve("--latency", "2000")
    run = place.begin()
    place.until_moved(5, run)
    run.send(signal.SIGINT)
    place.until_said("Once more", run)
    time.sleep(0.5)
    run.send(signal.SIGINT)
    place.ended(run, 130, "resume")
    place.kill_service()
    place.serve()
    place.ended(place.resume(), 0)
    return run


@line("SIGSTOP for 35 s, SIGCONT")
def halted(place):
    """Longer than a call may take."""
    place.serve("--latency", "50")
    run = place.under_way()
    run.send(signal.SIGSTOP)
    time.sleep(35)
    run.send(signal.SIGCONT)
    return place.ended(run, 0)


# The disk


@line("file limit reached (ulimit -f)")
def file_limit(place):
    place.serve()
    place.ingest()
    size = os.path.getsize(place.ledger)
    run = place.resume(pace="20", limits=[(resource.RLIMIT_FSIZE, size + 100_000)])
    place.ended(run, 73, "resume")
    place.expect(len(place.effects()) < 60, "it was not stopped")
    place.ended(place.resume(), 0)
    return run


def mount(place, name, *options):
    """A small file system of its own in the place's folder."""
    if os.geteuid() != 0:
        raise Skipped("only root may mount a small file system")
    folder = place.file(name)
    os.mkdir(folder)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", folder],
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise Skipped(f"no file system can be mounted: {done.stderr.strip()}")
    # Lazily: a run that is being killed may still have it open.
    place.undo.callback(subprocess.run, ["umount", "--lazy", folder], check=True)
    return folder


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


@line("disk full under the ledger")
def disk_full(place):
    folder = mount(place, "small", "size=400k")
    place.ledger = os.path.join(folder, "baton.sqlite")
    place.serve(rows=200)
    run = place.ended(place.begin(pace="50"), 73, "full", "resume")
    place.expect(len(place.effects()) < 200, "it was not stopped")
    remount(folder, "size=16m")
    place.ended(place.begin(), 0)
    return run


@line("disk full under the reports")
def disk_full_of_reports(place):
    folder = mount(place, "small", "size=16k")
    place.reports = os.path.join(folder, "reports")
    place.serve()
    run = place.ended(place.begin(), 73)
    remount(folder, "size=16m")
    place.ended(place.begin(), 0)
    return run


def as_nobody(place):
    """Root is not stopped by modes: as root the runs are nobody's."""
    if os.geteuid() != 0:
        return None
    if not shutil.which("setpriv"):
        raise Skipped("root is not stopped by modes, and there is no setpriv")
    if subprocess.run(["setpriv", f"--reuid={NOBODY}", place.baton, "--version"],
                      capture_output=True).returncode:
        raise Skipped("nobody may not run this baton")
    os.chmod(place.folder, 0o755)
    os.mkdir(place.file("home"))
    place.ledger = place.file("home/baton.sqlite")
    place.reports = place.file("home/reports")
    os.chown(place.file("home"), NOBODY, NOBODY)
    return NOBODY


def guarded(name, mode_of):
    def play(place):
        place.serve()
        if os.geteuid() != 0:
            os.mkdir(place.file("home"))
            place.ledger, place.reports = place.file("home/l.sqlite"), place.file("home/reports")
        user = as_nobody(place)
        place.ended(place.start("ingest", *place.input_of(), "--ledger", place.ledger, user=user), 0)
        path, mode = mode_of(place)
        before = os.stat(path).st_mode
        os.chmod(path, mode)
        run = place.ended(place.resume(user=user), 73)
        place.expect(not place.effects(), "something was moved")
        os.chmod(path, before)
        place.ended(place.resume(user=user), 0)
        return run
    LINES[name] = play


guarded("ledger is read-only", lambda place: (place.ledger, 0o400))
guarded("ledger's folder is read-only", lambda place: (os.path.dirname(place.ledger), 0o500))
guarded("ledger may not be read", lambda place: (place.ledger, 0))


# The ledger


def locked(place):
    """Another program's transaction that lets nobody write."""
    db = sqlite3.connect(place.ledger, isolation_level=None, timeout=20)
    place.undo.callback(db.close)
    db.execute("BEGIN EXCLUSIVE")
    return db


@line("ledger locked before a run")
def locked_before(place):
    place.serve()
    place.ingest()
    db = locked(place)
    run = place.ended(place.resume(), 73, "another program", "resume")
    place.expect(not place.effects(), "something was moved")
    db.execute("ROLLBACK")
    place.ended(place.resume(), 0)
    return run


@line("ledger locked in a run")
def locked_within(place):
    place.serve()
    run = place.under_way()
    db = locked(place)
    place.ended(run, 73, "another program", "resume")
    place.expect(len(place.effects()) < 60, "it was not stopped")
    db.execute("ROLLBACK")
    place.ended(place.resume(), 0)
    return run


@line("ledger locked for 5 s")
def locked_shortly(place):
    place.serve()
    run = place.under_way()
    db = locked(place)
    time.sleep(5)
    db.execute("ROLLBACK")
    return place.ended(run, 0)


@line("job held by another process")
def held(place):
    place.serve()
    first = place.begin(pace="20")
    place.until_moved(5, first)
    second = place.ended(place.resume(), 75, f"process {first.process.pid}")
    place.ended(first, 0)
    return second


@line("ledger deleted in a run")
def deleted(place):
    place.serve()
    run = place.under_way()
    for suffix in ("", "-wal", "-shm"):
        os.remove(place.ledger + suffix)
    place.ended(run, 73, "was deleted", "resume")
    place.expect(len(place.effects()) < 60, "it was not stopped")
    # As the sentence says: the same input again has the same tokens.
    place.ended(place.begin(), 0)
    return run


@line("ledger's log deleted in a run")
def log_deleted(place):
    place.serve()
    run = place.under_way()
    os.remove(place.ledger + "-wal")
    place.ended(run, 73, "-wal was deleted", "resume")
    place.expect(len(place.effects()) < 60, "it was not stopped")
    place.ended(place.resume(), 0)
    return run


@line("ledger replaced in a run")
def replaced(place):
    place.serve()
    place.ingest()
    shutil.copy(place.ledger, place.file("other"))
    run = place.resume(pace="20")
    place.until_moved(10, run)
    for suffix in ("", "-wal"):
        os.rename(place.ledger + suffix, place.file("away" + suffix))
    os.rename(place.file("other"), place.ledger)
    place.ended(run, 73, "replaced", "resume")
    place.expect(len(place.effects()) < 60, "it was not stopped")
    for suffix in ("", "-wal"):
        os.rename(place.file("away" + suffix), place.ledger + suffix)
    place.ended(place.resume(), 0)
    return run


def take_log_in(place):
    """Has all of the ledger in its file: its log holds newer pages, which would hide damage."""
    with contextlib.closing(sqlite3.connect(place.ledger)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = "
                           "'row_states_by_outcome'").fetchone()
    shutil.copy(place.ledger, place.file("backup"))
    return found[0]


def spoil(path, start, length, rng):
    with open(path, "r+b") as file:
        file.seek(start)
        file.write(rng.randbytes(length))


@line("ledger damaged in the middle")
def damaged(place):
    place.serve(rows=400)
    run = place.begin(pace="200")
    place.until_moved(100, run)
    run.send(signal.SIGKILL)
    run.wait()
    take_log_in(place)
    pages = os.path.getsize(place.ledger) // 8192
    spoil(place.ledger, pages // 2 * 8192, 8192, random.Random(place.seed))
    before = len(place.effects())
    run = place.ended(place.resume(), 73, "damaged", "recover")
    place.expect(len(place.effects()) == before, "something was moved")
    shutil.copy(place.file("backup"), place.ledger)
    place.ended(place.resume(), 0)
    return run


@line("ledger's first page damaged")
def beheaded(place):
    place.serve()
    place.ingest()
    take_log_in(place)
    spoil(place.ledger, 0, 100, random.Random(place.seed))
    run = place.ended(place.resume(), 73, "--ledger")
    shutil.copy(place.file("backup"), place.ledger)
    place.ended(place.resume(), 0)
    return run


@line("ledger cut short")
def cut_short(place):
    place.serve()
    place.ingest()
    take_log_in(place)
    os.truncate(place.ledger, os.path.getsize(place.ledger) // 2)
    run = place.ended(place.resume(), 73, "damaged")
    place.expect(not place.effects(), "something was moved")
    shutil.copy(place.file("backup"), place.ledger)
    place.ended(place.resume(), 0)
    return run


@line("ledger's index damaged")
def index_damaged(place):
    """Bytes that no look at the tables alone would find: totals are counted by that index."""
    place.serve(rows=200)
    run = place.begin(pace="200")
    place.until_moved(100, run)
    run.send(signal.SIGKILL)
    run.wait()
    page = take_log_in(place)
    with open(place.ledger, "r+b") as file:
        file.seek((page - 1) * 8192)
        bytes_ = file.read(8192)
        file.seek((page - 1) * 8192)
        file.write(bytes_.replace(b"transferred", b"Transferred", 1))
    run = place.ended(place.resume(), 73, "damaged", "recover")
    shutil.copy(place.file("backup"), place.ledger)
    place.ended(place.resume(), 0)
    return run


# The process


@line("stderr is closed")
def no_stderr(place):
    """Nothing that is said may land in a file or a connection that got its number."""
    place.serve("--fault-500", "0.2")
    status = subprocess.run(
        ["sh", "-c", 'exec "$0" "$@" 2>&-', place.baton, "run", *place.input_of(), *place.options,
         "--rate", "100", "--on-finish", "readlink /proc/$PPID/fd/2 > stream"],
        env=place.environment, cwd=place.folder).returncode
    place.expect(status == 0, f"exit {status}")
    with open(place.file("stream")) as file:
        stream = file.read().strip()
    place.expect(stream == "/dev/null", f"{stream} has the number of stderr")
    return place.ended(place.resume(), 0)


@line("12 files may be open")
def few_files(place):
    place.serve()
    place.ingest()
    run = place.ended(
        place.resume(limits=[(resource.RLIMIT_NOFILE, 12)]), 73, "may open only 12 files")
    place.ended(place.resume(), 0)
    return run


@line("40 files may be open")
def some_files(place):
    """Fewer than the calls under way would need: there are fewer of them, and that is said."""
    place.serve("--latency", "50")
    place.ingest()
    limits = [(resource.RLIMIT_NOFILE, 40)]
    return place.ended(
        place.resume("--concurrency", "900", limits=limits), 0, "At most 1 call under way at once")
