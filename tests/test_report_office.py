"""The workbook and the CSV in a real office program: what looks like a formula comes back as text."""

import csv
import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import fakes_report as fakes
import pytest
from openpyxl import load_workbook

from matcher import report
from matcher.models import Shortlist

pytestmark = [pytest.mark.programs, pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is missing")]
FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1;1)", "\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", "＝1+1", "＋1+1",
    '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", "\u200b=1+1", "=WEBSERVICE(A1)", "'=1+1",
)  # fmt: skip


def convert(folder: Path, name: str, to: str) -> Path:
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", to, "--outdir",
         str(folder / "out"), str(folder / name)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    return folder / "out" / f"{Path(name).stem}.{to.split(':')[0]}"


def hostile() -> tuple[Shortlist, list[str]]:
    """A shortlist in which file names, reasons and details are formulas, and those texts as they should read."""
    shortlist, _ = fakes.shortlist(len(FORMULAS), 4)
    entries = [
        entry.model_copy(update={"file": text, "justifications": tuple(
            cell.model_copy(update={"reason": text}) for cell in entry.justifications)})
        for entry, text in zip(shortlist.entries, FORMULAS, strict=True)
    ]  # fmt: skip
    rows = [
        row.model_copy(update={"file": text, "detail": text})
        for row, text in zip(shortlist.files, FORMULAS, strict=False)
    ]
    wild = shortlist.model_copy(update={"entries": tuple(entries), "files": tuple(rows)})
    return wild, [text.split("/")[-1] for text in FORMULAS]


def test_every_formula_of_the_workbook_is_text_in_libreoffice(tmp_path: Path) -> None:
    wild, _ = hostile()
    (tmp_path / "a.xlsx").write_bytes(report.render_xlsx(wild))
    made = convert(tmp_path, "a.xlsx", "ods")
    with zipfile.ZipFile(made) as opened:
        content = opened.read("content.xml").decode()
    assert "table:formula" not in content and "xlink:href" not in content
    assert content.count("=1+1") >= 6
    again = load_workbook(io.BytesIO(convert(tmp_path, "out/a.ods", "xlsx").read_bytes()))
    cells = [cell for sheet in again for row in sheet for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert [cell.value for cell in again["grid"]["D"]][1] in ("=1+1", *FORMULAS)


def test_every_formula_of_the_csv_is_text_in_libreoffice(tmp_path: Path) -> None:
    wild, _ = hostile()
    (tmp_path / "a.csv").write_text(report.render_csv(wild), "utf-8", newline="")
    made = convert(tmp_path, "a.csv", "ods")
    with zipfile.ZipFile(made) as opened:
        content = opened.read("content.xml").decode()
    assert "table:formula" not in content
    rows = list(csv.reader(io.StringIO(report.render_csv(wild).removeprefix("\ufeff"), newline="")))
    assert sum("1+1" in cell for row in rows for cell in row) >= 10
