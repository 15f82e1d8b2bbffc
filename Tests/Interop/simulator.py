"""`baton simulate` as a process, and what stands in its world."""

import csv
import json
import os
import pathlib
import signal
import subprocess
import urllib.request

import boto3
import botocore.config

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = pathlib.Path(os.environ.get("BUILT", str(ROOT / ".build/debug")))
BATON = os.environ.get("BATON", str(BUILT / "baton"))
SECRET = "baton-simulator-key-that-is-no-secret-01"
DENIED = ("AKIABATONSIMULATOR02", "baton-simulator-key-that-is-no-secret-02")
UNLIMITED = ["--quota", "*=0"]
ONCE = botocore.config.Config(
    retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)


class Simulator:
    """A running simulator and the rows of its input CSV."""

    def __init__(self, folder, *options):
        self.csv = folder / "input.csv"
        self.effects = folder / "effects.jsonl"
        self.process = subprocess.Popen(
            [BATON, "simulate", "--contacts", "400", "--failing-share", "0.3"]
            + ["--write-csv", str(self.csv), "--effects", str(self.effects), *options],
            stdout=subprocess.PIPE, text=True)
        try:
            line = self.process.stdout.readline()
            assert line, f"baton simulate ended with status {self.process.wait(timeout=20)}"
            self.line = json.loads(line)
            with open(self.csv, newline="", encoding="utf-8") as file:
                self.rows = list(csv.DictReader(file))
        except BaseException:
            # The time of a test may be up here: nobody else knows of the process yet.
            self.process.kill()
            raise

    @property
    def endpoint(self):
        return self.line["endpoint"]

    @property
    def instance(self):
        return self.line["instanceId"]

    def client(self, key=None, secret=SECRET, service="connect", **more):
        return boto3.client(service, **{
            "endpoint_url": self.endpoint, "region_name": self.line["region"],
            "aws_access_key_id": key or self.line["accessKeyId"],
            "aws_secret_access_key": secret, "config": ONCE, **more})

    def request(self, row, **more):
        named = {k: row[k] for k in ("ContactId", "QueueId", "UserId", "ContactFlowId") if row[k]}
        return {"InstanceId": self.instance, **named, **more}

    def stats(self):
        with urllib.request.urlopen(self.endpoint + "/simulator/stats", timeout=20) as answer:
            return json.load(answer)

    def stop(self, by=signal.SIGTERM):
        """Ends the process, whatever it takes; gives its status."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        try:
            status = self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait(timeout=20)
        self.process.stdout.close()
        return status
