"""Positions: jobs found by their dates and by how their first lines stand, with or without headings.

Dates may stand before, after, at the right or on a line of their own; title and organisation on one line or two;
several roles may share one employer. A job without dates is found by a short line above a list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from matcher.models import PartialDate, Position, SectionKind
from matcher.structure.lines import ContentLine
from matcher.structure.sections import Part
from matcher.structure.titles import looks_like_title, split_header
from matcher.timeline import DateRange, find_ranges

JOB_SECTIONS: frozenset[SectionKind] = frozenset(
    {"header", "experience", "volunteering", "other", "projects", "summary"}
)
HEADER_LENGTH = 110
"""A longer line tells a story; it is no title."""
_EDGE = re.compile(r"^[\W_]*|[\W_]*$")
_CONTACT = re.compile(r"@|\d{3}[-. )]\s?\d{4}|https?:|www\.")
_SENTENCE_END = re.compile(r"[.!?;:]['\")\]»”’]*$")


@dataclass(frozen=True)
class _Anchor:
    """A content line with the dates of a job; ``rest`` is its text without them."""

    at: int
    dates: DateRange
    rest: str
    section: SectionKind


@dataclass(frozen=True)
class _Draft:
    header: tuple[int, ...]
    title: str
    organisation: str | None
    dates: DateRange | None
    first_line: int
    section: SectionKind


def _without(text: str, dates: Sequence[DateRange]) -> str:
    """The text without its date ranges and the empty brackets around them."""
    for found in sorted(dates, key=lambda d: d.start, reverse=True):
        text = f"{text[: found.start]}\x00{text[found.end :]}"
    text = re.sub(r"[(\[]\s*\x00\s*[)\]]", "\x00", text)
    return re.sub(r"\s*\x00\s*", "  ", text).strip(" \t,;:|–—-•·")


def _at_edge(text: str, dates: DateRange) -> bool:
    """Whether nothing but punctuation stands before or after the dates, or they stand in final brackets."""
    before, after = text[: dates.start], text[dates.end :]
    return not re.search(r"\w", before) or not re.search(r"\w", re.sub(r"^\s*\([^)]*\)", "", after))


def _anchor(line: ContentLine, at: int, section: SectionKind) -> _Anchor | None:
    """The line as the place of a job's dates, if it can be one."""
    ranges = find_ranges(line.text)
    strong = [found for found in ranges if found.kind in ("range", "since", "until")]
    if not strong:
        return _single_anchor(line, at, section, ranges)
    dates = next((found for found in strong if found.kind == "range"), strong[0])
    edge = _at_edge(line.text, dates)
    if section == "summary" and not (edge and dates.kind == "range"):
        return None
    if dates.kind != "range" and (not edge or re.search(r"[.!?]\s", line.text[: dates.start])):
        return None
    if dates.kind == "range" and not edge and not _dated_header(line, dates):
        return None
    if section in ("summary", "header", "other") and _SENTENCE_END.search(line.text) and dates.first is None:
        return None
    return _Anchor(at, dates, _without(line.text, [dates]), section)


def _dated_header(line: ContentLine, dates: DateRange) -> bool:
    """Dates inside a line: of a job where a title stands before them and the line is not a bullet."""
    before = line.text[: dates.start]
    return (
        not line.bullet
        and len(before) <= HEADER_LENGTH
        and before.rstrip().endswith((",", "|", "–", "—", "-", "(", ":", "•", "·"))
    )


def _single_anchor(line: ContentLine, at: int, section: SectionKind, ranges: Sequence[DateRange]) -> _Anchor | None:
    """A single year, month or season dates a job only at the edge of a short line in an experience section."""
    if not ranges or line.bullet or section != "experience" or len(line.text) > HEADER_LENGTH:
        return None
    first, last = ranges[0], ranges[-1]
    if not (_at_edge(line.text, first) or _at_edge(line.text, last)) or _SENTENCE_END.search(line.text):
        return None
    dates = replace(first, last=last.last)
    return _Anchor(at, dates, _without(line.text, ranges), section)


def _anchors(lines: Sequence[ContentLine], parts: Sequence[Part]) -> list[_Anchor]:
    found: list[_Anchor] = []
    for part in parts:
        if part.kind not in JOB_SECTIONS:
            continue
        first = part.first + 1
        here = [anchor for at in range(first, part.last) if (anchor := _anchor(lines[at], at, part.kind)) is not None]
        plain = [anchor for anchor in here if not lines[anchor.at].bullet]
        found += plain or [a for a in here if _bullet_job(lines[a.at], a)]
    return found


def _bullet_job(line: ContentLine, anchor: _Anchor) -> bool:
    """A list of jobs: each bullet is short and states title and dates."""
    return anchor.section == "experience" and anchor.dates.kind == "range" and len(line.text) <= 140


def _can_head(line: ContentLine) -> bool:
    """Whether a line can state a title or an organisation beside dates on another line."""
    plain = not line.bullet and len(line.text) <= HEADER_LENGTH and not _SENTENCE_END.search(line.text)
    return plain and not _CONTACT.search(line.text)


def _above(lines: Sequence[ContentLine], at: int, floor: int, most: int) -> tuple[int, ...]:
    """Indexes of up to ``most`` header lines directly above ``at``."""
    found: list[int] = []
    while len(found) < most and at > floor and not lines[at].blank_before and _can_head(lines[at - 1]):
        at -= 1
        found.append(at)
    return tuple(reversed(found))


def _below(lines: Sequence[ContentLine], at: int, ceiling: int, most: int) -> tuple[int, ...]:
    """Indexes of up to ``most`` header lines directly below ``at``."""
    found: list[int] = []
    while len(found) < most and at + 1 < ceiling and not lines[at + 1].blank_before and _can_head(lines[at + 1]):
        at += 1
        found.append(at)
    return tuple(found)


def _header(lines: Sequence[ContentLine], anchor: _Anchor, floor: int, ceiling: int) -> tuple[int, ...]:
    """Indexes of the lines that state a job, the line with its dates among them."""
    at = anchor.at
    above = _above(lines, at, floor, 2)
    if not re.search(r"[^\W\d_]{2}", anchor.rest):
        if above:
            return (*above, at)
        return (at, *_below(lines, at, ceiling, 2))
    if above:
        return (*above[-1:], at)
    below = _below(lines, at, ceiling, 1)
    if below and below[0] + 1 < ceiling and lines[below[0] + 1].bullet:
        return (at, *below)
    return (at,)


def _drafts(lines: Sequence[ContentLine], parts: Sequence[Part]) -> list[_Draft]:
    anchors = _anchors(lines, parts)
    bounds = {at: part for part in parts for at in range(part.first, part.last)}
    out: list[_Draft] = []
    taken = -1
    for number, anchor in enumerate(anchors):
        part = bounds[anchor.at]
        floor = max(taken + 1, part.first + 1)
        following = anchors[number + 1].at if number + 1 < len(anchors) else part.last
        header = _header(lines, anchor, floor, min(part.last, following))
        texts = [anchor.rest if at == anchor.at else lines[at].text for at in header]
        title, organisation = split_header([text for text in texts if re.search(r"\w", text)])
        taken = header[-1]
        out.append(_Draft(header, title, organisation, anchor.dates, header[-1] + 1, anchor.section))
    return out + _undated(lines, parts, out)


def _undated(lines: Sequence[ContentLine], parts: Sequence[Part], dated: Sequence[_Draft]) -> list[_Draft]:
    """Jobs without dates: a short line above a list in an experience section that no dated job has taken."""
    taken = {at for draft in dated for at in draft.header}
    out: list[_Draft] = []
    for part in parts:
        if part.kind != "experience":
            continue
        for at in range(part.first + (part.heading is not None), part.last - 1):
            line = lines[at]
            fresh = line.blank_before or at == part.first + 1 or lines[at - 1].bullet
            if at in taken or not fresh or not _can_head(line) or not lines[at + 1].bullet:
                continue
            if looks_like_title(line.text):
                title, organisation = split_header([line.text])
                out.append(_Draft((at,), title, organisation, None, at + 1, part.kind))
    return out


def _inherit(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Roles under one employer take its name; a line that only states the employer and its years is no job."""
    out: list[_Draft] = []
    employer: _Draft | None = None
    for number, draft in enumerate(drafts):
        following = drafts[number + 1] if number + 1 < len(drafts) else None
        if following is not None and _is_umbrella(draft, following):
            employer = draft
            continue
        if employer is not None and _within(draft, employer):
            own = draft.organisation or employer.title
            header = (*employer.header, *draft.header) if not out or out[-1].organisation != own else draft.header
            draft = replace(draft, organisation=own, header=header)
        elif draft.organisation is None and out and draft.section == out[-1].section:
            draft = replace(draft, organisation=out[-1].organisation)
        out.append(draft)
    return out


def _within(draft: _Draft, employer: _Draft) -> bool:
    inner, outer = draft.dates, employer.dates
    if inner is None or outer is None or inner.first is None or outer.first is None:
        return False
    latest = outer.last.year if outer.last is not None else 9999
    return outer.first.year <= inner.first.year <= latest


def _is_umbrella(draft: _Draft, following: _Draft) -> bool:
    """An employer line: no role word, no lines of its own, and the next role falls within its years."""
    bare = draft.organisation is None and not looks_like_title(draft.title)
    return bare and following.header[0] == draft.first_line and _within(following, draft)


def positions(lines: Sequence[ContentLine], parts: Sequence[Part]) -> tuple[Position, ...]:
    """Return the jobs of a document in reading order with the ids P1, P2, …"""
    drafts = _inherit(sorted(_drafts(lines, parts), key=lambda draft: draft.first_line))
    ends = {at: part.last for part in parts for at in range(part.first, part.last)}
    out: list[Position] = []
    for number, draft in enumerate(drafts):
        last = ends[draft.header[-1]]
        if number + 1 < len(drafts):
            last = min(last, min(drafts[number + 1].header))
        dates = draft.dates
        out.append(
            Position(
                id=f"P{number + 1}",
                title=draft.title,
                organisation=draft.organisation,
                start=_moment(dates.first if dates else None),
                end=_moment(dates.last if dates else None),
                current=bool(dates and dates.current),
                header=tuple(lines[at].span for at in draft.header),
                lines=tuple(lines[at].span for at in range(draft.first_line, last)),
            )
        )
    return tuple(out)


def _moment(value: PartialDate | None) -> PartialDate | None:
    return value
