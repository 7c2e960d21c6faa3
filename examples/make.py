"""Make the example résumés: real files in many formats from examples/source/*.toml (everyone is fictional).

usage: python examples/make.py [FOLDER]

Needs the development dependencies. The same sources give the same bytes, so that a change of a file is a change of its
source. Beside the sources' own files it makes a byte-for-byte copy (a duplicate) and a file cut in half (damaged).
"""

from __future__ import annotations

import io
import shutil
import sys
import tomllib
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
EPOCH = (2026, 1, 1, 0, 0, 0)
Person = dict[str, Any]


def main(folder: Path) -> None:
    """Write every example file into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted((HERE / "source").glob("*.toml")):
        person = tomllib.loads(source.read_text("utf-8"))
        (folder / person["file"]).write_bytes(LAYOUTS[person["layout"]](person))
    shutil.copyfile(folder / "lindholm_marta.pdf", folder / "lindholm_marta (1).pdf")
    whole = (folder / "CV_Okafor.pdf").read_bytes()
    (folder / "application_317.pdf").write_bytes(whole[: len(whole) // 3])
    print(f"{len(list(folder.iterdir()))} files in {folder}")


def _entries(section: dict[str, Any]) -> list[dict[str, Any]]:
    return list(section.get("entry", []))


def _title(entry: dict[str, Any]) -> str:
    return f"{entry['title']}, {entry['organisation']}" if entry["organisation"] else entry["title"]


# --- text and HTML ---------------------------------------------------------------------------------------------------


def text(person: Person) -> bytes:
    """Plain text in UTF-8."""
    out = [person["name"], person["headline"], " | ".join(person["contact"]), ""]
    for section in person["section"]:
        out += [section["heading"].upper(), ""]
        out += section.get("lines", [])
        for entry in _entries(section):
            out += [_title(entry), entry["dates"], *(f"- {line}" for line in entry["lines"]), ""]
        out.append("")
    return "\n".join(out).encode("utf-8")


def html(person: Person) -> bytes:
    """A saved web page."""
    out = [f"<!doctype html><html><head><meta charset='utf-8'><title>{escape(person['name'])}</title></head><body>"]
    out += [f"<h1>{escape(person['name'])}</h1><p>{escape(person['headline'])}</p>"]
    out.append("<p>" + " &middot; ".join(escape(part) for part in person["contact"]) + "</p>")
    for section in person["section"]:
        out.append(f"<h2>{escape(section['heading'])}</h2>")
        out += [f"<p>{escape(line)}</p>" for line in section.get("lines", [])]
        for entry in _entries(section):
            out.append(f"<h3>{escape(_title(entry))}</h3><p><i>{escape(entry['dates'])}</i></p><ul>")
            out += [f"<li>{escape(line)}</li>" for line in entry["lines"]]
            out.append("</ul>")
    out.append("</body></html>")
    return "\n".join(out).encode("utf-8")


# --- DOCX and ODT ----------------------------------------------------------------------------------------------------


def docx_plain(person: Person) -> bytes:
    """Headings, paragraphs and bullet lists."""
    document = _docx_head(person)
    for section in person["section"]:
        document.add_heading(section["heading"], level=1)
        for line in section.get("lines", []):
            document.add_paragraph(line)
        for entry in _entries(section):
            document.add_heading(_title(entry), level=2)
            document.add_paragraph(entry["dates"])
            for line in entry["lines"]:
                document.add_paragraph(line, style="List Bullet")
    return _docx_bytes(document)


def docx_table(person: Person) -> bytes:
    """Experience in a two-column table: dates on the left, the job on the right."""
    document = _docx_head(person)
    for section in person["section"]:
        document.add_heading(section["heading"], level=1)
        for line in section.get("lines", []):
            document.add_paragraph(line)
        if _entries(section):
            table = document.add_table(rows=0, cols=2)
            for entry in _entries(section):
                left, right = table.add_row().cells
                left.text = entry["dates"]
                right.text = _title(entry)
                for line in entry["lines"]:
                    right.add_paragraph(line, style="List Bullet")
    return _docx_bytes(document)


def docx_header(person: Person) -> bytes:
    """Name and contact data in the page header, as many templates have it."""
    from docx import Document

    document = Document()
    head = document.sections[0].header
    head.paragraphs[0].text = person["name"]
    head.add_paragraph(" | ".join(person["contact"]))
    document.add_paragraph(person["headline"])
    for section in person["section"]:
        document.add_heading(section["heading"], level=1)
        for line in section.get("lines", []):
            document.add_paragraph(line)
        for entry in _entries(section):
            document.add_paragraph(f"{_title(entry)}\t{entry['dates']}").runs[0].bold = True
            for line in entry["lines"]:
                document.add_paragraph(line, style="List Bullet")
    return _docx_bytes(document)


def _docx_head(person: Person) -> Any:
    from docx import Document

    document = Document()
    document.add_heading(person["name"], level=0)
    document.add_paragraph(person["headline"])
    document.add_paragraph(" | ".join(person["contact"]))
    return document


def _docx_bytes(document: Any) -> bytes:
    from datetime import datetime

    document.core_properties.created = document.core_properties.modified = datetime(*EPOCH)
    buffer = io.BytesIO()
    document.save(buffer)
    return _same_times(buffer.getvalue())


def odt(person: Person) -> bytes:
    """OpenDocument text with headings and a list."""
    from odf.opendocument import OpenDocumentText
    from odf.text import H, List, ListItem, P

    document = OpenDocumentText()
    document.text.addElement(H(outlinelevel=1, text=person["name"]))
    for line in (person["headline"], " | ".join(person["contact"])):
        document.text.addElement(P(text=line))
    for section in person["section"]:
        document.text.addElement(H(outlinelevel=2, text=section["heading"]))
        for line in section.get("lines", []):
            document.text.addElement(P(text=line))
        for entry in _entries(section):
            document.text.addElement(P(text=f"{_title(entry)} ({entry['dates']})"))
            bullets = List()
            for line in entry["lines"]:
                item = ListItem()
                item.addElement(P(text=line))
                bullets.addElement(item)
            document.text.addElement(bullets)
    buffer = io.BytesIO()
    document.write(buffer)
    return _same_times(buffer.getvalue())


def _same_times(data: bytes) -> bytes:
    """The same archive with one fixed time stamp on every member."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            body = old.read(member)
            if member.filename == "meta.xml":
                body = _without_dates(body)
            info = zipfile.ZipInfo(member.filename, EPOCH)
            info.compress_type = member.compress_type
            new.writestr(info, body)
    return out.getvalue()


def _without_dates(meta: bytes) -> bytes:
    import re

    return re.sub(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[^<]*", b"2026-01-01T00:00:00", meta)


# --- PDF -------------------------------------------------------------------------------------------------------------


def one_column(person: Person) -> bytes:
    """One column, as a word processor prints it."""
    from reportlab.lib.pagesizes import A4

    pdf, buffer = _canvas(A4)
    y = _pdf_head(pdf, person, 56, 780, 480)
    for section in person["section"]:
        y = _pdf_section(pdf, section, 56, y, 480)
    pdf.save()
    return buffer.getvalue()


def two_columns(person: Person) -> bytes:
    """A dark sidebar with white text on the left, the jobs on the right, drawn row by row."""
    from reportlab.lib.pagesizes import A4

    pdf, buffer = _canvas(A4)
    pdf.setFillColorRGB(0.13, 0.2, 0.3)
    pdf.rect(0, 0, 180, A4[1], stroke=0, fill=1)
    pdf.setFillColorRGB(1, 1, 1)
    y = 780.0
    pdf.setFont("Helvetica-Bold", 15)
    for word in person["name"].split():
        pdf.drawString(24, y, word)
        y -= 18
    y -= 8
    for line in person["contact"]:
        y = _pdf_text(pdf, line, 24, y, 140, "Helvetica", 8.5)
    for section in person["section"]:
        if section.get("side"):
            y = _pdf_section(pdf, section, 24, y, 140)
    pdf.setFillColorRGB(0, 0, 0)
    y = _pdf_text(pdf, person["headline"], 204, 780, 350, "Helvetica-Oblique", 12)
    for section in person["section"]:
        if not section.get("side"):
            y = _pdf_section(pdf, section, 204, y, 350)
    pdf.save()
    return buffer.getvalue()


def hidden_text(person: Person) -> bytes:
    """One column, with an instruction to a machine in white on white at the foot of the page."""
    from reportlab.lib.pagesizes import A4

    pdf, buffer = _canvas(A4)
    y = _pdf_head(pdf, person, 56, 780, 480)
    for section in person["section"]:
        y = _pdf_section(pdf, section, 56, y, 480)
    pdf.setFillColorRGB(1, 1, 1)
    _pdf_text(pdf, person["hidden"], 56, 90, 480, "Helvetica", 7)
    pdf.save()
    return buffer.getvalue()


def _canvas(size: tuple[float, float]) -> tuple[Any, io.BytesIO]:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    return Canvas(buffer, pagesize=size, invariant=1), buffer


def _pdf_head(pdf: Any, person: Person, x: float, y: float, width: float) -> float:
    y = _pdf_text(pdf, person["name"], x, y, width, "Helvetica-Bold", 18)
    y = _pdf_text(pdf, person["headline"], x, y - 4, width, "Helvetica", 11)
    return _pdf_text(pdf, "  |  ".join(person["contact"]), x, y, width, "Helvetica", 9)


def _pdf_section(pdf: Any, section: dict[str, Any], x: float, y: float, width: float) -> float:
    y = _pdf_text(pdf, section["heading"], x, y - 12, width, "Helvetica-Bold", 12.5)
    for line in section.get("lines", []):
        y = _pdf_text(pdf, line, x, y, width, "Helvetica", 9.5)
    for entry in _entries(section):
        y = _pdf_text(pdf, _title(entry), x, y - 5, width, "Helvetica-Bold", 10)
        y = _pdf_text(pdf, entry["dates"], x, y, width, "Helvetica-Oblique", 9)
        for line in entry["lines"]:
            y = _pdf_text(pdf, line, x + 12, y, width - 12, "Helvetica", 9.5, bullet=True)
    return y


def _pdf_text(
    pdf: Any, words: str, x: float, y: float, width: float, font: str, size: float, bullet: bool = False
) -> float:
    from reportlab.lib.utils import simpleSplit

    for number, line in enumerate(simpleSplit(words, font, size, width)):
        y -= size * 1.35
        pdf.setFont(font, size)
        if bullet and number == 0:
            pdf.drawString(x - 10, y, "•")
        pdf.drawString(x, y, line)
    return y


LAYOUTS: dict[str, Callable[[Person], bytes]] = {
    "text": text,
    "html": html,
    "docx_plain": docx_plain,
    "docx_table": docx_table,
    "docx_header": docx_header,
    "odt": odt,
    "one_column": one_column,
    "two_columns": two_columns,
    "hidden_text": hidden_text,
}

if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "resumes")
