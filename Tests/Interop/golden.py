"""Signs with botocore's own signer, and keeps what it wrote on the way to the signature."""

import datetime
import unittest.mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials

STAMP = "%Y%m%dT%H%M%SZ"


class Signer(botocore.auth.SigV4Auth):
    """botocore's signer, with its steps to be looked at."""

    def canonical_request(self, request):
        self.canonical = super().canonical_request(request)
        return self.canonical

    def string_to_sign(self, request, canonical_request):
        self.text = super().string_to_sign(request, canonical_request)
        return self.text


def at(stamp):
    """Makes botocore sign at a moment, `20150830T123600Z`."""
    moment = datetime.datetime.strptime(stamp, STAMP)
    return unittest.mock.patch("botocore.auth.get_current_datetime", lambda: moment)


def signed(request):
    """botocore's answer to a signature question (see probe.py), in the members of the probe's."""
    query = "?" + request["query"] if request["query"] else ""
    wire = botocore.awsrequest.AWSRequest(
        method=request["method"], url=f"https://{host(request)}{request['path']}{query}",
        data=request["body"])
    for name, value in request["headers"]:
        wire.headers.add_header(name, value)
    signer = Signer(
        botocore.credentials.Credentials(
            request["accessKeyID"], request["secretAccessKey"], request["sessionToken"]),
        request["service"], request["region"])
    with at(request["date"]):
        signer.add_auth(wire)
    authorization = wire.headers["Authorization"]
    return {
        "canonicalRequest": signer.canonical, "stringToSign": signer.text,
        "signature": authorization.rpartition("Signature=")[2], "authorization": authorization}


def host(request):
    return next(value for name, value in request["headers"] if name.lower() == "host")
