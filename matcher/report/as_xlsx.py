"""The shortlist as a workbook: sheets *grid*, *evidence*, *audit*, *files*; the same shortlist gives the same bytes.

Every cell that holds text is written as text through ``sinks``; only our own numbers are numbers.
Office programs stamp the clock into a workbook; here the as-of day stands instead, and members of the ZIP carry 1980.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from functools import cache
from typing import TYPE_CHECKING, cast

from matcher import sinks
from matcher.models import BlindView, Document, Shortlist
from matcher.report import words
from matcher.report.view import CandidateView, CellView, Pack, counts_sentence, pack

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.styles import PatternFill
    from openpyxl.worksheet.worksheet import Worksheet

Row = Sequence[str | int | float | None]
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)


def render_xlsx(
    shortlist: Shortlist,
    documents: Mapping[str, Document] | None = None,
    *,
    blind: bool = False,
    views: Mapping[str, BlindView] | None = None,
    checkpoint: str | None = None,
) -> bytes:
    """Return the workbook as bytes."""
    from openpyxl import Workbook

    shown = pack(shortlist, documents or {}, blind=blind, views=views)
    book = Workbook()
    first = book.active
    assert first is not None
    book.remove(first)
    _grid(book, shown)
    _evidence(book, shown)
    _audit(book, shown, checkpoint)
    _sheet(
        book, "files", ("File", "Outcome", "Why", "Detail", "Candidate"), (50, 12, 30, 50, 14),
        ((f.file, f.status, f.reason, f.detail, f.candidate) for f in shown.files),
    )  # fmt: skip
    stamp = datetime.combine(shortlist.run.as_of, time())
    book.properties.creator = "matcher"
    book.properties.created = stamp
    out = io.BytesIO()
    book.save(out)
    return _without_clock(out.getvalue(), stamp)


def _grid(book: Workbook, shown: Pack) -> None:
    criteria = shown.shortlist.criteria.criteria
    names = [f"{c.id}{' (must)' if c.must_have else ''}: {c.text}" for c in criteria]
    head = ("Rank", "Range", "Candidate", "File", "Status", "Score", "Score range", "Assessed %", "Decision", *names)
    rows = [(*_person(p), *(_word(c) for c in p.cells)) for p in shown.candidates]
    rows += [(*_person(p), *("" for _ in criteria)) for p in shown.below]
    sheet = _sheet(book, "grid", head, (7, 9, 12, 34, 16, 8, 12, 10, 12, *(15 for _ in criteria)), rows, freeze="E2")
    for number, person in enumerate(shown.candidates, 2):
        for column, cell in enumerate(person.cells, 10):
            _fill(sheet, number, column, cell.word.fill)


def _person(person: CandidateView) -> Row:
    entry = person.entry
    ranks, scores = _range(entry.rank_low, entry.rank_high), _range(entry.score_low, entry.score_high)
    status = {"ranked": "Ranked", "below_cut": "Below the cut", "not_assessed": "Too little assessed"}[entry.status]
    decision = words.DECISION.get(entry.decision or "", "open")
    return (
        entry.rank, ranks, person.short, person.label, status, entry.score, scores, round(entry.coverage / 10), decision
    )  # fmt: skip


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return ""
    return str(low) if low == high else f"{low}–{high}"


def _word(cell: CellView) -> str:
    changed = " (changed by a person)" if cell.overridden else ""
    return f"{cell.word.sign} {cell.word.word}{changed}"


def _evidence(book: Workbook, shown: Pack) -> None:
    head = (
        "Rank", "Candidate", "File", "Criterion", "Kind", "Must-have", "Weight", "Requirement", "Answer", "Reason",
        "Years", "Quote 1", "Page 1", "Quote 2", "Page 2", "More quotes", "Checks",
    )  # fmt: skip
    widths = (7, 12, 28, 10, 22, 10, 8, 44, 16, 50, 8, 60, 8, 60, 8, 40, 36)
    pairs = [(person, cell) for person in shown.candidates for cell in person.cells]
    sheet = _sheet(book, "evidence", head, widths, (_evidence_row(p, c, shown.blind) for p, c in pairs), freeze="E2")
    for number, (_, cell) in enumerate(pairs, 2):
        _fill(sheet, number, 9, cell.word.fill)


def _evidence_row(person: CandidateView, cell: CellView, blind: bool) -> Row:
    criterion, made = cell.criterion, cell.cell
    quotes = [*cell.quotes, None, None][:2]
    more = "\n".join(quote.text for quote in cell.quotes[2:])
    checks = "" if made is None else "; ".join(_check(c.name, c.passed, "" if blind else c.detail) for c in made.checks)
    places = [part for quote in quotes for part in ((quote.text, quote.page) if quote else ("", None))]
    return (
        person.entry.rank, person.short, person.label, criterion.id, words.KIND[criterion.kind],
        "yes" if criterion.must_have else "no", criterion.weight, criterion.text, _word(cell),
        cell.reason or cell.why_not, made.years if made else None, *places, more, checks,
    )  # fmt: skip


def _check(name: str, passed: bool, detail: str) -> str:
    return words.check(name, passed, detail)


def _audit(book: Workbook, shown: Pack, checkpoint: str | None) -> None:
    shortlist, run = shown.shortlist, shown.shortlist.run
    signed = shortlist.sealed_by if not shown.blind else ("a named person" if shortlist.sealed_by else None)
    approved = shortlist.criteria.approved_by
    rows: list[Row] = [
        ("Posting", shortlist.criteria.title),
        ("Version", shortlist.version),
        ("Signed by", signed or "not signed"),
        ("Requirements approved by", ("a named person" if shown.blind and approved else approved) or "nobody yet"),
        ("Who judged", run.judge),
        ("How well", run.judge_note),
        *(("Counts", sentence) for sentence in counts_sentence(shortlist)),
        *(("Note", text) for text in (words.SILENCE, words.NOT_COMPARABLE, words.DECIDES_NOTHING)),
        *(("Review", sentence) for sentence in shortlist.review),
        ("Run", run.id),
        ("As of", run.as_of.isoformat()),
        ("Embedding", run.embedding),
        ("Requirements hash", run.criteria_hash),
        ("Order of reading", run.ranking_policy),
        ("Read in depth at most", run.top),
        *(("Prompt", ref) for ref in run.prompt_refs),
        *((f"Version of {name}", version) for name, version in run.versions),
        *((f"Count: {name}", number) for name, number in shortlist.counts),
        ("Audit checkpoint", checkpoint or "none was given to this report"),
    ]
    _sheet(book, "audit", ("What", "Value"), (28, 110), rows)


def _sheet(
    book: Workbook, title: str, head: Row, widths: Sequence[int], rows: Iterable[Row], freeze: str = "A2"
) -> Worksheet:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet: Worksheet = book.create_sheet(title)
    top, bold = Alignment(vertical="top", wrap_text=True), Font(name="Calibri", size=11, bold=True)
    shade = _pattern("E3E8EE")
    number = 0
    for number, row in enumerate([head, *rows], 1):
        for column, value in enumerate(row, 1):
            cell = cast("Cell", sheet.cell(number, column))
            cell.alignment = top
            if isinstance(value, str):
                sinks.xlsx_cell(cell, value)
            else:
                cell.value = value
            if number == 1:
                cell.font, cell.fill = bold, shade
        sheet.row_dimensions[number].height = _height(row, widths)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = freeze
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{max(number, 1)}"
    _for_printing(sheet)
    return sheet


def _height(row: Row, widths: Sequence[int]) -> float:
    """Points that the fullest cell of a row needs, at most twelve lines (programs do not measure this on opening)."""
    lines = 1
    for value, width in zip(row, widths, strict=False):
        text = str(value or "")
        needed = sum(1 + len(part) // max(width - 2, 1) for part in text.split("\n")[:12])
        lines = max(lines, needed)
    return 15.0 * min(lines, 12) + 3


def _for_printing(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _fill(sheet: Worksheet, row: int, column: int, colour: str) -> None:
    sheet.cell(row, column).fill = _pattern(colour)


@cache
def _pattern(colour: str) -> PatternFill:
    from openpyxl.styles import PatternFill

    return PatternFill("solid", fgColor=colour)


def _without_clock(data: bytes, stamp: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "docProps/core.xml":
                day = rf"\g<1>{stamp:%Y-%m-%dT%H:%M:%SZ}<"
                body = re.sub(r"(<dcterms:modified[^>]*>)[^<]*<", day, body.decode("utf-8")).encode("utf-8")
            info = zipfile.ZipInfo(name, _ZIP_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            new.writestr(info, body)
    return out.getvalue()
