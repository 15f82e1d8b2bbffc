"""The validator of answers itself: what it must see, and what it must let pass."""

import json

import botocore.session
import pytest

from answers import answer_problems

SESSION = botocore.session.get_session()
HEADERS = {
    "content-type": "application/json", "x-amzn-requestid": "00000000-0000-4000-8000-000000000000"}
CONTACT = {
    "Arn": "a", "Id": "c", "Channel": "TASK", "InitiationTimestamp": 1.7e9 + 0.5,
    "QueueInfo": {"Id": "q"}, "TotalPauseCount": 3, "Tags": {"team": "x"},
    "QueuePriority": 1}
STS = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<GetCallerIdentityResult>{}</GetCallerIdentityResult>"
    "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>")


def problems(service, operation, status, body, **headers):
    model = SESSION.get_service_model(service).operation_model(operation)
    body = body if isinstance(body, str) else json.dumps(body)
    return answer_problems(
        model, {"status_code": status, "headers": HEADERS | headers, "body": body.encode()})


def described(**members):
    return problems("connect", "DescribeContact", 200, {"Contact": CONTACT | members})


def test_lets_pass_what_the_model_describes():
    assert described() == []
    assert problems(
        "connect", "TransferContact", 402, {"Message": "no"},
        **{"x-amzn-errortype": "ServiceQuotaExceededException:http://x/"}) == []
    assert problems(
        "sts", "GetCallerIdentity", 200, STS.format("<Arn>arn:aws:iam::111122223333:root</Arn>"),
        **{"content-type": "text/xml"}) == []


@pytest.mark.parametrize("members, words", [
    ({"NextContactId": "x"}, "$.Contact.NextContactId is unknown"),
    ({"Id": 1}, "$.Contact.Id is a int"), ({"Id": ""}, "outside of 1..256"),
    ({"Id": None}, "$.Contact.Id is null"), ({"Channel": "FAX"}, "enum lacks"),
    ({"InitiationTimestamp": "2026-01-01T00:00:00Z"}, "not a timestamp"),
    ({"InitiationTimestamp": 1_795_338_487_000}, "no moment of our days"),
    ({"TotalPauseCount": 11}, "outside of 0..10"), ({"TotalPauseCount": 1.5}, "whole number"),
    ({"TotalPauseCount": True}, "is a bool"), ({"Tags": ["x"]}, "is a list"),
    ({"Tags": {str(n): "x" for n in range(7)}}, "outside of"),
    ({"QueueInfo": {"id": "q"}}, "$.Contact.QueueInfo.id is unknown")])
def test_sees_a_member_that_does_not_fit(members, words):
    found = described(**members)
    assert any(words in problem for problem in found), found


@pytest.mark.parametrize("arguments, words", [
    (("connect", "SearchContacts", 200, {}), "$.Contacts is missing"),
    (("connect", "SearchContacts", 200, "{"), "cannot be read"),
    (("connect", "TransferContact", 201, {}), "the model's status is 200"),
    (("connect", "DescribeContact", 400, {"code": "IdempotencyException"}), "no modelled"),
    (("connect", "TransferContact", 400, {"code": "IdempotencyException"}), "is 409"),
    (("connect", "TransferContact", 409, {"code": "IdempotencyException", "Words": "x"}),
     "$.Words is unknown"),
    (("sts", "GetCallerIdentity", 200, "<x/>"), "namespace"),
    (("sts", "GetCallerIdentity", 200, STS.format("<Name>x</Name>")), "$.Name is unknown"),
    (("sts", "GetCallerIdentity", 200, STS.format("<Arn>x</Arn>")), "outside of 20"),
    (("sts", "GetCallerIdentity", 200, STS.format("")), "Content-Type")])
def test_sees_an_answer_that_does_not_fit(arguments, words):
    found = problems(*arguments)
    assert any(words in problem for problem in found), found
