#!/usr/bin/env python3
"""Measures how much of a quota is used: Baton beside botocore's retry modes, on one local Connect.

usage: pacing.py BATON [--seconds N] [--rows N]

Each has a fresh `baton simulate` to itself, with answers after 25 ms +- 10 ms; Service Quotas tells the
quota there only where that is said. A run is as long as its quota takes for --seconds (60), or for --rows
where that is more: 2,000 rows at 2 a second take 17 minutes. Printed are the rows, the time from the
first call to the last answer (Baton's by its ledger, the disk and all), the ideal (rows - burst) / rate
over that time, for the rows that were transferred, the share of calls that were throttled, and the
rows that were not transferred in the end, or not within three times the ideal. Then how a run follows a rate that changes by four, and how two runs share a bucket.
Slow quotas leave the machine idle: there all are measured side by side. The figures are of this
machine and of this run.
"""

import argparse
import contextlib
import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

QUOTAS = [(2, 5), (10, 15), (50, 75), (500, 1000)]
STEPS = [(2, 8), (8, 2), (10, 40), (40, 10), (50, 200), (200, 50), (125, 500), (500, 125)]
MODES = ("legacy", "standard", "adaptive")
THREADS = 16
# Seconds: before a step, from it to where it must have been followed, and from there on.
BEFORE, WITHIN, AFTER = 60, 10, 20
# Seconds that the second of two runs begins after the first.
APART = [0, 3, 20]
# Calls a second that leave room for others beside them: of 16 threads of boto3, and of Baton alone.
SLOW, BATON_SLOW = 40, 200
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIABATONSIMULATOR01",
    "AWS_SECRET_ACCESS_KEY": "baton-simulator-key-that-is-no-secret-01",
}


class Connect:
    """A local Connect in a process of its own, with a world of its own."""

    def __init__(self, baton, directory, rate, burst, contacts, tells=False):
        self.csv = os.path.join(directory, "contacts.csv")
        self.process = subprocess.Popen(
            [baton, "simulate", "--contacts", str(contacts), "--failing-share", "0",
             "--rate", str(rate), "--burst", str(burst), "--latency", "25", "--jitter", "10",
             "--write-csv", self.csv, *([] if tells else ["--quotas-denied"])],
            stdout=subprocess.PIPE, text=True)
        line = json.loads(self.process.stdout.readline())
        self.endpoint, self.instance = line["endpoint"], line["instanceId"]
        self.region = line["region"]
        self.callers = []

    def calls(self):
        with urllib.request.urlopen(self.endpoint + "/simulator/stats") as answer:
            calls = json.load(answer)["operations"].get("TransferContact", {})
        return {name: calls.get(name, 0) for name in ("received", "succeeded", "throttled")}

    def change(self, rate, burst):
        body = {"operation": "TransferContact", "rate": rate, "burst": burst}
        urllib.request.urlopen(
            self.endpoint + "/simulator/quota", json.dumps(body).encode()).close()

    def stop(self):
        for process in [*self.callers, self.process]:
            if process.poll() is None:
                process.kill()
            process.wait()


@contextlib.contextmanager
def connected(baton, rate, burst, contacts, tells=False):
    with tempfile.TemporaryDirectory() as directory:
        connect = Connect(baton, directory, rate, burst, contacts, tells)
        try:
            yield connect, directory
        finally:
            connect.stop()


class Run:
    """A `baton run` in a process of its own, with a ledger of its own."""

    def __init__(self, baton, connect, directory, input, flags=()):
        os.makedirs(directory, exist_ok=True)
        self.ledger = os.path.join(directory, "l.sqlite")
        self.words = open(os.path.join(directory, "stderr"), "w+")
        self.process = subprocess.Popen(
            [baton, "run", input, "--instance", connect.instance, "--region", connect.region,
             "--endpoint-url", connect.endpoint, "--ledger", self.ledger,
             "--reports", os.path.join(directory, "reports"), "--yes", "--quiet", *flags],
            env={**os.environ, **KEYS}, stderr=self.words)
        connect.callers.append(self.process)

    def query(self, question):
        with contextlib.closing(sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True)) as db:
            return db.execute(question).fetchone()

    def done(self):
        return self.query("SELECT count(*) FROM row_states WHERE outcome = 'transferred'")[0]

    def seconds(self):
        started, ended = self.query("SELECT min(started_at), max(ended_at) FROM runs")
        return (ended - started) / 1000

    def await_first_row(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(sqlite3.OperationalError):
                if self.done() > 0:
                    return
            time.sleep(0.05)
        raise TimeoutError("baton transferred no row within a minute")

    def stop(self):
        """Lets what is under way end; Baton's own status for that is 75."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)
        with self.words as words:
            if self.process.returncode not in (0, 75):
                words.seek(0)
                raise RuntimeError(f"baton ended with {self.process.returncode}: {words.read()}")


def with_baton(flags):
    def work(baton, connect, directory, timeout):
        run = Run(baton, connect, directory, connect.csv, flags)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.process.wait(timeout)
        run.stop()
        return run.seconds()
    return work


def with_boto3(mode):
    def work(baton, connect, directory, timeout):
        command = [sys.executable, os.path.abspath(__file__), "--boto3", mode, connect.endpoint,
                   connect.region, connect.instance, connect.csv]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, timeout=timeout, check=True)
            return float(done.stdout)
        except subprocess.TimeoutExpired:
            return timeout
    return work


def boto3_run(mode, endpoint, region, instance, input):
    """Seconds of what people write today: a pool of threads and the SDK's own retries."""
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "connect", region_name=region, endpoint_url=endpoint,
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"mode": mode, "max_attempts": 10}, max_pool_connections=THREADS))

    def move(row):
        place = {"QueueId": row["QueueId"]} if row["QueueId"] else {"UserId": row["UserId"]}
        # A call that is given up is a row that was not transferred: the server counts those.
        with contextlib.suppress(Exception):
            client.transfer_contact(
                InstanceId=instance, ContactId=row["ContactId"],
                ContactFlowId=row["ContactFlowId"], **place)

    with open(input, newline="") as file, ThreadPoolExecutor(THREADS) as pool:
        start = time.monotonic()
        list(pool.map(move, csv.DictReader(file)))
        return time.monotonic() - start


def has_boto3():
    try:
        import boto3  # noqa: F401
        return True
    except ImportError:
        return False


def contestants(rate, burst):
    yield "baton, told nothing", with_baton([]), False
    yield "baton, Service Quotas", with_baton([]), True
    yield "baton, --rate, --burst", with_baton(["--rate", str(rate), "--burst", str(burst)]), False
    if has_boto3():
        for mode in MODES:
            yield f"boto3 x{THREADS}, {mode}", with_boto3(mode), False


def use(baton, rate, burst, rows, name, work, tells):
    with connected(baton, rate, burst, rows, tells) as (connect, directory):
        wall = work(baton, connect, directory, timeout=3 * (rows - burst) / rate + 30)
        calls = connect.calls()
    ideal = (calls["succeeded"] - burst) / rate
    return (f"  {f'{rate}/{burst}':<9} {name:<24} {rows:>6} {wall:>9.1f} s {ideal / wall:>10.1%} "
            f"{calls['throttled'] / max(calls['received'], 1):>9.2%} "
            f"{rows - calls['succeeded']:>8}")


def step(baton, rate, after, tells):
    """The share of the new rate that is used from 10 s after a change on; the burst stays."""
    burst = int(1.5 * rate)
    rows = int(burst + rate * BEFORE + 2 * after * (WITHIN + AFTER))
    with connected(baton, rate, burst, rows, tells) as (connect, directory):
        run = Run(baton, connect, directory, connect.csv)
        run.await_first_row()
        time.sleep(BEFORE)
        connect.change(after, burst)
        begun = connect.calls()
        time.sleep(WITHIN)
        start, first = time.monotonic(), connect.calls()
        time.sleep(AFTER)
        seconds, last = time.monotonic() - start, connect.calls()
        run.stop()
    share = (last["succeeded"] - first["succeeded"]) / seconds / after
    throttled = (last["throttled"] - begun["throttled"]) / (last["received"] - begun["received"])
    told = "told" if tells else "nothing"
    return f"  {rate:>4} -> {after:<4} {told:<8} {share:>10.1%} {throttled:>9.2%}"


def share(baton, rate, burst, apart, tells, seconds):
    """The shares of two runs while both are at work."""
    rows = int(burst + rate * (seconds + apart) * 1.5)
    with connected(baton, rate, burst, 2 * rows, tells) as (connect, directory):
        inputs = halves(connect.csv)
        runs = []
        for number, input in enumerate(inputs):
            if number > 0:
                time.sleep(apart)
            runs.append(Run(baton, connect, os.path.join(directory, str(number)), input))
        for run in runs:
            run.await_first_row()
        start, before = time.monotonic(), [run.done() for run in runs]
        time.sleep(seconds)
        wall, done = time.monotonic() - start, [run.done() for run in runs]
        calls = connect.calls()
        for run in runs:
            run.stop()
    got = [end - begin for begin, end in zip(before, done)]
    both = sum(got)
    return (f"  {f'{rate}/{burst}':<9} {f'{apart} s apart':<12} {'told' if tells else 'nothing':<8} {got[0] / both:>8.1%} {got[1] / both:>8.1%} "
            f"{both / wall / rate:>10.1%} {calls['throttled'] / calls['received']:>9.2%}")


def halves(path):
    with open(path, newline="") as file:
        head, *lines = file.readlines()
    paths = []
    for number in range(2):
        paths.append(f"{path}.{number}.csv")
        with open(paths[-1], "w", newline="") as file:
            file.writelines([head, *lines[number::2]])
    return paths


def print_all(measure, cases, rate, slow_rate=BATON_SLOW):
    """Measures each case, all at once where their quotas are slow; prints a line for each."""
    slow = [case for case in cases if rate(case) <= slow_rate]
    with ThreadPoolExecutor(max(len(slow), 1)) as pool:
        for line in pool.map(lambda case: measure(*case), slow):
            print(line, flush=True)
    for case in cases:
        if case not in slow:
            print(measure(*case), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("baton", type=os.path.abspath)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rows", type=int, default=0)
    given = parser.parse_args()
    baton = given.baton

    if not has_boto3():
        print("boto3 is not installed: pip install boto3 to compare")
    print(f"runs of {given.seconds:g} s" + (f" and {given.rows} rows" if given.rows else "")
          + " at the least; answers after 25 ms +- 10 ms")
    print(f"  {'quota':<9} {'':<24} {'rows':>6} {'wall':>11} {'ideal/wall':>10} {'throttled':>9} {'not done':>8}")
    cases = []
    for rate, burst in QUOTAS:
        rows = max(given.rows, int(burst + rate * given.seconds))
        cases += [(baton, rate, burst, rows, *entry) for entry in contestants(rate, burst)]
    print_all(use, cases, rate=lambda case: case[1], slow_rate=SLOW)

    print(f"the rate changes after {BEFORE} s: the share of the new one that is used from {WITHIN} s to "
          f"{WITHIN + AFTER} s after, told nothing or told by Service Quotas, and what is throttled from the "
          "change on")
    cases = [(baton, *rates, tells) for rates in STEPS for tells in (False, True)]
    print_all(step, cases, rate=lambda case: max(case[1:3]))

    print("two runs on one bucket, told nothing or told the quota by Service Quotas: each one's share, "
          "both together, throttled")
    cases = [(baton, rate, burst, apart, tells, 2 * given.seconds)
             for rate, burst in QUOTAS[:3] for apart in APART for tells in (False, True)]
    print_all(share, cases, rate=lambda case: case[1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--boto3"]:
        print(boto3_run(*sys.argv[2:]))
    else:
        main()
