"""A candidate's text as the cell page shows it: numbered lines with lit places, and the way back from a selection.

Masked, the lines are those of the blind view; uncovered, those of the document. A selection comes back as line numbers
and offsets; where a shown line is not letter for letter the text behind it, the whole line is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from matcher import sinks
from matcher.errors import InputError
from matcher.models import Span
from matcher.review.case import Case


@dataclass(frozen=True)
class TextLine:
    """One line: its range in the document, its shown text, the section it opens (or an empty string)."""

    number: int
    span: Span
    text: str
    exact: bool
    heading: str = ""


@dataclass(frozen=True)
class Lit:
    """A lit place: ``index`` numbers the quotes of a cell, ``kind`` is *evidence*, *nearest* or *chosen*."""

    index: int
    span: Span
    kind: str


@dataclass(frozen=True)
class Mark:
    """One end of a selection: a line number and an offset in its shown text."""

    line: int
    offset: int


def text_lines(case: Case, candidate: str, *, masked: bool) -> tuple[TextLine, ...]:
    """Return the lines of a candidate's text."""
    document = case.document(candidate)
    rows: list[tuple[Span, str, str]] = []
    if masked:
        section = ""
        for line in case.view(candidate).lines:
            rows.append((line.span, line.text, line.section if line.section != section else ""))
            section = line.section
    else:
        at = 0
        for text in document.text.split("\n"):
            rows.append((Span(start=at, end=at + len(text)), text, ""))
            at += len(text) + 1
    return tuple(_line(number, document.text, *row) for number, row in enumerate(rows))


def _line(number: int, document: str, span: Span, text: str, heading: str) -> TextLine:
    shown = sinks.plain(text)
    return TextLine(number, span, shown, shown == document[span.start : span.end], heading)


def lit(line: TextLine, places: Iterable[Lit]) -> Markup:
    """Return a line as HTML with the lit places that touch it."""
    here = [place for place in places if place.span.start < line.span.end and line.span.start < place.span.end]
    if not here:
        return sinks.html(line.text)
    length = len(line.text)
    cuts = [(*_within(line, place, length), place) for place in here]
    edges = sorted({0, length, *(edge for start, end, _ in cuts for edge in (start, end))})
    parts: list[Markup] = []
    for left, right in pairwise(edges):
        piece = sinks.html(line.text[left:right])
        over = [place for start, end, place in cuts if start <= left and right <= end]
        if over:
            best = min(over, key=lambda place: ("chosen", "evidence", "nearest").index(place.kind))
            mark = Markup('<mark class="{}" data-quote="{}">{}</mark>')
            piece = mark.format(best.kind, " ".join(str(place.index) for place in over), piece)
        parts.append(piece)
    return Markup("").join(parts)


def _within(line: TextLine, place: Lit, length: int) -> tuple[int, int]:
    if not line.exact:
        return 0, length
    return max(0, place.span.start - line.span.start), min(length, place.span.end - line.span.start)


def selection(lines: Sequence[TextLine], first: Mark, last: Mark) -> Span:
    """Return the range of the document behind a selection.

    Raises:
        InputError: lines that are not there, or nothing selected.
    """
    if not (0 <= first.line <= last.line < len(lines)):
        raise InputError("Select words in the text on the left.")
    start_line, end_line = lines[first.line], lines[last.line]
    start = start_line.span.start + (min(max(first.offset, 0), len(start_line.text)) if start_line.exact else 0)
    end = end_line.span.start + min(max(last.offset, 0), len(end_line.text)) if end_line.exact else end_line.span.end
    if end <= start:
        raise InputError("Select words in the text on the left.")
    return Span(start=start, end=end)
