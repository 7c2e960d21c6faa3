"""Ways to join several scorings of the same items into one."""

from __future__ import annotations

import math
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


def standard(scores: Scores) -> Scores:
    """Return (score − mean) / standard deviation over the items; all zero where nothing differs.

    Sums are correctly rounded (``math.fsum``), so that the order of items cannot change a bit.
    """
    if not len(scores):
        return scores
    mean = math.fsum(scores) / len(scores)
    deviation = math.sqrt(math.fsum((scores - mean) ** 2) / len(scores))
    if deviation <= 1e-12 * max(1.0, abs(mean)):
        return np.zeros(len(scores))
    return (scores - mean) / deviation


def standard_sum(lists: Sequence[Scores], weights: Sequence[float] | None = None) -> Scores:
    """Return the weighted sum of standardised scorings of the same items."""
    total = np.zeros(len(lists[0]) if lists else 0)
    for scores, weight in zip(lists, weights or [1.0] * len(lists), strict=True):
        total += weight * standard(scores)
    return total
