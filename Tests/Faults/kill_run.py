#!/usr/bin/env python3
"""Kills runs over HTTP at random moments while calls fail in every way, and counts what was moved.

usage: kill_run.py BATON [KILLS [SEED]]

A job of some thousand rows is run, ended by SIGKILL at a random moment, run again, and so on; after
some kills it is let through to its end, and another job begins. At the end of each job every contact
must have been moved exactly once by the service's own count, every row's outcome must agree with that
count, and the control totals must add up. The exit status is 1 where that does not hold.
"""

import collections
import os
import random
import signal
import sys
import tempfile
import time

from place import Broken, Place

KILLS = 200
# A job is killed so often, and has so many rows that it cannot end before.
KILLS_A_JOB = 40
ROWS = 4000
SECONDS = (0.05, 1.5)
PACE = "100"
FAULTS = ("--fault-500", "0.03", "--fault-500-after", "0.03", "--reset-before", "0.03",
          "--reset-after", "0.03", "--fault-429", "0.005", "--cut-body", "0.02", "--empty-body",
          "0.02", "--broken-json", "0.02", "--latency", "20", "--jitter", "15")
# A row that is looked up in vain each time stays uncertain, and says so: `retry` puts it back.
RETRIES_MAX = 5


def job(baton, rng, kills):
    """Plays one job; the problems, and what came of it."""
    place = Place(baton, tempfile.mkdtemp(prefix="baton-kills-"), seed=rng.randrange(1, 1 << 32))
    try:
        place.serve(*FAULTS, rows=ROWS)
        moved = []
        for _ in range(kills):
            moved.append(len(place.effects()))
            killed(place, rng)
        place.ended(place.begin("--quiet", pace="1000"), (0, 1))
        for _ in range(RETRIES_MAX):
            if place.runs[-1].status == 0:
                break
            place.ended(place.start("retry", place.job, "--ledger", place.ledger), 0)
            place.ended(place.resume(pace="1000"), (0, 1))
        cells = place.audit()
        statistics = place.statistics()
        print(f"{kills} kills, {ROWS} rows | begun with {moved[1]} to {moved[-1]} moved | "
              f"effects {cells[0]} | {cells[1]} | {place.attempts} attempts | "
              f"{statistics['repeats']} repeats of a token", flush=True)
        return place.problems, collections.Counter(
            rows=ROWS, attempts=place.attempts, repeats=statistics["repeats"],
            **{fault: count for fault, count in statistics["faults"].items()})
    except Broken as broken:
        return [*place.problems, str(broken)], collections.Counter()
    finally:
        place.close()


def killed(place, rng):
    """A run that is killed; from its start on, or from the first call on, which comes later."""
    calls = place.statistics()["operations"].get("TransferContact", {}).get("received", 0)
    run = place.begin("--quiet", pace=PACE)
    if rng.random() < 0.7:
        place.until("a call was made", lambda: place.statistics()["operations"].get(
            "TransferContact", {}).get("received", 0) > calls, run)
    time.sleep(rng.uniform(*SECONDS))
    run.send(signal.SIGKILL)
    place.ended(run, -signal.SIGKILL)
    # Else hundreds of them would be kept.
    place.runs.remove(run)


def main(baton, kills=KILLS, seed=None):
    seed = int(seed) if seed else random.SystemRandom().randrange(1, 1_000_000)
    rng = random.Random(seed)
    print(f"seed {seed}", flush=True)
    problems, found = [], collections.Counter()
    start, left = time.monotonic(), int(kills)
    while left > 0:
        now = min(left, KILLS_A_JOB)
        more, counted = job(baton, rng, now)
        problems, found, left = problems + more, found + counted, left - now
        for problem in more:
            print(f"    FAILED: {problem}", flush=True)
    print(f"{kills} kills, {found.pop('rows')} rows, {found.pop('attempts')} attempts, "
          f"{found.pop('repeats')} answers to a repeated token, {time.monotonic() - start:.0f} s")
    print("faults met: " + ", ".join(f"{count} {fault}" for fault, count in found.items()))
    print("every contact was moved once, and every outcome says so" if not problems
          else f"{len(problems)} problems; the same again: seed {seed}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), *sys.argv[2:4]))
