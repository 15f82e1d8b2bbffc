"""Refusals: each arrives as the class that botocore models, with the model's status."""

import uuid

import botocore.exceptions
import pytest

from simulator import DENIED, SECRET, UNLIMITED
from transfers import can_be_transferred


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
