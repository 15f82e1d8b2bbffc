"""A folder with a local Connect and Batons as processes, and how the two's words are compared."""

import collections
import contextlib
import csv
import glob
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time
import urllib.request

KEYS = {"AWS_ACCESS_KEY_ID": "AKIABATONSIMULATOR01",
        "AWS_SECRET_ACCESS_KEY": "baton-simulator-key-that-is-no-secret-01"}
OUTCOMES = ("transferred", "failed", "skipped", "rejected", "uncertain", "pending")
# A run that has not ended by then hangs. The longest waits are a call's time-out and a busy ledger's,
# 30 s each.
SECONDS_MAX = 120
# Words of libraries and of the language, which say nothing to an operator.
JARGON = re.compile(r"Error Domain|couldn.t be completed|Optional\(|DatabaseError|GRDB|Swift\.|"
                    r"Fatal error|NS[A-Z]\w+Error|errno|Internal fault|\bnil\b")


class Broken(Exception):
    """What a line needs did not come about."""


class Run:
    """One Baton at work."""

    def __init__(self, process, errors, output):
        self.process, self._errors, self._output = process, errors, output

    @property
    def errors(self):
        with open(self._errors, encoding="utf-8", errors="replace") as file:
            return file.read()

    @property
    def output(self):
        with open(self._output, encoding="utf-8") as file:
            return file.read()

    @property
    def is_over(self):
        return self.process.poll() is not None

    def send(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=SECONDS_MAX):
        """Its exit status; negative where a signal ended it, None where it hung."""
        try:
            return self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    @property
    def status(self):
        return self.process.returncode

    @property
    def words(self):
        """The sentence that matters: the last complaint, else what it said of the job at last."""
        if self.status is not None and self.status < 0:
            return "(ended by a signal)"
        lines = self.errors.splitlines()
        for start in ("baton: ", "Job "):
            for line in reversed(lines):
                if line.startswith(start):
                    return line.removeprefix("baton: ")
        return lines[-1] if lines else ""


class Place:
    """One line's folder, service and runs; problems are collected, not raised."""

    def __init__(self, baton, folder, seed=1):
        self.baton, self.folder, self.seed = baton, folder, seed
        self.problems = []
        self.runs = []
        self.environment = {
            "HOME": folder, "PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true", **KEYS}
        self.ledger = self.file("baton.sqlite")
        self.reports = self.file("reports")
        self.service, self.port, self.line, self.rows = None, 0, None, 60
        # What the audit counts, and the most that a row may have.
        self.attempts, self.attempts_max = 0, None
        self.undo = contextlib.ExitStack()
        self.undo.callback(self.end)

    def file(self, name):
        return os.path.join(self.folder, name)

    def expect(self, holds, problem):
        if not holds:
            self.problems.append(problem)
        return holds

    # The service

    def serve(self, *options, rows=None):
        """Starts the service; again with its rows and what it had moved, on the port it had."""
        self.rows = rows or self.rows
        command = [self.baton, "simulate", "--seed", str(self.seed), "--contacts",
                   str(self.rows),
                   "--failing-share", "0", "--queues", "2", "--users", "2", "--port", str(self.port), "--state", self.file("state"),
                   "--effects", self.file("effects.jsonl"), "--write-csv", self.file("input.csv")]
        if "--quota" not in options:
            command += ["--quota", "*=0"]
        self.service = subprocess.Popen(
            command + list(options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        text = self.service.stdout.readline()
        if not text:
            raise Broken(f"the simulator did not start: {self.service.stderr.read()}")
        self.line = json.loads(text)
        self.port = int(self.line["endpoint"].rsplit(":", 1)[1])

    def kill_service(self):
        if self.service and self.service.poll() is None:
            self.service.kill()
        if self.service:
            self.service.wait()
            self.service.stdout.close()
            self.service.stderr.close()
        self.service = None

    def order(self, what, **body):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/simulator/{what}", json.dumps(body).encode())
        urllib.request.urlopen(request, timeout=20).close()

    def statistics(self):
        with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/simulator/stats", timeout=20) as answer:
            return json.load(answer)

    def effects(self):
        """What took effect, by the service's own count: each contact's new ones."""
        moved = collections.defaultdict(list)
        with contextlib.suppress(FileNotFoundError), open(self.file("effects.jsonl")) as file:
            for line in file:
                if line.endswith("\n"):
                    effect = json.loads(line)
                    moved[effect["contactId"]].append(effect["newContactId"])
        return moved

    # Baton

    @property
    def job(self):
        """The id of the one job that has a report."""
        return os.path.basename(glob.glob(os.path.join(self.reports, "*"))[0])

    def start(self, *arguments, limits=(), environment=(), user=None):
        """Starts a Baton. `limits` are pairs of a resource and its limit."""
        number = len(self.runs)
        errors, output = self.file(f"stderr.{number}"), self.file(f"stdout.{number}")
        command = [self.baton, *arguments]
        if user is not None:
            command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] + command

        def limit():
            for which, value in limits:
                resource.setrlimit(which, (value, value))

        with open(errors, "w") as stderr, open(output, "w") as stdout:
            process = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                env={**self.environment, **dict(environment)},
                preexec_fn=limit if limits else None)
        self.runs.append(Run(process, errors, output))
        return self.runs[-1]

    @property
    def options(self):
        return ["--ledger", self.ledger, "--reports", self.reports, "--yes"]

    def input_of(self, endpoint=None):
        return [self.file("input.csv"), "--instance", self.line["instanceId"],
                "--region", self.line["region"],
                "--endpoint-url", endpoint or self.line["endpoint"]]

    def begin(self, *more, pace="100", endpoint=None, **how):
        """Starts `baton run`."""
        return self.start("run", *self.input_of(endpoint), *self.options,
                          *(["--rate", pace] if pace else []), *more, **how)

    def under_way(self, *more):
        """Starts `baton run`, slow enough for something to befall it, and waits until it moves rows."""
        run = self.begin(*more, pace="20")
        self.until_moved(10, run)
        return run

    def forget_job(self):
        """Puts ledger and reports away, so that the next run is the only one."""
        self.ledger, self.reports = self.file("second.sqlite"), self.file("second")

    def resume(self, *more, pace="100", **how):
        return self.start("resume", *self.options, "--rate", pace, *more, **how)

    def ingest(self):
        run = self.start("ingest", *self.input_of(), "--ledger", self.ledger)
        if run.wait() != 0:
            raise Broken(f"the ingest failed: {run.errors}")

    def ended(self, run, status, *words):
        """Waits for a run's end and checks its status and what it said."""
        found = run.wait()
        allowed = status if isinstance(status, tuple) else (status,)
        self.expect(found is not None, f"it hung for {SECONDS_MAX} s")
        self.expect(found in allowed, f"exit {found} and not {status}: {run.words}")
        errors = run.errors
        for word in words:
            self.expect(word in errors, f"it did not say '{word}': {errors[-600:]}")
        self.check_words(run)
        return run

    def check_words(self, run):
        errors = run.errors
        jargon = JARGON.search(errors)
        self.expect(jargon is None, f"no operator's word: {jargon and jargon.group()} in {errors}")
        self.expect(len(errors.splitlines()) < 60, "it said the same again and again")
        complaints = [line for line in errors.splitlines() if line.startswith("baton: ")]
        for line in complaints:
            self.expect(re.search(r"[.?][)`]?$|\)$", line), f"no sentence: {line}")
        if run.status not in (0, 1, -signal.SIGKILL, None):
            self.expect(complaints or "to go:" in errors, f"it said nothing: {errors}")

    def until(self, what, holds, run=None, seconds=30):
        """Waits for something to come about."""
        end = time.monotonic() + seconds
        while not holds():
            if run is not None and run.is_over:
                raise Broken(f"the run ended before {what}: {run.errors[-600:]}")
            if time.monotonic() > end:
                raise Broken(f"{seconds} s were not enough for {what}")
            time.sleep(0.01)

    def until_moved(self, count, run=None):
        self.until(f"{count} contacts were moved", lambda: len(self.effects()) >= count, run)

    def until_said(self, words, run):
        self.until(f"'{words}' was said", lambda: words in run.errors, run)

    # The end

    def audit(self):
        """Compares results.csv and summary.json with each other, the input and the effects.

        What came of it as two cells: effects, and control totals.
        """
        with open(self.file("input.csv"), newline="") as file:
            contacts = [row["ContactId"] for row in csv.DictReader(file)]
        effects = self.effects()
        twice = sum(1 for new in effects.values() if len(new) > 1)
        self.expect(twice == 0, f"{twice} contacts were moved twice")
        strangers = set(effects) - set(contacts)
        self.expect(not strangers, f"{len(strangers)} contacts were moved that no row names")
        moved = f"{len(effects)} once" + (f", {twice} TWICE" if twice else "")
        folders = glob.glob(os.path.join(self.reports, "*", ""))
        if not self.expect(len(folders) == 1, f"{len(folders)} jobs have a report"):
            return moved, "no report"
        with open(os.path.join(folders[0], "results.csv"), newline="") as file:
            rows = list(csv.DictReader(file))
        with open(os.path.join(folders[0], "summary.json")) as file:
            totals = json.load(file)["totals"]
        counted = collections.Counter(row["BatonOutcome"] for row in rows)
        self.expect([row["ContactId"] for row in rows] == contacts,
                    "results.csv has other rows than the input")
        self.expect(all(totals[word] == counted[word] for word in OUTCOMES),
                    f"summary.json and results.csv differ: {totals}, {counted}")
        add_up = sum(totals[word] for word in OUTCOMES) == totals["rows"] == len(contacts)
        self.expect(add_up, f"the totals do not add up to {len(contacts)}: {totals}")
        self.attempts = sum(int(row["BatonAttempts"]) for row in rows)
        most = max(int(row["BatonAttempts"]) for row in rows)
        self.expect(self.attempts_max is None or most <= self.attempts_max,
                    f"a row has {most} attempts")
        for row in rows:
            self.compare(row, effects.get(row["ContactId"], []))
        done = totals["transferred"] + totals["skipped"]
        self.expect(done == totals["rows"], f"rows were left: {totals}")
        words = " + ".join(f"{totals[word]} {word}" for word in OUTCOMES if totals[word])
        return moved, f"{words} = {totals['rows']}" if add_up else f"{words}: DO NOT ADD UP"

    def compare(self, row, new):
        name = f"row {row['BatonRow']}, {row['BatonOutcome']}"
        if row["BatonOutcome"] == "transferred":
            self.expect(new == [row["BatonNewContactId"]], f"{name}: its effects are {new}")
        elif row["BatonOutcome"] not in ("uncertain", "pending"):
            self.expect(not new, f"{name}: it was moved to {new}")

    def end(self):
        for run in self.runs:
            if not run.is_over:
                run.process.kill()
                run.process.wait()
        self.kill_service()

    def close(self):
        self.undo.close()
        shutil.rmtree(self.folder, ignore_errors=True)
