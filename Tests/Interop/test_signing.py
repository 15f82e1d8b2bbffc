"""Our signatures against botocore's, byte for byte."""

import hashlib
import os
import random
import urllib.parse

import pytest

from golden import signed
from probe import ask, signature_question

REQUESTS = 4000
SEED = int(os.environ.get("SEED", "20261122"))
# Of the path's own signs, of those that must be encoded, and of other scripts.
AWKWARD = "azAZ09-._~!$&'()*+,;=:@/ \"<>[\\]^`{|}%é߷ሴ日\U0001f600\u0301\u2028\x7f"
NAMES = [
    "Content-Type", "content-type", "X-Amz-Target", "x-amz-meta-a", "X-AMZ-META-A", "Accept",
    "Range", "Zulu", "alpha", "Content-Length", "If-Match", "X-Custom_Header", "1-2-3",
    # Never signed.
    "User-Agent", "Connection", "Expect", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    "X-Amzn-Trace-Id", "Keep-Alive", "Proxy-Authorization", "Proxy-Authenticate"]
VALUES = [
    "", " ", "a", "  a  b   c  ", "a\tb", "\t", '"quoted   blanks"', "a,b", "a, b", "é日",
    "=;:%20"]


class Chance(random.Random):
    """Draws requests."""

    def text(self, signs, longest):
        return "".join(self.choices(signs, k=self.randrange(longest + 1)))

    def path(self):
        segments = [
            self.choice(["", ".", "..", "...", "a", "%2F", "%2e%2E", "%25", "%", "%zz", "%C3%A9",
                         urllib.parse.quote(self.text(AWKWARD, 8), safe=""),
                         self.text(AWKWARD.replace("/", ""), 8)])
            for _ in range(self.randrange(7))]
        return "/" + "/".join(segments)

    def query(self):
        """As clients write it: all encoded that must be, in upper case, in any order."""
        keys = ["a", "A", "a1", "", "é", "b c", "maxResults", self.text(AWKWARD, 6)]
        pairs = []
        for _ in range(self.choice([0, 0, 1, 2, 5])):
            key = urllib.parse.quote(self.choice(keys), safe="-_.~")
            value = urllib.parse.quote(self.text(AWKWARD, 6), safe="-_.~")
            # A key without a value may stand without its `=`, but for the empty one.
            pairs.append(key if key and not value and self.random() < 0.5 else f"{key}={value}")
        return "&".join(pairs)

    def headers(self):
        port = self.choice(["", "", ":8443", ":80"])
        headers = [(self.choice(["Host", "host", "HOST"]), f"a-{self.randrange(99)}.example{port}")]
        headers += [
            (self.choice(NAMES), self.choice(VALUES + [self.text("ab \t", 9)]))
            for _ in range(self.randrange(6))]
        self.shuffle(headers)
        return headers

    def request(self):
        return {
            "method": self.choice(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"]),
            "path": self.path(), "query": self.query(), "headers": self.headers(),
            "body": self.choice([b"", b"{}", self.randbytes(self.randrange(2000)),
                                 self.text(AWKWARD, 200).encode()]),
            "accessKeyID": "AKIA" + self.text("ABC123", 16),
            "secretAccessKey": self.text("abcXYZ/+=09é ", 40),
            "sessionToken": self.choice([None, None, "t" + self.text("abcXYZ/+=09", 400)]),
            "date": f"{self.randrange(1970, 2100)}{self.randrange(1, 13):02}"
                    f"{self.randrange(1, 29):02}T{self.randrange(24):02}{self.randrange(60):02}"
                    f"{self.randrange(60):02}Z",
            "region": self.choice(["us-east-1", "cn-north-1", "us-gov-west-1", "x", "eu-é-1"]),
            "service": self.choice(["connect", "sts", "servicequotas", "service"])}


def test_thousands_of_requests_are_signed_as_botocore_signs_them(tell):
    chance = Chance(SEED)
    requests = [chance.request() for _ in range(REQUESTS)]
    ours = ask([signature_question(request) for request in requests])
    differing = [
        (request, theirs, mine) for request, theirs, mine in
        ((request, signed(request), mine) for request, mine in zip(requests, ours))
        if theirs != mine]
    assert differing[:1] == [], f"{len(differing)} differ; seed {SEED}"
    tell(f"{REQUESTS} requests signed byte for byte as botocore signs them; seed {SEED}")


PLAIN = {
    "method": "GET", "path": "/", "query": "", "headers": [("Host", "h")], "body": b"",
    "accessKeyID": "AKID", "secretAccessKey": "secret", "sessionToken": None,
    "date": "20150830T123600Z", "region": "us-east-1", "service": "service"}


@pytest.mark.parametrize("query, spelling", [
    ("a=%c3%a9", "a=%C3%A9"), ("a=%61", "a=a"), ("a=+", "a=%2B"), ("a=b=c", "a=b%3Dc"),
    ("a=é", "a=%C3%A9"), ("b/c=1", "b%2Fc=1"), ("a=1&&b=2", "a=1&b=2"), ("a=1&", "a=1")])
def test_a_query_in_another_spelling_is_signed_in_the_one_of_the_guide(query, spelling):
    """botocore takes a query as it stands, since it wrote it; we make one spelling of all.

    "URI-encode each parameter name and value", says AWS's guide; its server does so whatever came.
    Nothing that our client sends is spelled otherwise.
    """
    ours, = ask([signature_question(PLAIN | {"query": query})])
    assert ours == signed(PLAIN | {"query": spelling})
    assert ours != signed(PLAIN | {"query": query})


def test_a_header_that_proxies_remove_is_not_signed():
    """Proxy-Connection is not on botocore's list: its HTTP client never sends one."""
    with_it = PLAIN | {"headers": [("Host", "h"), ("Proxy-Connection", "keep-alive")]}
    ours, = ask([signature_question(with_it)])
    assert ours == signed(PLAIN) != signed(with_it)


def test_blanks_of_other_scripts_are_no_blanks_in_a_header():
    """Python splits at each of Unicode's blanks; the guide, and HTTP, know ASCII's alone."""
    blank = [("Host", "h"), ("X-A", "a\u00a0\u2003b")]
    ours, = ask([signature_question(PLAIN | {"headers": blank})])
    assert "x-a:a\u00a0\u2003b\n" in ours["canonicalRequest"]
    assert "x-a:a b\n" in signed(PLAIN | {"headers": blank})["canonicalRequest"]


def test_the_payload_is_hashed_whole():
    body = bytes(range(256)) * 4000
    ours, = ask([signature_question(PLAIN | {"body": body})])
    assert ours["canonicalRequest"].endswith(hashlib.sha256(body).hexdigest())
    assert ours == signed(PLAIN | {"body": body})
