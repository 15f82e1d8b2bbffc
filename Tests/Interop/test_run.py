"""`baton run`, judged: each request that it sends, by botocore's model and botocore's signer."""

import collections
import csv
import json
import os
import subprocess

import pytest

from capture import capturing, forwarding
from inputs import input_problems
from simulator import BATON, SECRET, UNLIMITED

HEADERS = {"content-type", "host", "x-amz-date"}


def run_baton(simulator, url, *options, token=None):
    folder = simulator.csv.parent
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": simulator.line["accessKeyId"], "AWS_SECRET_ACCESS_KEY": SECRET}
    if token:
        environment["AWS_SESSION_TOKEN"] = token
    return subprocess.run(
        [BATON, "run", str(simulator.csv), "--endpoint-url", url, "--instance",
         simulator.instance, "--region", simulator.line["region"], "--yes", "--quiet", *options,
         "--rate", "1000", "--burst", "100"],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=50)


def losing_some(answer):
    """Spoils each tenth answer to a transfer, so that Baton has to look what became of it."""
    count = iter(range(1, 10_000_000))

    def answered(request):
        status, headers, body = answer(request)
        if request.path == "/contact/transfer" and status == 200 and next(count) % 10 == 0:
            body = b"{"
        return status, headers, body

    return answered


@pytest.mark.parametrize("token", [None, "a/session+token=="])
def test_each_request_fits_its_model_and_carries_botocores_signature(start, token, tell):
    simulator = start(
        *UNLIMITED, "--fault-500", "0.02", *(["--session-token", token] if token else []))
    with capturing(losing_some(forwarding(simulator.endpoint))) as (url, requests):
        result = run_baton(simulator, url, token=token)
    # Some rows cannot be transferred.
    assert result.returncode == 1, result.stderr
    # Who it calls as, which the report says, it asks STS.
    asked = [request for request in requests if request.path == "/"]
    assert {request.body for request in asked} == {b"Action=GetCallerIdentity&Version=2011-06-15"}
    for request in asked:
        assert request.header("Authorization") == request.botocores_authorization(
            SECRET, "sts", simulator.line["region"])
    names = collections.Counter()
    for request in (request for request in requests if request not in asked):
        name, problems = input_problems(request)
        names[name] += 1
        assert problems == [], (name, request.target, request.body)
        assert request.header("Authorization") == request.botocores_authorization(
            SECRET, "connect", simulator.line["region"])
        expected = HEADERS - (set() if request.body else {"content-type"})
        assert set(request.signed_headers) == expected | (
            {"x-amz-security-token"} if token else set())
        assert request.header("X-Amz-Security-Token") == token
    assert names["TransferContact"] > len(simulator.rows) and names["ListAssociatedContacts"] > 9
    tell(f"{len(requests)} requests of baton run judged by botocore: {dict(names)}")


def test_a_row_is_sent_with_the_same_bytes_each_time(start):
    simulator = start(*UNLIMITED, "--contacts", "60", "--fault-500", "0.1")
    with capturing(forwarding(simulator.endpoint)) as (url, requests):
        run_baton(simulator, url)
    bodies = collections.Counter(r.body for r in requests if r.path == "/contact/transfer")
    assert len(bodies) == len(simulator.rows) < sum(bodies.values())
    tokens = [json.loads(body)["ClientToken"] for body in bodies]
    assert len(set(tokens)) == len(tokens)


def test_what_it_reports_is_what_the_service_did(start):
    simulator = start(*UNLIMITED)
    with capturing(losing_some(forwarding(simulator.endpoint))) as (url, _):
        run_baton(simulator, url)
    results, = simulator.csv.parent.glob("reports/*/results.csv")
    with open(results, newline="", encoding="utf-8-sig") as file:
        reported = {
            row["ContactId"]: row["BatonNewContactId"] for row in csv.DictReader(file)
            if row["BatonOutcome"] == "transferred"}
    effects = [json.loads(line) for line in simulator.effects.read_text().splitlines()]
    assert reported == {e["contactId"]: e["newContactId"] for e in effects}
    assert len(effects) == len(reported) > 200
