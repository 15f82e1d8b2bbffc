"""Refusals: each arrives as the class that botocore models, with the model's status."""

import time
import uuid

import botocore.config
import botocore.exceptions
import botocore.httpsession
import botocore.session
import pytest

from calls import OPERATIONS, call, parameters
from simulator import DENIED, ONCE, SECRET, UNLIMITED
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


# Modelled, and given by the simulator in one case alone, which has a test of its own above or in
# test_directory.py; a malformed parameter is one of the first two: the service does not say which.
ELSEWHERE = {
    "TransferContact": {"IdempotencyException", "ServiceQuotaExceededException"},
    "DescribeContactFlow": {"ContactFlowNotPublishedException"}}
MALFORMED = {"InvalidRequestException", "InvalidParameterException"}
UNCHECKED = ONCE.merge(botocore.config.Config(parameter_validation=False))
MODEL = botocore.session.get_session().get_service_model("connect")


def refusal(client, operation, given):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(client, operation, given)
    name = caught.value.response["Error"]["Code"]
    # botocore knows the class of what its model has, whichever operation it is of.
    assert isinstance(caught.value, getattr(client.exceptions, name))
    return name, caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_is_refused_as_it_is_modelled(start, operation):
    given = {}
    healthy = start(*UNLIMITED, "--failing-share", "0")
    whole = parameters(healthy, operation)
    assert call(healthy.client(), operation, whole)

    given["unknown"] = refusal(
        healthy.client(), operation, whole | {"InstanceId": str(uuid.uuid4())}
    ) if "InstanceId" in whole else None
    broken = {"InstanceId": "x" * 101} if "InstanceId" in whole else {"MaxResults": 11}
    given["malformed"] = refusal(healthy.client(config=UNCHECKED), operation, whole | broken)
    given["denied"] = refusal(healthy.client(*DENIED), operation, whole)
    healthy.stop()

    slow = start("--quota", "*=0.001/1", "--failing-share", "0")
    call(slow.client(), operation, parameters(slow, operation))
    given["throttled"] = refusal(slow.client(), operation, parameters(slow, operation))
    slow.stop()

    faulty = start(*UNLIMITED, "--fault-500", "1", "--failing-share", "0")
    given["broken"] = refusal(faulty.client(), operation, parameters(faulty, operation))

    assert given["denied"] == ("AccessDeniedException", 403)
    assert given["throttled"] == ("ThrottlingException", 429)
    assert given["broken"] == ("InternalServiceException", 500)
    assert given["malformed"][0] in MALFORMED and given["malformed"][1] == 400
    assert given["unknown"] in (None, ("ResourceNotFoundException", 404))
    modelled = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
    seen = {refused[0] for refused in given.values() if refused}
    assert modelled - MALFORMED - ELSEWHERE.get(operation, set()) <= seen


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_has_the_burst_that_the_service_documents(start, operation):
    simulator = start("--failing-share", "0")
    client, given = simulator.client(), parameters(simulator, operation)
    rate, burst = {"SearchContacts": (0.5, 1), "DescribeContact": (10, 15)}.get(operation, (2, 5))
    token = {"ClientToken": "once"} if operation == "TransferContact" else {}
    sent = []
    client.meta.events.register(
        "before-send.connect", lambda request, **_: sent.append(request))
    begun = time.monotonic()
    # One call of boto3's, and then its bytes again: to make calls anew takes as long, on a busy
    # machine, as the quota needs to refill. A transfer has an effect once, and costs quota each time.
    call(client, operation, given | token)
    session = botocore.httpsession.URLLib3Session()
    statuses = [session.send(sent[0]).status_code for _ in range(burst + 20)]
    taken = 1 + statuses.count(200)
    assert set(statuses) <= {200, 429}
    assert burst <= taken <= burst + rate * (time.monotonic() - begun) + 1
