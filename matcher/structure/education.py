"""Education: level, field, institution and whether the course was finished, one record per degree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from matcher.models import DegreeLevel, Education, PartialDate, SectionKind, Span
from matcher.structure.lines import ContentLine
from matcher.structure.sections import Part
from matcher.structure.words import alternatives, pattern, table
from matcher.timeline import find_ranges

LEVELS: tuple[DegreeLevel, ...] = ("secondary", "vocational", "associate", "bachelor", "master", "doctorate")
"""Lowest first."""
_ELSEWHERE: frozenset[SectionKind] = frozenset({"header", "other", "personal", "certificates", "experience"})
_CONNECT = re.compile(
    r"^[\s.,:–—-]*(?:\([A-Z. ]+\)\s*)?(?:(?:of|in|en|de|für|der|di|em|i|op het gebied van)\b|d['’])?\s*", re.IGNORECASE
)
_GENERIC = re.compile(
    r"^(?:(?:of|degree)\s+)*(?:sciences?|arts|applied sciences?|applied arts|business administration|fine arts"
    r"|education|engineering|degree)"
    r"\s*,?\s*(?:(?:in|en)\b|\()?\s*",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"\s+[-–—|•·]\s+|[,;(|•·]|\s{2,}|\.\s|\.$|\b(?:at|from|an der|à l[’']|à la|alla|presso|aan de|vid|på)\s|\d{4}",
    re.IGNORECASE,
)
_BITS = re.compile(r"\s*[,;|•·()]\s*|\s+[-–—]\s+|\s{2,}|\.\s+(?=[A-ZÀ-Þ])")


@cache
def _levels() -> tuple[tuple[DegreeLevel, re.Pattern[str]], ...]:
    """One pattern per level, the highest first; words ignore case, abbreviations do not."""
    data = table("degrees")["levels"]
    out: list[tuple[DegreeLevel, re.Pattern[str]]] = []
    for level in reversed(LEVELS):
        words = rf"(?i:(?<![\w-]){alternatives(data[level]['words'])}(?!\w))"
        short = rf"(?<![\w.]){alternatives(data[level]['short'])}(?![\w])" if data[level]["short"] else "(?!)"
        out.append((level, re.compile(f"{words}|{short}")))
    return tuple(out)


def degree_in(text: str) -> tuple[DegreeLevel, int, int] | None:
    """Return the level of the first degree named in ``text`` and where its words stand, or None."""
    hits = [
        (match.start(), -match.end(), level)
        for level, words in _levels()
        for match in words.finditer(text)
        if not _a_state(text, match)
    ]
    if not hits:
        return None
    start, end, level = min(hits)
    return level, start, -end


def _a_state(text: str, match: re.Match[str]) -> bool:
    """Whether "MA", "MD", "MS", … after a comma is the state of a place and no degree."""
    if match.group() not in ("MA", "MD", "MS", "AS", "ME", "AB", "BE"):
        return False
    after = text[match.end() :]
    return text[: match.start()].rstrip().endswith(",") and not re.match(r"\s+(?:in|of|en)\b|\s+[A-Z][a-z]{3,}", after)


def _segments(line: ContentLine, source: str) -> Iterator[tuple[int, str]]:
    """The parts of a line that may each state one degree, with their offsets in the document."""
    text = source[line.start : line.end]
    offset = 0
    for piece in re.split(r"(;|\n{2,})", text):
        if piece.strip() and piece != ";":
            yield line.start + offset, piece
        offset += len(piece)


def _field(text: str, start: int, end: int) -> str | None:
    """The field: after the degree's words, or the one that the degree itself implies."""
    rest = _CONNECT.sub("", text[end:], count=1)
    without = _GENERIC.sub("", rest, count=1)
    if without != rest and re.match(r"[^\W\d_]{3}", without) and not _school(_until_stop(without)):
        rest = without
    found = _until_stop(rest)
    if re.search(r"[^\W\d_]{3}", found) and len(found) <= 60 and not _school(found):
        return found
    implied: dict[str, str] = table("degrees")["implied"]
    return implied.get(re.sub(r"[^a-z]", "", text[start:end].casefold()))


def _until_stop(text: str) -> str:
    stop = _STOP.search(text)
    return (text[: stop.start()] if stop else text).strip(" .,:;()")


def _school(text: str) -> bool:
    return bool(pattern("degrees", "schools").search(text))


def _institution(text: str) -> str | None:
    for bit in _BITS.split(text):
        if _school(bit) and (degree_in(bit) is None or " at " in bit):
            return re.sub(r"\s*\d{4}.*$", "", bit).strip() or None
    return None


def _end(text: str) -> PartialDate | None:
    ranges = [found for found in find_ranges(text) if found.last is not None or found.first is not None]
    return (ranges[-1].last or ranges[-1].first) if ranges else None


def education(lines: Sequence[ContentLine], parts: Sequence[Part], source: str) -> tuple[Education, ...]:
    """Return every course of study, in reading order."""
    out: list[Education] = []
    for part in parts:
        if part.kind != "education" and part.kind not in _ELSEWHERE:
            continue
        for line in lines[part.first + (part.heading is not None) : part.last]:
            if (part.kind != "education" or part.heading is None) and not _stands_alone(line):
                continue
            for offset, text in _segments(line, source):
                entry = _entry(text, offset)
                if entry is not None:
                    out.append(entry)
    return tuple(out)


def _stands_alone(line: ContentLine) -> bool:
    """Outside an education section a degree counts only where the line begins with it or names a school."""
    found = degree_in(line.text)
    if found is None or found[0] in ("vocational", "secondary"):
        return False
    return not line.bullet and len(line.text) <= 140 and (found[1] <= 2 or _institution(line.text) is not None)


def _entry(text: str, offset: int) -> Education | None:
    found = degree_in(text)
    if found is None:
        return None
    level, start, end = found
    lead = len(text) - len(text.lstrip())
    return Education(
        level=level,
        field=_field(text, start, end),
        institution=_institution(text),
        end=_end(text),
        complete=not (pattern("degrees", "progress", "words").search(text) or _open_ended(text)),
        span=Span(start=offset + lead, end=offset + len(text.rstrip())),
    )


def _open_ended(text: str) -> bool:
    """Whether the course runs to the present."""
    return any(found.current for found in find_ranges(text))
