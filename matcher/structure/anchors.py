"""Anchors: the lines that hold the dates of a job."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from matcher.models import SectionKind
from matcher.structure.education import degree_in
from matcher.structure.lines import ContentLine
from matcher.structure.sections import Part
from matcher.structure.titles import looks_like_title
from matcher.structure.words import pattern
from matcher.timeline import DateRange, find_ranges

JOB_SECTIONS: frozenset[SectionKind] = frozenset(
    {"header", "experience", "volunteering", "other", "projects", "summary", "interests"}
)
HEADER_LENGTH = 120
"""A longer line tells a story; it is no title."""
_CONTACT = re.compile(r"@|(?<!\d)\d{3}[-. )]\s?\d{4}|https?:|www\.")
_SENTENCE_END = re.compile(r"[.!?;:]['\")\]»”’]*$")
_BREAK = re.compile(r"(?<=\w\w)[.!?;]\s+(?=[^\s(])")
_FIRST_PERSON = re.compile(r"^(?:I|We|My|Our|Ich|Je|J['’]|Yo|Io|Eu|Ik|Jag)\b")


@dataclass(frozen=True)
class Anchor:
    """A line with the dates of a job; ``rest`` is what the line says besides, ``shared`` if others stand on it."""

    at: int
    dates: DateRange
    rest: str
    shared: bool = False


def has_words(text: str) -> bool:
    """Whether there is anything but dates, numbers and punctuation in a text."""
    return bool(re.search(r"[^\W\d_]{2}", re.sub(r"\(.*?\)", "", text)))


def can_head(line: ContentLine) -> bool:
    """Whether a line can state a title or an organisation beside dates on another line."""
    plain = not line.bullet and len(line.text) <= HEADER_LENGTH and not _SENTENCE_END.search(line.text)
    return plain and not _CONTACT.search(line.text)


def _without(text: str, dates: Sequence[DateRange]) -> str:
    """The text without its date ranges and the empty brackets around them."""
    for found in sorted(dates, key=lambda d: d.start, reverse=True):
        text = f"{text[: found.start]}\x00{text[found.end :]}"
    text = re.sub(r"\x00\s*(?:,|&|and|und|et|y|e|en|och)\s*(?=\x00)", "", text)
    text = re.sub(r"[(\[]\s*\x00\s*[)\]]", "\x00", text)
    text = re.sub(r"[\s,;|–—-]*\x00\s*([.;])\s+", r"\1 ", text)
    return re.sub(r"\s*\x00\s*", "  ", text).strip(" \t,;:|–—-•·")


def _at_edge(text: str, dates: DateRange) -> bool:
    """Whether nothing but punctuation or a bracket stands before or after the dates."""
    after = re.sub(r"\([^)]*\)", "", text[dates.end :])
    return not re.search(r"\w", text[: dates.start]) or not re.search(r"\w", after)


def _anchor(line: ContentLine, at: int, kind: SectionKind) -> Anchor | None:
    """The line as the place of a job's dates, if it can be one."""
    if _CONTACT.search(line.text):
        return None
    ranges = find_ranges(line.text)
    strong = [found for found in ranges if found.kind in ("range", "since", "until")]
    if not strong:
        return _single(line, at, kind, ranges)
    dates = next((found for found in strong if found.kind == "range"), strong[0])
    if dates.kind == "range":
        fits = _at_edge(line.text, dates) or _inside(line, dates)
    else:
        fits = _at_edge(line.text, dates) and not _tells(line.text, dates)
    return Anchor(at, dates, _without(line.text, [dates])) if fits else None


def _tells(text: str, dates: DateRange) -> bool:
    """Whether a line with only one end of a stretch is a sentence and not the first line of a job."""
    before = text[: dates.start]
    if _BREAK.search(before) or _FIRST_PERSON.match(text):
        return True
    return bool(before.strip() and re.search(r"\.$", text.strip()) and not looks_like_title(before))


def _inside(line: ContentLine, dates: DateRange) -> bool:
    """Dates inside a line are of a job where a short title ends before them."""
    return not line.bullet and _inside_text(line.text, dates)


def _inside_text(text: str, dates: DateRange) -> bool:
    before, after = text[: dates.start].rstrip(), text[dates.end :].lstrip()
    ended = before.endswith((",", "|", "–", "—", "-", "(", ":", "•", "·", ".", ")"))
    return len(before) <= HEADER_LENGTH and (ended or after[:1] in tuple("|:•·–—)"))


def _single(line: ContentLine, at: int, kind: SectionKind, ranges: Sequence[DateRange]) -> Anchor | None:
    """A single year, month or season dates a job only at the edge of a short line in an experience section."""
    if not ranges or line.bullet or kind != "experience" or len(line.text) > HEADER_LENGTH:
        return None
    first, last = ranges[0], ranges[-1]
    if not (_at_edge(line.text, first) or _at_edge(line.text, last)) or _SENTENCE_END.search(line.text):
        return None
    return Anchor(at, replace(first, last=last.last), _without(line.text, ranges))


def _shared(line: ContentLine, at: int, kind: SectionKind) -> Iterator[Anchor]:
    """Several jobs in one line, each with its dates: "Cook, 2011 to 2013. Baker, 2013 to 2016."."""
    pieces, begin = [], 0
    for match in [*_BREAK.finditer(line.text), None]:
        pieces.append(line.text[begin : match.start() if match else len(line.text)])
        begin = match.end() if match else begin
    dated = [(piece, [f for f in find_ranges(piece) if f.kind in ("range", "single")]) for piece in pieces]
    jobs = [(piece, found[0]) for piece, found in dated if len(found) == 1 and has_words(_without(piece, found))]
    ranged = any(found.kind == "range" for _, found in jobs)
    if (
        len(jobs) < 2
        or not (ranged or kind == "experience")
        or not all(_at_edge(p, f) or _inside_text(p, f) for p, f in jobs)
    ):
        return
    for piece, found in jobs:
        yield Anchor(at, found, _without(piece, [found]), shared=True)


def anchors(lines: Sequence[ContentLine], parts: Sequence[Part]) -> list[Anchor]:
    """Return the anchors of a document in reading order.

    Where a section of work exists, other sections count only for jobs with both ends that name a role.
    """
    work = any(part.kind == "experience" for part in parts)
    out: list[Anchor] = []
    for part in parts:
        if part.kind not in JOB_SECTIONS or (work and part.kind in ("header", "summary", "interests")):
            continue
        here: list[Anchor] = []
        for at in range(part.content, part.last):
            several = [] if lines[at].bullet else list(_shared(lines[at], at, part.kind))
            one = _anchor(lines[at], at, part.kind)
            here += several or ([one] if one is not None else [])
        if work and part.kind != "experience":
            here = [a for a in here if a.dates.kind == "range" and looks_like_title(a.rest)]
        elif part.kind != "experience" or part.heading is None:
            here = [a for a in here if not _other_matter(lines[a.at].text)]
        plain = [anchor for anchor in here if not lines[anchor.at].bullet]
        out += plain or [
            a for a in here if part.kind == "experience" and len(lines[a.at].text) <= 140 and a.dates.kind == "range"
        ]
    return out


def _other_matter(text: str) -> bool:
    """Whether a dated line outside a section of work is about a degree, a licence or a wish."""
    return degree_in(text) is not None or bool(pattern("jobs", "not_a_job").search(text))


def work_begins(lines: Sequence[ContentLine], part: Part) -> int | None:
    """Index of the first line of the first job in a part that has no heading for it, or None."""
    for at in range(part.content, part.last):
        anchor = None if lines[at].bullet else _anchor(lines[at], at, "other")
        if anchor is None or anchor.dates.kind == "until" or _other_matter(lines[at].text):
            continue
        while at > part.content and not lines[at].blank_before and can_head(lines[at - 1]):
            at -= 1
        return at
    return None


def work_ends(lines: Sequence[ContentLine], first: int, last: int) -> int:
    """Index of the first line after the last job of a part without headings that states a degree or a licence."""
    dated = [at for at in range(first, last) if not lines[at].bullet and _anchor(lines[at], at, "other") is not None]
    jobs = [at for at in dated if not _other_matter(lines[at].text)]
    for at in range(max(jobs, default=first) + 1, last):
        if not lines[at].bullet and _other_matter(lines[at].text):
            return at
    return last
