"""What our client puts on the wire, beside what botocore puts there for the same call."""

import json

import boto3
import pytest

from capture import always, capturing
from golden import at
from probe import NOW, NOW_MILLISECONDS, ask
from simulator import ONCE

REGION, KEY, SECRET = "eu-west-2", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY"
TOKENS = [None, "IQoJb3JpZ2luX2VjE+/=abc"]
AWKWARD = "arn:aws:connect:eu-west-2:1:instance/a~b*c(d)'e!/%2F+=&?#@,;$"
TRANSFER = {
    "InstanceId": "i", "ContactId": "c", "ContactFlowId": "f", "QueueId": "q", "ClientToken": "t"}
ANSWERS = {
    "TransferContact": {"ContactId": "c2", "ContactArn": "a"}, "DescribeContact": {"Contact": {}},
    "ListAssociatedContacts": {"ContactSummaryList": []}}
CALLS = [
    ("TransferContact", TRANSFER),
    ("TransferContact", {k: AWKWARD[:90] + '"\\' for k in TRANSFER if k != "QueueId"} | {
        "UserId": AWKWARD}),
    ("TransferContact", {k: TRANSFER[k] for k in TRANSFER if k != "QueueId"}),
    ("DescribeContact", {"InstanceId": "i", "ContactId": "c"}),
    ("DescribeContact", {"InstanceId": AWKWARD, "ContactId": AWKWARD}),
    ("ListAssociatedContacts", {"InstanceId": "i", "ContactId": "c"}),
    ("ListAssociatedContacts", {"InstanceId": AWKWARD, "ContactId": AWKWARD}),
]


def botocores_request(operation, parameters, token):
    if operation == "ListAssociatedContacts":
        # Ours always asks for pages as long as may be.
        parameters = parameters | {"MaxResults": 100}
    with capturing(always(ANSWERS[operation])) as (url, requests), at(NOW):
        client = boto3.client(
            "connect", endpoint_url=url, region_name=REGION, aws_access_key_id=KEY,
            aws_secret_access_key=SECRET, aws_session_token=token, config=ONCE)
        client._make_api_call(operation, parameters)
    return requests[0]


def our_request(operation, parameters, token):
    with capturing(always(ANSWERS[operation])) as (url, requests):
        reply, = ask([{
            "ask": "call", "operation": operation, "parameters": parameters, "url": url,
            "region": REGION, "accessKeyID": KEY, "secretAccessKey": SECRET,
            "sessionToken": token, "now": NOW_MILLISECONDS}])
    assert "error" not in reply
    return requests[0]


@pytest.mark.parametrize("token", TOKENS, ids=["key", "session"])
@pytest.mark.parametrize("operation, parameters", CALLS)
def test_calls_are_sent_as_botocore_sends_them(operation, parameters, token):
    theirs = botocores_request(operation, parameters, token)
    ours = our_request(operation, parameters, token)
    assert (ours.method, ours.path) == (theirs.method, theirs.path)
    assert sorted(ours.query) == sorted(theirs.query)
    # JSON has no order: ours writes the members sorted and without blanks.
    assert (json.loads(ours.body or "null") == json.loads(theirs.body or "null"))
    without_host = [
        {k: v for k, v in request.signed_headers.items() if k != "host"}
        for request in (ours, theirs)]
    assert without_host[0] == without_host[1]
    for request in (ours, theirs):
        assert request.header("Authorization") == request.botocores_authorization(
            SECRET, "connect", REGION)


def test_what_only_one_of_the_two_sends_is_known():
    """A header more or less than botocore's is to be a decision, not a slip."""
    theirs = {n.lower() for n, _ in botocores_request(*CALLS[0], None).headers}
    ours = {n.lower() for n, _ in our_request(*CALLS[0], None).headers}
    # botocore's HTTP client would take compressed answers, and no answer of ours is worth it.
    assert theirs - ours <= {"accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request"}
    # libcurl's own.
    assert ours - theirs <= {"accept"}
