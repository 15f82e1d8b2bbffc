"""https with the simulator's own CA, and certificates that clients must refuse."""

import botocore.exceptions
import pytest

from simulator import UNLIMITED
from test_cli import aws

WRONG = ["expired", "wrong-host", "unknown-issuer"]


def test_the_ca_file_is_all_that_a_client_needs(start, tmp_path):
    simulator = start(*UNLIMITED, "--tls", "--ca-file", str(tmp_path / "ca.pem"))
    assert simulator.endpoint.startswith("https://")
    for service, call in (("connect", "list_instances"), ("sts", "get_caller_identity")):
        client = simulator.client(service=service, verify=simulator.line["caFile"])
        assert getattr(client, call)()
    with pytest.raises(botocore.exceptions.SSLError):
        simulator.client().list_instances()
    simulator.stop()


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_certificate_is_refused(start, tmp_path, kind):
    simulator = start(*UNLIMITED, "--tls", kind, "--ca-file", str(tmp_path / "ca.pem"))
    reasons = {
        "expired": "certificate has expired", "wrong-host": "mismatch|not valid for|doesn't match",
        "unknown-issuer": "unable to get local issuer|self.signed"}
    with pytest.raises(botocore.exceptions.SSLError, match=reasons[kind]):
        simulator.client(verify=simulator.line["caFile"]).list_instances()


def test_the_aws_cli_trusts_the_ca_file_and_no_other(start, tmp_path):
    simulator = start(*UNLIMITED, "--tls", "--ca-file", str(tmp_path / "ca.pem"))
    trusted = aws(simulator, "list-instances", "--ca-bundle", simulator.line["caFile"])
    assert trusted.returncode == 0, trusted.stderr
    assert "CERTIFICATE_VERIFY_FAILED" in aws(simulator, "list-instances").stderr
