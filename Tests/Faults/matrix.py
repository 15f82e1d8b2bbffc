#!/usr/bin/env python3
"""Runs Baton through one fault after the other over HTTP, and prints a line for each.

usage: matrix.py BATON [WORDS]

Each line is a job of a few rows on a local Connect of its own: the fault strikes, the run ends as the
contract says or goes on, and what was stopped is finished by a run without the fault. Checked of each:
the exit status, that a sentence was said, that no contact was moved twice by the service's own count,
that results.csv, summary.json and that count agree, and that all control totals add up. With WORDS
only the lines whose name has them are run. The exit status is 1 where a check fails.
"""

import concurrent.futures
import os
import sys
import tempfile
import time

import machine
import service
from place import Broken, Place

# Most lines wait: for a time-out, a quota, a service that is away.
AT_ONCE = 4
COLUMNS = (30, 4, 8, 22)


def show(name, status, moved, totals, words):
    cells = [cell.ljust(width) for cell, width in zip((name, status, moved, totals), COLUMNS)]
    print(" | ".join([*cells, words]), flush=True)


def play(baton, name, line):
    """Runs a line; its cells, and its problems."""
    place = Place(baton, tempfile.mkdtemp(prefix="baton-faults-"))
    try:
        cells = ("", "")
        run = None
        try:
            run = line(place)
            cells = place.audit()
        except Broken as broken:
            place.problems.append(str(broken))
        run = run or (place.runs[0] if place.runs else None)
        return (str(run.status) if run else "", *cells, run.words if run else ""), place.problems
    finally:
        place.close()


def main(baton, words=""):
    lines = {name: line for name, line in {**service.LINES, **machine.LINES}.items()
             if words in name}
    start = time.monotonic()
    failed = 0
    show("fault", "exit", "moved", "totals", "what Baton said")
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        played = {name: pool.submit(play, baton, name, line) for name, line in lines.items()}
        for name, future in played.items():
            try:
                cells, problems = future.result()
            except machine.Skipped as skipped:
                show(name, "-", "", "", f"not shown here: {skipped}")
                continue
            show(name, *cells)
            for problem in problems:
                print(f"    FAILED: {problem}", flush=True)
            failed += bool(problems)
    print(f"{len(lines)} faults, {failed} failed, {time.monotonic() - start:.0f} s")
    return 1 if failed or not lines else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), *sys.argv[2:3]))
