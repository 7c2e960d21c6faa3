"""Which cells a reviewer sees and in what order: seeded, so that neither rank nor alphabet decides.

The same seed and the same pool always give the same plan; a session that was interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from matcher.canonical import sha256_hex
from matcher.models import Justification
from matcher.score import Pool

Order = Literal["criterion", "candidate"]
Scope = Literal["all", "needs"]


class CellKey(NamedTuple):
    """One candidate × criterion."""

    candidate: str
    criterion: str


@dataclass(frozen=True)
class Policy:
    """How a review is set up; written to the log when it begins."""

    seed: str
    blind_share: float = 0.1
    """Share of the cells that are answered before the machine's verdict is shown."""
    below_sample: int = 10
    second_share: float = 1.0
    """Share of the first reviewer's cells that a second reviewer is asked."""


@dataclass(frozen=True)
class Plan:
    """The cells in order, those to be answered blind first, and the sample from below the cut."""

    cells: tuple[CellKey, ...]
    blind_first: frozenset[CellKey]
    below: tuple[str, ...]


def plan(pool: Pool, policy: Policy, *, order: Order = "criterion", scope: Scope = "all") -> Plan:
    """Return the plan for a pool; *needs* keeps the cells that ask for a person, and every blind-first cell."""
    people = sorted(pool.assessments)
    names = [criterion.id for criterion in pool.criteria.criteria]
    every = [CellKey(c, name) for c in people for name in names]
    blind = frozenset(drawn(every, policy.blind_share, policy.seed + "|blind"))
    kept = {key for key in every if scope == "all" or key in blind or needs_a_person(_cell(pool, key))}
    place = {name: number for number, name in enumerate(names)}

    def by_criterion(key: CellKey) -> tuple[int, str]:
        return place[key.criterion], _draw(policy.seed, key.criterion, key.candidate)

    def by_candidate(key: CellKey) -> tuple[str, int]:
        return _draw(policy.seed, "people", key.candidate), place[key.criterion]

    cells = sorted(kept, key=by_criterion if order == "criterion" else by_candidate)
    return Plan(tuple(cells), blind, below_sample(pool, policy))


def below_sample(pool: Pool, policy: Policy) -> tuple[str, ...]:
    """Return a seeded sample of the people who were not read in depth (all of them if there are few)."""
    read = [row.candidate for row in pool.files if row.status == "read" and row.candidate]
    below = sorted(set(read) - set(pool.assessments), key=lambda c: _draw(policy.seed, "below", c))
    return tuple(below[: policy.below_sample])


def drawn(keys: Iterable[CellKey], share: float, seed: str) -> tuple[CellKey, ...]:
    """Return a seeded share of the cells (at least one where the share is not zero), in the order of the draw."""
    pool = sorted(keys, key=lambda key: _draw(seed, key.candidate, key.criterion))
    wanted = round(share * len(pool))
    return tuple(pool[: max(wanted, 1 if share > 0 else 0)])


def needs_a_person(cell: Justification | None) -> bool:
    """Return whether a cell asks to be read: not assessed, unsure, or a check that failed."""
    return cell is None or cell.status != "done" or cell.unsure or any(not check.passed for check in cell.checks)


def _cell(pool: Pool, key: CellKey) -> Justification | None:
    return next((c for c in pool.assessments[key.candidate].justifications if c.criterion == key.criterion), None)


def _draw(*parts: str) -> str:
    return sha256_hex("\x1f".join(parts).encode("utf-8"))
