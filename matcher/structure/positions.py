"""Positions: jobs found by their dates and by how their first lines stand, with or without headings.

Dates may stand before, after, at the right or on a line of their own; title and organisation on one line or two;
several roles may share one employer, several jobs one line. A job without dates is found by a short line above a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matcher.models import Position, SectionKind
from matcher.structure.anchors import Anchor, anchors, can_head, has_words
from matcher.structure.lines import ContentLine
from matcher.structure.sections import Part
from matcher.structure.titles import is_same_employer, looks_like_employer, looks_like_title, split_header
from matcher.timeline import DateRange


@dataclass(frozen=True)
class _Draft:
    """A job in the making: indexes of its header lines and of the first line that describes it."""

    header: tuple[int, ...]
    title: str
    organisation: str | None
    dates: DateRange | None
    first_line: int
    section: SectionKind
    title_given: bool


def _above(lines: Sequence[ContentLine], at: int, floor: int, most: int, across: bool = False) -> tuple[int, ...]:
    """Indexes of up to ``most`` header lines directly above ``at``; ``across`` one empty line where it says so."""
    found: list[int] = []
    while len(found) < most and at > floor and can_head(lines[at - 1]):
        if lines[at].blank_before and not (across and not found):
            break
        at -= 1
        found.append(at)
    return tuple(reversed(found))


def _below(lines: Sequence[ContentLine], at: int, ceiling: int, most: int, across: bool = False) -> tuple[int, ...]:
    """Indexes of up to ``most`` header lines directly below ``at``; ``across`` one empty line where it says so."""
    found: list[int] = []
    while len(found) < most and at + 1 < ceiling and can_head(lines[at + 1]):
        if lines[at + 1].blank_before and not (across and not found):
            break
        at += 1
        found.append(at)
    return tuple(found)


def _header(
    lines: Sequence[ContentLine], anchor: Anchor, floor: int, ceiling: int, dates_first: bool
) -> tuple[int, ...]:
    """Indexes of the lines that state a job, the line with its dates among them."""
    at = anchor.at
    above = _above(lines, at, floor, 2)
    if not has_words(anchor.rest):
        if above and not dates_first:
            return (*above, at)
        below = _below(lines, at, ceiling, 2 if dates_first and _list_follows(lines, at, ceiling) else 1)
        return (at, *below) if above or below else _apart(lines, at, floor, ceiling, dates_first)
    if above and not dates_first:
        return (*above[-1:], at)
    below = _below(lines, at, ceiling, 1)
    if below and (below[0] + 1 >= ceiling or lines[below[0] + 1].bullet or lines[below[0] + 1].blank_before):
        return (at, *below)
    return (at,)


def _apart(lines: Sequence[ContentLine], at: int, floor: int, ceiling: int, dates_first: bool) -> tuple[int, ...]:
    """The header of a job whose dates stand in a block of their own: a paragraph, or a cell of a table."""
    above = _above(lines, at, floor, 2, across=True)
    below = _below(lines, at, ceiling, 1, across=True)
    if above and not (dates_first and below):
        return (*above, at)
    return (at, *below)


def _list_follows(lines: Sequence[ContentLine], at: int, ceiling: int) -> bool:
    """Whether the second line below is a header line too: a list or an empty line comes after it."""
    after = at + 3
    return after >= ceiling or lines[after].bullet or lines[after].blank_before


def _dates_come_first(lines: Sequence[ContentLine], found: Sequence[Anchor]) -> bool:
    """Whether this document writes the dates above the title: a vote of the lines that hold dates alone."""
    alone = [anchor.at for anchor in found if not has_words(anchor.rest)]
    votes = 0
    for at in alone:
        nothing_above = lines[at].blank_before or at == 0 or not can_head(lines[at - 1])
        nothing_below = at + 1 >= len(lines) or lines[at + 1].blank_before or not can_head(lines[at + 1])
        votes += nothing_above - nothing_below
        if nothing_above and nothing_below:
            votes += (not _above(lines, at, 0, 1, across=True)) - (not _below(lines, at, len(lines), 1, across=True))
    return votes > 0


def _drafts(lines: Sequence[ContentLine], parts: Sequence[Part]) -> list[_Draft]:
    found = anchors(lines, parts)
    bounds = {at: part for part in parts for at in range(part.first, part.last)}
    dates_first = _dates_come_first(lines, found)
    out: list[_Draft] = []
    taken = -1
    for number, anchor in enumerate(found):
        part = bounds[anchor.at]
        following = found[number + 1].at if number + 1 < len(found) else part.last
        floor = max(taken + 1, part.content)
        if anchor.shared:
            header: tuple[int, ...] = (anchor.at,)
        else:
            header = _header(lines, anchor, floor, min(part.last, following), dates_first)
        texts = [anchor.rest if at == anchor.at else lines[at].text for at in header]
        title, organisation = split_header([text for text in texts if has_words(text)])
        taken = max(taken, header[-1])
        given = any(looks_like_title(text) for text in texts)
        out.append(_Draft(header, title, organisation, anchor.dates, header[-1] + 1, part.kind, given))
    return out + _undated(lines, parts, out)


def _undated(lines: Sequence[ContentLine], parts: Sequence[Part], dated: Sequence[_Draft]) -> list[_Draft]:
    """Jobs without dates: a short line above a list in an experience section that no dated job has taken."""
    taken = {at for draft in dated for at in draft.header}
    out: list[_Draft] = []
    for part in parts:
        if part.kind != "experience":
            continue
        for at in range(part.content, part.last - 1):
            line = lines[at]
            fresh = line.blank_before or at == part.content or lines[at - 1].bullet
            if at in taken or not fresh or not can_head(line) or not lines[at + 1].bullet:
                continue
            if looks_like_title(line.text):
                title, organisation = split_header([line.text])
                out.append(_Draft((at,), title, organisation, None, at + 1, part.kind, True))
    return out


def _is_umbrella(draft: _Draft, following: _Draft) -> bool:
    """An employer line: no role word, no lines of its own, and the next role falls within its years."""
    bare = not draft.title_given and draft.dates is not None
    return bare and following.header[0] == draft.first_line and _within(following, draft)


def _within(draft: _Draft, employer: _Draft) -> bool:
    inner, outer = draft.dates, employer.dates
    if inner is None or outer is None or inner.first is None or outer.first is None:
        return False
    latest = outer.last.year if outer.last is not None else 9999
    return outer.first.year <= inner.first.year <= latest


def _employer_lines(lines: Sequence[ContentLine], parts: Sequence[Part], drafts: Sequence[_Draft]) -> dict[int, str]:
    """Lines that state an employer on their own above its roles, by index."""
    taken = {at for draft in drafts for at in draft.header}
    starts = {draft.header[0] for draft in drafts}
    out: dict[int, str] = {}
    for part in parts:
        if part.kind != "experience":
            continue
        for at in range(part.content, part.last - 1):
            line = lines[at]
            above_a_job = at + 1 in starts and (line.blank_before or at == part.content)
            if at not in taken and above_a_job and can_head(line) and looks_like_employer(line.text):
                out[at] = split_header([line.text])[0]
    return out


def _with_employers(drafts: Sequence[_Draft], employers: dict[int, str], lines: Sequence[ContentLine]) -> list[_Draft]:
    """Roles under one employer take its name; a line that only states the employer and its years is no job."""
    out: list[_Draft] = []
    umbrella: _Draft | None = None
    employer: str | None = None
    for number, draft in enumerate(drafts):
        following = drafts[number + 1] if number + 1 < len(drafts) else None
        if following is not None and _is_umbrella(draft, following):
            umbrella, employer = draft, draft.title
            drafts = [
                *drafts[: number + 1],
                replace(following, header=(*draft.header, *following.header)),
                *drafts[number + 2 :],
            ]
            continue
        above = draft.header[0] - 1
        if above in employers:
            employer = employers[above]
            draft = replace(draft, header=(above, *draft.header))
        elif (umbrella is not None and not _within(draft, umbrella)) or (umbrella is None and draft.organisation):
            umbrella, employer = None, None
        out.append(_named(draft, employer, out[-1] if out else None, lines))
    return out


def _named(draft: _Draft, employer: str | None, before: _Draft | None, lines: Sequence[ContentLine]) -> _Draft:
    """The job with its employer, where an earlier line gives it."""
    if draft.organisation and is_same_employer(draft.organisation) and before is not None:
        return replace(draft, organisation=before.organisation)
    if is_same_employer(draft.title) and before is not None:
        return replace(draft, title=draft.organisation or draft.title, organisation=before.organisation)
    close = before is not None and not lines[draft.header[0]].blank_before and before.section == draft.section
    if draft.organisation is None and employer is not None:
        return replace(draft, organisation=employer)
    if draft.organisation is None and close and before is not None:
        return replace(draft, organisation=before.organisation)
    return draft


def positions(lines: Sequence[ContentLine], parts: Sequence[Part]) -> tuple[Position, ...]:
    """Return the jobs of a document in reading order with the ids P1, P2, …"""
    drafts = sorted(_drafts(lines, parts), key=lambda draft: draft.first_line)
    drafts = _with_employers(drafts, _employer_lines(lines, parts, drafts), lines)
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
                start=dates.first if dates else None,
                end=dates.last if dates else None,
                current=bool(dates and dates.current),
                header=tuple(lines[at].span for at in draft.header),
                lines=tuple(lines[at].span for at in range(draft.first_line, last)),
            )
        )
    return tuple(out)
