"""The page on paper."""

import io

import pypdf
import pytest


def printed(page, paper):
    """The size of the first sheet, and the words of each."""
    document = pypdf.PdfReader(io.BytesIO(page.pdf(format=paper)))
    box = document.pages[0].mediabox
    words = [" ".join(sheet.extract_text().split()) for sheet in document.pages]
    return (round(box.width), round(box.height)), words


@pytest.mark.parametrize("paper, width, height", [("A4", 596, 843), ("Letter", 612, 792)])
def test_it_prints_all_rows_with_their_heads_on_each_sheet(made, open_page, paper, width, height):
    job = made("some failed")
    size, sheets = printed(open_page(job, color_scheme="dark"), paper)
    assert size == (width, height)
    whole = " ".join(sheets)
    # Filtered and paged for the screen, but whole on paper.
    with_rows = [sheet for sheet in sheets if sheet.count("ResourceNotFoundException") > 2]
    assert len(with_rows) > 2
    assert all("Code and message" in sheet for sheet in with_rows)
    assert whole.count("was not found") == 129
    assert "Rows a page" not in whole
    assert "Provenance" in whole


def test_it_prints_what_was_filtered(made, open_page):
    page = open_page(made("some failed"))
    page.get_by_role("searchbox").fill("0000000a-7e1b")
    whole = " ".join(printed(page, "A4")[1])
    assert whole.count("was not found") == 1
