"""Credentials from everywhere, for boto3 and for Baton: both must be the same caller."""

import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import time

import boto3
import botocore.exceptions
import pytest

from probe import ask
from simulator import ONCE, SECRET, UNLIMITED
from test_identity import status_and_code, web_token

KEYS = """
[profile keys]
aws_access_key_id = {accessKeyId}
aws_secret_access_key = """ + SECRET + "\n"


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Writes the file of profiles, and makes this process use it and a simulator."""

    def configure(simulator, profiles="", **environment):
        file = tmp_path / "config"
        file.write_text(profiles.format(**simulator.line, token_file=tmp_path / "token"))
        for name, value in {
                "AWS_CONFIG_FILE": str(file), "AWS_DEFAULT_REGION": simulator.line["region"],
                "AWS_ENDPOINT_URL": simulator.endpoint, **environment}.items():
            monkeypatch.setenv(name, value)

    return configure


def arn(profile=None):
    """Who a session of boto3 is, that then calls Amazon Connect as well; Baton must be the same."""
    session = boto3.Session(profile_name=profile)
    assert session.client("connect", config=ONCE).list_instances()["InstanceSummaryList"]
    theirs = session.client("sts", config=ONCE).get_caller_identity()["Arn"]
    ours = batons_identity(os.environ, profile)
    # Each has names of its own for sessions that nobody named.
    assert ours["arn"].rpartition("/")[0] == theirs.rpartition("/")[0], ours
    return theirs


def batons_identity(environment, profile=None):
    named = {n: v for n, v in environment.items() if n.startswith("AWS_") or n == "HOME"}
    answer, = ask([{
        "ask": "identity", "profile": profile, "region": "us-east-1", "environment": named,
        "now": int(time.time() * 1000)}])
    return answer if "arn" in answer else {"arn": "", **answer}


@pytest.mark.parametrize("token", [None, "a token of the task"])
def test_from_the_containers_endpoint(start, configured, token):
    simulator = start(*UNLIMITED, *(["--container-token", token] if token else []))
    authorization = {"AWS_CONTAINER_AUTHORIZATION_TOKEN": token} if token else {}
    configured(
        simulator, AWS_CONTAINER_CREDENTIALS_FULL_URI=simulator.line["containerCredentialsUri"],
        **authorization)
    assert ":assumed-role/baton-task-role/" in arn()


def test_the_containers_endpoint_refuses_another_token(start, configured):
    simulator = start("--container-token", "right")
    configured(
        simulator, AWS_CONTAINER_CREDENTIALS_FULL_URI=simulator.line["containerCredentialsUri"],
        AWS_CONTAINER_AUTHORIZATION_TOKEN="wrong")
    with pytest.raises(botocore.exceptions.CredentialRetrievalError):
        boto3.Session().get_credentials()


def test_from_the_instances_metadata(simulator, configured):
    configured(
        simulator, AWS_EC2_METADATA_DISABLED="false",
        AWS_EC2_METADATA_SERVICE_ENDPOINT=simulator.endpoint, AWS_EC2_METADATA_V1_DISABLED="true")
    assert ":assumed-role/baton-instance-role/" in arn()


def test_the_instances_metadata_can_be_shut(start, configured):
    simulator = start("--imds-disabled")
    configured(
        simulator, AWS_EC2_METADATA_DISABLED="false",
        AWS_EC2_METADATA_SERVICE_ENDPOINT=simulator.endpoint)
    assert boto3.Session().get_credentials() is None


def test_from_a_profile_that_assumes_roles_in_a_chain(simulator, configured):
    configured(simulator, KEYS + """
[profile first]
role_arn = {roleArn}
source_profile = keys
external_id = any
duration_seconds = 900
[profile second]
role_arn = arn:aws:iam::{accountId}:role/second
role_session_name = nightly
source_profile = first
""")
    assert ":assumed-role/operations/" in arn("first")
    assert arn("second").endswith(":assumed-role/second/nightly")


@pytest.mark.parametrize("source", ["EcsContainer", "Ec2InstanceMetadata", "Environment"])
def test_from_a_profile_that_assumes_a_role_with_what_the_surroundings_give(
        simulator, configured, source):
    configured(
        simulator, f"""
[profile role]
role_arn = {{roleArn}}
credential_source = {source}
""", AWS_EC2_METADATA_DISABLED="false", AWS_EC2_METADATA_SERVICE_ENDPOINT=simulator.endpoint,
        AWS_CONTAINER_CREDENTIALS_FULL_URI=simulator.line["containerCredentialsUri"],
        AWS_ACCESS_KEY_ID=simulator.line["accessKeyId"], AWS_SECRET_ACCESS_KEY=SECRET)
    assert ":assumed-role/operations/" in arn("role")


def test_from_a_web_identity(simulator, configured, tmp_path):
    (tmp_path / "token").write_text(web_token())
    configured(
        simulator, "[profile web]\nrole_arn = {roleArn}\nweb_identity_token_file = {token_file}\n")
    assert ":assumed-role/operations/" in arn("web")


@pytest.mark.parametrize("left", [datetime.timedelta(hours=8), datetime.timedelta(minutes=-5)])
def test_from_sso_in_a_process_of_its_own(simulator, tmp_path, left):
    """With a token that is good, and with one that has to be renewed first.

    The cache of tokens is found through HOME, once for a process.
    """
    line = simulator.line
    cache = tmp_path / ".aws/sso/cache"
    cache.mkdir(parents=True)
    now = datetime.datetime.now(datetime.timezone.utc)
    stale = left < datetime.timedelta(0)
    name = hashlib.sha1(b"people").hexdigest() + ".json"
    (cache / name).write_text(json.dumps({
        "accessToken": "stale" if stale else line["ssoAccessToken"],
        "expiresAt": f"{now + left:%Y-%m-%dT%H:%M:%SZ}", "clientId": "client",
        "clientSecret": "hush", "refreshToken": line["ssoRefreshToken"],
        "registrationExpiresAt": f"{now + datetime.timedelta(days=9):%Y-%m-%dT%H:%M:%SZ}",
        "startUrl": "https://people.awsapps.com/start", "region": line["region"]}))
    (tmp_path / ".aws/config").write_text(f"""
[profile people]
sso_session = people
sso_account_id = {line['accountId']}
sso_role_name = Operations
region = {line['region']}
[sso-session people]
sso_start_url = https://people.awsapps.com/start
sso_region = {line['region']}
sso_registration_scopes = sso:account:access
""")
    result = subprocess.run(
        [sys.executable, "-c",
         "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"],
        env={"HOME": str(tmp_path), "AWS_PROFILE": "people", "PATH": os.environ["PATH"],
             "AWS_ENDPOINT_URL": simulator.endpoint,
             "PYTHONPATH": str(pathlib.Path(__file__).parent / "cli"),
             "BATON_ANSWER_PROBLEMS": str(tmp_path / "answer-problems")},
        capture_output=True, text=True, timeout=50)
    assert "/AWSReservedSSO_Operations_" in result.stdout, result.stderr
    ours = batons_identity({
        "HOME": str(tmp_path), "AWS_PROFILE": "people", "AWS_ENDPOINT_URL": simulator.endpoint})
    assert ours["arn"] == result.stdout.strip(), ours
    kept = json.loads((cache / name).read_text())["accessToken"]
    assert kept != "stale" and (kept == line["ssoAccessToken"]) != stale


def test_credentials_are_fetched_again_before_they_end(start, configured):
    simulator = start(*UNLIMITED, "--session-seconds", "30")
    configured(
        simulator, AWS_CONTAINER_CREDENTIALS_FULL_URI=simulator.line["containerCredentialsUri"])
    credentials = boto3.Session().get_credentials()
    # 30 s are less than the ten minutes before the end in which botocore insists on new ones.
    keys = {credentials.get_frozen_credentials().access_key for _ in range(3)}
    assert len(keys) == 3


def test_credentials_that_ended_are_refused_by_their_name(start):
    simulator = start(*UNLIMITED, "--session-seconds", "0")
    role = simulator.client(service="sts").assume_role(
        RoleArn=simulator.line["roleArn"], RoleSessionName="short")["Credentials"]
    expected = {
        "connect": (403, "ExpiredTokenException"), "sts": (403, "ExpiredToken"),
        "service-quotas": (400, "ExpiredTokenException")}
    calls = {
        "connect": lambda c: c.list_instances(), "sts": lambda c: c.get_caller_identity(),
        "service-quotas": lambda c: c.get_service_quota(
            ServiceCode="connect", QuotaCode="L-43B4F8CE")}
    for service, call in calls.items():
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            call(simulator.client(
                role["AccessKeyId"], role["SecretAccessKey"], service,
                aws_session_token=role["SessionToken"]))
        assert status_and_code(caught) == expected[service]


@pytest.mark.parametrize("skew", ["3600", "-3600"])
def test_a_clock_that_is_wrong_is_told_apart_from_a_wrong_key(start, skew):
    simulator = start(*UNLIMITED, f"--clock-skew={skew}")
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        simulator.client().list_instances()
    assert status_and_code(caught) == (403, "InvalidSignatureException")
    assert "Signature" in caught.value.response["Error"]["Message"]
    date = caught.value.response["ResponseMetadata"]["HTTPHeaders"]["date"]
    there = datetime.datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT")
    ahead = there - datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    assert abs(ahead.total_seconds() - float(skew)) < 30
