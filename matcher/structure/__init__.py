"""Structure: Document → Resume (sections, positions, education, identity, language).

Nothing here is required of a document: without headings, marks or dates there is still a Resume with its lines.
Everything but identity is read from a neutral copy in which the person's names and contacts are fixed signs, so that a
name changes nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from matcher.models import Document, Education, Finding, IdentitySpan, Position, Resume, Section, Span
from matcher.structure.anchors import work_begins, work_ends
from matcher.structure.education import education
from matcher.structure.facts import hard_facts
from matcher.structure.identity import identity, own_words
from matcher.structure.language import language
from matcher.structure.lines import ContentLine, content_lines
from matcher.structure.neutral import SIGNS, Neutral, neutral
from matcher.structure.positions import positions
from matcher.structure.sections import Part, heading_kind, parts, sections
from matcher.timeline import find_ranges

__all__ = ["hard_facts", "structure"]


def _alone(text: str) -> bool:
    """Whether a line stands for itself: a heading, or hardly more than dates."""
    if heading_kind(text) is not None:
        return True
    dated = sum(found.end - found.start for found in find_ranges(text) if found.kind in ("range", "since"))
    return dated * 5 >= len(text) * 2 and dated > 0


def _with_work(lines: Sequence[ContentLine], found: Sequence[Part]) -> list[Part]:
    """The parts, with a section of work cut out where a document has jobs but no heading for them."""
    if any(part.kind == "experience" for part in found):
        return list(found)
    begins = {part: work_begins(lines, part) for part in found if part.kind in ("header", "summary", "other")}
    early = any(begin is not None for part, begin in begins.items() if part.kind != "other")
    out: list[Part] = []
    for part in found:
        begin = begins.get(part)
        if begin is None or (early and part.kind == "other"):
            out.append(part)
            continue
        if begin > part.first:
            out.append(replace(part, last=begin))
        end = work_ends(lines, begin, part.last)
        out.append(Part("experience", None, begin, end))
        if end < part.last:
            out.append(Part("education", None, end, part.last))
    return out


def _restored(text: str | None, spans: Sequence[Span], copy: Neutral, document: Document) -> str | None:
    """A string of the neutral copy with the original words in place of the signs."""
    if text is None or not any(sign in text for sign in SIGNS.values()):
        return text
    words = re.compile(r"\s+".join(re.escape(word) for word in text.split()))
    for span in spans:
        match = words.search(copy.document.text, span.start, span.end)
        if match:
            place = copy.span(Span(start=match.start(), end=match.end()))
            return " ".join(document.text[place.start : place.end].split())
    return text


def _position(job: Position, copy: Neutral, document: Document) -> Position:
    return job.model_copy(
        update={
            "title": _restored(job.title, job.header, copy, document),
            "organisation": _restored(job.organisation, job.header, copy, document),
            "header": tuple(copy.span(span) for span in job.header),
            "lines": tuple(copy.span(span) for span in job.lines),
        }
    )


def _item(item: IdentitySpan, flat: Neutral, document: Document) -> IdentitySpan:
    span = flat.span(item.span)
    return IdentitySpan(kind=item.kind, span=span, text=document.text[span.start : span.end])


def _section(section: Section, copy: Neutral) -> Section:
    heading = None if section.heading is None else copy.span(section.heading)
    return Section(kind=section.kind, heading=heading, span=copy.span(section.span))


def _course(course: Education, copy: Neutral) -> Education:
    return course.model_copy(update={"span": copy.span(course.span)})


def structure(document: Document, *, candidate: str | None = None) -> Resume:
    """Return what a document says about work, apart from who says it.

    ``candidate`` is the opaque id of the person's file; without it the document's id stands in.
    """
    flat = neutral(document)
    top = content_lines(flat.document, _alone)
    who = tuple(
        _item(item, flat, document) for item in identity(flat.document.text, top, *own_words(flat.document, top))
    )
    copy = neutral(document, who)
    lines = content_lines(copy.document, _alone)
    found = _with_work(lines, parts(lines))
    jobs = positions(lines, found)
    unsure = Finding(kind="structure_unsure", detail="no job could be told apart in the text")
    return Resume(
        candidate=candidate or document.id,
        document=document.id,
        language=language(copy.document.text),
        identity=who,
        sections=tuple(_section(section, copy) for section in sections(lines, found)),
        positions=tuple(_position(job, copy, document) for job in jobs),
        education=tuple(_course(course, copy) for course in education(lines, found, copy.document.text)),
        lines=tuple(copy.span(line.span) for line in lines),
        findings=() if jobs or len(lines) < 5 else (unsure,),
    )
