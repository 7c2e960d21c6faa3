"""Rules of law and guidance as dated data with a source each: the program prints them and never asserts them."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal

from matcher.models import Record

Topic = Literal["impact", "retention", "explanation"]


class Rule(Record):
    """One row of ``rules.toml``; ``value`` and ``months`` mean what ``says`` says."""

    id: str
    topic: Topic
    where: str
    says: str
    status: str
    source: str
    value: float | None = None
    subject: str | None = None
    months: int | None = None
    duty: Literal["minimum", "maximum"] | None = None

    @property
    def line(self) -> str:
        """The rule in one line, as reports print it."""
        return f"{self.where}: {self.says} Status: {self.status} Source: {self.source}."


@cache
def _table() -> tuple[date, tuple[Rule, ...]]:
    data = tomllib.loads(resources.files("matcher.audit").joinpath("rules.toml").read_text("utf-8"))
    return data["as_of"], tuple(Rule.model_validate(row) for row in data["rule"])


def as_of() -> date:
    """Return the day on which the rules were last looked at."""
    return _table()[0]


def rules(topic: Topic) -> tuple[Rule, ...]:
    """Return the rules on one topic."""
    return tuple(rule for rule in _table()[1] if rule.topic == topic)


def rule(rule_id: str) -> Rule:
    """Return one rule. Raises KeyError."""
    for one in _table()[1]:
        if one.id == rule_id:
            return one
    raise KeyError(rule_id)
