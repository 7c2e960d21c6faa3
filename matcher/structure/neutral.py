"""A neutral copy of a text: everything that says who the person is replaced by fixed signs.

All structure is read from the neutral copy, so that no name, however long or unusual, can change how a document is
cut into lines, sections and jobs, or which language it is taken for. Ranges are mapped back to the original.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from matcher.models import Document, IdentityKind, IdentitySpan, Mark, Page, Span

SIGNS: dict[IdentityKind, str] = {"name": "某某", "email": "某@某.某", "phone": "555-0000", "link": "https://某"}
"""Letters without case, so that capitals around them decide alone."""


RUN = 40
"""Blanks or equal signs in a row that are kept of a longer run."""
_LONG_RUN = re.compile(rf"[^\S\n]{{{RUN + 1},}}|(\S)\1{{{RUN},}}")


@dataclass(frozen=True)
class _Change:
    start: int
    end: int
    text: str
    kind: IdentityKind | None


@dataclass(frozen=True)
class Neutral:
    """The neutral document and, per replaced range, where it stood and where it stands."""

    document: Document
    originals: tuple[tuple[int, int], ...]
    copies: tuple[tuple[int, int], ...]
    kinds: tuple[IdentityKind | None, ...]
    """What each replaced range was; None for a run that was only cut short."""

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


def _long_runs(text: str, start: int, end: int) -> Iterator[_Change]:
    """Runs of blanks and of one repeated sign, cut to a length that no pattern is slow on."""
    for match in _LONG_RUN.finditer(text, start, end):
        kept = match.group()[:RUN]
        yield _Change(match.start(), match.end(), kept if kept.strip() else " " * len(kept), None)


def _changes(text: str, who: Sequence[IdentitySpan]) -> Iterator[_Change]:
    at = 0
    for item in who:
        if item.kind in SIGNS:
            yield from _long_runs(text, at, item.span.start)
            yield _Change(item.span.start, item.span.end, SIGNS[item.kind], item.kind)
            at = item.span.end
    yield from _long_runs(text, at, len(text))


def neutral(document: Document, who: Sequence[IdentitySpan] = ()) -> Neutral:
    """Return the neutral copy of a document; ``who`` are disjoint spans in order of place."""
    text, at = document.text, 0
    pieces: list[str] = []
    length = 0
    changes = tuple(_changes(text, who))
    copies: list[tuple[int, int]] = []
    for change in changes:
        pieces += (text[at : change.start], change.text)
        length += change.start - at
        copies.append((length, length + len(change.text)))
        length, at = length + len(change.text), change.end
    out = "".join((*pieces, text[at:]))
    page = Page(number=1, width=0, height=0, start=0, end=len(out))
    copy = Document(id=document.id, name=document.name, media_type=document.media_type, text=out, pages=(page,))
    originals = tuple((change.start, change.end) for change in changes)
    found = Neutral(copy, originals, tuple(copies), tuple(change.kind for change in changes))
    marks = tuple(
        Mark(start=found.forward(m.start), end=found.forward(m.end, end=True), kind=m.kind, level=m.level)
        for m in document.marks
    )
    return replace(found, document=copy.model_copy(update={"marks": marks}))
