#!/usr/bin/env python3
"""Measures what it costs to take a CSV in: Baton beside a bare import and other CSV readers.

usage: intake.py BATON PROBE

All measurements are made on one file of 1,000,000 rows, made from a seed in a temporary folder.
The figures are of this machine and of this run; a MB is 10^6 bytes.
"""

import collections
import contextlib
import json
import os
import random
import shutil
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


if __name__ == "__main__":
    if sys.argv[1] == "--read":
        read_here(sys.argv[2], sys.argv[3])
    else:
        measure(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
