#!/usr/bin/env python3
"""Measures what it costs to take a CSV in: Baton beside a bare import and other CSV readers.

usage: intake.py BATON PROBE
       intake.py --kill KILLS BATON

All measurements are made on one file of 1,000,000 rows, made from a seed in a temporary folder.
With `--kill` it shows instead that an ingest which is killed leaves its job whole or not at all.
The figures are of this machine and of this run; a MB is 10^6 bytes.
"""

import collections
import contextlib
import json
import os
import random
import select
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

SEED = 7
ROWS = 1_000_000
ROWS_FOR_MEMORY = (10_000, 100_000, ROWS)
QUEUES = 40
PAIRS = 5
CHECKS = 5
ROUNDS = 3
INSTANCE = "910a2dec-8902-4cc1-beeb-8da1658eec67"
OPTIONS = ["--instance", INSTANCE, "--contact-flow", INSTANCE, "--region", "us-east-1"]
# The packages that are compared with, and what is said of their readers.
PACKAGES = {"duckdb": "DuckDB", "pyarrow": "pyarrow", "pandas": "pandas, C engine"}

Cost = collections.namedtuple("Cost", "wall cpu kilobytes output")
Found = collections.namedtuple("Found", "rows jobs sealed states routes integrity")
# A moment to kill at: when the job's id is printed, which is long before this many seconds.
PRINTED = 600
NOTHING = Found(0, 0, 0, 0, 0, "ok")


def write_csv(path):
    rng = random.Random(SEED)

    def identifier():
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))

    queues = [identifier() for _ in range(QUEUES)]
    with open(path, "w", newline="") as file:
        file.write("ContactId,QueueId,Note\n")
        for row in range(1, ROWS + 1):
            file.write(f"{identifier()},{rng.choice(queues)},Case {row:07} of the move\n")
    print(f"{ROWS:,} rows to {QUEUES} queues, {os.path.getsize(path) / 1e6:.1f} MB, seed {SEED}",
          flush=True)


def surroundings(folder):
    """The environment without anything of AWS's, and a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, "HOME": folder, "AWS_EC2_METADATA_DISABLED": "true"}


def ingest(baton, path, ledger):
    return [baton, "ingest", path, *OPTIONS, "--ledger", ledger, "--quiet"]


def cost(command):
    """Runs a command to its end; what it took and printed."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryDirectory() as home:
        # What was written before is not to be waited for now.
        os.sync()
        start = time.monotonic()
        process = subprocess.Popen(
            command, env=surroundings(home), stdin=subprocess.DEVNULL, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        expect(process.returncode == 0, f"{command[:2]} ended with {process.returncode}")
        output.seek(0)
        return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, output.read().decode())


def expect(holds, message):
    if not holds:
        sys.exit(f"FAILED: {message} (seed {SEED})")


def line(name, values, unit, digits, note=""):
    spread = f"({min(values):,.{digits}f} to {max(values):,.{digits}f})"
    median = f"{statistics.median(values):,.{digits}f}"
    print(f"  {name:<32} {median:>10} {unit:<8} {spread:<22} {note}".rstrip(), flush=True)


def imports(baton, path, folder):
    """An ingest and a bare import of the same file, in turn."""
    shell = shutil.which("sqlite3")
    wholes, bares = [], []
    for _ in range(PAIRS):
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            wholes.append(cost(ingest(baton, path, os.path.join(fresh, "l.sqlite"))))
        if shell:
            with tempfile.TemporaryDirectory(dir=folder) as fresh:
                database = os.path.join(fresh, "d.sqlite")
                bares.append(cost([shell, database, f".import --csv {path} rows"]))
    print(f"taking it in, wall time, median of {PAIRS}, in turn")
    line("baton ingest", [c.wall for c in wholes], "s", 2,
         "validated, checked for duplicates, stored")
    if not shell:
        print("  sqlite3 .import: not measured, since sqlite3 is not installed "
              "(apt-get install sqlite3)")
        return
    line("sqlite3 .import --csv", [c.wall for c in bares], "s", 2, "stored unchecked")
    for word in ("wall", "cpu"):
        whole, bare = (statistics.median(getattr(c, word) for c in each)
                       for each in (wholes, bares))
        print(f"  {f'ingest / import, {word}':<32} {whole / bare:>10.2f}          "
              f"{whole:.2f} s / {bare:.2f} s")
    sys.stdout.flush()


def memory(baton, path, folder):
    print("peak of memory of baton ingest")
    peaks = []
    for rows in ROWS_FOR_MEMORY:
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            part = os.path.join(fresh, "part.csv")
            with open(path, "rb") as whole, open(part, "wb") as file:
                for _ in range(rows + 1):
                    file.write(whole.readline())
            peaks.append(cost(ingest(baton, part, os.path.join(fresh, "l.sqlite"))).kilobytes)
        print(f"  {f'{rows:,} rows':<32} {peaks[-1]:>10,} KB", flush=True)
    added = (peaks[-1] - peaks[-2]) * 1024 / (ROWS_FOR_MEMORY[-1] - ROWS_FOR_MEMORY[-2])
    print(f"  {'a row more':<32} {added:>10.1f} bytes", flush=True)


def checks(baton, path):
    print(f"validation, median of {CHECKS}")
    runs = [cost([baton, "check", path, *OPTIONS]) for _ in range(CHECKS)]
    for run in runs:
        expect(f"{ROWS:,} valid" in run.output, f"check says: {run.output}")
    line("baton check", [ROWS / run.wall for run in runs], "rows/s", 0)


@contextlib.contextmanager
def one_core():
    """Holds this process, and those that it starts, to one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def installed(folder):
    """A Python with the packages that PyPI gave, and which those are."""
    python = os.path.join(folder, "venv", "bin", "python")
    made = subprocess.run([sys.executable, "-m", "venv", os.path.join(folder, "venv")],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode != 0:
        return sys.executable, []
    found = []
    for package in PACKAGES:
        # Never built here: that takes longer than all the rest.
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                   "--retries", "1", "--timeout", "15", "--only-binary", ":all:", package]
        if subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0:
            found.append(package)
    return python, found


def parsers(probe, path, folder):
    """Baton's parser and other readers, on one core and one thread each."""
    python, packages = installed(folder)
    size = os.path.getsize(path) / 1e6
    with one_core():
        own = json.loads(cost([probe, "parse", path]).output)
        others = {reader: [] for reader in ("csv", *packages)}
        versions = {}
        for _ in range(ROUNDS):
            for reader, rates in others.items():
                interpreter = python if reader in packages else sys.executable
                read = json.loads(cost(
                    [interpreter, os.path.abspath(__file__), "--read", reader, path]).output)
                expect(read["rows"] == ROWS, f"{reader} found {read['rows']} rows")
                versions[reader] = read["version"]
                rates.append(size / read["cpu"])
    print("CSV readers on one core, one thread, MB for each second of CPU, median of 5 passes of\n"
          f"Baton's parser and of {ROUNDS} runs of the others")
    for depth, note in [("split", "fields located"), ("bytes", "each field's bytes read, unquoted"),
                        ("strings", "each field a String of Swift's")]:
        found = own[depth]
        expect(found["records"] == ROWS + 1, f"the parser found {found['records']} records")
        line(f"Baton's parser, {depth}", [found["min"], found["median"], found["max"]], "MB/s", 0,
             note)
    for reader, rates in others.items():
        name = PACKAGES.get(reader, "Python's csv")
        line(f"{name} {versions[reader]}", rates, "MB/s", 0, READERS[reader][1])
    for package in PACKAGES:
        if package not in packages:
            print(f"  {PACKAGES[package]}: not measured, since pip could not install {package} "
                  "(is PyPI reachable?)")
    sys.stdout.flush()


def read_csv(path):
    import csv

    def read():
        with open(path, newline="") as file:
            rows = csv.reader(file)
            next(rows)
            return sum(1 for _ in rows)

    return read, ".".join(map(str, sys.version_info[:3]))


def read_duckdb(path):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 1")

    def read():
        return connection.execute(
            "SELECT count(*), sum(length(ContactId) + length(QueueId) + length(Note)) "
            "FROM read_csv(?, all_varchar = true)", [path]).fetchone()[0]

    return read, duckdb.__version__


def read_pandas(path):
    import pandas

    return (lambda: len(pandas.read_csv(path, engine="c", dtype=str, na_filter=False)),
            pandas.__version__)


def read_pyarrow(path):
    import pyarrow
    from pyarrow import csv

    texts = csv.ConvertOptions(
        column_types={name: pyarrow.string() for name in ("ContactId", "QueueId", "Note")})
    options = csv.ReadOptions(use_threads=False)
    return (lambda: csv.read_csv(path, read_options=options, convert_options=texts).num_rows,
            pyarrow.__version__)


READERS = {
    "csv": (read_csv, "each field a str, row by row"),
    "duckdb": (read_duckdb, "each field a VARCHAR, lengths summed"),
    "pyarrow": (read_pyarrow, "a table of strings"),
    "pandas": (read_pandas, "a frame of strings"),
}


def read_here(reader, path):
    """What it takes to read the file in this process, without the import of the reader."""
    read, version = READERS[reader][0](path)
    start = time.process_time()
    rows = read()
    print(json.dumps({"cpu": time.process_time() - start, "rows": rows, "version": version}))


def measure(baton, probe):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows.csv")
        write_csv(path)
        imports(baton, path, folder)
        memory(baton, path, folder)
        checks(baton, path)
        parsers(probe, path, folder)


class Killing:
    """Ingests of one file that are killed, and what they leave."""

    def __init__(self, baton, path, folder):
        self.baton, self.path, self.folder = baton, path, folder
        walls = []
        for _ in range(ROUNDS):
            with self.fresh() as home:
                walls.append(cost(ingest(baton, path, os.path.join(home, "l.sqlite"))).wall)
        self.duration = statistics.median(walls)

    def fresh(self):
        return tempfile.TemporaryDirectory(dir=self.folder)

    def kill(self, ledger, moment):
        """Kills an ingest, at the latest when it has printed the job's id; that, and whether it
        was still working.
        """
        with self.fresh() as home, subprocess.Popen(
                ingest(self.baton, self.path, ledger), env=surroundings(home),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
            select.select([process.stdout], [], [], moment)
            process.kill()
            code = process.wait()
            expect(code in (0, -signal.SIGKILL), f"the ingest ended by itself with {code}")
            return process.stdout.read().strip(), code != 0

    def look(self, ledger, printed, copies):
        """Looks with Baton and with SQLite, each at a copy of its own if `copies`: who opens a
        ledger after a kill mends it.
        """
        with contextlib.ExitStack() as stack:
            places = [self.copy(ledger, stack) if copies else ledger for _ in range(2)]
            jobs = self.of_baton(places[0])
            found = self.of_sqlite(places[1])
        expect(found.integrity == "ok", f"integrity_check says {found.integrity}")
        expect(jobs is not None or found == NOTHING, f"baton jobs fails on {found}")
        jobs = jobs or []
        expect(len(jobs) == found.sealed <= 1, f"{jobs} are listed, and {found} stored")
        expect(not printed or jobs == [printed], f"{printed} was printed, and {jobs} are listed")
        return found

    def of_baton(self, ledger):
        """The jobs that Baton lists, each of which must be whole; None where it sees no ledger."""
        listed = self.ask("jobs", ledger)
        if listed is None:
            return None
        for job in (state["job"] for state in listed):
            state = self.ask("status", ledger, job)
            expect(state is not None, f"baton status {job} fails")
            totals = {name: count for name, count in state["totals"].items() if count}
            expect(state["rows"] == ROWS and totals == {"pending": ROWS}, f"{job} is {state}")
        return [state["job"] for state in listed]

    def ask(self, command, ledger, *words):
        with self.fresh() as home:
            done = subprocess.run(
                [self.baton, command, *words, "--output", "json", "--ledger", ledger],
                env=surroundings(home), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def of_sqlite(self, ledger):
        """What SQLite finds, without Baton."""
        if not os.path.exists(ledger):
            return NOTHING
        with contextlib.closing(sqlite3.connect(ledger)) as database:
            def value(sql):
                return database.execute(sql).fetchone()[0]

            integrity = value("PRAGMA integrity_check")
            # The tables come all in one transaction.
            if value("SELECT count(*) FROM sqlite_master WHERE name = 'jobs'") == 0:
                return NOTHING._replace(integrity=integrity)
            return Found(
                value("SELECT count(*) FROM rows"), value("SELECT count(*) FROM jobs"),
                value("SELECT count(*) FROM jobs WHERE sealed"),
                value("SELECT count(*) FROM row_states"), value("SELECT count(*) FROM routes"),
                integrity)

    def copy(self, ledger, stack):
        folder = stack.enter_context(self.fresh())
        shutil.copytree(os.path.dirname(ledger), folder, dirs_exist_ok=True)
        return os.path.join(folder, os.path.basename(ledger))

    def finish(self, ledger):
        """Ingests to the end; the time it took. The job is whole, and nothing else is there."""
        done = cost(ingest(self.baton, self.path, ledger))
        found = self.look(ledger, done.output.strip(), copies=False)
        expect(found == Found(ROWS, 1, 1, 0, QUEUES, "ok"), f"after the last ingest: {found}")
        return done.wall

    def report(self, moment, printed, working, found):
        time = "its id" if moment == PRINTED else f"{moment:.3f} s"
        end = ("killed" if working else "had ended") + (", id printed" if printed else "")
        job = "the job is whole" if found.sealed else "no job is listed"
        print(f"  {time:>7}  {end:<21} {found.rows:>9,} rows, integrity ok, {job}", end="")

    def each_afresh(self, moments):
        for moment in moments:
            with self.fresh() as home:
                ledger = os.path.join(home, "l.sqlite")
                printed, working = self.kill(ledger, moment)
                self.report(moment, printed, working, self.look(ledger, printed, copies=True))
                print(f"; again: whole in {self.finish(ledger):.1f} s", flush=True)

    def all_on_one(self, moments):
        with self.fresh() as home:
            names = iter(range(len(moments) + 1))
            ledger = os.path.join(home, f"{next(names)}.sqlite")
            for moment in moments:
                printed, working = self.kill(ledger, moment)
                found = self.look(ledger, printed, copies=False)
                self.report(moment, printed, working, found)
                print("; a new ledger" if found.sealed else "", flush=True)
                if found.sealed:
                    ledger = os.path.join(home, f"{next(names)}.sqlite")
            print(f"  then to the end: whole in {self.finish(ledger):.1f} s", flush=True)


def kill(baton, kills):
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows.csv")
        write_csv(path)
        killing = Killing(baton, path, folder)
        print(f"an ingest that is let be takes {killing.duration:.2f} s, median of {ROUNDS}")

        def moments():
            return [killing.duration * (n + rng.random()) / kills for n in range(kills)]

        print(f"{kills} kills and one more, each on a ledger of its own; Baton and SQLite look at "
              "copies")
        killing.each_afresh([*moments(), PRINTED])
        print(f"{kills} kills on one ledger")
        killing.all_on_one(rng.sample(moments(), kills))
    print(f"{2 * kills + 1} kills: each job was whole or not there, and whole in the end")


if __name__ == "__main__":
    if sys.argv[1] == "--read":
        read_here(sys.argv[2], sys.argv[3])
    elif sys.argv[1] == "--kill":
        kill(os.path.abspath(sys.argv[3]), int(sys.argv[2]))
    else:
        measure(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
