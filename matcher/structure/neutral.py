"""A neutral copy of a text: everything that says who the person is replaced by fixed signs.

All structure is read from the neutral copy, so that no name, however long or unusual, can change how a document is
cut into lines, sections and jobs, or which language it is taken for. Ranges are mapped back to the original.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.models import Document, IdentityKind, IdentitySpan, Mark, Page, Span

SIGNS: dict[IdentityKind, str] = {"name": "某某", "email": "某@某.某", "phone": "555-0000", "link": "https://某"}
"""Letters without case, so that capitals around them decide alone."""


@dataclass(frozen=True)
class Neutral:
    """The neutral document and, per replaced range, where it stood and where it stands."""

    document: Document
    originals: tuple[tuple[int, int], ...]
    copies: tuple[tuple[int, int], ...]

    def back(self, offset: int, *, end: bool = False) -> int:
        """Return the offset in the original of an offset in the copy; inside a sign, its nearer edge."""
        at = bisect_right([start for start, _ in self.copies], offset) - 1
        if at < 0:
            return offset
        (_, copied), (start, stop) = self.copies[at], self.originals[at]
        if offset < copied:
            return stop if end and offset > self.copies[at][0] else start
        return stop + offset - copied

    def span(self, span: Span) -> Span:
        """Return a range of the copy as a range of the original."""
        return Span(start=self.back(span.start), end=self.back(span.end, end=True))


def neutral(document: Document, who: Sequence[IdentitySpan]) -> Neutral:
    """Return the neutral copy of a document; ``who`` are disjoint spans in order of place."""
    text, out, at = document.text, "", 0
    originals: list[tuple[int, int]] = []
    copies: list[tuple[int, int]] = []
    for item in who:
        if item.kind not in SIGNS:
            continue
        out += text[at : item.span.start]
        sign = SIGNS[item.kind]
        originals.append((item.span.start, item.span.end))
        copies.append((len(out), len(out) + len(sign)))
        out, at = out + sign, item.span.end
    out += text[at:]
    shift = _shift(originals, copies)
    page = Page(number=1, width=0, height=0, start=0, end=len(out))
    marks = tuple(Mark(start=shift(m.start), end=shift(m.end), kind=m.kind, level=m.level) for m in document.marks)
    copy = Document(id=document.id, name="", media_type=document.media_type, text=out, pages=(page,), marks=marks)
    return Neutral(copy, tuple(originals), tuple(copies))


def _shift(originals: Sequence[tuple[int, int]], copies: Sequence[tuple[int, int]]):  # noqa: ANN202
    starts = [start for start, _ in originals]

    def shift(offset: int) -> int:
        at = bisect_right(starts, offset) - 1
        if at < 0:
            return offset
        (start, stop), (copy_start, copy_stop) = originals[at], copies[at]
        if offset < stop:
            return copy_start if offset == start else copy_stop
        return copy_stop + offset - stop

    return shift
