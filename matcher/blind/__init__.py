"""Blind: Document and Resume → BlindView, an allow-list of work evidence with the person masked.

A line of the view is one content line of the document, masked, with the span of the original; a line of which nothing
is left is left out. Calendar dates of jobs become months before the as-of day.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from matcher.blind.masks import Mask, apply_masks, masks_of
from matcher.models import BlindEducation, BlindPosition, BlindView, Document, Line, Resume, SectionKind, Span
from matcher.structure.instructions import is_instruction
from matcher.structure.lines import BULLET
from matcher.timeline import ago

__all__ = ["blind"]

_EMPTY = re.compile(r"\[[^\]]*\]")


def _section_at(resume: Resume, offset: int) -> SectionKind:
    found: SectionKind = "header"
    for section in resume.sections:
        if section.span.start <= offset < section.span.end:
            found = section.kind
    return found


def _says_something(text: str) -> bool:
    return len(re.findall(r"\w", _EMPTY.sub("", text))) >= 2


def _lines(document: Document, resume: Resume, masks: Sequence[Mask]) -> tuple[Line, ...]:
    headings = {section.heading for section in resume.sections if section.heading is not None}
    jobs = {span: p.id for p in reversed(resume.positions) for span in (*p.lines, *p.header)}
    heads = {span: p.id for p in reversed(resume.positions) for span in p.header}
    out: list[Line] = []
    waiting: int | None = None
    for span in resume.lines:
        if span in headings:
            continue
        raw = document.text[span.start : span.end]
        text = BULLET.sub("", apply_masks(raw, span.start, masks), count=1)
        if _says_something(text):
            begin = span.start if waiting is None or span not in heads else waiting
            out.append(
                Line(
                    id=f"L{len(out) + 1}",
                    text=text,
                    section=_section_at(resume, span.start),
                    position=jobs.get(span),
                    span=Span(start=begin, end=span.end),
                    instruction_like=is_instruction(raw),
                )
            )
        elif (
            span in heads and out and out[-1].position == heads[span] and out[-1].span.start in {s.start for s in heads}
        ):
            out[-1] = out[-1].model_copy(update={"span": Span(start=out[-1].span.start, end=span.end)})
        waiting = span.start if span in heads and not _says_something(text) and waiting is None else None
    return tuple(out)


def _within(line: Line, span: Span) -> bool:
    return line.span.start <= span.start < line.span.end


def _positions(resume: Resume, lines: Sequence[Line], as_of: date, hide: Sequence[str]) -> tuple[BlindPosition, ...]:
    out: list[BlindPosition] = []
    for job in resume.positions:
        from_ago, to_ago, precision = ago(job.start, job.end, job.current, as_of)
        out.append(
            BlindPosition(
                id=job.id,
                title=_hide(job.title, hide),
                organisation=_hide(job.organisation, hide) if job.organisation else None,
                from_ago=from_ago,
                to_ago=to_ago,
                current=job.current,
                precision=precision,
                header_lines=tuple(line.id for line in lines if any(_within(line, span) for span in job.header)),
            )
        )
    return tuple(out)


def _hide(text: str, words: Sequence[str]) -> str:
    for word in words:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "[name]", text)
    return text


def _education(resume: Resume, lines: Sequence[Line]) -> tuple[BlindEducation, ...]:
    found = ((entry, next((line for line in lines if _within(line, entry.span)), None)) for entry in resume.education)
    return tuple(
        BlindEducation(level=entry.level, field=entry.field, complete=entry.complete, line=line.id)
        for entry, line in found
        if line is not None
    )


def blind(
    document: Document, resume: Resume, as_of: date, *, mask_schools: bool = False, mask_affinity: bool = False
) -> BlindView:
    """Return all that index and judges may see of a candidate, as of a day.

    ``mask_schools`` also hides the names of schools, ``mask_affinity`` groups that point to a protected group.
    """
    masks = masks_of(document, resume, mask_schools=mask_schools, mask_affinity=mask_affinity)
    lines = _lines(document, resume, masks)
    words = sorted({document.text[m.start : m.end] for m in masks if m.category == "name"}, key=len, reverse=True)
    return BlindView(
        candidate=resume.candidate,
        as_of=as_of,
        language=resume.language,
        lines=lines,
        positions=_positions(resume, lines, as_of, words),
        education=_education(resume, lines),
        masked=tuple(sorted(Counter(mask.category for mask in masks).items())),
    )
