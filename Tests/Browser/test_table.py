"""The table of the rows that need a person."""

import csv
import re

import pytest


CONTACT = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def cells(page, column):
    return page.locator(f"table.rows tbody tr > :nth-child({column})").all_inner_texts()


def found(page):
    return page.locator("#rows-found").inner_text()


def records(job):
    with open(job.results, newline="", encoding="utf-8") as file:
        return [r for r in csv.DictReader(file)
                if r["BatonOutcome"] in ("failed", "uncertain", "rejected")]


def pages_of(page, column):
    """A column, over all pages."""
    texts = cells(page, column)
    while page.locator("[data-page=next]").get_attribute("aria-disabled") == "false":
        page.locator("[data-page=next]").click()
        texts += cells(page, column)
    return texts


def test_it_has_each_row_of_results_csv_that_needs_a_person(made, open_page):
    job = made("some failed")
    page = open_page(job)
    wanted = records(job)
    assert len(wanted) == 129
    assert found(page) == "129 rows"
    assert pages_of(page, 3) == [r["ContactId"] for r in wanted]
    page.locator("[data-page=first]").click()
    first = wanted[0]
    shown = page.locator("table.rows tbody tr").first.inner_text()
    for name in ["BatonLine", "BatonOutcome", "ContactId", "QueueId", "BatonCode", "BatonMessage"]:
        assert first[name] in shown


@pytest.mark.parametrize("column, name, key", [
    (1, "Line", lambda text: int(text.replace(",", ""))), (3, "Contact", str),
    (4, "Destination", str), (5, "Code and message", lambda text: CONTACT.sub("", text))])
def test_it_sorts_by_each_column_both_ways(made, open_page, column, name, key):
    page = open_page(made("some failed"))
    head = page.locator("table.rows thead th").nth(column - 1)
    button = head.get_by_role("button", name=name)
    # Lines are in order from the start: the first click turns them round.
    for way in ["descending", "ascending"] if column == 1 else ["ascending", "descending"]:
        button.click()
        assert head.get_attribute("aria-sort") == way
        assert page.locator("table.rows th[aria-sort]").count() == 1
        values = [key(text) for text in pages_of(page, column)]
        assert len(values) == 129
        assert values == sorted(values, reverse=way == "descending")


def test_it_filters_by_words_lines_and_causes(made, open_page):
    job = made("everything failed")
    page = open_page(job)
    wanted = records(job)
    search = page.get_by_role("searchbox", name="Search")
    refused = [r for r in wanted if r["BatonOutcome"] == "failed"]
    assert found(page) == "300 rows"
    search.fill("resourcenotfound WAS not")
    assert found(page) == "8 of 300 rows"
    assert cells(page, 3) == [r["ContactId"] for r in refused]
    search.fill(wanted[17]["ContactId"])
    assert found(page) == "1 of 300 rows"
    search.fill(wanted[17]["BatonLine"])
    assert wanted[17]["ContactId"] in cells(page, 3)
    search.fill("nothing has this in it")
    assert found(page) == "0 of 300 rows"
    assert cells(page, 3) == []
    search.fill("")
    cause = page.get_by_role("combobox", name="Cause")
    assert cause.locator("option").all_inner_texts() == [
        "All", "all failed (8)", "failed: ResourceNotFoundException (8)", "all rejected (292)",
        "rejected: InvalidId (292)"]
    cause.select_option("all rejected (292)")
    assert found(page) == "292 of 300 rows"


def test_a_cause_leads_to_its_rows(made, open_page):
    page = open_page(made("everything failed"))
    page.get_by_role("searchbox").fill("xyz")
    page.get_by_role("link", name="Show the 8 rows").click()
    assert found(page) == "8 of 300 rows"
    assert page.evaluate("location.hash") == "#rows"


def test_it_turns_its_pages_and_stops_at_both_ends(made, open_page):
    page = open_page(made("some failed"))
    turn = {name: page.locator(f"[data-page={name}]")
            for name in ["first", "previous", "next", "last"]}
    where = page.locator(".pages .page")

    def ends():
        return [turn[name].get_attribute("aria-disabled") == "true" for name in turn]

    assert where.inner_text() == "Page 1 of 3"
    assert ends() == [True, True, False, False]
    # By an event: playwright itself would wait for it to be enabled.
    turn["previous"].dispatch_event("click")
    assert where.inner_text() == "Page 1 of 3"
    turn["next"].click()
    assert where.inner_text() == "Page 2 of 3"
    assert ends() == [False] * 4
    turn["last"].click()
    assert where.inner_text() == "Page 3 of 3"
    assert ends() == [False, False, True, True]
    assert len(cells(page, 1)) == 29
    turn["next"].dispatch_event("click")
    assert where.inner_text() == "Page 3 of 3"
    page.get_by_role("combobox", name="Rows a page").select_option("500")
    assert len(cells(page, 1)) == 129
    assert page.locator(".pages").is_hidden()


def test_it_is_worked_with_the_keyboard_alone(made, open_page):
    page = open_page(made("some failed"))

    def tab_to(selector):
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({selector!r})"):
                shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert shown != "none", f"{selector} shows no focus"
                return
        raise AssertionError(f"{selector} was not reached")

    tab_to("a.show")
    page.keyboard.press("Enter")
    assert found(page) == "129 rows"
    tab_to("[name=words]")
    page.keyboard.type("0000000a-7e1b")
    assert found(page) == "1 of 129 rows"
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    tab_to("table.rows thead th:nth-child(3) button")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert page.locator("table.rows th[aria-sort]").get_attribute("aria-sort") == "descending"
    tab_to("[data-page=last]")
    page.keyboard.press("Enter")
    assert page.locator(".pages .page").inner_text() == "Page 3 of 3"
    # The button at the end keeps the focus, so that one does not have to begin again.
    assert page.evaluate("document.activeElement.dataset.page") == "last"


def test_it_tells_a_screen_reader_what_changed(made, open_page):
    page = open_page(made("some failed"))
    assert page.locator("#rows-found").get_attribute("role") == "status"
    tree = page.locator("section:has(#rows)").aria_snapshot()
    assert re.search(r'searchbox "Search', tree)
    assert re.search(r'columnheader "Contact', tree)
    assert re.search(r'navigation "Pages of the table"', tree)


def test_it_holds_100000_rows(made, open_page):
    page = open_page(made("100,000 rows"))
    assert found(page) == "100,000 rows"
    page.get_by_role("searchbox").fill("0001869f")
    assert found(page) == "1 of 100,000 rows"
    assert cells(page, 1) == ["100,001"]
    page.get_by_role("searchbox").fill("")
    page.locator("[data-page=last]").click()
    assert cells(page, 1)[-1] == "100,001"
