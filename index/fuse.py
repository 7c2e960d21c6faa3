"""Ways to join several scorings of the same items into one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

RRF_K = 60
"""Cormack, Clarke & Büttcher 2009."""


def reciprocal_rank(lists: Sequence[Scores], weights: Sequence[float] | None = None, k: int = RRF_K) -> Scores:
    """Return Σ weight / (k + rank) per item; equal scores share the best rank of their group.

    Args:
        lists: scorings of the same items, higher is better; −inf means: not found, and adds nothing.
    """
    total = np.zeros(len(lists[0]) if lists else 0)
    for scores, weight in zip(lists, weights or [1.0] * len(lists), strict=True):
        ordered = np.sort(-scores)
        rank = 1 + np.searchsorted(ordered, -scores, side="left")
        total += np.where(np.isneginf(scores), 0.0, weight / (k + rank))
    return total
