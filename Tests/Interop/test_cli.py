"""The aws CLI against the simulator."""

import datetime
import json
import os
import pathlib
import subprocess
import sys

from capture import always, capturing
from simulator import SECRET, UNLIMITED

# That of the suite's own environment, whose botocore is the one that the tests know.
BESIDE_PYTHON = pathlib.Path(sys.executable).with_name("aws")
AWS = str(BESIDE_PYTHON) if BESIDE_PYTHON.exists() else "aws"


def aws(simulator, *arguments, secret=SECRET, service="connect", **more):
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(simulator.csv.parent),
        "AWS_ACCESS_KEY_ID": simulator.line["accessKeyId"], "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": simulator.line["region"], "AWS_MAX_ATTEMPTS": "1",
        "PYENV_VERSION": os.environ.get("PYENV_VERSION", ""), "AWS_PAGER": "",
        "PYTHONPATH": str(pathlib.Path(__file__).parent / "cli"),
        "BATON_ANSWER_PROBLEMS": str(simulator.csv.parent / "answer-problems"), **more}
    return subprocess.run(
        [AWS, service, *arguments, "--endpoint-url", simulator.line["endpoint"]],
        env=environment, capture_output=True, text=True, timeout=50)


def test_the_aws_cli_transfers_and_describes(start):
    simulator = start(*UNLIMITED, "--failing-share", "0")
    row = simulator.rows[0]
    place = ["--queue-id", row["QueueId"]] if row["QueueId"] else ["--user-id", row["UserId"]]
    arguments = [
        "transfer-contact", "--instance-id", simulator.line["instanceId"], "--contact-id",
        row["ContactId"], "--contact-flow-id", row["ContactFlowId"], *place]
    result = aws(simulator, *arguments)
    assert result.returncode == 0, result.stderr
    new = json.loads(result.stdout)["ContactId"]
    result = aws(
        simulator, "describe-contact", "--instance-id", simulator.line["instanceId"],
        "--contact-id", new)
    assert json.loads(result.stdout)["Contact"]["PreviousContactId"] == row["ContactId"]

    refused = aws(simulator, *arguments)
    assert refused.returncode != 0 and "(InvalidRequestException)" in refused.stderr
    refused = aws(simulator, *arguments, secret="wrong")
    assert refused.returncode != 0 and "(InvalidSignatureException)" in refused.stderr


def json_of(result):
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_the_aws_cli_lists_all_pages(start):
    simulator = start(*UNLIMITED, "--users", "1250", "--queues", "30", "--instances", "12")
    instance = ["--instance-id", simulator.instance]
    users = json_of(aws(simulator, "list-users", *instance))["UserSummaryList"]
    assert len({user["Id"] for user in users}) == len(users) >= 1250
    queues = json_of(aws(
        simulator, "list-queues", *instance, "--queue-types", "STANDARD", "--page-size", "7",
        "--query", "QueueSummaryList[].Name"))
    assert len(queues) >= 30 and "billing" in queues
    first = json_of(aws(simulator, "list-contact-flows", *instance, "--max-items", "3"))
    rest = json_of(aws(
        simulator, "list-contact-flows", *instance, "--starting-token", first["NextToken"]))
    flows = first["ContactFlowSummaryList"] + rest["ContactFlowSummaryList"]
    assert flows == json_of(
        aws(simulator, "list-contact-flows", *instance))["ContactFlowSummaryList"]
    assert len(json_of(aws(simulator, "list-instances"))["InstanceSummaryList"]) == 12


def test_the_aws_cli_describes_each_kind(start):
    simulator = start(*UNLIMITED, "--failing-share", "0")
    instance = ["--instance-id", simulator.instance]
    row = next(row for row in simulator.rows if row["QueueId"])
    user = next(row["UserId"] for row in simulator.rows if row["UserId"])
    for name, value, kind in [
            ("queue", row["QueueId"], "Queue"), ("user", user, "User"),
            ("contact-flow", row["ContactFlowId"], "ContactFlow"),
            ("contact", row["ContactId"], "Contact")]:
        answer = json_of(aws(simulator, f"describe-{name}", *instance, f"--{name}-id", value))
        assert value in (answer[kind].get("Id"), answer[kind].get("QueueId"))
    assert json_of(aws(simulator, "describe-instance", *instance))["Instance"]["Id"]
    unknown = aws(simulator, "describe-queue", *instance, "--queue-id", "unknown")
    assert unknown.returncode != 0 and "(ResourceNotFoundException)" in unknown.stderr


def test_the_aws_cli_searches(start):
    simulator = start(*UNLIMITED, "--contacts", "250")
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    answer = json_of(aws(
        simulator, "search-contacts", "--instance-id", simulator.instance, "--time-range",
        f"Type=INITIATION_TIMESTAMP,StartTime={(now - 50 * day).isoformat()},"
        f"EndTime={(now + day).isoformat()}", "--search-criteria", json.dumps({
            "AdditionalTimeRange": {"MatchType": "MATCH_ALL", "Criteria": [{"TimestampCondition": {
                "Type": "DISCONNECT_TIMESTAMP", "ConditionType": "NOT_EXISTS"}}]}}),
        "--sort", "FieldName=INITIATION_TIMESTAMP,Order=ASCENDING"))
    assert len(answer["Contacts"]) == answer["TotalCount"] > 100
    assert not any("DisconnectTimestamp" in contact for contact in answer["Contacts"])


def test_the_aws_cli_assumes_a_role_and_asks_for_the_quota(simulator):
    role = json_of(aws(
        simulator, "assume-role", "--role-arn", simulator.line["roleArn"], "--role-session-name",
        "cli", service="sts"))["Credentials"]
    identity = json_of(aws(
        simulator, "get-caller-identity", service="sts", secret=role["SecretAccessKey"],
        AWS_ACCESS_KEY_ID=role["AccessKeyId"], AWS_SESSION_TOKEN=role["SessionToken"]))
    assert identity["Arn"].endswith(":assumed-role/operations/cli")
    quota = json_of(aws(
        simulator, "get-service-quota", "--service-code", "connect", "--quota-code", "L-43B4F8CE",
        service="service-quotas"))
    assert quota["Quota"]["QuotaCode"] == "L-43B4F8CE"


def test_the_aws_cli_has_eyes_for_wrong_answers(simulator):
    """Else the tests of this file would say nothing of the answers' shapes."""
    reported = simulator.csv.parent / "answer-problems"
    with capturing(always({"ContactId": 1, "Unknown": "x"})) as (url, _):
        simulator.line["endpoint"] = url
        aws(simulator, "list-instances")
    assert "$.Unknown is unknown to the model" in reported.read_text()
    reported.unlink()
