"""A network that reads by rule, and views to read: for tests of the reader that need no weights."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from matcher.models import BlindEducation, BlindPosition, BlindView, Criteria, Criterion, Line, Span

NONE, PARTIAL, FULL, DENIAL = (
    (0.97, 0.02, 0.01, 0.0),
    (0.1, 0.8, 0.1, 0.0),
    (0.02, 0.03, 0.95, 0.0),
    (0.05, 0.03, 0.02, 0.9),
)

CELLS = {
    "note": "Read by a rule in a test.",
    "model": {
        "names": ["full", "support"],
        "centre": [0.0, 0.0],
        "scale": [1.0, 1.0],
        "weights": [[-1.0, -2.0], [-0.5, 1.0], [1.5, 1.0]],
        "bias": [0.0, 0.0, 0.0],
        "met_from": 0.6,
        "sure_from": 0.6,
        "years_from": 0.5,
        "denied_from": 0.6,
        "lines": {"centre": [0.0] * 14, "scale": [1.0] * 14, "weights": [1.0] + [0.0] * 13, "bias": 0.0},
        "jobs": {"centre": [0.0] * 5, "scale": [1.0] * 5, "weights": [1.0] + [0.0] * 4, "bias": 0.0},
    },
}


class RuleNetwork:
    """Stands in for ``Network``: ``rule(criterion, segment)`` gives the probabilities; ``asked`` holds the pairs."""

    fingerprint = "rule"

    def __init__(self, rule: Callable[[str, str], Sequence[float]]) -> None:
        self.rule = rule
        self.asked: list[tuple[str, str]] = []

    def file(self, name: str) -> bytes:
        return json.dumps(CELLS).encode()

    def probabilities(self, pairs):
        self.asked += pairs
        return np.array([self.rule(*pair) for pair in pairs], np.float32).reshape(-1, 4)


def criterion(identifier: str, text: str, **more) -> Criterion:
    return Criterion(id=identifier, kind=more.pop("kind", "minimum"), text=text, span=Span(start=0, end=0), **more)


def criteria(*items: Criterion) -> Criteria:
    return Criteria(posting="doc:test", title="Test", criteria=items)


def view(lines: Sequence[tuple[str, str, str | None]], positions=(), education=()) -> BlindView:
    """Build a view from (text, section, position) triples."""
    made = tuple(
        Line(id=f"L{i}", text=text, section=section, position=position, span=Span(start=0, end=len(text)))
        for i, (text, section, position) in enumerate(lines, start=1)
    )
    return BlindView(
        candidate="cand:test", as_of=date(2026, 11, 1), language="en", lines=made, positions=tuple(positions),
        education=tuple(education),
    )  # fmt: skip


def position(identifier: str, title: str, from_ago: int, to_ago: int, header: str) -> BlindPosition:
    return BlindPosition(
        id=identifier, title=title, from_ago=from_ago, to_ago=to_ago, precision="month", header_lines=(header,)
    )


def degree(level, line: str, complete: bool = True, field: str | None = None) -> BlindEducation:
    return BlindEducation(level=level, line=line, complete=complete, field=field)
