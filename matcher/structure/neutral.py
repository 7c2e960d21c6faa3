"""A neutral copy of a text: everything that says who the person is replaced by fixed signs.

All structure is read from the neutral copy, so that no name, however long or unusual, can change how a document is
cut into lines, sections and jobs, or which language it is taken for. Ranges are mapped back to the original.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
        """Return the offset in the original of an offset in the copy; inside a sign, its outer edge."""
        return _moved(offset, self.copies, self.originals, end=end)

    def forward(self, offset: int, *, end: bool = False) -> int:
        """Return the offset in the copy of an offset in the original; inside a name, the outer edge of its sign."""
        return _moved(offset, self.originals, self.copies, end=end)

    def span(self, span: Span) -> Span:
        """Return a range of the copy as a range of the original."""
        return Span(start=self.back(span.start), end=self.back(span.end, end=True))

    def copied(self, span: Span) -> Span:
        """Return a range of the original as a range of the copy."""
        return Span(start=self.forward(span.start), end=self.forward(span.end, end=True))


def _moved(offset: int, here: Sequence[tuple[int, int]], there: Sequence[tuple[int, int]], *, end: bool) -> int:
    at = bisect_right(here, offset, key=lambda pair: pair[0]) - 1
    if at < 0:
        return offset
    (start, stop), (other_start, other_stop) = here[at], there[at]
    if offset >= stop:
        return other_stop + offset - stop
    return other_stop if end and offset > start else other_start


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
    page = Page(number=1, width=0, height=0, start=0, end=len(out))
    copy = Document(id=document.id, name="", media_type=document.media_type, text=out, pages=(page,))
    found = Neutral(copy, tuple(originals), tuple(copies))
    marks = tuple(
        Mark(start=found.forward(m.start), end=found.forward(m.end, end=True), kind=m.kind, level=m.level)
        for m in document.marks
    )
    return replace(found, document=copy.model_copy(update={"marks": marks}))
