"""Drives the report's pages in a real Chromium.

BUILT names the folder of the binaries (default: .build/debug), CHROMIUM the browser.
"""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

import jobs

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")

MADE = {
    "all well": lambda folder: jobs.run(folder, 60, jobs.transferred),
    "some failed": lambda folder: jobs.run(folder, 900, jobs.a_few_refused),
    "everything failed": jobs.all_failed,
    "not run": jobs.waiting,
    "hostile": jobs.hostile,
    "reconciled": lambda folder: jobs.reconciled(folder, 400, jobs.disturbed),
    "reconciled, all well": lambda folder: jobs.reconciled(folder, 40, jobs.landed),
    "100,000 rows": lambda folder: jobs.rejected(folder, 100_000),
}


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The job of a name, made when it is first asked for."""
    known = {}

    def make(name):
        if name not in known:
            folder = tmp_path_factory.mktemp("job") / "job"
            known[name] = MADE[name](folder)
        return known[name]

    return make


@pytest.fixture(scope="session")
def chromium():
    assert CHROMIUM, "make browser needs Chromium (on Debian: apt-get install chromium)"
    with sync_playwright() as playwright:
        # Without its sandbox, which needs rights that a container does not have. The pages are ours.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Opens a job's page, and fails the test if it asks for anything, or an error is told."""
    contexts = []
    troubles = []

    def open_one(job, ignore=None, **options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", lambda request: request.url == job.uri
                or troubles.append(f"asked for {request.url[:200]}"))
        page.on("console", lambda line: ignore and ignore in line.text
                or troubles.append(f"said {line.text}"))
        page.on("pageerror", lambda error: troubles.append(f"failed: {error}"))
        page.on("dialog", lambda dialog: (troubles.append("a dialog"), dialog.dismiss()))
        page.goto(job.uri)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert troubles == []
