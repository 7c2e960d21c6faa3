"""One page in plain words for the person concerned: what was read, what was not, the answers, and who decided.

It holds nothing about any other candidate and no rank. The words stand in ``explain.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from matcher.audit import rules
from matcher.models import BlindView, Criterion, Decision, Document, Entry, Justification, Shortlist
from matcher.score import standing
from matcher.sinks import one_line, plain


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("matcher.audit").joinpath("explain.toml").read_text("utf-8"))


def explain(
    shortlist: Shortlist,
    candidate: str,
    document: Document,
    view: BlindView | None,
    decisions: Sequence[Decision] = (),
    contact: str | None = None,
) -> str:
    """Return the page as Markdown.

    Args:
        view: the blind view that was read, or None where nobody read it. decisions: all acts of the run; only those
            about this candidate are shown. contact: whom to write to.

    Raises:
        KeyError: the candidate is not in this run.
    """
    entry = shortlist.entry(candidate)
    words = _words()
    masked = sum(count for _, count in view.masked) if view else 0
    file = one_line(entry.file.rpartition("/")[2])
    parts = [
        f"# {words['title'].format(title=one_line(shortlist.criteria.title))}",
        words["intro"].strip(),
        "## What was read", words["read"].strip().format(file=file),
        "## What was not read", words["not_read"].strip().format(masked=masked),
    ]  # fmt: skip
    if document.hidden:
        parts.append(words["hidden"].format(count=len(document.hidden)))
    parts += ["## How it was read", words["how"].strip(), _reader(shortlist, entry)]
    parts += ["## The answers", *_answers(shortlist, entry)]
    parts += ["## What people decided", *_decided(candidate, decisions)]
    parts += ["## How to correct it", words["correct"].strip().format(contact=contact or words["contact_missing"])]
    parts += [f"## Rules about explanations, as last looked at on {rules.as_of().isoformat()} (not legal advice)"]
    parts += ["\n".join(f"- {rule.line}" for rule in rules.rules("explanation"))]
    return plain("\n\n".join(parts) + "\n")


def reading_grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of a text (Kincaid et al. 1975), syllables counted by groups of vowels."""
    sentences = max(1, len(re.findall(r"[.!?:](?:\s|$)", text)))
    found = re.findall(r"[A-Za-z]+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in found)
    return 0.39 * len(found) / sentences + 11.8 * syllables / max(1, len(found)) - 15.59


def _reader(shortlist: Shortlist, entry: Entry) -> str:
    score = "No points were given: too few requirements were answered." if entry.score is None else (
        f"Your points: {entry.score} of 1000."
    )  # fmt: skip
    return f"Who read: {one_line(shortlist.run.judge_note)} Durations count up to {shortlist.run.as_of}. {score}"


def _answers(shortlist: Shortlist, entry: Entry) -> Iterator[str]:
    cells = {cell.criterion: cell for cell in entry.justifications}
    for criterion in shortlist.criteria.criteria:
        yield _answer(criterion, cells.get(criterion.id))


def _answer(criterion: Criterion, cell: Justification | None) -> str:
    words = _words()["verdicts"]
    verdict = words[cell.verdict] if cell is not None and cell.verdict is not None else words["not_assessed"]
    need = " (needed)" if criterion.must_have else ""
    lines = [f"**{one_line(criterion.text)}**{need}: {verdict}."]
    if cell is not None:
        lines += [f"> {one_line(quote.text)} (page {quote.page})" for quote in cell.evidence]
        if cell.years is not None:
            lines.append(f"Years counted: {cell.years:g}.")
    return "\n".join(lines)


def _decided(candidate: str, decisions: Sequence[Decision]) -> Iterator[str]:
    words = _words()["decisions"]
    told = [act for act in standing(decisions) if act.candidate == candidate and act.kind in words]
    if not told:
        yield words["none"]
    for act in told:
        line = words[act.kind].format(
            who=one_line(act.who), role=act.role, when=act.when[:10], criterion=act.criterion or "a requirement"
        )
        yield f"{line} {one_line(act.text)}".strip()
