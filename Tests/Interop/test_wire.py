"""What our client puts on the wire, beside what botocore puts there for the same call."""

import json

import boto3
import pytest

from calls import OPERATIONS
from capture import always, capturing
from golden import at
from inputs import input_problems
from probe import NOW, NOW_MILLISECONDS, ask
from simulator import ONCE

REGION, KEY, SECRET = "eu-west-2", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY"
TOKENS = [None, "IQoJb3JpZ2luX2VjE+/=abc"]
AWKWARD = "arn:aws:connect:eu-west-2:1:instance/a~b*c(d)'e!/%2F+=&?#@,;$"
TRANSFER = {
    "InstanceId": "i", "ContactId": "c", "ContactFlowId": "f", "QueueId": "q", "ClientToken": "t"}
INSTANCE = {"InstanceId": "i"}
# Ours asks for pages that are as long as may be.
PAGE = {"MaxResults": 1000}
PERIOD = {"StartTime": "1795000000999", "EndTime": "1795338487000"}
RANGE = {"Type": "INITIATION_TIMESTAMP", "StartTime": 1795000000, "EndTime": 1795338487}
ACTIVE = {"AdditionalTimeRange": {"MatchType": "MATCH_ALL", "Criteria": [
    {"TimestampCondition": {"Type": "DISCONNECT_TIMESTAMP", "ConditionType": "NOT_EXISTS"}}]}}
# What our client can read, for each operation.
ANSWERS = {
    "TransferContact": {"ContactId": "c2", "ContactArn": "a"}, "DescribeContact": {"Contact": {}},
    "ListAssociatedContacts": {"ContactSummaryList": []}, "SearchContacts": {"Contacts": []},
    "ListQueues": {"QueueSummaryList": []}, "ListUsers": {"UserSummaryList": []},
    "ListContactFlows": {"ContactFlowSummaryList": []}, "DescribeQueue": {"Queue": {}},
    "DescribeUser": {"User": {}}, "DescribeContactFlow": {"ContactFlow": {}},
    "ListInstances": {"InstanceSummaryList": []}, "DescribeInstance": {"Instance": {}},
    "GetServiceQuota": {"Quota": {"Value": 2.0}}}
# The operation, its parameters in the words of the probe, and in botocore's where they differ.
CALLS = [
    ("TransferContact", TRANSFER, {}),
    ("TransferContact", {k: AWKWARD[:90] + '"\\' for k in TRANSFER if k != "QueueId"} | {
        "UserId": AWKWARD}, {}),
    ("TransferContact", {k: TRANSFER[k] for k in TRANSFER if k != "QueueId"}, {}),
    ("DescribeContact", INSTANCE | {"ContactId": "c"}, {}),
    ("DescribeContact", {"InstanceId": AWKWARD, "ContactId": AWKWARD}, {}),
    ("ListAssociatedContacts", INSTANCE | {"ContactId": "c"}, {"MaxResults": 100}),
    ("ListAssociatedContacts", {"InstanceId": AWKWARD, "ContactId": AWKWARD}, {"MaxResults": 100}),
    ("SearchContacts", INSTANCE | PERIOD, {"TimeRange": RANGE, "MaxResults": 100}),
    ("SearchContacts", INSTANCE | PERIOD | {
        "Channels": "TASK,EMAIL", "QueueIds": "q1,q/2", "AgentIds": "u", "NotEnded": "yes",
        "Order": "ASCENDING", "NextToken": AWKWARD}, {
        "TimeRange": RANGE, "MaxResults": 100, "NextToken": AWKWARD,
        "Sort": {"FieldName": "INITIATION_TIMESTAMP", "Order": "ASCENDING"},
        "SearchCriteria": {
            "Channels": ["TASK", "EMAIL"], "QueueIds": ["q1", "q/2"], "AgentIds": ["u"],
            **ACTIVE}}),
    ("ListQueues", INSTANCE, PAGE),
    ("ListQueues", INSTANCE | {"QueueTypes": "AGENT,STANDARD", "NextToken": AWKWARD},
     PAGE | {"QueueTypes": ["AGENT", "STANDARD"]}),
    ("ListUsers", INSTANCE, PAGE),
    ("ListUsers", {"InstanceId": AWKWARD, "NextToken": AWKWARD}, PAGE),
    ("ListContactFlows", INSTANCE, PAGE),
    ("ListContactFlows", INSTANCE | {"ContactFlowTypes": "QUEUE_TRANSFER,CONTACT_FLOW"},
     PAGE | {"ContactFlowTypes": ["QUEUE_TRANSFER", "CONTACT_FLOW"]}),
    ("DescribeQueue", INSTANCE | {"QueueId": AWKWARD}, {}),
    ("DescribeUser", INSTANCE | {"UserId": AWKWARD}, {}),
    ("DescribeContactFlow", INSTANCE | {"ContactFlowId": AWKWARD + ":$SAVED"}, {}),
    ("ListInstances", {}, {"MaxResults": 10}),
    ("ListInstances", {"NextToken": AWKWARD}, {"MaxResults": 10}),
    ("DescribeInstance", {"InstanceId": AWKWARD}, {}),
    ("GetServiceQuota", {}, {"ServiceCode": "connect", "QuotaCode": "L-43B4F8CE"}),
]


def service_of(operation):
    return "service-quotas" if operation == "GetServiceQuota" else "connect"


def signing_name(operation):
    return service_of(operation).replace("-", "")


def botocores_request(operation, parameters, token):
    with capturing(always(ANSWERS[operation], service_of(operation))) as (url, requests), at(NOW):
        client = boto3.client(
            service_of(operation), endpoint_url=url, region_name=REGION, aws_access_key_id=KEY,
            aws_secret_access_key=SECRET, aws_session_token=token, config=ONCE)
        client._make_api_call(operation, parameters)
    return requests[0]


def our_request(operation, parameters, token):
    with capturing(always(ANSWERS[operation], service_of(operation))) as (url, requests):
        ask([{
            "ask": "call", "operation": operation, "parameters": parameters, "url": url,
            "region": REGION, "accessKeyID": KEY, "secretAccessKey": SECRET,
            "sessionToken": token, "now": NOW_MILLISECONDS}])
    return requests[0]


def in_botocores_words(parameters, more):
    ours_alone = {"StartTime", "EndTime", "Channels", "QueueIds", "AgentIds", "NotEnded", "Order"}
    return {k: v for k, v in parameters.items() if k not in ours_alone} | more


@pytest.mark.parametrize("token", TOKENS, ids=["key", "session"])
@pytest.mark.parametrize("operation, parameters, more", CALLS)
def test_calls_are_sent_as_botocore_sends_them(operation, parameters, more, token):
    theirs = botocores_request(operation, in_botocores_words(parameters, more), token)
    ours = our_request(operation, parameters, token)
    assert (ours.method, ours.path) == (theirs.method, theirs.path)
    assert sorted(ours.query) == sorted(theirs.query)
    # JSON has no order: ours writes the members sorted and without blanks.
    assert json.loads(ours.body or "null") == json.loads(theirs.body or "null")
    without_host = [
        {k: v for k, v in request.signed_headers.items() if k != "host"}
        for request in (ours, theirs)]
    assert without_host[0] == without_host[1]
    for request in (ours, theirs):
        assert request.header("Authorization") == request.botocores_authorization(
            SECRET, signing_name(operation), REGION)
    if service_of(operation) == "connect":
        assert input_problems(ours) == input_problems(theirs) == (operation, [])


def test_every_operation_is_compared():
    assert {operation for operation, _, _ in CALLS} == {*OPERATIONS, "GetServiceQuota"}


def test_what_only_one_of_the_two_sends_is_known():
    """A header more or less than botocore's is to be a decision, not a slip."""
    theirs = {n.lower() for n, _ in botocores_request(*CALLS[0][:2], None).headers}
    ours = {n.lower() for n, _ in our_request(*CALLS[0][:2], None).headers}
    # botocore's HTTP client would take compressed answers, and no answer of ours is worth it.
    assert theirs - ours <= {"accept-encoding", "amz-sdk-invocation-id", "amz-sdk-request"}
    # libcurl's own.
    assert ours - theirs <= {"accept"}
