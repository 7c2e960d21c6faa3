"""Which quote a draft is built on: pieces of verified evidence, the most specific for an important criterion first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from matcher.canonical import sha256_hex
from matcher.models import Criterion
from matcher.outreach import words
from matcher.outreach.hygiene import harmless
from matcher.outreach.order import Choice, Material, Order, titles
from matcher.outreach.records import Channel, Fact, Language
from matcher.outreach.snippets import Piece, echo, snippets

_QUOTE_LIMIT: dict[Channel, int] = {"inmail": 105, "email": 170, "connection": 60}
_TASK_LIMIT: dict[Channel, int] = {"inmail": 110, "email": 170, "connection": 0}
_SECOND_LIMIT = 110
_PIECES = 40
_WORTH_ADDING = 3.5
_WORTH_FOLLOWING = 3.0
"""What a second detail, and a follow-up, must be worth; otherwise the sequence stops."""
_LEAST_WORTH = -1.0
"""Below this nothing is quoted: a note about a licence number or an address is worse than none."""


def choices(order: Order, material: Material) -> Iterator[Choice]:
    """Yield every way to write the draft, best evidence first; wordings turn so that two drafts do not look alike."""
    seed = int(sha256_hex(f"{order.candidate}:{order.step}".encode())[:8], 16)
    ranked = _ranked(order, material)
    for _, fact, quote in ranked:
        second = _second(order, ranked, fact)
        for task, text in _tasks(order, material, fact):
            for title in titles(order, material):
                for turn in range(3):
                    yield Choice(fact, quote, title, task, text, second, seed + turn)


def _ranked(order: Order, material: Material) -> list[tuple[float, Fact, str]]:
    """Pieces of the facts not yet used, best first: specific evidence for an important criterion."""
    spent = {fact.text for fact in material.facts if fact.id in order.used_facts}
    facts = [fact for fact in material.of("person", "approved") if fact.text not in spent]
    found: list[tuple[float, str, Fact]] = []
    for fact in facts:
        weight = _importance(material, fact)
        for piece in _quotable(order, material, fact):
            worth = piece.worth + weight - _touchy(piece.text, order.language)
            if worth >= (_LEAST_WORTH if order.step == 1 else _WORTH_FOLLOWING):
                found.append((-worth, piece.text, fact))
    found.sort(key=lambda item: (item[0], item[1], item[2].id))
    return [(-worth, fact, text) for worth, text, fact in found[:_PIECES]]


def _quotable(order: Order, material: Material, fact: Fact) -> Iterator[Piece]:
    seen: set[str] = set()
    for scale in (1.0, 0.65, 0.4):
        for piece in snippets(fact.text, int(_QUOTE_LIMIT[order.channel] * scale))[:2]:
            if piece.text not in seen and harmless(piece.text, material.company):
                seen.add(piece.text)
                yield piece


def _touchy(text: str, language: Language) -> float:
    """What a message should rather not touch, even in the person's own words, comes last."""
    return 1.5 * len({reason for reason, _ in words.soft(text.casefold(), language)})


def _importance(material: Material, fact: Fact) -> float:
    """Evidence of work done says more than a licence, a degree or a length of time, and more than an echo."""
    worth = 1.0 if fact.source.startswith("met") or fact.kind == "approved" else 0.0
    worth -= 1.0 if "disagree" in fact.source else 0.0
    criterion = next((c for c in material.criteria.criteria if c.id == fact.criterion), None)
    if criterion is None:
        return worth
    worth += {"responsibility": 2.0, "minimum": 0.5, "preferred": 0.0}[criterion.kind]
    worth += 0.5 * criterion.must_have + min(criterion.weight, 5) / 5
    return worth - (3.0 if _formal(criterion) else 0.0) - 3.0 * (echo(fact.text, criterion.text) > 0.6)


def _formal(criterion: Criterion) -> bool:
    """Whether a requirement asks for a paper, a place or a length of time: beside it no quote reads well."""
    return bool(criterion.degree or criterion.min_years or _FORMAL.search(criterion.text))


_FORMAL = re.compile(
    r"licen[cs]e|degree|certif|diplom|authori[sz]ed|citizen|permit|driv(?:er|ing)|background check|vaccin|relocat"
    r"|travel|live in|reside|sponsor|\byears?\b|führerschein|zeugnis|abschluss|permis|licence|titulaci|carn[eé]"
    r"|fluent|languages?|sprach|langue|idioma",
    re.IGNORECASE,
)


def _tasks(order: Order, material: Material, fact: Fact) -> Iterator[tuple[Fact | None, str]]:
    """The requirement that the quote answers, in the posting's words, shorter and shorter, and then without it."""
    task = next((f for f in material.of("role") if f.criterion is not None and f.criterion == fact.criterion), None)
    asked = next((c for c in material.criteria.criteria if c.id == fact.criterion), None)
    limit = 0 if asked is None or _formal(asked) else _TASK_LIMIT[order.channel]
    seen: set[str] = set()
    for scale in (1.0, 0.6, 0.45):
        for piece in snippets(task.text, int(limit * scale))[:1] if task is not None and limit else ():
            if piece.text not in seen and piece.worth > 0 and harmless(piece.text, material.company):
                seen.add(piece.text)
                yield task, piece.text
    yield None, ""


def _second(order: Order, ranked: Sequence[tuple[float, Fact, str]], first: Fact) -> tuple[Fact, str] | None:
    """A second detail for an e-mail: short, worth saying, from another line and another criterion."""
    if order.channel != "email":
        return None
    for worth, fact, text in ranked:
        if (
            worth >= _WORTH_ADDING
            and fact.text != first.text
            and fact.criterion != first.criterion
            and len(text) <= _SECOND_LIMIT
        ):
            return fact, text
    return None
