"""The page as a whole: what it asks for, and whom it serves."""

import sqlite3

import pytest
from axe_playwright_python.sync_playwright import Axe

import jobs
from conftest import MADE

VARIANTS = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 360, "height": 740}},
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", MADE)
def test_axe_finds_no_violation(made, open_page, name, variant):
    # axe-core is put into the page, which its policy forbids to everybody else.
    page = open_page(made(name), bypass_csp=True, **VARIANTS[variant])
    found = Axe().run(page)
    told = [(v["id"], v["help"], [n["html"][:120] for n in v["nodes"]][:3])
            for v in found.response["violations"]]
    assert told == []


@pytest.mark.parametrize("name", MADE)
def test_nothing_is_wider_than_a_narrow_screen(made, open_page, name):
    page = open_page(made(name), viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("name", ["some failed", "everything failed", "hostile"])
def test_it_says_the_same_in_the_headline_and_in_the_totals(made, open_page, name):
    job = made(name)
    page = open_page(job)
    totals = job.summary["totals"]
    amiss = totals["failed"] + totals["uncertain"] + totals["rejected"]
    assert f"{amiss} need you" in page.locator("h1").inner_text()
    shown = {row.locator("th").inner_text(): int(row.locator("td").first.inner_text())
             for row in page.locator("section:has(#totals) tbody tr").all()}
    assert shown == {name: count for name, count in totals.items() if name != "rows"}
    assert f"Adds up: the input has {totals['rows']} rows." in page.content()


def test_it_is_dark_where_that_is_liked(made, open_page):
    job = made("all well")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert open_page(job).evaluate(paper) == "rgb(255, 255, 255)"
    assert open_page(job, color_scheme="dark").evaluate(paper) == "rgb(20, 24, 30)"


def test_it_is_whole_without_scripts(made, open_page):
    job = made("some failed")
    page = open_page(job, java_script_enabled=False)
    assert page.locator("table.rows tbody tr").count() == 100
    assert page.locator(".controls").is_hidden()
    assert page.locator(".pages").is_hidden()
    assert "scripts are off" in page.locator("noscript").inner_text()
    assert page.locator("table.rows thead button").count() == 0
    assert page.locator("h2").count() == 8


def test_no_script_but_its_own_runs(made, open_page):
    """Even if markup got into the page, its policy would not let it run."""
    page = open_page(made("some failed"), ignore="Content Security Policy")
    page.evaluate("""() => {
        const holder = document.createElement('div');
        holder.innerHTML = '<img src="data:," onerror="document.title = 1"><p onclick="document.title = 1">';
        const script = document.createElement('script');
        script.textContent = 'document.title = 1';
        document.body.append(holder, script);
        holder.querySelector('p').click();
    }""")
    page.wait_for_timeout(200)
    assert page.title().startswith("771 of 900 contacts were transferred")


def test_what_hides_in_rows_names_and_answers_stays_text(made, open_page):
    job = made("hostile")
    page = open_page(job)
    page.locator("[name=page-size]").select_option("500")
    assert page.title().endswith(f"job {job.summary['job']['id']}")
    assert page.locator("img, iframe, object, embed, link, base").count() == 0
    assert page.locator("script").count() == 2
    assert page.evaluate("[...document.querySelectorAll('*')].every(e => "
                         "[...e.attributes].every(a => !a.name.startsWith('on')))")
    shown = page.locator("table.rows").inner_text()
    for text in ["<script>document.title='hit'</script>", "=HYPERLINK(\"http://example.com\",\"x\")",
                 "a[U+202E]b[U+2066]c[U+200F]d", "&lt;b&gt;", "x" * 512 + "…"]:
        assert text in shown
    assert "\u202e" not in page.content()


def test_it_says_so_where_rows_are_missing_from_the_ledger(tmp_path, open_page):
    job = jobs.run(tmp_path / "job", 20, jobs.transferred)
    with sqlite3.connect(job.ledger) as ledger:
        ledger.execute("DELETE FROM rows WHERE key = (SELECT max(key) FROM rows)")
    page = open_page(job.report())
    assert "Does not add up: the input has 20 rows." in page.content()


def test_no_page_is_too_big_for_a_mail(made):
    assert made("100,000 rows").page.stat().st_size < 15_000_000
    assert made("all well").page.stat().st_size < 100_000
