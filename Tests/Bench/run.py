#!/usr/bin/env python3
"""Measures a whole run without a quota: Baton beside boto3 with 16 threads and a bare libcurl loop.

usage: run.py BATON

All send to one nginx with a constant answer on loopback, on the same cores. Baton's ledger is as
durable as always. Its rate is that of the run, from its start to its end in the ledger; its CPU is
that of the whole `resume` (user + system), and apart from it that of the report alone.
The figures are of this machine and of this run.
"""

import csv
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import edge
import intake

ROUNDS = 3
ROWS = 100_000
ROWS_FOR_MEMORY = (10_000, 100_000, 1_000_000)
ROWS_BOTO3 = 5_000
THREADS = 16
WINDOW = 64
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
FLOW = intake.INSTANCE


def write_csv(path, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ContactId", "QueueId", "Note"])
        for row in range(rows):
            writer.writerow([f"{row:08x}-7e1b-4a52-8ed3-2f8e7c5a9b10",
                             f"{row % 40:08x}-2e0a-4b3d-9a53-0f4f6c1d2b3a", f"Case {row:07}"])


def cost(command):
    """Runs a command and gives its CPU in seconds and its peak of memory in KB."""
    environment = {**os.environ, **KEYS}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[1]} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def baton_run(baton, url, folder, rows):
    """Rows a second, microseconds of CPU a row with the report and of the report, and the KB."""
    ledger = os.path.join(folder, "ledger.sqlite")
    for suffix in ("", "-wal", "-shm", "-lock"):
        if os.path.exists(ledger + suffix):
            os.remove(ledger + suffix)
    place = ["--ledger", ledger, "--quiet"]
    cost([baton, "ingest", os.path.join(folder, f"{rows}.csv"), "--instance", intake.INSTANCE,
          "--contact-flow", FLOW, "--region", "us-east-1", "--endpoint-url", url, *place])
    reports = os.path.join(folder, "reports")
    cpu, kilobytes = cost([
        baton, "resume", "--rate", "100000", "--burst", "1000", "--concurrency", str(WINDOW),
        "--reports", reports, "--yes", *place])
    with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as db:
        started, ended, ending = db.execute("SELECT started_at, ended_at, ending FROM runs").fetchone()
        done = db.execute(
            "SELECT count(*) FROM row_states WHERE outcome = 'transferred'").fetchone()[0]
        job = db.execute("SELECT id FROM jobs").fetchone()[0]
    if ending != "finished" or done != rows:
        sys.exit(f"the run ended as {ending} with {done} of {rows} rows")
    report, _ = cost([baton, "report", job, "--reports", reports, *place])
    return rows * 1000 / (ended - started), cpu * 1e6 / rows, report * 1e6 / rows, kilobytes


def with_boto3(url, rows):
    """The same in a process of its own: what this one holds would count as its children's memory."""
    command = [sys.executable, os.path.abspath(__file__), "--boto3", url, str(rows)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0 and "ModuleNotFoundError" in done.stderr:
        return None
    done.check_returncode()
    return float(done.stdout)


def boto3_loop(url, rows):
    """Rows a second of what people write today: a pool of threads, and the SDK's own retries."""
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "connect", region_name="us-east-1", endpoint_url=url,
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"mode": "standard"}, max_pool_connections=THREADS))

    def move(row):
        client.transfer_contact(**{**edge.BODY, "ContactId": f"{row:08x}-{edge.BODY['ContactId']}"})

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(move, range(rows // 10)))
        start = time.monotonic()
        list(pool.map(move, range(rows)))
        return rows / (time.monotonic() - start)


def curl_loop(url, folder):
    loop = os.path.join(folder, "curl_loop")
    if not os.path.exists(loop):
        here = os.path.dirname(os.path.abspath(__file__))
        subprocess.run(
            ["cc", "-O2", os.path.join(here, "curl_loop.c"), "-o", loop, "-lcurl"], check=True)
    return edge.output(loop, url + "/contact/transfer", str(ROWS), str(WINDOW))


def throughput(baton, url, folder):
    runs = {"baton": [], "boto3": [], "libcurl": []}
    for _ in range(ROUNDS):
        runs["baton"].append(baton_run(baton, url, folder, ROWS))
        runs["boto3"].append(with_boto3(url, ROWS_BOTO3))
        runs["libcurl"].append(curl_loop(url, folder))
    rate, cpu, report, _ = (statistics.median(column) for column in zip(*runs["baton"]))
    print(f"rows a second against a constant answer, {os.cpu_count()} cores, median of {ROUNDS}")
    print(f"  {'baton run, ' + str(WINDOW) + ' at once, ledger durable':<44} {rate:>9,.0f}")
    loop = statistics.median(found["callsPerSecond"] for found in runs["libcurl"])
    print(f"  {'libcurl in C, ' + str(WINDOW) + ' at once, nothing else':<44} {loop:>9,.0f}")
    if None in runs["boto3"]:
        print("  boto3: not measured: pip install boto3 to compare")
    else:
        boto3 = statistics.median(runs["boto3"])
        print(f"  {f'boto3, {THREADS} threads':<44} {boto3:>9,.0f}   baton / boto3 {rate / boto3:.1f}")
    print("CPU of a row, us")
    print(f"  {'baton resume, with its report':<44} {cpu:>9.1f}")
    print(f"  {'of that its report':<44} {report:>9.1f}")
    print(f"  {'libcurl in C':<44} "
          f"{statistics.median(found['cpuMicroseconds'] for found in runs['libcurl']):>9.1f}")
    sys.stdout.flush()


def memory(baton, url, folder):
    print("peak of memory of a run")
    for rows in ROWS_FOR_MEMORY:
        write_csv(os.path.join(folder, f"{rows}.csv"), rows)
        rate, cpu, _, kilobytes = baton_run(baton, url, folder, rows)
        print(f"  {rows:>9,} rows {kilobytes:>10,} KB   {rate:,.0f} rows a second, "
              f"{cpu:.1f} us of CPU a row", flush=True)


def main(baton):
    nginx = edge.find_nginx("a run without a quota")
    if not nginx:
        return
    with tempfile.TemporaryDirectory() as folder, edge.server(nginx) as url:
        write_csv(os.path.join(folder, f"{ROWS}.csv"), ROWS)
        throughput(baton, url, folder)
        memory(baton, url, folder)


if __name__ == "__main__":
    if sys.argv[1] == "--boto3":
        print(boto3_loop(sys.argv[2], int(sys.argv[3])))
    else:
        main(os.path.abspath(sys.argv[1]))
