"""Degrees: the level by code, the subject by its words, and by reading where the words differ."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from matcher.justify import facts
from matcher.models import BlindView, Criterion, Verdict

STEM = 5
"""Letters at the start of a word that must agree: nursing and nurse, engineering and engineer."""
READ_AS_SUBJECT = 0.75


@cache
def _lists() -> tuple[frozenset[str], tuple[str, ...]]:
    data = tomllib.loads((files("matcher.justify") / "reader.toml").read_text("utf-8"))
    return frozenset(data["no_subject"]), tuple(data["neighbouring"])


def subjects(text: str) -> frozenset[str]:
    """Return the stems of the subjects that a text names."""
    words = re.findall(r"[^\W\d_]{4,}", text.lower())
    return frozenset(word[:STEM] for word in words if word not in _lists()[0])


def capped(criterion: Criterion, view: BlindView, fact: facts.FactDecision, full: float) -> Verdict:
    """Return the verdict on a degree whose level suffices; ``full`` is how fully the line that states it was read.

    The subject agrees if it shares a word with the requirement, or if the requirement names none. In other words or
    another language the reader decides; a subject of another name meets a requirement in the same language only where
    neighbouring subjects are welcome.
    """
    wanted = subjects(criterion.text)
    stated = frozenset[str]().union(*(subjects(view.line(line).text) for line in fact.lines))
    if not wanted or wanted & stated:
        return "met"
    if full < READ_AS_SUBJECT:
        return "not_shown"
    neighbours = any(word in criterion.text.lower() for word in _lists()[1])
    return "met" if neighbours or view.language != "en" else "partial"
