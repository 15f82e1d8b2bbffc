"""The aws CLI against the simulator."""

import json
import os
import pathlib
import subprocess

from simulator import SECRET, UNLIMITED


def aws(simulator, *arguments, secret=SECRET):
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(simulator.csv.parent),
        "AWS_ACCESS_KEY_ID": simulator.line["accessKeyId"], "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": simulator.line["region"], "AWS_MAX_ATTEMPTS": "1",
        "PYENV_VERSION": os.environ.get("PYENV_VERSION", ""), "AWS_PAGER": "",
        "PYTHONPATH": str(pathlib.Path(__file__).parent / "cli"),
        "BATON_ANSWER_PROBLEMS": str(simulator.csv.parent / "answer-problems")}
    return subprocess.run(
        ["aws", "connect", *arguments, "--endpoint-url", simulator.line["endpoint"]],
        env=environment, capture_output=True, text=True, timeout=120)


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
