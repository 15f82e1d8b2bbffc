"""Jobs of every kind, made by the real program, and the reports that it writes of them."""

import csv
import http.server
import json
import os
import pathlib
import subprocess
import threading
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILT = pathlib.Path(os.environ.get("BUILT", str(ROOT / ".build/debug")))
BATON = os.environ.get("BATON", str(BUILT / "baton"))
INSTANCE = "11111111-2222-3333-4444-555555555555"
FLOW = "99999999-2222-3333-4444-555555555555"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret-of-no-account",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull}

#: What a row, a name or the service may bring along.
HOSTILE = [
    "<script>document.title='hit'</script>",
    "\"><img src=x onerror=\"document.title='hit'\">",
    "</script><script>document.title='hit'</script>",
    "=HYPERLINK(\"http://example.com\",\"x\")",
    "a\u202eb\u2066c\u200fd",
    "' onmouseover='document.title=1",
    "<!--", "&lt;b&gt;", "{{nonce}}", "\\u003cb\\u003e", "x" * 60_000,
]


class Job:
    """A folder with a ledger of one job, and its report."""

    def __init__(self, folder):
        self.folder = folder
        self.ledger = folder / "baton.sqlite"

    def baton(self, *arguments, allowed=(0, 1)):
        done = subprocess.run(
            [BATON, *map(str, arguments), "--ledger", str(self.ledger), "--quiet"],
            cwd=self.folder, env={**os.environ, **KEYS, "HOME": str(self.folder)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
        assert done.returncode in allowed, done.stderr
        return done.stdout.strip()

    def ingest(self, endpoint="http://127.0.0.1:9", name="input.csv"):
        self.baton(
            "ingest", name, "--instance", INSTANCE, "--contact-flow", FLOW,
            "--region", "us-east-1", "--endpoint-url", endpoint)

    def report(self, *options):
        self.page = self.folder / self.baton("report", *options)
        return self

    def reconcile(self):
        self.page = self.folder / self.baton("reconcile", "--rate", 2000, "--burst", 2000)
        return self

    @property
    def reconciliation(self):
        return json.loads((self.page.parent / "reconciliation.json").read_text())

    @property
    def uri(self):
        return self.page.as_uri()

    @property
    def results(self):
        return self.page.parent / "results.csv"

    @property
    def summary(self):
        return json.loads((self.page.parent / "summary.json").read_text())


def write_csv(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def contact(number):
    return f"{number:08x}-7e1b-4a52-8ed3-2f8e7c5a9b10"


def queue(number):
    return f"{number:08x}-2e0a-4b3d-9a53-0f4f6c1d2b3a"


class Service(http.server.ThreadingHTTPServer):
    """Answers TransferContact, and where it is told how DescribeContact, for each contact."""

    daemon_threads = True
    # Of connections that wait: with fewer, a burst of calls finds some of them reset.
    request_queue_size = 1024

    def __init__(self, answer, describe=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.describe = describe
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/contact/transfer":
            return self.reply(403, {"Message": "Not allowed"}, "AccessDeniedException")
        status, document, code = self.server.answer(json.loads(body))
        self.reply(status, document, code)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        parts = path.split("/")[1:]
        if self.server.describe is None:
            return self.reply(403, {"Message": "Not allowed"}, "AccessDeniedException")
        if parts[:2] == ["contact", "associated"]:
            found = urllib.parse.parse_qs(query)["contactId"][0]
            return self.reply(200, {"ContactSummaryList": [{"ContactId": found}]})
        self.reply(*self.server.describe(parts[2]))

    def reply(self, status, document, code=None):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amzn-RequestId", "00000000-1111-2222-3333-444444444444")
        if code:
            self.send_header("x-amzn-ErrorType", code)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def transferred(request):
    return 200, {"ContactId": "ffff" + request["ContactId"][4:], "ContactArn": "arn"}, None


def refused(request):
    return 404, {"Message": f"Contact {request['ContactId']} was not found"}, \
        "ResourceNotFoundException"


def a_few_refused(request):
    return refused(request) if int(request["ContactId"][:8], 16) % 7 == 3 else transferred(request)


def run(folder, rows, answer):
    """A job of so many rows, run to its end."""
    folder.mkdir()
    job = Job(folder)
    write_csv(folder / "input.csv", ["ContactId", "QueueId", "Note"],
              [[contact(n), queue(n % 12), f"note {n}"] for n in range(rows)])
    with Service(answer) as service:
        job.ingest(service.endpoint)
        job.baton("resume", "--rate", 2000, "--burst", 2000, "--yes")
        return job.report()


def landed(contact):
    return 200, {"Contact": {"QueueInfo": {"Id": queue(int(contact[4:8], 16) % 12)}}}


def disturbed(contact):
    """One in ten is lost, one waits elsewhere; three of four hundred were ended by their flow."""
    number = int(contact[4:8], 16)
    if number % 10 == 3:
        return 404, {"Message": f"Contact {contact} was not found"}, "ResourceNotFoundException"
    if number % 10 == 5:
        return 200, {"Contact": {"QueueInfo": {"Id": queue(99)}}}
    if number % 150 == 7:
        return 200, {"Contact": {
            "DisconnectTimestamp": 1795377600, "DisconnectReason": HOSTILE[number // 150]}}
    return landed(contact)


def reconciled(folder, rows, describe):
    """A job of which all rows were transferred, and what became of them since."""
    folder.mkdir()
    job = Job(folder)
    write_csv(folder / "input.csv", ["ContactId", "QueueId"],
              [[contact(n), queue(n % 12)] for n in range(rows)])
    with Service(transferred, describe) as service:
        job.ingest(service.endpoint)
        job.baton("resume", "--rate", 2000, "--burst", 2000, "--yes")
        return job.reconcile()


def waiting(folder):
    """A job that nobody has run yet."""
    folder.mkdir()
    job = Job(folder)
    write_csv(folder / "input.csv", ["ContactId", "QueueId"], [[contact(1), queue(1)]])
    job.ingest()
    return job.report()


def all_failed(folder):
    """A job of which nothing was transferred: some rows are invalid, the others were refused."""
    folder.mkdir()
    job = Job(folder)
    write_csv(folder / "input.csv", ["ContactId", "QueueId"],
              [[contact(n), queue(n) if n < 8 else "no id"] for n in range(300)])
    with Service(refused) as service:
        job.ingest(service.endpoint)
        job.baton("resume", "--rate", 2000, "--burst", 2000, "--yes")
        return job.report()


def rejected(folder, rows):
    """A job of which every row is invalid: no call is made."""
    folder.mkdir()
    job = Job(folder)
    write_csv(folder / "input.csv", ["ContactId", "QueueId"],
              [[contact(n), f"{n % 40} is no id"] for n in range(rows)])
    job.ingest()
    return job.report()


def hostile(folder):
    """A job whose rows, columns, name and answers are all hostile."""
    folder.mkdir()
    job = Job(folder)
    name = "<img src=x onerror=alert(1)>.csv"
    rows = [[text, queue(0), "note"] for text in HOSTILE]
    rows += [[contact(n), queue(0), text] for n, text in enumerate(HOSTILE[:-1])]
    write_csv(folder / name, ["ContactId", "QueueId", "<b>Note</b>"], rows)

    def answer(request):
        number = request["ContactId"].partition("-")[0]
        text = HOSTILE[int(number, 16)] if number.startswith("000") else HOSTILE[0]
        return 400, {"Message": text}, "InvalidRequestException"

    with Service(answer) as service:
        job.ingest(service.endpoint, name)
        job.baton("resume", "--rate", 2000, "--burst", 2000, "--yes")
        return job.report()
