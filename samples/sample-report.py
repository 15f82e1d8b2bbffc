#!/usr/bin/env python3
"""Makes the reports that stand in reports/sample: a small job on the local Connect, as nights are.

usage: sample-report.py BATON FOLDER

Some contacts cannot be transferred, some answers are lost that the role may not look for, the first
run is interrupted and the second lasts to the end. Then the role is mended, contacts are transferred
on, ended and lost behind Baton's back, and the job is reconciled. FOLDER gets the reports.
"""

import csv
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SECRET = "baton-simulator-key-that-is-no-secret-01"


class Connect:
    def __init__(self, baton, place):
        self.process = subprocess.Popen(
            [baton, "simulate", "--contacts", "300", "--failing-share", "0.05", "--rate", "20",
             "--burst", "30", "--quota", "DescribeContact=0", "--quota", "ListAssociatedContacts=0",
             "--latency", "40", "--jitter", "25", "--fault-500-after", "0.02", "--no-verify",
             "--denied", "ListAssociatedContacts",
             "--write-csv", "moves.csv"], cwd=place, stdout=subprocess.PIPE, text=True)
        self.line = json.loads(self.process.stdout.readline())

    def post(self, path, body):
        # Not signed: --no-verify has it taken for the operator's.
        request = urllib.request.Request(
            self.line["endpoint"] + path, json.dumps(body).encode(), method="POST",
            headers={"Content-Type": "application/json"})
        try:
            return json.load(urllib.request.urlopen(request))
        except urllib.error.HTTPError as error:
            # --fault-500-after: the effect was made all the same.
            if error.code != 500:
                raise
            return None


def baton(program, place, *arguments, **more):
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "AKIABATONSIMULATOR01",
                   "AWS_SECRET_ACCESS_KEY": SECRET}
    print("$ baton", *arguments, flush=True)
    return subprocess.Popen([program, *arguments], cwd=place, env=environment, **more)


def disturb(connect, place):
    """Moves, ends and loses contacts that have been transferred."""
    with open(next(pathlib.Path(place).glob("reports/*/results.csv")), newline="") as file:
        moved = [row for row in csv.DictReader(file) if row["BatonOutcome"] == "transferred"]
    there = {"InstanceId": connect.line["instanceId"]}
    for row in moved[:3]:
        elsewhere = next(r for r in moved if r["QueueId"] and r["QueueId"] != row["QueueId"])
        connect.post("/contact/transfer", {
            **there, "ContactId": row["BatonNewContactId"], "QueueId": elsewhere["QueueId"],
            "ContactFlowId": elsewhere["ContactFlowId"], "ClientToken": row["ContactId"]})
    for row in moved[10:14]:
        connect.post("/contact/stop", {**there, "ContactId": row["BatonNewContactId"]})
    connect.post("/simulator/forget", {"contactId": moved[20]["BatonNewContactId"]})


def use_other_flows(connect, place):
    """Two rows go by flows that accept a contact and do not bring it where it was to go."""
    there = f"/contact-flows-summary/{connect.line['instanceId']}?maxResults=1000"
    found = json.load(urllib.request.urlopen(connect.line["endpoint"] + there))
    flows = {flow["Name"]: flow["Id"] for flow in found["ContactFlowSummaryList"]}
    path = pathlib.Path(place, "moves.csv")
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    for row, flow in zip([r for r in rows if r["QueueId"]][30:32], ["with overflow", "out of hours"]):
        row["ContactFlowId"] = flows[f"Transfer to queue, {flow}"]
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def main(program, folder):
    with tempfile.TemporaryDirectory() as place:
        connect = Connect(program, place)
        try:
            use_other_flows(connect, place)
            first = baton(
                program, place, "run", "moves.csv", "--instance", connect.line["instanceId"],
                "--region", connect.line["region"], "--endpoint-url", connect.line["endpoint"],
                "--max-attempts", "1", "--yes")
            time.sleep(7)
            first.send_signal(signal.SIGINT)
            first.wait(timeout=60)
            time.sleep(3)
            baton(program, place, "resume", "--max-attempts", "1", "--yes").wait(timeout=120)
            connect.post("/simulator/allow", {"operation": "ListAssociatedContacts"})
            disturb(connect, place)
            baton(program, place, "reconcile").wait(timeout=120)
            baton(program, place, "verify-ledger").wait(timeout=60)
        finally:
            connect.process.terminate()
        made = next(pathlib.Path(place, "reports").iterdir())
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(made, folder)
        print(*sorted(os.listdir(folder)))


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
