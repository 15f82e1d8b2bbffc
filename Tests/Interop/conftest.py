"""Drives Baton with AWS's own clients: what botocore models, they must find.

BUILT names the folder of the binaries (default: .build/debug).
"""

import os

import pytest

import answers
from simulator import UNLIMITED, Simulator

# Hostile surroundings: nothing of this machine's own settings may help or hinder a test.
for name in [n for n in os.environ if n.startswith("AWS_") or n.lower().endswith("_proxy")]:
    del os.environ[name]
os.environ.update({
    "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true"})
answers.watch()
told = []


@pytest.fixture(autouse=True)
def every_answer_fits_its_model(tmp_path):
    """Fails a test that was given an answer which botocore's model does not describe."""
    answers.problems.clear()
    yield
    reported = tmp_path / "answer-problems"
    of_the_cli = reported.read_text().splitlines() if reported.exists() else []
    assert answers.problems + of_the_cli == []


def pytest_terminal_summary(terminalreporter):
    total = sum(answers.seen.values())
    terminalreporter.write_line(
        f"{total} answers of {len(answers.seen)} operations checked against botocore's models")
    for line in told:
        terminalreporter.write_line(line)


@pytest.fixture
def tell():
    """Puts a line into the summary: how much was compared, with which seed."""
    return told.append


@pytest.fixture
def start(tmp_path):
    """Starts simulators that end with the test."""
    running = []

    def begin(*options):
        running.append(Simulator(tmp_path, *options))
        return running[-1]

    yield begin
    for simulator in running:
        simulator.stop()


@pytest.fixture
def simulator(start):
    return start(*UNLIMITED)
