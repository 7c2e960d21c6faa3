"""Ways to join several scorings of the same items into one."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

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


def normal_scores(scores: Scores) -> Scores:
    """Return standard scores by rank: the normal quantile of (rank − ⅜) / (n + ¼) (Blom 1958).

    Like z-scores these have mean 0 and deviation near 1, but a skewed scoring (BM25 over a pool where few items match
    at all) cannot outvote another by its outliers. Equal scores share the mean of their ranks.
    """
    size = len(scores)
    values, back, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = last - (counts - 1) / 2
    quantile = NormalDist().inv_cdf
    levels = np.array([quantile((rank - 0.375) / (size + 0.25)) for rank in ranks.tolist()])
    return levels[back] if len(values) else np.zeros(0)
