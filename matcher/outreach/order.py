"""What is asked for, what may be said, and one way to say it: the records of the template writer."""

from __future__ import annotations

from typing import NamedTuple

from matcher.models import Criteria, Record
from matcher.outreach.company import Company
from matcher.outreach.records import Channel, Clock, Draft, Fact, Language, Tone


class Order(Record):
    """What is to be written, for whom, and how."""

    run: str
    candidate: str
    file: str
    channel: Channel
    tone: Tone = "plain"
    language: Language = "en"
    step: int = 1
    steps: int = 1
    reviewed: bool
    recipient: str | None = None
    clock: Clock
    used_facts: tuple[str, ...] = ()
    """Facts of earlier messages to this person: a follow-up must add something."""


class Material(NamedTuple):
    """All that may be said, and the company that says it."""

    facts: tuple[Fact, ...]
    criteria: Criteria
    company: Company
    others: tuple[Draft, ...] = ()

    def of(self, *kinds: str) -> tuple[Fact, ...]:
        """Return the facts of these kinds."""
        return tuple(fact for fact in self.facts if fact.kind in kinds)


class Choice(NamedTuple):
    """One way to write the draft."""

    fact: Fact
    quote: str
    title: Fact
    task: Fact | None
    task_text: str
    second: tuple[Fact, str] | None
    turn: int

    @property
    def size(self) -> int:
        """Characters of what is chosen: quote, task and title."""
        return len(self.quote) + len(self.task_text) + len(self.title.text)


def titles(order: Order, material: Material) -> tuple[Fact, ...]:
    """Return the role's title in its forms, the one to try first in front."""
    titles = tuple(fact for fact in material.facts if fact.source == "title")
    return titles[::-1] if order.channel == "connection" else titles
