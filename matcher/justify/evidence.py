"""The judge that needs no model: what facts decide is decided, everything else shows the nearest lines.

It never dresses similarity up as reading: a criterion that must be read stays *not assessed (no judge)*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matcher.justify import credentials, facts
from matcher.models import BlindView, Cell, Criteria, Criterion, Nearest


class EvidenceJudge:
    """Decides by facts alone; ``nearest`` maps a candidate id to its closest lines per criterion."""

    name = "evidence"
    note = "Nobody has read these résumés: facts were decided by code, and the nearest lines are shown for a person."

    def __init__(self, nearest: Mapping[str, Sequence[Nearest]] | None = None) -> None:
        self._nearest = nearest or {}

    def read(self, view: BlindView, criteria: Criteria) -> tuple[Cell, ...]:
        """Return one cell per criterion."""
        close = {n.criterion: n.lines for n in self._nearest.get(view.candidate, ())}
        return tuple(_cell(criterion, view, close.get(criterion.id, ())) for criterion in criteria.criteria)


def _cell(criterion: Criterion, view: BlindView, nearest: tuple[str, ...]) -> Cell:
    decision = facts.decide(criterion, view) or credentials.decide(criterion, view)
    if decision is None or not decision.final:
        return Cell(
            criterion=criterion.id, status="not_assessed", why_not_assessed="no_judge", lines=(), nearest=nearest
        )
    return Cell(
        criterion=criterion.id,
        verdict=decision.verdict,
        reason=decision.reason,
        lines=decision.lines,
        counted=decision.counted,
        nearest=nearest,
        unsure=decision.unsure,
    )
