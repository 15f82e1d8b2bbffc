#!/usr/bin/env python3
"""Measures Baton on its own local Connect, beside boto3 where that is installed.

usage: bench.py BATON

Each line names what was measured, the wall time, the ideal (rows - burst) / rate, and the share of
calls that were throttled. The figures are of this machine and of this run.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

# Rate, burst and rows: enough rows to last for more than half a minute.
QUOTAS = [(50, 75, 2000), (500, 1000, 20000)]
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIABATONSIMULATOR01",
    "AWS_SECRET_ACCESS_KEY": "baton-simulator-key-that-is-no-secret-01",
}


class Connect:
    """A local Connect in a process of its own, with a world of its own."""

    def __init__(self, baton, directory, rate, burst, contacts):
        self.csv = os.path.join(directory, "contacts.csv")
        self.process = subprocess.Popen(
            [baton, "simulate", "--contacts", str(contacts), "--failing-share", "0",
             "--rate", str(rate), "--burst", str(burst), "--latency", "25", "--jitter", "10",
             "--write-csv", self.csv],
            stdout=subprocess.PIPE, text=True)
        line = json.loads(self.process.stdout.readline())
        self.endpoint, self.instance = line["endpoint"], line["instanceId"]
        self.region = line["region"]

    def stats(self):
        with urllib.request.urlopen(self.endpoint + "/simulator/stats") as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def with_baton(baton, connect, directory, flags):
    subprocess.run(
        [baton, "run", connect.csv, "--instance", connect.instance, "--region", connect.region,
         "--endpoint-url", connect.endpoint, "--ledger", os.path.join(directory, "l.sqlite"),
         "--reports", os.path.join(directory, "reports"), "--yes", "--quiet"] + flags,
        check=True, env={**os.environ, **KEYS})


def with_boto3(connect, mode, threads=16):
    """What people write today: a pool of threads and the SDK's own retries."""
    import boto3
    from botocore.config import Config
    from concurrent.futures import ThreadPoolExecutor

    client = boto3.client(
        "connect", region_name=connect.region, endpoint_url=connect.endpoint,
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"mode": mode, "max_attempts": 10}, max_pool_connections=threads))
    lost = []

    def move(row):
        place = {"QueueId": row["QueueId"]} if row["QueueId"] else {"UserId": row["UserId"]}
        try:
            client.transfer_contact(
                InstanceId=connect.instance, ContactId=row["ContactId"],
                ContactFlowId=row["ContactFlowId"], **place)
        except Exception as error:  # noqa: BLE001: every loss counts, whatever its name
            lost.append(error)

    with open(connect.csv, newline="") as file, ThreadPoolExecutor(threads) as pool:
        list(pool.map(move, csv.DictReader(file)))
    return len(lost)


def measure(name, baton, rate, burst, rows, work):
    with tempfile.TemporaryDirectory() as directory:
        connect = Connect(baton, directory, rate, burst, rows)
        try:
            start = time.monotonic()
            lost = work(connect, directory) or 0
            wall = time.monotonic() - start
            stats = connect.stats()["operations"]["TransferContact"]
        finally:
            connect.stop()
    ideal = (rows - burst) / rate
    throttled = stats["throttled"] / max(stats["received"], 1)
    print(f"{rows:>6} rows at {rate:>4}/{burst:<5} {name:<22} wall {wall:7.2f} s   ideal/wall {ideal / wall:6.1%}   "
          f"throttled {throttled:6.2%}   rows lost {lost}", flush=True)


def main():
    baton = os.path.abspath(sys.argv[1])
    print("latency 25 ms +- 10 ms")
    for rate, burst, rows in QUOTAS:
        measure("baton, told nothing", baton, rate, burst, rows,
                lambda c, d: with_baton(baton, c, d, []))
        measure("baton, told the quota", baton, rate, burst, rows,
                lambda c, d: with_baton(baton, c, d, ["--rate", str(rate), "--burst", str(burst)]))
        try:
            import boto3  # noqa: F401
        except ImportError:
            print("boto3 is not installed: pip install boto3 to compare")
            continue
        for mode in ("legacy", "standard", "adaptive"):
            measure(f"boto3 x16, {mode}", baton, rate, burst, rows,
                    lambda c, d, mode=mode: with_boto3(c, mode))


if __name__ == "__main__":
    main()
