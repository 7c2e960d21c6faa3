"""Who acts at the desk, and what they ask to be recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matcher.models import DecisionKind, ReasonCode, Span, Verdict
from matcher.review.plan import Order, Scope

Role = Literal["reviewer", "second", "adjudicator"]


@dataclass(frozen=True)
class Reviewer:
    """Who sits at the desk, in what role, and which cells they go through."""

    name: str
    role: Role = "reviewer"
    order: Order = "criterion"
    scope: Scope = "all"


@dataclass(frozen=True)
class Request:
    """What a person asks to be recorded; ``evidence`` are ranges of the candidate's text."""

    kind: DecisionKind
    candidate: str
    criterion: str | None = None
    verdict: Verdict | None = None
    reason_code: ReasonCode | None = None
    text: str = ""
    evidence: Sequence[Span] = ()
    seconds: float = 0.0
