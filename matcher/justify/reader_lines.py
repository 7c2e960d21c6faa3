"""What the offline reader reads: which lines and which jobs stand beside a requirement, and in what words.

Lines are shown one by one with the title they stand under; jobs are shown whole (the lines that name them and the two
nearest lines under them) beside a requirement about years, without its length. Only blind text is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.justify.checks import copied_from
from matcher.justify.facts import without_length
from matcher.justify.grounding import keyword_list
from matcher.models import BlindPosition, BlindView, Criterion, Line, SectionKind

LINES_READ = 12
"""Lines read per criterion at most: the nearest ones."""
LINES_AT_LEAST = 3
NEAR_FROM = 0.15
"""After the first three, a line farther than this (cosine) is not read."""
LINES_OF_JOB = 2
"""Lines shown with the name of a job."""
SECTION: dict[SectionKind, str] = {
    "header": "", "summary": "Summary", "experience": "Experience", "education": "Education",
    "skills": "Skills", "certificates": "Certifications", "languages": "Languages", "projects": "Projects",
    "publications": "Publications", "volunteering": "Volunteering", "awards": "Awards", "interests": "Interests",
    "references": "References", "personal": "Personal details", "other": "Other",
}  # fmt: skip
UNTITLED: frozenset[SectionKind] = frozenset({"header", "other", "summary"})
"""Sections in which a line that stands under a job belongs to the job."""
_NOTHING = np.zeros((0, 4), np.float32)


@dataclass(frozen=True)
class Reading:
    """What was read for one criterion: line ids, probabilities (lines, 4) and similarities (lines,).

    For a requirement about years also position ids with the probabilities (jobs, 4) and similarities of the whole jobs.
    """

    lines: tuple[str, ...]
    probabilities: NDArray[np.float32]
    similarities: NDArray[np.float32]
    jobs: tuple[str, ...] = ()
    job_probabilities: NDArray[np.float32] = field(default_factory=lambda: _NOTHING)
    job_similarities: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))


@dataclass(frozen=True)
class Question:
    """One criterion with what is to be read for it: indices of lines, and jobs as (position id, text, similarity)."""

    wording: str
    lines: tuple[int, ...]
    jobs: tuple[tuple[str, str, float], ...] = ()
    job_wording: str = ""


def asked(criterion: Criterion) -> str:
    """Return the wording that is read."""
    return criterion.neutral or criterion.text


def wordings(criteria: Sequence[Criterion]) -> list[str]:
    """Return every wording that lines are compared with: each criterion's, then those about years without length."""
    return [asked(c) for c in criteria] + [without_length(asked(c)) for c in criteria if c.min_years is not None]


def eligible(view: BlindView, criteria: Sequence[Criterion]) -> list[Line]:
    """Return the lines that can be evidence: no instructions, no keyword lists, no copies of the requirements."""
    copied = copied_from("\n".join(asked(c) for c in criteria))
    return [
        line
        for line in view.lines
        if not line.instruction_like and line.text.strip() and not keyword_list(line) and not copied(line.text)
    ]


def segment(line: Line, positions: dict[str, BlindPosition]) -> str:
    """Return what the network sees of a line: title of the job, section, text."""
    position = positions.get(line.position or "")
    title = position.title if position is not None and line.id not in position.header_lines else ""
    section = "Experience" if position is not None and line.section in UNTITLED else SECTION[line.section]
    context = " · ".join(part for part in (title, section) if part)
    return f"{context}: {line.text}" if context else line.text


def questions(
    view: BlindView,
    criteria: Sequence[Criterion],
    lines: Sequence[Line],
    near: NDArray[np.float32],
    count: int | None = LINES_READ,
) -> list[Question]:
    """Return what is to be read for each criterion.

    ``near`` holds the cosine of every wording (rows as ``wordings`` gives them) and line; ``count`` None reads all.
    """
    made, about_years = [], len(criteria)
    for row, criterion in enumerate(criteria):
        chosen = tuple(range(len(lines)) if count is None else to_read(criterion, view, lines, near[row], count))
        jobs: tuple[tuple[str, str, float], ...] = ()
        wording = ""
        if criterion.min_years is not None:
            wording = without_length(asked(criterion))
            jobs = tuple(_jobs(view, lines, near[about_years]))
            about_years += 1
        made.append(Question(asked(criterion), chosen, jobs, wording))
    return made


def foreign(view: BlindView) -> bool:
    """Say whether a résumé is known to be in another language than English."""
    return view.language not in (None, "en")


def to_read(
    criterion: Criterion, view: BlindView, lines: Sequence[Line], similarities: NDArray[np.float32], count: int
) -> list[int]:
    """Return the indices of the lines to read: the nearest ones, and for a degree every line of education.

    In a résumé that is not in English the similarity of an English model says little, so twice as many are read.
    """
    other = foreign(view)
    order = [int(i) for i in np.argsort(-similarities, kind="stable")[: 2 * count if other else count]]
    chosen = [i for rank, i in enumerate(order) if other or rank < LINES_AT_LEAST or similarities[i] >= NEAR_FROM]
    always = {e.line for e in view.education} if criterion.degree is not None else set()
    return chosen + [i for i, line in enumerate(lines) if line.id in always and i not in chosen]


def _jobs(
    view: BlindView, lines: Sequence[Line], similarities: NDArray[np.float32]
) -> Iterable[tuple[str, str, float]]:
    """Yield each position with its names and its nearest lines, and the nearest similarity among them."""
    for position in view.positions:
        mine = [i for i, line in enumerate(lines) if line.position == position.id]
        under = [i for i in mine if lines[i].id not in position.header_lines]
        under.sort(key=lambda i: (-float(similarities[i]), i))
        names = [line.text for line in view.lines if line.id in position.header_lines]
        named = ", ".join(names) or position.title
        text = ". ".join([named, *(lines[i].text.rstrip(".") for i in under[:LINES_OF_JOB])])
        yield position.id, f"Experience: {text}", max((float(similarities[i]) for i in mine), default=0.0)
