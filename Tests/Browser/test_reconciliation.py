"""The page of a reconciliation: what it says, and what is signed."""

import jobs
from test_print import printed


def test_it_says_the_same_in_the_headline_in_the_totals_and_in_its_groups(made, open_page):
    job = made("reconciled")
    page = open_page(job)
    figures = job.reconciliation
    assert (figures["matched"], figures["exceptions"]) == (317, 83)
    assert page.locator("h1").inner_text() == (
        "Amazon Connect agrees with the ledger on 317 of 400 rows; 83 need you.")
    sides = [[cell.inner_text() for cell in row.locator("td, th").all()]
             for row in page.locator("section:has(#totals) tbody tr").all()]
    assert [side[2:4] for side in sides] == [
        ["400", "360"], ["0", "0"], ["0", "40"], ["0", "0"]]
    assert sides[0][4] == "Amazon Connect has 40 rows fewer."
    groups = [group.inner_text() for group in page.locator("h3").all()]
    assert groups == ["43 rows not landed, transferred by the ledger",
                      "40 rows not found, transferred by the ledger"]
    assert page.locator("table.found tbody tr").count() == 83


def test_of_a_job_that_is_well_nothing_is_to_do(made, open_page):
    page = open_page(made("reconciled, all well"))
    assert page.locator("h1").inner_text() == (
        "Amazon Connect agrees with the ledger on all 40 rows.")
    assert page.locator(".differs").count() == 0
    assert page.locator("h3").count() == 0


def test_what_the_service_says_stays_text(made, open_page):
    page = open_page(made("reconciled"))
    assert page.locator("img, script, iframe, link, base").count() == 0
    shown = page.locator("main").inner_text()
    for text in jobs.HOSTILE[:3]:
        assert text in shown
    assert page.title().startswith("Amazon Connect agrees")


def test_what_is_signed_stands_on_one_sheet(made, open_page):
    job = made("reconciled")
    size, sheets = printed(open_page(job, color_scheme="dark"), "A4")
    assert size == (596, 843)
    last = sheets[-1]
    for text in ["To be signed", "Of 400 rows of the input, 400 were held against Amazon Connect: "
                 "317 matched, 83 exceptions.", "Name", "Date", "Signature",
                 job.reconciliation["table"]["sha256"]]:
        assert text in last
    with_rows = [sheet for sheet in sheets if sheet.count("knows no contact") > 2]
    assert with_rows and all("What was found" in sheet for sheet in with_rows)
