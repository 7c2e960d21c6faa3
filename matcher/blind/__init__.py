"""Blind: Document and Resume → BlindView, an allow-list of work evidence with the person masked.

A line of the view is one content line of the document, masked, with the span of the original; a line of which nothing
is left is left out. Calendar dates of jobs become months before the as-of day.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from matcher.blind.masks import NAME, View, apply_masks, masks_of
from matcher.blind.rules import Mask
from matcher.models import BlindEducation, BlindPosition, BlindView, Document, Line, Resume, Span
from matcher.structure.instructions import is_instruction
from matcher.structure.lines import BULLET
from matcher.structure.neutral import SIGNS, neutral
from matcher.timeline import ago

__all__ = ["blind"]

_NOTHING = re.compile(
    r"\[(?:name|family|religion|place|origin|year|group|school)\]|\b(?:and|und|et|y|en|och|in|at|from|to)\b"
)


def _says_something(text: str) -> bool:
    return len(re.findall(r"\w", _NOTHING.sub("", text))) >= 2


def _lines(view: View, masks: Sequence[Mask]) -> tuple[Line, ...]:
    """The lines of the view. A line of dates alone joins the line of the job's title beside it."""
    resume = view.resume
    headings = {section.heading for section in resume.sections if section.heading is not None}
    jobs = {span: job.id for job in reversed(resume.positions) for span in (*job.lines, *job.header)}
    heads = {span for job in resume.positions for span in job.header}
    out: list[Line] = []
    dates_at: int | None = None
    last_head = False
    for span in resume.lines:
        if span in headings:
            continue
        place = view.copy.copied(span)
        text = BULLET.sub("", apply_masks(view.text, place, masks), count=1)
        head = span in heads
        if _says_something(text) and not _referee(view, place):
            begin = dates_at if dates_at is not None and head else span.start
            out.append(
                Line(
                    id=f"L{len(out) + 1}",
                    text=text,
                    section=view.section_at(place.start),
                    position=jobs.get(span),
                    span=Span(start=begin, end=span.end),
                    instruction_like=is_instruction(view.text[place.start : place.end]),
                )
            )
            dates_at, last_head = None, head
        elif head and last_head and out and out[-1].position == jobs[span]:
            out[-1] = out[-1].model_copy(update={"span": Span(start=out[-1].span.start, end=span.end)})
        elif head and dates_at is None:
            dates_at = span.start
    return tuple(out)


def _referee(view: View, place: Span) -> bool:
    """Whether a line of the references says who somebody is or how to reach them."""
    if view.section_at(place.start) != "references":
        return False
    raw = view.text[place.start : place.end]
    contact = any(sign in raw for kind, sign in SIGNS.items() if kind != "name")
    names = re.search(r"\b(?:[A-ZÀ-Þ][\w'’-]+|[A-Z]\.)(?:\s+(?:[A-ZÀ-Þ][\w'’-]+|[A-Z]\.)){1,3}\b", raw)
    return contact or (names is not None and not re.search(r"[.!?]$", raw.strip()))


def _holds(line: Line, span: Span) -> bool:
    return line.span.start <= span.start < line.span.end


def _masked(text: str | None, spans: Sequence[Span], view: View, masks: Sequence[Mask]) -> str | None:
    """A title or an organisation as it reads in the masked lines that state it."""
    if text is None:
        return None
    words = re.compile(r"\s+".join(re.escape(word) for word in text.split()))
    for span in spans:
        place = view.copy.copied(span)
        original = view.copy.span(place)
        match = words.search(view.original, original.start, original.end)
        if match:
            return apply_masks(view.text, view.copy.copied(Span(start=match.start(), end=match.end())), masks)
    return text


def _positions(view: View, lines: Sequence[Line], masks: Sequence[Mask], as_of: date) -> tuple[BlindPosition, ...]:
    out: list[BlindPosition] = []
    for job in view.resume.positions:
        from_ago, to_ago, precision = ago(job.start, job.end, job.current, as_of)
        out.append(
            BlindPosition(
                id=job.id,
                title=_masked(job.title, job.header, view, masks) or "",
                organisation=_masked(job.organisation, job.header, view, masks),
                from_ago=from_ago,
                to_ago=to_ago,
                current=job.current,
                precision=precision,
                header_lines=tuple(line.id for line in lines if any(_holds(line, span) for span in job.header)),
            )
        )
    return tuple(out)


def _education(view: View, lines: Sequence[Line]) -> tuple[BlindEducation, ...]:
    out: list[BlindEducation] = []
    for course in view.resume.education:
        line = next((line for line in lines if _holds(line, course.span)), None)
        if line is not None:
            field = course.field.replace(SIGNS["name"], NAME) if course.field else None
            out.append(BlindEducation(level=course.level, field=field, complete=course.complete, line=line.id))
    return tuple(out)


def blind(
    document: Document, resume: Resume, as_of: date, *, mask_schools: bool = False, mask_affinity: bool = False
) -> BlindView:
    """Return all that index and judges may see of a candidate, as of a day.

    ``mask_schools`` also hides the names of schools, ``mask_affinity`` groups that point to a protected group and
    what makes a language a mother tongue.
    """
    options = {name for name, wanted in (("schools", mask_schools), ("affinity", mask_affinity)) if wanted}
    view = View(document, resume, neutral(document, resume.identity))
    masks = masks_of(view, as_of, options)
    lines = _lines(view, masks)
    return BlindView(
        candidate=resume.candidate,
        as_of=as_of,
        language=resume.language,
        lines=lines,
        positions=_positions(view, lines, masks, as_of),
        education=_education(view, lines),
        masked=tuple(sorted(Counter(mask.category for mask in masks).items())),
    )
