"""Exact search over stored vectors: FAISS for the nearest passages, one matrix product for whole items.

All similarities are exact integers (see ``index.fixed``), so that FAISS, numpy and any block size agree to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.fixed import UNIT, Floats

TOP = 3
_BLOCK = 8192

Starts = NDArray[np.int64]
Sums = NDArray[np.float64]


def faiss() -> Any:
    """Return the FAISS module, set up for batches of queries.

    Since 1.15 FAISS scans query by query below 128 000 numbers per batch; a batch of 18 × 384 then costs three times
    as much as one matrix product (reference measurement; guarded by a test).
    """
    import faiss as module

    module.cvar.distance_compute_blas_threshold = 1
    return module


@dataclass(frozen=True, slots=True)
class Matrix:
    """Vectors of all passages in fixed point as float32; passages of item i are ``starts[i]:starts[i + 1]``."""

    rows: Floats
    starts: Starts

    def take(self, items: NDArray[np.int64]) -> Matrix:
        """Return the passages of some items, in the given order."""
        sizes = self.starts[items + 1] - self.starts[items]
        starts = np.concatenate(([0], np.cumsum(sizes)))
        places = np.arange(starts[-1]) + np.repeat(self.starts[items] - starts[:-1], sizes)
        return Matrix(self.rows[places], starts)

    def owners(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the items to which passages belong."""
        found: NDArray[np.int64] = np.searchsorted(self.starts, places, side="right") - 1
        return found


def nearest(matrix: Matrix, queries: Floats, k: int) -> tuple[Floats, NDArray[np.int64]]:
    """Return dot products and places of the k nearest passages per query, both (q, k), by FAISS, best first."""
    wanted = min(k, len(matrix.rows))
    if wanted == 0:
        return np.empty((len(queries), 0), np.float32), np.empty((len(queries), 0), np.int64)
    module = faiss()
    products, places = module.knn(queries, matrix.rows, wanted, metric=module.METRIC_INNER_PRODUCT)
    return products, places.astype(np.int64)


def best_of_items(matrix: Matrix, queries: Floats, top: int = TOP) -> Sums:
    """Return the mean cosine of each item's ``top`` best passages per query, shape (items, queries).

    An item with fewer passages is averaged over what it has; one without any gets 0.
    """
    items = len(matrix.starts) - 1
    out = np.zeros((items, len(queries)))
    turned = np.ascontiguousarray(queries.T)
    first = 0
    while first < items:
        last = int(np.searchsorted(matrix.starts, matrix.starts[first] + _BLOCK, side="right")) - 1
        last = min(max(last, first + 1), items)
        begin, end = matrix.starts[first], matrix.starts[last]
        products = matrix.rows[begin:end] @ turned
        out[first:last] = _top_mean(products, matrix.starts[first : last + 1] - begin, top)
        first = last
    return out


def _top_mean(products: Floats, starts: Starts, top: int) -> Sums:
    """Mean of the best ``top`` rows per segment: a running insertion, vectorised over the segments."""
    sizes = np.diff(starts)
    order = np.argsort(-sizes, kind="stable")
    ordered, begins = sizes[order], starts[:-1][order]
    best = np.full((top, len(sizes), products.shape[1]), -np.inf, dtype=np.float32)
    for step in range(int(ordered[0]) if len(ordered) else 0):
        live = int(np.searchsorted(-ordered, -step, side="left"))
        new = products[begins[:live] + step]
        for level in best:
            kept = np.maximum(level[:live], new)
            new = np.minimum(level[:live], new)
            level[:live] = kept
    total = np.where(np.isfinite(best), best, 0).sum(axis=0, dtype=np.float64)
    count = np.maximum(np.minimum(ordered, top), 1)[:, None]
    out: Sums = np.empty_like(total)
    out[order] = total / count / UNIT
    return out
