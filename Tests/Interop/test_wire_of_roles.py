"""What our client sends to STS and to IAM Identity Center, beside what botocore sends there."""

import datetime
import hashlib
import json
import time
import urllib.parse

import boto3
import pytest

from capture import capturing, forwarding
from probe import ask
from simulator import ONCE, SECRET
from test_identity import UNSIGNED, renewal, web_token

PROFILES = """
[profile role]
role_arn = {roleArn}
role_session_name = a=b,c@d.e-f_g
external_id = x:y/z=1,2@3
duration_seconds = 901
credential_source = Environment
[profile web]
role_arn = {roleArn}
role_session_name = pod
web_identity_token_file = {folder}/token
[profile people]
sso_session = people
sso_account_id = {accountId}
sso_role_name = Operations
[sso-session people]
sso_start_url = https://people.awsapps.com/start
sso_region = {region}
"""


def form(request):
    return sorted(urllib.parse.parse_qsl(request.body.decode(), strict_parsing=True))


def requests_of_both(simulator, folder, monkeypatch, profile):
    """The requests that boto3 makes to say who a profile is, and those of our client."""
    config = folder / "config"
    config.write_text(PROFILES.format(folder=folder, **simulator.line))
    environment = {
        "AWS_CONFIG_FILE": str(config), "HOME": str(folder), "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": simulator.line["accessKeyId"], "AWS_SECRET_ACCESS_KEY": SECRET}
    with capturing(forwarding(simulator.endpoint)) as (url, theirs):
        for name, value in {**environment, "AWS_ENDPOINT_URL": url}.items():
            monkeypatch.setenv(name, value)
        if profile != "people":
            boto3.Session(profile_name=profile).client("sts", config=ONCE).get_caller_identity()
    with capturing(forwarding(simulator.endpoint)) as (url, ours):
        answer, = ask([{
            "ask": "identity", "profile": profile, "region": "us-east-1",
            "environment": {**environment, "AWS_ENDPOINT_URL": url},
            "now": int(time.time() * 1000)}])
    assert "arn" in answer, answer
    return theirs, ours


@pytest.mark.parametrize("profile, actions", [
    (None, ["GetCallerIdentity"]), ("role", ["AssumeRole", "GetCallerIdentity"]),
    ("web", ["AssumeRoleWithWebIdentity", "GetCallerIdentity"])])
def test_sts_is_called_as_botocore_calls_it(simulator, tmp_path, monkeypatch, profile, actions):
    (tmp_path / "token").write_text(web_token())
    theirs, ours = requests_of_both(simulator, tmp_path, monkeypatch, profile)
    assert [dict(form(request))["Action"] for request in ours] == actions
    assert len(ours) == len(theirs)
    for mine, botocores in zip(ours, theirs):
        assert (mine.method, mine.target) == (botocores.method, botocores.target)
        assert form(mine) == form(botocores)
        assert mine.header("Content-Type") == botocores.header("Content-Type")
        if "WithWebIdentity" in dict(form(mine))["Action"]:
            assert mine.header("Authorization") is botocores.header("Authorization") is None
        else:
            assert mine.signed_headers.keys() == botocores.signed_headers.keys()
    if profile != "web":
        assert ours[0].header("Authorization") == ours[0].botocores_authorization(
            SECRET, "sts", "us-east-1")


@pytest.mark.parametrize("stale", [False, True])
def test_sso_is_called_as_botocore_calls_it(simulator, tmp_path, monkeypatch, stale):
    now = datetime.datetime.now(datetime.timezone.utc)
    end = now + datetime.timedelta(hours=-1 if stale else 8)
    cache = tmp_path / ".aws/sso/cache"
    cache.mkdir(parents=True)
    (cache / (hashlib.sha1(b"people").hexdigest() + ".json")).write_text(json.dumps({
        "accessToken": simulator.line["ssoAccessToken"], "expiresAt": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "clientId": "client", "clientSecret": "hush",
        "refreshToken": simulator.line["ssoRefreshToken"],
        "registrationExpiresAt": f"{now + datetime.timedelta(days=9):%Y-%m-%dT%H:%M:%SZ}"}))
    _, ours = requests_of_both(simulator, tmp_path, monkeypatch, "people")
    renewed = json.loads(next(cache.glob("*.json")).read_text())["accessToken"]
    with capturing(forwarding(simulator.endpoint)) as (url, theirs):
        if stale:
            simulator.client(
                service="sso-oidc", endpoint_url=url, config=UNSIGNED).create_token(
                    **renewal(simulator))
        simulator.client(
            service="sso", endpoint_url=url, config=UNSIGNED).get_role_credentials(
                roleName="Operations", accountId=simulator.line["accountId"], accessToken=renewed)
    assert len(ours) == len(theirs) + 1
    for mine, botocores in zip(ours, theirs):
        assert (mine.method, mine.path) == (botocores.method, botocores.path)
        assert sorted(mine.query) == sorted(botocores.query)
        assert json.loads(mine.body or "null") == json.loads(botocores.body or "null")
        for name in ("Authorization", "x-amz-sso_bearer_token"):
            assert mine.header(name) == botocores.header(name)
