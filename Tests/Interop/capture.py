"""A server that keeps requests as they came over the wire, and where they may be sent on to."""

import contextlib
import http.client
import http.server
import json
import threading
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials


class Request:
    """One request: its target as on the request line, its headers in order, its body."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body

    def header(self, name):
        return next((value for n, value in self.headers if n.lower() == name.lower()), None)

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def query(self):
        """The pairs, decoded, in the order of the wire."""
        _, mark, query = self.target.partition("?")
        return urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=bool(mark))

    @property
    def signed_headers(self):
        """Name to value of the headers that the signature covers."""
        names = self.header("Authorization").partition("SignedHeaders=")[2].partition(",")[0]
        return {name: self.header(name) for name in names.split(";")}

    def botocores_authorization(self, secret, service, region, scheme="http"):
        """What botocore's signer says the `Authorization` of this very request must be."""
        authorization = self.header("Authorization")
        key = authorization.partition("Credential=")[2].partition("/")[0]
        wire = botocore.awsrequest.AWSRequest(
            method=self.method, url=f"{scheme}://{self.header('Host')}{self.target}",
            data=self.body)
        for name in self.signed_headers:
            for value in [v for n, v in self.headers if n.lower() == name]:
                wire.headers.add_header(name, value)
        wire.context["timestamp"] = self.header("X-Amz-Date")
        signer = botocore.auth.SigV4Auth(
            botocore.credentials.Credentials(key, secret), service, region)
        text = signer.string_to_sign(wire, signer.canonical_request(wire))
        signer._inject_signature_to_request(wire, signer.signature(text, wire))
        return wire.headers["Authorization"]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # As many connections as a run opens at once: what does not fit waits a second or more.
    request_queue_size = 512


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def handle_any(self):
        # Not self.path: Python makes one slash of two at its start.
        target = self.requestline.split(" ")[1]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, target, self.headers.items(), body)
        self.server.requests.append(request)
        status, headers, answer = self.server.answer(request)
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def log_message(self, *_):
        pass


def always(body, service="connect"):
    """The same answer to every request."""
    kind = "x-amz-json-1.1" if service == "service-quotas" else "json"
    headers = [("Content-Type", f"application/{kind}"),
               ("x-amzn-RequestId", "00000000-0000-4000-8000-000000000000")]
    return lambda request: (200, headers, json.dumps(body).encode())


def forwarding(endpoint):
    """Sends requests on as they came, `Host` and all, since it is signed."""
    upstream = urllib.parse.urlsplit(endpoint)

    def answer(request):
        connection = http.client.HTTPConnection(upstream.hostname, upstream.port, timeout=30)
        with contextlib.closing(connection):
            connection.putrequest(
                request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                if name.lower() != "connection":
                    connection.putheader(name, value)
            connection.endheaders(request.body)
            response = connection.getresponse()
            headers = [(n, v) for n, v in response.getheaders()
                       if n.lower() not in ("connection", "content-length", "transfer-encoding")]
            return response.status, headers, response.read()

    return answer


@contextlib.contextmanager
def capturing(answer):
    """A server on a free port; gives its URL and the list of requests that it fills."""
    server = Server(("127.0.0.1", 0), Handler)
    server.answer, server.requests = answer, []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
