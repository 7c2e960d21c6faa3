"""Near-duplicates share one slot of the head, so that copies cannot crowd others out of being read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from index import Pool

ALIKE = 0.85
"""Share of words in common (weighted Jaccard) from which two résumés count as versions of one text."""


@dataclass(frozen=True, slots=True)
class Head:
    """How many of the order make up the head, copies included, and of whom somebody is a copy."""

    size: int
    slot_of: dict[str, str]


def fill(pool: Pool, ordered: Iterable[str], slots: int) -> Head:
    """Go down the order until ``slots`` distinct candidates are found."""
    kept: list[str] = []
    slot_of: dict[str, str] = {}
    size = 0
    for size, candidate in enumerate(ordered, 1):
        shares = pool.resemblance(candidate, kept)
        best = max(range(len(kept)), key=lambda i: shares[i], default=None)
        if best is not None and shares[best] >= ALIKE:
            slot_of[candidate] = kept[best]
        elif len(kept) == slots:
            return Head(size - 1, slot_of)
        else:
            kept.append(candidate)
    return Head(size, slot_of)
