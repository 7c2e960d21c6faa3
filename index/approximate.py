"""An approximate index for large collections: IVF lists with 8-bit codes, guarded by measured recall.

Built with ``4·√N`` lists (FAISS guidelines); found passages are always scored again exactly by whoever asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.fixed import Fixed, Floats
from index.vectors import faiss

TRAINING = 64
"""Training vectors per list."""
GUARD_TOP = 50
GUARD_QUERIES = 50
PROBES = (8, 16, 32, 64, 128, 256)
GUARD_PASSAGES = 6 * GUARD_TOP
"""Passages asked for per query when recall is measured."""

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Approximate:
    """A trained index over passages in order; ``probes`` lists are looked into, ``recall`` is what that measured."""

    index: Any
    probes: int
    recall: float

    def search(self, queries: Floats, k: int, allowed: NDArray[np.bool_] | None) -> tuple[Floats, Places]:
        """Return approximate dot products and places of up to k passages per query; −1 where there are fewer."""
        module = faiss()
        options = module.SearchParametersIVF(nprobe=self.probes)
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            options.sel = selector = module.IDSelectorBitmap(bits)
            products, places = self.index.search(queries, k, params=options)
            del selector
            return products, places
        products, places = self.index.search(queries, k, params=options)
        return products, places

    def to_bytes(self) -> NDArray[np.uint8]:
        """Return the index as bytes for a stamped file."""
        data: NDArray[np.uint8] = faiss().serialize_index(self.index)
        return data


def from_bytes(data: NDArray[np.uint8], probes: int, recall: float) -> Approximate:
    """Open an index from bytes whose hash was checked."""
    return Approximate(faiss().deserialize_index(np.array(data)), probes, recall)


def train(sample: Floats, total: int) -> Any:
    """Return an empty FAISS index for ``total`` passages, trained on a sample."""
    module = faiss()
    lists = max(1, min(round(4 * math.sqrt(total)), len(sample) // 39))
    index = module.index_factory(sample.shape[1], f"IVF{lists},SQ8", module.METRIC_INNER_PRODUCT)
    index.cp.spherical = True
    index.train(sample)
    return index


def exact_places(blocks: Iterable[Fixed], queries: Floats, k: int) -> Places:
    """Return the places of the k nearest passages per query, best first, from blocks of vectors in order."""
    best: list[tuple[Floats, Places]] = []
    first = 0
    for block in blocks:
        rows = np.ascontiguousarray(block, dtype=np.float32)
        products, places = faiss().knn(queries, rows, min(k, len(rows)), metric=faiss().METRIC_INNER_PRODUCT)
        best.append((products, places + first))
        first += len(rows)
    products, places = (np.hstack(column) for column in zip(*best, strict=True))
    order = np.argsort(-products, axis=1, kind="stable")[:, :k]
    found: Places = np.take_along_axis(places, order, axis=1)
    return found


def guard(
    index: Any, truth: Places, queries: Floats, rows: Callable[[Places], Floats], owners: Callable[[Places], Places],
    least: float,
) -> Approximate | None:  # fmt: skip
    """Choose the smallest number of probes whose item recall@50 is at least ``least``, or None.

    Args:
        truth: exact places per query, best first. rows: vectors of places. owners: items of places.
    """
    wanted = [_first_items(owners(places)) for places in truth]
    for probes in PROBES:
        _, found = Approximate(index, probes, 0.0).search(queries, truth.shape[1], None)
        shares = []
        for query, places, expected in zip(queries, found, wanted, strict=True):
            kept = np.sort(places[places >= 0])
            exact = rows(kept) @ query
            ordered = kept[np.argsort(-exact, kind="stable")]
            shares.append(len(expected & _first_items(owners(ordered))) / len(expected))
        recall = math.fsum(shares) / len(shares)
        if recall >= least:
            return Approximate(index, probes, recall)
    return None


def _first_items(owners: Places) -> set[int]:
    return set(list(dict.fromkeys(owners.tolist()))[:GUARD_TOP])
