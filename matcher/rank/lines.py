"""The lines of a candidate that lie nearest to a criterion: where a reader should look first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index import Pool, cosine
from matcher.models import Nearest, Ranked

NEAREST = 3
"""Best passages looked into, and lines named, per criterion."""


def nearest_lines(
    pool: Pool, ranked: Sequence[Ranked], names: Sequence[str], queries: NDArray[np.int16]
) -> tuple[Ranked, ...]:
    """Return the rows with their nearest lines, picked inside the best passages of each criterion.

    Args:
        names: ids of the criteria. queries: their vectors in fixed point, in the same order.
    """
    lines = pool.lines([row.candidate for row in ranked])
    out = []
    for row in ranked:
        found = lines[row.candidate]
        similar = cosine(found.vectors, queries)
        passages = cosine(pool.vectors(row.candidate), queries)
        nearest = []
        for number, name in enumerate(names):
            best = np.argsort(-passages[:, number], kind="stable")[:NEAREST]
            column = np.where(np.isin(found.passages, best), similar[:, number], -np.inf)
            order = np.argsort(-column, kind="stable")[: min(NEAREST, int(np.isfinite(column).sum()))]
            if len(order):
                picked = tuple(dict.fromkeys(found.ids[i] for i in order))
                nearest.append(Nearest(criterion=name, lines=picked, similarity=float(column[order[0]])))
        out.append(row.model_copy(update={"nearest": tuple(nearest)}))
    return tuple(out)
