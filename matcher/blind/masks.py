"""What is masked in a document, and how a masked line reads.

Everything here works on the neutral copy of the text, in which names and contacts are fixed signs: what a judge reads
cannot depend on them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

from matcher.blind.header import header_masks
from matcher.blind.neighbours import neighbour_masks
from matcher.blind.rules import Mask, find, lists_languages
from matcher.blind.tagged import doubted, tagged_masks
from matcher.models import Document, Position, Resume, SectionKind, Span
from matcher.structure.education import degree_in
from matcher.structure.lines import BULLET
from matcher.structure.neutral import SIGNS, Neutral
from matcher.structure.words import pattern
from matcher.timeline import DateRange, find_ranges

NAME = "[name]"
_YEAR = re.compile(
    r"(?:\b(?:in|since|from|until|of|by|depuis|seit|desde|en|dal|sinds|sedan|[^\W\d_]{3,}\.?)\s|,\s|[(–-])"
    r"(?P<year>19[3-9]\d|20[0-4]\d)(?![\d%]|[.,]\d|\s+(?:people|users|customers|items|patients|units|hours|pages|employees))"
)
AGE_OF_YEARS = 15
"""Without dated jobs, a year longer ago than this gives away an age."""


TAILED = ("experience", "education", "skills", "certificates", "projects", "publications", "awards")
TAIL_LINES = 4
"""With blank ones; what is longer is a text of its own."""
TAIL_WORDS = 12


class View:
    """The neutral copy of one document with everything a mask needs to know about a place in it."""

    def __init__(self, document: Document, resume: Resume, copy: Neutral) -> None:
        self.original = document.text
        self.resume = resume
        self.copy = copy
        self.text = copy.document.text
        self.headed = {copy.copied(s.span) for s in resume.sections if s.heading is not None}
        self.sections = tuple((copy.copied(section.span), section.kind) for section in resume.sections)

    def section_at(self, offset: int) -> SectionKind:
        """The kind of the section at an offset of the copy; the last one that holds it counts."""
        found: SectionKind = "header"
        for span, kind in self.sections:
            if span.start <= offset < span.end:
                found = kind
        return found

    def stretches(self) -> tuple[tuple[int, int, str], ...]:
        """The whole text as ``(start, end, kind)``: each section runs to the next one's start."""
        starts = sorted({0, *(span.start for span, _ in self.sections)})
        ends = [*starts[1:], len(self.text)]
        return tuple(part for start, end in zip(starts, ends, strict=True) for part in self._parts(start, end))

    def _parts(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """A section and, where it lists work or courses, its last plain lines: a line about the person stands there."""
        kind = self._kind_for_rules(start)
        tail = self._tail(start, end) if kind in TAILED else end
        yield start, tail, kind
        if tail < end:
            yield tail, end, "unheaded"

    def _tail(self, start: int, end: int) -> int:
        """Where the last lines of a section begin that are no bullets, state no dates and name no school."""
        at, words = end, self.section_at(start) == "skills"
        for line in reversed(self.text[start:end].splitlines(keepends=True)[1:][-TAIL_LINES:]):
            dated = any(found.kind == "range" for found in find_ranges(line))
            long = len(line.split()) > TAIL_WORDS or (words and line.strip(" \n")[-1:] not in ("", "."))
            if BULLET.match(line) or dated or long or pattern("degrees", "schools").search(line):
                break
            at -= len(line)
        return at

    def _kind_for_rules(self, start: int) -> str:
        """The section's kind, or *unheaded* for work without a heading: lines about the person stand in it too."""
        kind = self.section_at(start)
        bare = any(span.start == start and span not in self.headed for span, _ in self.sections)
        return "unheaded" if bare and kind in ("experience", "education") else kind


def _signs(view: View) -> Iterator[Mask]:
    """Names become a placeholder, contacts nothing."""
    for kind, (start, end) in zip(view.copy.kinds, view.copy.copies, strict=True):
        if kind is not None:
            shown = kind == "name" and view.section_at(start) not in ("header", "personal", "references")
            yield Mask(start, end, kind, NAME if shown else "")


def _places(view: View) -> Iterator[Mask]:
    for item in view.resume.identity:
        if item.kind not in SIGNS:
            span = view.copy.copied(item.span)
            yield Mask(span.start, span.end, item.kind)


def _job_dates(view: View) -> Iterator[Mask]:
    """The dates that a job's first lines state for it; a date of something else in these lines stays."""
    for job in view.resume.positions:
        for original in job.header:
            span = view.copy.copied(original)
            ranges = find_ranges(view.text[span.start : span.end])
            whole = any(found.kind == "range" for found in ranges)
            for found in ranges:
                if found.kind == "range" or (not whole and _of_the_job(found, job)):
                    yield Mask(span.start + found.start, span.start + found.end, "job_date")


def _of_the_job(found: DateRange, job: Position) -> bool:
    if found.kind != "single":
        return found.first in (None, job.start) and found.last in (None, job.end)
    return job.start is not None and not job.current


def _courses(view: View) -> Iterator[Mask]:
    """Dates of every course of study, and of an education section but for licences and certificates."""
    spans = [view.copy.copied(course.span) for course in view.resume.education]
    for original in view.resume.lines:
        span = view.copy.copied(original)
        if view.section_at(span.start) == "education":
            spans += [s for s in _segments(view.text, span) if not _lasting(view.text[s.start : s.end])]
    for span in spans:
        for found in find_ranges(view.text[span.start : span.end]):
            yield Mask(span.start + found.start, span.start + found.end, "graduation")


def _segments(text: str, span: Span) -> Iterator[Span]:
    for match in re.finditer(r"[^;]+", text[span.start : span.end]):
        yield Span(start=span.start + match.start(), end=span.start + match.end())


def _lasting(text: str) -> bool:
    """Whether a segment is about a licence or a certificate and no degree: its date says what is valid."""
    words = pattern("authorisation", "licence").search(text) or pattern("authorisation", "validity").search(text)
    return words is not None and degree_in(text) is None


def _old_years(view: View, as_of: date) -> Iterator[Mask]:
    """Years before the first dated job, which would give away an age."""
    starts = [job.start.year for job in view.resume.positions if job.start is not None]
    first = min(starts, default=as_of.year - AGE_OF_YEARS)
    for match in _YEAR.finditer(view.text):
        if int(match["year"]) < first:
            yield Mask(match.start("year"), match.end("year"), "old_year", "[year]")


def _schools(view: View) -> Iterator[Mask]:
    """The names of schools in education: any part of a line that names one."""
    for course in view.resume.education:
        if course.institution:
            span = view.copy.copied(course.span)
            for match in re.finditer(re.escape(course.institution), view.text[span.start : span.end]):
                yield Mask(span.start + match.start(), span.start + match.end(), "school", "[school]")
    for original in view.resume.lines:
        span = view.copy.copied(original)
        if view.section_at(span.start) != "education":
            continue
        for match in re.finditer(r"[^,;|•·()\n–—]+", view.text[span.start : span.end]):
            if pattern("degrees", "schools").search(match.group()) and re.search(r"[A-ZÀ-Þ]", match.group()):
                yield Mask(span.start + match.start(), span.start + match.end(), "school", " [school]")


def masks_of(view: View, as_of: date, options: Collection[str]) -> tuple[Mask, ...]:
    """Return every mask over the neutral copy, in order, without overlaps; of two, the earlier rule counts."""
    found, stretches = [*_signs(view)], view.stretches()
    lines = [view.copy.copied(span) for span in view.resume.lines]
    languages = [span for span in lines if lists_languages(view.text[span.start : span.end])]
    for mask in find(view.text, view.resume.language, options, stretches):
        if mask.category != "nationality" or not any(span.start <= mask.start < span.end for span in languages):
            found.append(mask)
    doubtful = doubted(view.text, lines, stretches, found)
    found = [mask for mask in found if mask not in doubtful]
    found += _places(view)
    found += _job_dates(view)
    found += _courses(view)
    if "schools" in options:
        found += _schools(view)
    found += header_masks(view.text, lines, view.section_at)
    heads = {view.copy.copied(span) for job in view.resume.positions for span in job.header}
    found += list(tagged_masks(view.text, lines, stretches, found, heads))
    found += list(neighbour_masks(view.text, lines, stretches, found))
    found += _old_years(view, as_of)
    return _disjoint(found)


def _disjoint(found: Sequence[Mask]) -> tuple[Mask, ...]:
    """In order of place; of a mask that overlaps an earlier rule's the rest is hidden without a placeholder."""
    covered: list[Mask] = []
    for mask in found:
        pieces = [mask]
        for other in covered:
            pieces = [rest for piece in pieces for rest in _outside(piece, other)]
        covered += pieces
    return tuple(sorted(covered, key=lambda mask: mask.start))


def _outside(mask: Mask, other: Mask) -> Iterator[Mask]:
    if mask.end <= other.start or other.end <= mask.start:
        yield mask
        return
    if mask.start < other.start:
        yield replace(mask, end=other.start, text="" if other.text else mask.text)
    if other.end < mask.end:
        yield replace(mask, start=other.end, text="")


def apply_masks(text: str, span: Span, masks: Sequence[Mask]) -> str:
    """Return a range of the copy as a judge may read it."""
    out, at = "", span.start
    for mask in masks:
        if mask.end <= at or mask.start >= span.end:
            continue
        out += text[at : max(at, mask.start)] + mask.text
        at = min(mask.end, span.end)
    return tidy(out + text[at : span.end])


_TIDY: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s+"), " "),
    (re.compile(r"\[name\](?:[\s.,'’-]*\[name\])+"), NAME),
    (re.compile(r"[(\[]\s*(?:[,;:|/–—-]|\band\b|\s)*\s*[)\]]"), ""),
    (re.compile(r"\(\s*[,;:|/–—-]+\s*"), "("),
    (re.compile(r"\s*[,;:|/–—-]+\s*\)"), ")"),
    (re.compile(r"(?:\s*(?:[|•·★▪■◆/;]|—|–|(?<=\s)-(?=\s)))(?:\s*(?:[|•·★▪■◆/,;:]|—|–|(?<=\s)-(?=\s)))+"), " |"),
    (re.compile(r",(?:\s*[,|•·])+"), ","),
    (re.compile(r"\s+([,;.:)])"), r"\1"),
    (re.compile(r"[,;:]+\s*([.,;:])"), r"\1"),
    (re.compile(r"(?<!\.)\.\s*\.(?!\.)"), "."),
    (re.compile(r"\s+"), " "),
    (re.compile(r"^[\s|•·★▪■◆/,;:.—–-]+(?=\s|\w|\[|$)|[\s|•·★▪■◆/,;:—–-]+$"), ""),
)


def tidy(text: str) -> str:
    """One line, single spaces, no empty brackets and no separators left alone."""
    for found, instead in _TIDY:
        text = found.sub(instead, text)
    return text.strip()
