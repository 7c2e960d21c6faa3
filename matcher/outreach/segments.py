"""Sentence → clauses, and whom each clause speaks about: only what can be a claim is checked as one.

- *person*: says what the person does, did, has or is; its words must come from facts about the person;
- *free*: the writer speaks of themselves, asks, or leaves a way out; it claims nothing about person, job or employer,
  so words of general language may stand in it;
- *plain*: everything else, about the job, the employer, or a bare detail without a subject.

A clause that cannot be told apart is *plain*, the strict kind.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

from matcher.outreach import words
from matcher.outreach.records import Language

Kind = Literal["person", "plain", "free"]


class Segment(NamedTuple):
    """A clause: where it begins and ends, its kind, whether it says what the person would do, or what one gets."""

    start: int
    end: int
    kind: Kind
    would: bool = False
    offer: bool = False


class _Rules(NamedTuple):
    breaks: tuple[re.Pattern[str], ...]
    person: re.Pattern[str]
    would: re.Pattern[str]
    free: re.Pattern[str]
    question: re.Pattern[str]
    condition: re.Pattern[str]
    your: re.Pattern[str]
    wish: re.Pattern[str]
    hoped: re.Pattern[str]
    inverted: re.Pattern[str]
    also: re.Pattern[str]
    offer: re.Pattern[str]


@cache
def _rules(language: Language) -> _Rules:
    table = tomllib.loads(words.table("segments.toml"))[language]
    table["hoped"] = table["wish"].removesuffix(r"\W*$")
    single = {key: re.compile(table[key]) for key in _Rules._fields if key != "breaks"}
    return _Rules(breaks=tuple(re.compile(line) for line in table["break"]), **single)


def segments(text: str, language: Language) -> tuple[Segment, ...]:
    """Return the clauses of a text whose quotations are blanked, in order; together they cover it."""
    rules, lowered = _rules(language), _small(text)
    cuts = sorted({match.end() for pattern in rules.breaks for match in pattern.finditer(lowered)} | {0, len(text)})
    asked = _asked(lowered)
    pieces = [(start, end) for start, end in pairwise(cuts) if lowered[start:end].strip()]
    found: list[Segment] = []
    for start, end in _joined(pieces, lowered):
        one = _segment(lowered, start, end, rules, asked)
        if one.kind == "plain" and found and found[-1].kind == "person" and rules.also.match(lowered[start:end]):
            one = one._replace(kind="person")
        found.append(one)
    return tuple(found)


def _joined(pieces: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """A single word before the subject ("if", "would", "how") belongs to the clause that follows it."""
    found: list[tuple[int, int]] = []
    for start, end in reversed(pieces):
        alone = re.fullmatch(r"[^\w.!?;:,]*[^\W_]+ ", text[start:end]) is not None
        if alone and found and found[-1][0] == end:
            found[-1] = (start, found[-1][1])
        else:
            found.append((start, end))
    return found[::-1]


def _small(text: str) -> str:
    """Small letters of the same length, so that offsets hold."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _asked(text: str) -> list[tuple[int, int]]:
    """Where questions stand, from the end of the sentence before."""
    ends = [match.end() for match in re.finditer(r"[.!?…](?=\s|$)|\n", text)] or [len(text)]
    spans = list(zip([0, *ends], [*ends, len(text)], strict=False))
    return [(start, end) for start, end in spans if text[start:end].rstrip().endswith("?")]


def _segment(text: str, start: int, end: int, rules: _Rules, asked: list[tuple[int, int]]) -> Segment:
    clause = text[start:end]
    told = rules.person.search(rules.inverted.sub(" ", clause)) is not None
    question = next((span for span in asked if span[0] <= start < span[1]), None)
    would = bool(rules.would.search(clause))
    opened = question is not None and bool(rules.question.match(text[question[0] : end].strip(" ¿")))
    wished = rules.wish.search(text[:start]) is not None or rules.hoped.search(clause) is not None
    if wished or rules.condition.match(clause):
        return Segment(start, end, "free", would)
    if told and not would:
        return Segment(start, end, "person")
    if (question and rules.question.match(clause.strip(" ¿"))) or (opened and would):
        return Segment(start, end, "free", would)
    if rules.free.search(clause) or (question is not None and opened):
        return Segment(start, end, "free", would)
    return Segment(start, end, "plain", would, bool(rules.offer.match(clause)))


def possessed(text: str, language: Language) -> tuple[tuple[int, int], ...]:
    """Return where phrases stand that begin with "your": what they name is said to be the person's."""
    return tuple((m.end(), min(m.end() + _PHRASE, len(text))) for m in _rules(language).your.finditer(_small(text)))


_PHRASE = 60
