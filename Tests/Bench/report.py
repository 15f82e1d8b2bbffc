#!/usr/bin/env python3
"""Measures reports: time, memory and size by the number of rows, and how quickly the page filters.

usage: report.py BATON

Two kinds of jobs: of one all rows were transferred (against nginx with a constant answer), of the
other each row needs a person. The page is timed in a real Chromium where playwright and Chromium
are installed: from a key in its search field to the table drawn anew.
The figures are of this machine and of this run.
"""

import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

import edge
import intake
import run

ROWS = (10_000, 100_000, 1_000_000)
ROUNDS = 3
FILES = ("summary.html", "results.csv", "retry.csv", "summary.json")


def write_invalid_csv(path, rows):
    with open(path, "w") as file:
        file.write("ContactId,QueueId,Note\n")
        for row in range(rows):
            file.write(f"{row:08x}-7e1b-4a52-8ed3-2f8e7c5a9b10,no id {row % 40},Case {row:07}\n")


def report(baton, folder, reports):
    """Seconds, KB at the peak, and the bytes of each file."""
    seconds, peaks = [], []
    for _ in range(ROUNDS):
        start = time.monotonic()
        _, kilobytes = run.cost([baton, "report", "--ledger", os.path.join(folder, "ledger.sqlite"),
                                 "--reports", reports, "--quiet"])
        seconds.append(time.monotonic() - start)
        peaks.append(kilobytes)
    place = next(pathlib.Path(reports).iterdir())
    return (statistics.median(seconds), max(peaks),
            {name: (place / name).stat().st_size for name in FILES}, place / "summary.html")


def tell(rows, what, seconds, kilobytes, sizes):
    print(f"  {rows:>9,} {what:<14} {seconds:>7.2f} s {kilobytes / 1000:>7.1f} MB "
          + "".join(f"{sizes[name]:>15,}" for name in FILES), flush=True)


def filtered(pages):
    """How long the page takes to filter, in milliseconds, median and slowest of some searches."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return print("filtering: not measured: pip install playwright")
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        return print("filtering: not measured, since Chromium is not installed")
    print("milliseconds to filter and draw in Chromium, median and slowest of 20 searches; to open")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for rows, path in pages:
            page = browser.new_page()
            page.set_default_timeout(120_000)
            start = time.monotonic()
            page.goto(path.as_uri())
            page.wait_for_function("document.getElementById('rows-found').textContent")
            opened = (time.monotonic() - start) * 1000
            times = page.evaluate("""async () => {
                const search = document.querySelector('[name=words]');
                const times = [];
                for (let n = 0; n < 20; n++) {
                    search.value = n % 2 ? (n * 4099).toString(16) : 'no id ' + n;
                    const start = performance.now();
                    search.dispatchEvent(new Event('input'));
                    // Read, so that the browser lays the table out.
                    document.body.offsetHeight;
                    times.push(performance.now() - start);
                    await new Promise(requestAnimationFrame);
                }
                return times;
            }""")
            print(f"  {rows:>9,} rows {statistics.median(times):>7.1f} {max(times):>7.1f}"
                  f" {opened:>9.0f}", flush=True)
        browser.close()


def main(baton):
    print(f"a report, median of {ROUNDS}; the peak of memory; bytes of {', '.join(FILES)}")
    pages = []
    nginx = edge.find_nginx("reports of transferred rows")
    with tempfile.TemporaryDirectory() as place:
        for rows in ROWS:
            folder = os.path.join(place, f"invalid-{rows}")
            os.mkdir(folder)
            write_invalid_csv(os.path.join(folder, "input.csv"), rows)
            run.cost([baton, "ingest", os.path.join(folder, "input.csv"), "--quiet",
                      "--instance", intake.INSTANCE, "--contact-flow", run.FLOW,
                      "--region", "us-east-1", "--endpoint-url", "http://127.0.0.1:9",
                      "--ledger", os.path.join(folder, "ledger.sqlite")])
            *figures, page = report(baton, folder, os.path.join(folder, "reports"))
            tell(rows, "need a person", *figures)
            pages.append((rows, page))
        for rows in ROWS if nginx else ():
            folder = os.path.join(place, f"well-{rows}")
            os.mkdir(folder)
            run.write_csv(os.path.join(folder, f"{rows}.csv"), rows)
            with edge.server(nginx) as url:
                run.baton_run(baton, url, folder, rows)
            *figures, _ = report(baton, folder, os.path.join(folder, "again"))
            tell(rows, "transferred", *figures)
        filtered(pages)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
