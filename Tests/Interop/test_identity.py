"""The services round Connect: identities and roles, quotas, and IAM Identity Center."""

import base64
import datetime
import json
import re

import botocore
import botocore.config
import botocore.exceptions
import pytest

from simulator import DENIED, ONCE, UNLIMITED

ROLE = "arn:aws:iam::{}:role/night/operations"
UNSIGNED = ONCE.merge(botocore.config.Config(signature_version=botocore.UNSIGNED))


def client_of(simulator, credentials, service="sts"):
    return simulator.client(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], service,
        aws_session_token=credentials["SessionToken"])


def web_token(**claims):
    claims = {
        "iss": "https://idp.example", "sub": "system:batch", "aud": "baton", "exp": 4e9, **claims}
    parts = [{"alg": "none"}, claims, {}]
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def test_says_who_calls(simulator):
    identity = simulator.client(service="sts").get_caller_identity()
    assert identity["Account"] == simulator.line["accountId"]
    assert re.fullmatch(rf"arn:aws:iam::{identity['Account']}:user/\S+", identity["Arn"])
    denied = simulator.client(*DENIED, service="sts").get_caller_identity()
    assert denied["Arn"] != identity["Arn"]


def test_assumes_a_role_and_then_another(simulator):
    sts = simulator.client(service="sts")
    role = ROLE.format(simulator.line["accountId"])
    first = sts.assume_role(RoleArn=role, RoleSessionName="one", DurationSeconds=900)
    assert first["AssumedRoleUser"]["Arn"].endswith("assumed-role/operations/one")
    left = first["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert 880 < left.total_seconds() <= 901
    chained = client_of(simulator, first["Credentials"])
    assert chained.get_caller_identity()["Arn"] == first["AssumedRoleUser"]["Arn"]
    second = chained.assume_role(
        RoleArn=role.replace("operations", "other"), RoleSessionName="two@a,b=c.d-e",
        Tags=[{"Key": "a", "Value": "b"}], PolicyArns=[{"arn": "arn:aws:iam::aws:policy/x"}])
    arn = client_of(simulator, second["Credentials"]).get_caller_identity()["Arn"]
    assert arn.endswith("assumed-role/other/two@a,b=c.d-e")
    connect = client_of(simulator, second["Credentials"], "connect")
    assert connect.list_instances()["InstanceSummaryList"]


def test_a_role_asks_for_its_external_id_and_its_code(start):
    simulator = start(*UNLIMITED, "--external-id", "ext-1", "--mfa-code", "123456")
    sts = simulator.client(service="sts")
    role = {"RoleArn": ROLE.format(simulator.line["accountId"]), "RoleSessionName": "one"}
    device = {"SerialNumber": "arn:aws:iam::111122223333:mfa/me", "TokenCode": "123456"}
    for wrong in (
            {}, {"ExternalId": "ext-1"}, device, device | {"ExternalId": "ext-2"},
            device | {"ExternalId": "ext-1", "TokenCode": "654321"}):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            sts.assume_role(**role, **wrong)
        assert status_and_code(caught) == (403, "AccessDenied")
    assert sts.assume_role(**role, **device, ExternalId="ext-1")["Credentials"]


def status_and_code(caught):
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_assumes_a_role_with_a_web_identity_unsigned(simulator):
    sts = simulator.client(service="sts", config=UNSIGNED)
    answer = sts.assume_role_with_web_identity(
        RoleArn=ROLE.format(simulator.line["accountId"]), RoleSessionName="pod",
        WebIdentityToken=web_token())
    assert answer["SubjectFromWebIdentityToken"] == "system:batch" and answer["Audience"] == "baton"
    arn = client_of(simulator, answer["Credentials"]).get_caller_identity()["Arn"]
    assert arn == answer["AssumedRoleUser"]["Arn"]


@pytest.mark.parametrize("token, name", [
    ("no.token", "InvalidIdentityTokenException"),
    (web_token(exp=1_000_000_000), "ExpiredTokenException"),
    (web_token(iss="https://idp.invalid"), "IDPCommunicationErrorException")])
def test_a_web_identity_is_refused_as_modelled(simulator, token, name):
    sts = simulator.client(service="sts", config=UNSIGNED)
    with pytest.raises(getattr(sts.exceptions, name)) as caught:
        sts.assume_role_with_web_identity(
            RoleArn=ROLE.format("111122223333"), RoleSessionName="pod", WebIdentityToken=token)
    assert status_and_code(caught)[0] == 400


@pytest.mark.parametrize("name, more, expected", [
    ("assume_role", {"RoleArn": "x" * 20}, (400, "ValidationError")),
    ("assume_role", {"RoleArn": "arn:aws:iam::111122223333:role/denied"}, (403, "AccessDenied")),
    ("assume_role", {"DurationSeconds": 899}, (400, "ValidationError")),
    ("assume_role", {"RoleSessionName": "a b"}, (400, "ValidationError"))])
def test_a_role_is_refused_with_the_services_codes(simulator, name, more, expected):
    sts = simulator.client(
        service="sts", config=ONCE.merge(botocore.config.Config(parameter_validation=False)))
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        getattr(sts, name)(**{
            "RoleArn": ROLE.format("111122223333"), "RoleSessionName": "one", **more})
    assert status_and_code(caught) == expected


def test_who_is_not_known_is_refused_by_sts_and_quotas_too(simulator):
    sts = simulator.client("AKIANOBODY", service="sts")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        sts.get_caller_identity()
    assert status_and_code(caught) == (403, "InvalidClientTokenId")
    sts = simulator.client(secret="wrong", service="sts")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        sts.get_caller_identity()
    assert status_and_code(caught) == (403, "SignatureDoesNotMatch")
    quotas = simulator.client(secret="wrong", service="service-quotas")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        quotas.get_service_quota(ServiceCode="connect", QuotaCode="L-43B4F8CE")
    assert status_and_code(caught) == (400, "InvalidSignatureException")


def test_tells_the_applied_rate_of_transfers(start):
    simulator = start("--rate", "3.5", "--burst", "9")
    quota = simulator.client(service="service-quotas").get_service_quota(
        ServiceCode="connect", QuotaCode="L-43B4F8CE")["Quota"]
    assert quota["Value"] == 3.5 and quota["QuotaName"] == "Rate of TransferContact API requests"


def test_quotas_are_refused_as_modelled(simulator):
    quotas = simulator.client(service="service-quotas")
    for service, code in (("connect", "L-00000000"), ("nothing", "L-43B4F8CE")):
        with pytest.raises(quotas.exceptions.NoSuchResourceException):
            quotas.get_service_quota(ServiceCode=service, QuotaCode=code)
    denied = simulator.client(*DENIED, service="service-quotas")
    with pytest.raises(denied.exceptions.AccessDeniedException) as caught:
        denied.get_service_quota(ServiceCode="connect", QuotaCode="L-43B4F8CE")
    assert status_and_code(caught)[0] == 400


def test_the_portal_gives_a_roles_credentials(simulator):
    answer = simulator.client(service="sso", config=UNSIGNED).get_role_credentials(
        roleName="Operations", accountId=simulator.line["accountId"],
        accessToken=simulator.line["ssoAccessToken"])["roleCredentials"]
    sts = simulator.client(
        answer["accessKeyId"], answer["secretAccessKey"], "sts",
        aws_session_token=answer["sessionToken"])
    assert "/AWSReservedSSO_Operations_" in sts.get_caller_identity()["Arn"]
    assert answer["expiration"] > 1_700_000_000_000


@pytest.mark.parametrize("more, name, status", [
    ({"accessToken": "wrong"}, "UnauthorizedException", 401),
    ({"accountId": "999999999999"}, "ResourceNotFoundException", 404)])
def test_the_portal_refuses_as_modelled(simulator, more, name, status):
    sso = simulator.client(service="sso", config=UNSIGNED)
    with pytest.raises(getattr(sso.exceptions, name)) as caught:
        sso.get_role_credentials(**{
            "roleName": "Operations", "accountId": simulator.line["accountId"],
            "accessToken": simulator.line["ssoAccessToken"], **more})
    assert status_and_code(caught)[0] == status


def renewal(simulator, **more):
    return {
        "clientId": "client", "clientSecret": "hush", "grantType": "refresh_token",
        "refreshToken": simulator.line["ssoRefreshToken"], **more}


def test_an_access_token_is_renewed_and_opens_the_portal(simulator):
    oidc = simulator.client(service="sso-oidc", config=UNSIGNED)
    first = oidc.create_token(**renewal(simulator))
    again = oidc.create_token(**renewal(simulator, refreshToken=first["refreshToken"]))
    for answer in (first, again):
        assert answer["tokenType"] == "Bearer" and answer["expiresIn"] > 0
        assert simulator.client(service="sso", config=UNSIGNED).get_role_credentials(
            roleName="Operations", accountId=simulator.line["accountId"],
            accessToken=answer["accessToken"])


@pytest.mark.parametrize("more, name, status", [
    ({"refreshToken": "wrong"}, "InvalidGrantException", 400),
    ({"clientSecret": ""}, "InvalidClientException", 401),
    ({"grantType": "password"}, "UnsupportedGrantTypeException", 400)])
def test_a_renewal_is_refused_as_modelled(simulator, more, name, status):
    oidc = simulator.client(service="sso-oidc", config=UNSIGNED)
    with pytest.raises(getattr(oidc.exceptions, name)) as caught:
        oidc.create_token(**renewal(simulator, **more))
    assert status_and_code(caught)[0] == status
    assert caught.value.response["error"] and caught.value.response["error_description"]
