"""What is masked, and how a masked line reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matcher.models import Document, Resume, Span
from matcher.structure.persons import name_words
from matcher.timeline import find_ranges


@dataclass(frozen=True)
class Mask:
    """A range of the document, why it is hidden, and what stands there instead."""

    start: int
    end: int
    category: str
    text: str


def _names(document: Document, resume: Resume) -> Iterator[Mask]:
    for item in resume.identity:
        if item.kind == "name":
            yield Mask(item.span.start, item.span.end, "name", "[name]")
    words = sorted(
        {w for i in resume.identity if i.kind == "name" for w in name_words(i.text) if len(w) > 2},
        key=len,
        reverse=True,
    )
    for word in words:
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", document.text):
            yield Mask(match.start(), match.end(), "name", "[name]")


def _job_dates(document: Document, resume: Resume) -> Iterator[Mask]:
    for job in resume.positions:
        for span in job.header:
            yield from _dates(document, span, "job_date")
    for course in resume.education:
        yield from _dates(document, course.span, "graduation")


def _dates(document: Document, span: Span, category: str) -> Iterator[Mask]:
    for found in find_ranges(document.text[span.start : span.end]):
        yield Mask(span.start + found.start, span.start + found.end, category, "")


def masks_of(document: Document, resume: Resume, *, mask_schools: bool, mask_affinity: bool) -> tuple[Mask, ...]:
    """Return every mask over a document, in order, without overlaps."""
    found = [Mask(i.span.start, i.span.end, i.kind, "") for i in resume.identity if i.kind != "name"]
    found += [*_names(document, resume), *_job_dates(document, resume)]
    out: list[Mask] = []
    for mask in sorted(found, key=lambda m: (m.start, -m.end)):
        if not out or mask.start >= out[-1].end:
            out.append(mask)
    return tuple(out)


def apply_masks(raw: str, offset: int, masks: Sequence[Mask]) -> str:
    """Return the line ``raw``, which begins at ``offset`` of the document, as a judge may read it."""
    out, at = "", 0
    for mask in masks:
        start, end = mask.start - offset, mask.end - offset
        if end <= at or start >= len(raw):
            continue
        out += raw[at : max(at, start)] + mask.text
        at = end
    return tidy(out + raw[at:])


def tidy(text: str) -> str:
    """One line, single spaces, no empty brackets and no separators left alone."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"[(\[]\s*[,;|–—-]*\s*[)\]]", "", text)
    text = re.sub(r"(?:\s*([|•·/]|—|–|,|;)\s*)(?:\s*(?:[|•·/]|—|–|,|;|-)\s+)+", r" \1 ", text)
    text = re.sub(r"\s+([,;.:])", r"\1", text)
    return re.sub(r"^[\s|•·/,;:—–]+|[\s|•·/,;—–]+$", "", text).strip()
