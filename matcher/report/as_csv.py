"""The shortlist as CSV: one row per candidate × criterion, one row for everybody who was not read in depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from matcher import sinks
from matcher.models import BlindView, Document, Shortlist
from matcher.report import words
from matcher.report.view import CandidateView, CellView, pack

HEADER = (
    "rank", "rank_low", "rank_high", "tied", "candidate", "file", "status", "score", "score_low", "score_high",
    "coverage", "decision", "criterion", "kind", "must_have", "weight", "requirement", "answer", "overridden",
    "reason", "years", "quotes", "pages",
)  # fmt: skip
BYTE_ORDER_MARK = "\ufeff"


def render_csv(
    shortlist: Shortlist,
    documents: Mapping[str, Document] | None = None,
    *,
    blind: bool = False,
    views: Mapping[str, BlindView] | None = None,
) -> str:
    """Return CSV text that begins with a byte order mark, so that Excel reads it as UTF-8; formulas are disarmed."""
    shown = pack(shortlist, documents or {}, blind=blind, views=views)
    rows: list[tuple[object, ...]] = [HEADER]
    for person in shown.candidates:
        rows.extend(_person(person, cell) for cell in person.cells)
    rows.extend((*_entry(person), *("",) * 11) for person in shown.below)
    return BYTE_ORDER_MARK + sinks.csv_document(rows)


def _person(person: CandidateView, cell: CellView) -> tuple[object, ...]:
    return (*_entry(person), *_cell(cell))


def _entry(person: CandidateView) -> tuple[object, ...]:
    entry = person.entry
    return (
        entry.rank, entry.rank_low, entry.rank_high, _yes(entry.tied), person.short, person.label,
        words.STATUS[entry.status], entry.score, entry.score_low, entry.score_high, entry.coverage,
        words.DECISION.get(entry.decision or "", ""),
    )  # fmt: skip


def _cell(cell: CellView) -> Iterator[object]:
    criterion, made = cell.criterion, cell.cell
    yield from (criterion.id, words.KIND[criterion.kind], _yes(criterion.must_have), criterion.weight, criterion.text)
    yield from (cell.word.word, _yes(cell.overridden), cell.reason or cell.why_not)
    yield made.years if made else None
    yield "\n".join(quote.text for quote in cell.quotes)
    yield " ".join(str(quote.page) for quote in cell.quotes)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
