"""Flag wordings of criteria that measure who somebody is, stand for it, or cannot be measured.

A note is a warning for the person who approves the criteria, never a verdict on the law.
The wordings live in ``lint.toml``.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

from matcher.models import Criteria, Criterion, LintLevel, LintNote

_UNITS = "years?|yrs?|jahren?|ans|años|anni|jaar|anos|lat"
_YEARS = re.compile(rf"(\d+(?:[.,]\d+)?) ?\+? ?(?:or more )?(?:{_UNITS})(?!\w)", re.IGNORECASE)


class _Rule(NamedTuple):
    level: LintLevel
    advice: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str]


@cache
def _rules() -> tuple[_Rule, ...]:
    table = tomllib.loads(resources.files("matcher.audit").joinpath("lint.toml").read_text("utf-8"))
    return tuple(
        _Rule(rule["level"], rule["advice"], _any_of(rule["patterns"]), _any_of(rule.get("unless", ["(?!)"])))
        for rule in table["rule"]
    )


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(f'(?:{pattern})' for pattern in patterns)})(?!\w)", re.IGNORECASE)


def lint(criteria: Criteria) -> tuple[LintNote, ...]:
    """Return the notes on all criteria, in the order of the criteria; one note per criterion and rule."""
    notes = [note for criterion in criteria.criteria for note in lint_criterion(criterion)]
    return (*notes, *_repeated(criteria))


def lint_criterion(criterion: Criterion) -> tuple[LintNote, ...]:
    """Return the notes on one criterion: its wording first, then what contradicts itself in it."""
    worded = tuple(
        LintNote(criterion=criterion.id, level=level, words=words, advice=advice)
        for level, words, advice in lint_text(criterion.text)
    )
    return (*worded, *_conflicts(criterion, worded))


def lint_text(text: str) -> Iterator[tuple[LintLevel, str, str]]:
    """Yield level, words and advice of each rule that the text touches."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'")
    for rule in _rules():
        seen = rule.unless.sub(lambda match: "·" * len(match.group()), plain)
        found = rule.pattern.search(seen)
        if found:
            yield rule.level, found.group().strip(), rule.advice


def _conflicts(criterion: Criterion, worded: tuple[LintNote, ...]) -> Iterator[LintNote]:
    if criterion.must_have and criterion.kind == "preferred":
        advice = "A preferred qualification cannot be a must-have: make it a minimum, or take the must-have off."
        yield LintNote(criterion=criterion.id, level="conflict", words="must_have", advice=advice)
    if criterion.must_have and any(note.level == "unmeasurable" for note in worded):
        advice = "A must-have that no résumé can show leaves every gate open: take the must-have off or reword it."
        yield LintNote(criterion=criterion.id, level="conflict", words="must_have", advice=advice)
    stated = [float(number.replace(",", ".")) for number in _YEARS.findall(criterion.text)]
    if criterion.min_years is not None and stated and criterion.min_years not in stated:
        advice = "The text states another number of years than min_years: make them agree."
        yield LintNote(
            criterion=criterion.id, level="conflict", words=f"min_years {criterion.min_years:g}", advice=advice
        )


def _repeated(criteria: Criteria) -> Iterator[LintNote]:
    first: dict[str, str] = {}
    for criterion in criteria.criteria:
        text = " ".join(criterion.text.casefold().split()).rstrip(".;,")
        if text in first:
            advice = f"The same words stand in {first[text]}: it would count twice. Take one of them out."
            yield LintNote(criterion=criterion.id, level="conflict", words=criterion.text, advice=advice)
        first.setdefault(text, criterion.id)
