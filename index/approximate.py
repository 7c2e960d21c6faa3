"""An approximate index for large collections: IVF lists with 8-bit codes, guarded by measured recall.

Built with ``4·√N`` lists (FAISS guidelines); found passages are always scored again exactly by whoever asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.fixed import Floats
from index.vectors import Matrix, best_of_items, faiss

TRAINING = 64
"""Training vectors per list."""
GUARD_TOP = 50
GUARD_GROUPS = 50
PROBES = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
GUARD_PASSAGES = 6 * GUARD_TOP
"""Passages asked for per query when recall is measured."""

Places = NDArray[np.int64]
Totals = NDArray[np.float64]
Groups = Sequence[slice]
"""Which queries belong together."""


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


def exact_totals(blocks: Iterable[Matrix], queries: Floats, groups: Groups) -> Totals:
    """Return for every item and group the sum of its best cosines to the group's queries, shape (items, groups)."""
    parts = []
    for block in blocks:
        best = best_of_items(block, queries, top=1)
        parts.append(np.stack([best[:, group].sum(axis=1) for group in groups], axis=1))
    return np.concatenate(parts)


def guard(
    index: Any, starts: Places, totals: Totals, queries: Floats, groups: Groups, least: float
) -> Approximate | None:
    """Choose the smallest number of probes that finds enough of each group's exact first 50 items, or None.

    A group is what a search asks together. Items that any of its queries finds are scored again exactly, as in use.

    Args:
        starts: passages of item i are ``starts[i]:starts[i + 1]``. totals: exact scores, see ``exact_totals``.
        least: mean share of the exact first 50 that must be found.
    """
    truth = [_first(np.arange(len(totals)), column) for column in totals.T]
    for probes in PROBES:
        _, found = Approximate(index, probes, 0.0).search(queries, GUARD_PASSAGES, None)
        shares = []
        for number, group in enumerate(groups):
            places = np.unique(found[group])
            items = np.unique(np.searchsorted(starts, places[places >= 0], side="right") - 1)
            shares.append(len(truth[number] & _first(items, totals[items, number])) / len(truth[number]))
        recall = math.fsum(shares) / len(shares)
        if recall >= least:
            return Approximate(index, probes, recall)
    return None


def _first(items: Places, scores: NDArray[np.float64]) -> set[int]:
    return set(items[np.lexsort((items, -scores))[:GUARD_TOP]].tolist())
