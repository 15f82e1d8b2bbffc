"""Contacts: transferring, describing and following them, with boto3."""

import json
import signal

import botocore.exceptions
import pytest

from simulator import UNLIMITED
from transfers import can_be_transferred, transferred


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


def test_a_reset_after_the_effect_is_a_connection_error_and_an_effect(start):
    simulator = start(*UNLIMITED, "--reset-after", "1", "--failing-share", "0")
    with pytest.raises(botocore.exceptions.HTTPClientError):
        simulator.client().transfer_contact(**simulator.request(simulator.rows[0]))
    assert len(simulator.effects.read_text().splitlines()) == 1


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


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_status_0_while_a_connection_is_open(simulator, by):
    transferred(simulator, simulator.client())
    assert simulator.stop(by) == 0


def test_what_was_transferred_survives_a_restart(start, tmp_path):
    kept = ["--state", str(tmp_path / "state"), "--failing-share", "0", "--contacts", "20"]
    simulator = start(*UNLIMITED, *kept)
    good, _ = transferred(simulator, simulator.client())
    simulator.stop(signal.SIGKILL)
    again = start(*UNLIMITED, *kept)
    client = again.client()
    for row, answer in good:
        old = client.describe_contact(
            InstanceId=again.instance, ContactId=row["ContactId"])["Contact"]
        new = client.describe_contact(
            InstanceId=again.instance, ContactId=answer["ContactId"])["Contact"]
        assert new["PreviousContactId"] == old["Id"] and "DisconnectTimestamp" in old
    assert len(good) == 20
