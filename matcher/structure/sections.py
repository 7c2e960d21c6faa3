"""Sections: headings by words, by marks and by the way a document writes them; never required.

A heading is a short line of its own. Words of eight languages say what it heads; a heading in unknown words opens a
section of kind *other*, so that what follows is not taken for the section before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from matcher.models import Section, SectionKind, Span
from matcher.structure.lines import ContentLine
from matcher.structure.words import alternatives, table
from matcher.timeline import find_ranges

MAX_WORDS = 7
MAX_LENGTH = 60
_SPACED = re.compile(r"^(?:\w ){3,}\w$")
_ORNAMENT = re.compile(r"^[\W_]+|[\W_]+$")
_JOINT = re.compile(r"\s*(?:&|/|\||,|\+|(?<=\s)(?:and|und|et|y|e|en|och)(?=\s))\s*")
_UNLIKELY = re.compile(r"[@\d,;|•·]|[.!?]$|\s[-–—]\s")


@dataclass(frozen=True)
class Part:
    """A run of content lines under one heading; ``heading`` is the index of the heading's line."""

    kind: SectionKind
    heading: int | None
    first: int
    last: int

    @property
    def content(self) -> int:
        """Index of the first line below the heading; in the top of the document, of the line below the name."""
        return self.first + (self.heading is not None or self.kind == "header")


@cache
def _headings() -> dict[SectionKind, dict[str, list[str]]]:
    return cast("dict[SectionKind, dict[str, list[str]]]", table("headings"))


@cache
def _exact() -> dict[str, SectionKind]:
    return {phrase: kind for kind, words in _headings().items() for phrase in words["exact"]}


@cache
def _words() -> tuple[tuple[re.Pattern[str], SectionKind], ...]:
    return tuple(
        (re.compile(rf"(?<!\w){alternatives(words['words'])}(?!\w)"), kind)
        for kind, words in _headings().items()
        if words["words"]
    )


def _folded(text: str) -> str:
    """Lower case, letter-spacing and ornaments removed."""
    words = [word.replace(" ", "") if _SPACED.match(word) else word for word in re.split(r"\s{2,}", text.strip())]
    return _ORNAMENT.sub("", re.sub(r"\s+", " ", " ".join(words))).casefold()


def heading_kind(text: str) -> SectionKind | None:
    """Return what a line heads if its words are those of a known heading."""
    if len(text) > MAX_LENGTH or len(text.split()) > 2 * MAX_WORDS or text.rstrip().endswith((".", ",", ";")):
        return None
    folded = _folded(text)
    if folded in _exact():
        return _exact()[folded]
    parts = [part for part in _JOINT.split(folded) if part]
    if len(parts) > 1 and all(part in _exact() for part in parts):
        return _exact()[parts[0]]
    return None


def _loose_kind(line: ContentLine) -> SectionKind | None:
    """Return the kind of a short line in capitals or with a heading mark that contains a heading word."""
    text = line.text
    if line.bullet or len(text.split()) > MAX_WORDS or len(text) > MAX_LENGTH or re.search(r"[@\d;]|[.,]$", text):
        return None
    shown = (
        line.heading_mark or line.bold or text.rstrip(":").isupper() or (line.blank_before and len(text.split()) <= 3)
    )
    if not shown:
        return None
    folded = _folded(text)
    return next((kind for word, kind in _words() if word.search(folded)), None)


def _unknown(lines: Sequence[ContentLine], at: int, capitals: bool) -> bool:
    """Whether a line in unknown words stands like a heading."""
    line = lines[at]
    if line.heading_mark and len(line.text.split()) <= MAX_WORDS:
        return not _near_dates(lines, at)
    if line.bullet or not line.blank_before or at == 0 or at + 1 >= len(lines) or lines[at + 1].blank_before:
        return False
    text = line.text
    if len(text.split()) > 5 or len(text) > 40 or _UNLIKELY.search(text):
        return False
    if capitals != text.isupper() or not text[0].isupper():
        return False
    return not _near_dates(lines, at)


def _near_dates(lines: Sequence[ContentLine], at: int) -> bool:
    """Whether dates of a job stand in the line or the two below it: then the line heads a job, not a section."""
    return any(
        found.kind != "single" or len(line.text) < MAX_LENGTH
        for line in lines[at : at + 3]
        if not line.bullet
        for found in find_ranges(line.text)
    )


def parts(lines: Sequence[ContentLine]) -> tuple[Part, ...]:
    """Return the parts of a document; the first one has no heading."""
    known: dict[int, SectionKind] = {}
    for at, line in enumerate(lines):
        kind = None if line.bullet else heading_kind(line.text) or _loose_kind(line)
        if kind is not None and at > 0:
            known[at] = kind
    capitals = sum(lines[at].text.isupper() for at in known) * 2 > len(known)
    begun = min(known, default=len(lines))
    for at in range(begun, len(lines)):
        if at not in known and _unknown(lines, at, capitals):
            known[at] = "other"
    starts = sorted(known)
    out = [Part("header", None, 0, starts[0] if starts else len(lines))]
    for number, at in enumerate(starts):
        last = starts[number + 1] if number + 1 < len(starts) else len(lines)
        out.append(Part(known[at], at, at, last))
    return tuple(part for part in out if part.last > part.first)


def sections(lines: Sequence[ContentLine], found: Sequence[Part]) -> tuple[Section, ...]:
    """Return the parts as records over the document's characters."""
    return tuple(
        Section(
            kind=part.kind,
            heading=None if part.heading is None else lines[part.heading].span,
            span=Span(start=lines[part.first].start, end=lines[part.last - 1].end),
        )
        for part in found
    )
