"""The CSVs in a spreadsheet: LibreOffice, as a person would open them."""

import csv
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def opened(path, folder):
    """The cells as LibreOffice shows them, and the formulas that it found."""
    office = shutil.which("soffice")
    assert office, "make browser needs LibreOffice (on Debian: libreoffice-calc-nogui)"
    subprocess.run(
        # Comma, quotes and UTF-8: what the dialog offers a person who opens the file.
        [office, f"-env:UserInstallation=file://{folder}/profile", "--headless",
         "--infilter=Text - txt - csv (StarCalc):44,34,76,1", "--convert-to", "fods", "--outdir", str(folder), str(path)],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    root = ElementTree.parse(folder / (path.stem + ".fods")).getroot()
    rows, formulas = [], []
    for row in root.iter(TABLE + "table-row"):
        cells = []
        for cell in row.iter(TABLE + "table-cell"):
            if cell.get(TABLE + "formula"):
                formulas.append(cell.get(TABLE + "formula"))
            text = "\n".join("".join(p.itertext()) for p in cell.iter(TEXT + "p"))
            cells += [text] * int(cell.get(TABLE + "number-columns-repeated", 1))
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows += [cells]
    return rows, formulas


def written(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("name", ["some failed", "hostile"])
@pytest.mark.parametrize("options", [[], ["--excel"]])
@pytest.mark.timeout(180)
def test_no_formula_runs_no_id_changes_and_no_column_moves(made, tmp_path, name, options):
    job = made(name)
    job.baton("report", "--reports", tmp_path, *options)
    results = next(tmp_path.glob("*/results.csv"))
    assert results.read_bytes().startswith(b"\xef\xbb\xbf") == bool(options)
    wanted = written(results)
    rows, formulas = opened(results, tmp_path)
    assert formulas == []
    assert len(rows) == len(wanted)
    header = wanted[0]
    assert rows[0] == header
    ids = [header.index(column) for column in
           ["ContactId", "QueueId", "BatonNewContactId", "BatonRequestId", "BatonClientToken",
            "BatonOutcome", "BatonCode"]]
    for shown, record in zip(rows[1:], wanted[1:], strict=True):
        shown += [""] * (len(header) - len(shown))
        assert [shown[i][:32_000] for i in ids] == [record[i][:32_000] for i in ids]


def test_retry_csv_once_mended_is_an_input(made, tmp_path):
    job = made("everything failed")
    for options in [[], ["--excel"]]:
        job.baton("report", "--reports", tmp_path, *options)
        retry = next(tmp_path.glob("*/retry.csv"))
        mended = tmp_path / "mended.csv"
        mended.write_text(retry.read_text(encoding="utf-8").replace("no id", "a-queue"),
                          encoding="utf-8")
        told = subprocess.run(
            [job_baton(), "check", mended, "--instance", "i-1", "--contact-flow", "f-1"],
            capture_output=True, text=True, timeout=60, cwd=tmp_path)
        assert told.returncode == 0, told.stderr


def job_baton():
    import jobs
    return jobs.BATON
