"""The pages of `baton serve`: live while a job runs, and whole without scripts."""

import contextlib
import json
import os
import re
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe

import jobs

VARIANTS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}},
}


@contextlib.contextmanager
def started(job, *arguments, **environment):
    """`baton` with these arguments beside the test; a signal ends it."""
    process = subprocess.Popen(
        [jobs.BATON, *map(str, arguments), "--ledger", str(job.ledger)], cwd=job.folder,
        env={**os.environ, **jobs.KEYS, "HOME": str(job.folder), **environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


@contextlib.contextmanager
def serving(job, *arguments, **environment):
    """The address at which a job's ledger is served."""
    with started(job, "serve", "--port", 0, *arguments, **environment) as process:
        yield process.stdout.readline().strip().rstrip("/")
        process.terminate()
        assert process.wait(timeout=20) == 0
        assert process.stderr.read() == ""


@contextlib.contextmanager
def browsing(chromium, address):
    """Opens pages of a server, and closes them before it ends; fails if anything else is asked
    for, or an error told."""
    contexts, troubles = [], []

    def open_one(path, **options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("request", lambda request: request.url.startswith(address)
                or troubles.append(f"asked for {request.url[:200]}"))
        page.on("console", lambda line: troubles.append(f"said {line.text}"))
        page.on("pageerror", lambda error: troubles.append(f"failed: {error}"))
        page.goto(address + path)
        return page

    try:
        yield open_one
    finally:
        for context in contexts:
            context.close()
    assert troubles == []


@pytest.fixture
def at_work(tmp_path):
    """A job of 400 rows that a run works on, ten a second."""
    job = jobs.Job(tmp_path)
    jobs.write_csv(tmp_path / "input.csv", ["ContactId", "QueueId"],
                   [[jobs.contact(n), jobs.queue(0)] for n in range(400)])
    with jobs.Service(jobs.transferred) as service:
        job.ingest(service.endpoint)
        with started(job, "resume", "--rate", 10, "--yes"):
            while status(job)["state"] != "at work":
                time.sleep(0.05)
            yield job


def status(job):
    return json.loads(job.baton("status", "--output", "json"))


def job_id(job):
    return status(job)["job"]


def axe_tells(page):
    # axe-core is put into the page, which its policy forbids to everybody else.
    return [(v["id"], v["help"], [n["html"][:120] for n in v["nodes"]][:3])
            for v in Axe().run(page).response["violations"]]


def test_serve_follows_a_job_in_the_browser(at_work, chromium):
    name = job_id(at_work)
    with serving(at_work) as address, browsing(chromium, address) as open_page:
        page = open_page("/")
        page.get_by_role("link", name=name).click()
        page.locator("[data-live=state]", has_text="at work").wait_for()
        done = page.locator("[data-live=transferred]")
        first = int(done.inner_text())
        page.wait_for_function(
            "first => +document.querySelector('[data-live=transferred]').textContent > first + 20", arg=first)
        assert re.fullmatch(r"\d+ of 400 contacts were transferred; \d+ are still pending\.",
                            page.locator("h1").inner_text())
        assert page.locator("[data-live=aim]").inner_text() == "10 calls/s"
        assert re.search("min|s", page.locator("[data-live=left]").inner_text())
        at_work.baton("pause", name)
        page.locator("[data-live=state]", has_text="paused by").wait_for()
        assert page.locator("[data-live=left]").inner_text() == "–"
        at_work.baton("pace", name, "--rate", 1000)
        at_work.baton("resume", name)
        page.locator("h1", has_text="All 400 contacts were transferred.").wait_for()
        page.locator("[data-live=working]").wait_for(state="hidden")
        assert page.locator("header").get_attribute("class") == "good"
        assert page.locator("[data-bar=transferred]").get_attribute("width") == "1000"
        assert page.locator("[data-live=heard]").get_attribute("aria-live") == "polite"
        page.wait_for_function("document.querySelector('[data-live=heard]').textContent.startsWith('All 400')")


def test_serve_says_the_same_with_a_script_and_without(at_work, chromium):
    name = job_id(at_work)
    at_work.baton("pause", name)
    with serving(at_work) as address, browsing(chromium, address) as open_page:
        pages = [open_page(f"/jobs/{name}", java_script_enabled=on) for on in (True, False)]
        pages[0].wait_for_timeout(2500)
        told = [[e.text_content() for e in page.locator("[data-live]:not([data-live=working])").all()]
                for page in pages]
        assert told[0] == told[1]
        assert pages[1].locator("noscript meta[http-equiv=refresh]").get_attribute("content") == "10"


@pytest.mark.parametrize("variant", VARIANTS)
def test_serve_has_pages_for_everybody(at_work, chromium, variant):
    name = job_id(at_work)
    folder = os.environ.get("SCREENSHOTS")
    with serving(at_work) as address, browsing(chromium, address) as open_page:
        for title, path in [("jobs", "/"), ("job", f"/jobs/{name}")]:
            page = open_page(path, bypass_csp=True, **VARIANTS[variant])
            assert axe_tells(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") \
                <= page.viewport_size["width"]
            if folder:
                page.screenshot(path=f"{folder}/serve-{title}-{variant}.png", full_page=True)


def test_serve_tells_in_the_page_that_the_server_is_gone(at_work, chromium):
    name = job_id(at_work)
    context = chromium.new_context()
    page = context.new_page()
    with serving(at_work) as address:
        page.goto(f"{address}/jobs/{name}")
        page.locator("[data-live=state]", has_text="at work").wait_for()
    page.locator("[data-live=trouble]", has_text="does not answer").wait_for()
    context.close()


def test_serve_keeps_hostile_names_as_text(tmp_path, chromium):
    job = jobs.Job(tmp_path)
    name = "<img src=x onerror=alert(1)>\u202e.csv"
    jobs.write_csv(tmp_path / name, ["ContactId", "QueueId"], [[jobs.contact(1), jobs.queue(0)]])
    job.ingest(name=name)
    with serving(job) as address, browsing(chromium, address) as open_page:
        for path in ["/", f"/jobs/{job_id(job)}"]:
            page = open_page(path)
            assert page.locator("img").count() == 0
            assert "<img src=x onerror=alert(1)>[U+202E].csv" in page.content().replace(
                "&lt;", "<").replace("&gt;", ">")


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs the openssl program")
def test_serve_is_https_elsewhere_and_asks_for_the_token(tmp_path, chromium):
    job = jobs.Job(tmp_path)
    jobs.write_csv(tmp_path / "input.csv", ["ContactId", "QueueId"], [[jobs.contact(1), jobs.queue(0)]])
    job.ingest()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=ops",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        cwd=tmp_path, check=True, capture_output=True)
    token = "a-token-of-more-than-16"
    trust = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    with serving(job, "--host", "0.0.0.0", "--tls-certificate", "cert.pem", "--tls-key", "key.pem",
                 BATON_TOKEN=token) as address:
        assert address.startswith("https://0.0.0.0:")
        address = address.replace("0.0.0.0", "127.0.0.1")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address + "/", context=trust)
        assert refused.value.code == 401
        asked = urllib.request.Request(address + "/metrics", headers={"Authorization": f"Bearer {token}"})
        assert b"baton_rows" in urllib.request.urlopen(asked, context=trust).read()
        context = chromium.new_context(
            ignore_https_errors=True, http_credentials={"username": "anna", "password": token})
        page = context.new_page()
        page.goto(f"{address}/jobs/{job_id(job)}")
        page.locator("[data-live=state]", has_text="stopped, 1 row to go").wait_for()
        context.close()
