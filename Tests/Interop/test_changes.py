"""What somebody else does to contacts, by boto3: ended, given to a user, lost."""

import json
import time
import urllib.error
import urllib.request

import pytest

from transfers import can_be_transferred


def queued(simulator, client):
    """A contact that waits in a queue, by its row."""
    for row in simulator.rows:
        if not can_be_transferred(simulator, client, row):
            continue
        contact = client.describe_contact(
            InstanceId=simulator.instance, ContactId=row["ContactId"])["Contact"]
        if "QueueInfo" in contact:
            return contact
    raise AssertionError("no contact waits in a queue")


def test_stop_contact_ends_a_contact_and_says_when_and_why(simulator):
    client = simulator.client()
    contact = queued(simulator, client)
    before = time.time()
    client.stop_contact(
        InstanceId=simulator.instance, ContactId=contact["Id"],
        DisconnectReason={"Code": "DISCARDED"})
    ended = client.describe_contact(
        InstanceId=simulator.instance, ContactId=contact["Id"])["Contact"]
    assert ended["DisconnectReason"] == "DISCARDED"
    assert before - 2 < ended["DisconnectTimestamp"].timestamp() < time.time() + 2
    assert ended["QueueInfo"]["Id"] == contact["QueueInfo"]["Id"]
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.stop_contact(InstanceId=simulator.instance, ContactId=contact["Id"])
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.transfer_contact(
            InstanceId=simulator.instance, ContactId=contact["Id"],
            QueueId=contact["QueueInfo"]["Id"],
            ContactFlowId=simulator.rows[0]["ContactFlowId"])


def test_stop_contact_of_an_unknown_contact_is_gone(simulator):
    client = simulator.client()
    with pytest.raises(client.exceptions.ContactNotFoundException) as caught:
        client.stop_contact(
            InstanceId=simulator.instance, ContactId="11111111-2222-4333-8444-555555555555")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.stop_contact(
            InstanceId="11111111-2222-4333-8444-555555555555", ContactId="c")


def test_associate_contact_with_user_leaves_a_contact_in_its_queue(simulator):
    client = simulator.client()
    contact = queued(simulator, client)
    user = next(row["UserId"] for row in simulator.rows if row["UserId"])
    client.associate_contact_with_user(
        InstanceId=simulator.instance, ContactId=contact["Id"], UserId=user)
    taken = client.describe_contact(
        InstanceId=simulator.instance, ContactId=contact["Id"])["Contact"]
    assert taken["AgentInfo"]["Id"] == user
    assert taken["QueueInfo"]["Id"] == contact["QueueInfo"]["Id"]
    assert "DisconnectTimestamp" not in taken
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.associate_contact_with_user(
            InstanceId=simulator.instance, ContactId=contact["Id"], UserId=user)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.associate_contact_with_user(
            InstanceId=simulator.instance, ContactId=contact["Id"], UserId="nobody")


def test_a_lost_contact_is_not_found_and_leaves_its_tree(simulator):
    client = simulator.client()
    contact = queued(simulator, client)
    request = urllib.request.Request(
        simulator.line["endpoint"] + "/simulator/forget", method="POST",
        data=json.dumps({"contactId": contact["Id"]}).encode())
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_contact(InstanceId=simulator.instance, ContactId=contact["Id"])
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 404


@pytest.mark.parametrize("name, place", [
    ("Transfer to queue, with overflow", "elsewhere"),
    ("Transfer to queue, waiting for an answer", "nowhere"),
    ("Transfer to queue, out of hours", "ended"),
])
def test_some_flows_accept_a_transfer_and_lead_elsewhere(simulator, name, place):
    client = simulator.client()
    flows = client.list_contact_flows(InstanceId=simulator.instance, MaxResults=1000)
    flow = next(f["Id"] for f in flows["ContactFlowSummaryList"] if f["Name"] == name)
    row = next(
        row for row in simulator.rows
        if row["QueueId"] and can_be_transferred(simulator, client, row))
    new = client.transfer_contact(
        InstanceId=simulator.instance, ContactId=row["ContactId"], ContactFlowId=flow,
        QueueId=row["QueueId"])
    contact = client.describe_contact(
        InstanceId=simulator.instance, ContactId=new["ContactId"])["Contact"]
    assert contact["PreviousContactId"] == row["ContactId"]
    assert ("QueueInfo" in contact) == (place == "elsewhere")
    assert ("DisconnectTimestamp" in contact) == (place == "ended")
    if place == "ended":
        assert contact["DisconnectReason"] == "CONTACT_FLOW_DISCONNECT"
