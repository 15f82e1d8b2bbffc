"""Drives `baton simulate` with AWS's own clients: what botocore models, they must find.

BATON names the binary (default: .build/debug/baton).
"""

import csv
import json
import os
import pathlib
import signal
import subprocess
import urllib.request
import uuid

import boto3
import botocore.config
import botocore.exceptions
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BATON = os.environ.get("BATON", str(ROOT / ".build/debug/baton"))
SECRET = "baton-simulator-key-that-is-no-secret-01"
DENIED = ("AKIABATONSIMULATOR02", "baton-simulator-key-that-is-no-secret-02")
UNLIMITED = ["--rate", "0", "--describe-rate", "0", "--list-rate", "0"]


class Simulator:
    """A running simulator and the rows of its input CSV."""

    def __init__(self, folder, *options):
        self.csv = folder / "input.csv"
        self.effects = folder / "effects.jsonl"
        self.process = subprocess.Popen(
            [BATON, "simulate", "--contacts", "400", "--failing-share", "0.3"]
            + ["--write-csv", str(self.csv), "--effects", str(self.effects), *options],
            stdout=subprocess.PIPE, text=True)
        self.line = json.loads(self.process.stdout.readline())
        with open(self.csv, newline="", encoding="utf-8") as file:
            self.rows = list(csv.DictReader(file))

    def client(self, key=None, secret=SECRET, **more):
        return boto3.client(
            "connect", endpoint_url=self.line["endpoint"], region_name=self.line["region"],
            aws_access_key_id=key or self.line["accessKeyId"], aws_secret_access_key=secret,
            config=botocore.config.Config(retries={"total_max_attempts": 1}), **more)

    def request(self, row, **more):
        named = {k: row[k] for k in ("ContactId", "QueueId", "UserId", "ContactFlowId") if row[k]}
        return {"InstanceId": self.line["instanceId"], **named, **more}

    def stats(self):
        with urllib.request.urlopen(self.line["endpoint"] + "/simulator/stats") as answer:
            return json.load(answer)

    def stop(self, by=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(by)
        status = self.process.wait(timeout=20)
        self.process.stdout.close()
        return status


@pytest.fixture
def start(tmp_path):
    running = []

    def begin(*options):
        running.append(Simulator(tmp_path, *options))
        return running[-1]

    yield begin
    for simulator in running:
        simulator.stop()


@pytest.fixture
def simulator(start):
    return start(*UNLIMITED)


def transferred(simulator, client):
    """Makes every transfer of the CSV; gives the good ones and the codes of the others."""
    good, codes = [], set()
    for row in simulator.rows:
        try:
            good.append((row, client.transfer_contact(**simulator.request(row))))
        except botocore.exceptions.ClientError as error:
            codes.add(error.response["Error"]["Code"])
    return good, codes


def test_transfers_every_contact_that_can_be_and_counts_each_effect(simulator):
    good, codes = transferred(simulator, simulator.client())
    assert 250 < len(good) < 310
    assert codes == {
        "InvalidRequestException", "ServiceQuotaExceededException", "ResourceNotFoundException"}
    effects = [json.loads(line) for line in simulator.effects.read_text().splitlines()]
    assert [(e["contactId"], e["newContactId"]) for e in effects] == [
        (row["ContactId"], answer["ContactId"]) for row, answer in good]
    assert simulator.stats()["transfers"] == len(good)
    assert all(a["ContactArn"].endswith("/contact/" + a["ContactId"]) for _, a in good)


def test_describes_both_ends_of_a_transfer(simulator):
    client = simulator.client()
    row, answer = transferred(simulator, client)[0][0]
    instance = simulator.line["instanceId"]
    old = client.describe_contact(InstanceId=instance, ContactId=row["ContactId"])["Contact"]
    new = client.describe_contact(InstanceId=instance, ContactId=answer["ContactId"])["Contact"]
    assert "DisconnectTimestamp" in old and "DisconnectTimestamp" not in new
    assert old["DisconnectTimestamp"] == new["InitiationTimestamp"]
    assert new["PreviousContactId"] == new["InitialContactId"] == row["ContactId"]
    assert new["ContactAssociationId"] == old["ContactAssociationId"]
    assert new["InitiationMethod"] == "TRANSFER"
    assert new["Channel"] == old["Channel"] in ("TASK", "EMAIL")
    place = new["QueueInfo"]["Id"] if row["QueueId"] else new["AgentInfo"]["Id"]
    assert place == row["QueueId"] + row["UserId"]


def test_pages_through_a_tree(simulator):
    client = simulator.client()
    row = simulator.rows[next(
        i for i, r in enumerate(simulator.rows) if can_be_transferred(simulator, client, r))]
    contact = row["ContactId"]
    for _ in range(11):
        contact = client.transfer_contact(
            **simulator.request(row) | {"ContactId": contact})["ContactId"]
    with pytest.raises(client.exceptions.ServiceQuotaExceededException):
        client.transfer_contact(**simulator.request(row) | {"ContactId": contact})

    ids, token, pages = [], {}, 0
    while True:
        page = client.list_associated_contacts(
            InstanceId=simulator.line["instanceId"], ContactId=contact, MaxResults=5, **token)
        ids += [c["ContactId"] for c in page["ContactSummaryList"]]
        pages += 1
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert pages == 3 and len(set(ids)) == 12
    assert ids[0] == row["ContactId"] and ids[-1] == contact


def can_be_transferred(simulator, client, row):
    """Asks without touching the contact: an unknown queue is looked at after the contact."""
    request = simulator.request(row) | {"QueueId": "unknown"}
    request.pop("UserId", None)
    try:
        client.transfer_contact(**request)
    except client.exceptions.ResourceNotFoundException as error:
        return "queue" in error.response["Error"]["Message"]
    except botocore.exceptions.ClientError:
        return False


def test_every_modelled_exception_arrives_as_its_class(start):
    simulator = start(*UNLIMITED)
    client = simulator.client()
    good = [r for r in simulator.rows if can_be_transferred(simulator, client, r)]
    modelled = client.exceptions

    with pytest.raises(modelled.InvalidRequestException) as caught:
        client.transfer_contact(**simulator.request(good[0], QueueId="q", UserId="u"))
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert uuid.UUID(caught.value.response["ResponseMetadata"]["RequestId"])
    assert "QueueId and UserId" in caught.value.response["Error"]["Message"]

    with pytest.raises(modelled.ResourceNotFoundException):
        client.transfer_contact(**simulator.request(good[0], ContactId=str(uuid.uuid4())))

    first = client.transfer_contact(**simulator.request(good[0], ClientToken="once"))
    again = client.transfer_contact(**simulator.request(good[0], ClientToken="once"))
    assert first["ContactId"] == again["ContactId"]
    with pytest.raises(modelled.IdempotencyException) as caught:
        client.transfer_contact(**simulator.request(good[1], ClientToken="once"))
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409

    with pytest.raises(modelled.ServiceQuotaExceededException) as caught:
        contact = good[1]["ContactId"]
        for _ in range(12):
            contact = client.transfer_contact(
                **simulator.request(good[1]) | {"ContactId": contact})["ContactId"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 402

    denied = simulator.client(*DENIED)
    with pytest.raises(denied.exceptions.AccessDeniedException):
        denied.transfer_contact(**simulator.request(good[2]))


def test_throttling_arrives_as_its_class(start):
    simulator = start("--rate", "0.001", "--burst", "2")
    client = simulator.client()
    request = simulator.request(simulator.rows[0]) | {"ContactFlowId": "unknown"}
    for _ in range(2):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            client.transfer_contact(**request)
        assert caught.value.response["Error"]["Code"] != "ThrottlingException"
    with pytest.raises(client.exceptions.ThrottlingException):
        client.transfer_contact(**request)


def test_internal_errors_arrive_as_their_class(start):
    simulator = start(*UNLIMITED, "--fault-500", "1")
    client = simulator.client()
    with pytest.raises(client.exceptions.InternalServiceException):
        client.transfer_contact(**simulator.request(simulator.rows[0]))
    assert simulator.stats()["transfers"] == 0


def test_a_reset_after_the_effect_is_a_connection_error_and_an_effect(start):
    simulator = start(*UNLIMITED, "--reset-after", "1", "--failing-share", "0")
    with pytest.raises(botocore.exceptions.HTTPClientError):
        simulator.client().transfer_contact(**simulator.request(simulator.rows[0]))
    assert len(simulator.effects.read_text().splitlines()) == 1


@pytest.mark.parametrize("key, secret, code", [
    (None, "wrong", "InvalidSignatureException"),
    ("AKIANOBODY", SECRET, "UnrecognizedClientException"),
])
def test_refuses_who_is_not_known(simulator, key, secret, code):
    client = simulator.client(key, secret)
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        client.transfer_contact(**simulator.request(simulator.rows[0]))
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_takes_ids_that_must_be_encoded_in_a_path(simulator):
    client = simulator.client()
    # A signature over another spelling of the path would be refused with 403 instead.
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.describe_contact(InstanceId="arn:aws:connect:x/y", ContactId="c 1/é~%41+*")
    assert "arn:aws:connect:x/y" in caught.value.response["Error"]["Message"]
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.list_associated_contacts(
            InstanceId=simulator.line["instanceId"], ContactId="c 1/é~%41+*")
    assert "c 1/é~%41+*" in caught.value.response["Error"]["Message"]


def aws(simulator, *arguments, secret=SECRET):
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(simulator.csv.parent),
        "AWS_ACCESS_KEY_ID": simulator.line["accessKeyId"], "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": simulator.line["region"], "AWS_MAX_ATTEMPTS": "1",
        "PYENV_VERSION": os.environ.get("PYENV_VERSION", ""), "AWS_PAGER": ""}
    return subprocess.run(
        ["aws", "connect", *arguments, "--endpoint-url", simulator.line["endpoint"]],
        env=environment, capture_output=True, text=True, timeout=120)


def test_the_aws_cli_transfers_and_describes(start):
    simulator = start(*UNLIMITED, "--failing-share", "0")
    row = simulator.rows[0]
    place = ["--queue-id", row["QueueId"]] if row["QueueId"] else ["--user-id", row["UserId"]]
    arguments = [
        "transfer-contact", "--instance-id", simulator.line["instanceId"], "--contact-id",
        row["ContactId"], "--contact-flow-id", row["ContactFlowId"], *place]
    result = aws(simulator, *arguments)
    assert result.returncode == 0, result.stderr
    new = json.loads(result.stdout)["ContactId"]
    result = aws(
        simulator, "describe-contact", "--instance-id", simulator.line["instanceId"],
        "--contact-id", new)
    assert json.loads(result.stdout)["Contact"]["PreviousContactId"] == row["ContactId"]

    refused = aws(simulator, *arguments)
    assert refused.returncode != 0 and "(InvalidRequestException)" in refused.stderr
    refused = aws(simulator, *arguments, secret="wrong")
    assert refused.returncode != 0 and "(InvalidSignatureException)" in refused.stderr


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_status_0_while_a_connection_is_open(simulator, by):
    transferred(simulator, simulator.client())
    assert simulator.stop(by) == 0
