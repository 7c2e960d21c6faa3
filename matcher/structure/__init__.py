"""Structure: Document → Resume (sections, positions, education, identity, language).

Nothing here is required of a document: without headings, marks or dates there is still a Resume with its lines.
"""

from __future__ import annotations

from matcher.models import Document, Finding, Resume
from matcher.structure.education import education
from matcher.structure.facts import hard_facts
from matcher.structure.identity import identity
from matcher.structure.language import language
from matcher.structure.lines import content_lines
from matcher.structure.positions import positions
from matcher.structure.sections import heading_kind, parts, sections
from matcher.timeline import find_ranges

__all__ = ["hard_facts", "structure"]


def _alone(text: str) -> bool:
    """Whether a line stands for itself: a heading, or hardly more than dates."""
    if heading_kind(text) is not None:
        return True
    ranges = find_ranges(text) if any(c.isdigit() for c in text) else ()
    dated = sum(found.end - found.start for found in ranges if found.kind in ("range", "since"))
    return dated * 5 >= len(text) * 2


def structure(document: Document, *, candidate: str | None = None) -> Resume:
    """Return what a document says about work, apart from who says it.

    ``candidate`` is the opaque id of the person's file; without it the document's id stands in.
    """
    lines = content_lines(document, _alone)
    found = parts(lines)
    code = document.language or language(document.text)
    jobs = positions(lines, found)
    unsure = (
        ()
        if jobs or len(lines) < 5
        else (Finding(kind="structure_unsure", detail="no job could be told apart in the text"),)
    )
    return Resume(
        candidate=candidate or document.id,
        document=document.id,
        language=code,
        identity=identity(lines, document.text, document.name, code),
        sections=sections(lines, found),
        positions=jobs,
        education=education(lines, found, document.text),
        lines=tuple(line.span for line in lines),
        findings=unsure,
    )
