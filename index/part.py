"""A part of the collection in memory: rows in order, their words, and a way to their vectors.

A part never changes. What is added later makes a second part, what is deleted is masked, and when either grows beyond
a share of the whole, the first part is built anew from the store (compaction).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.approximate import GUARD_GROUPS, TRAINING, Approximate, exact_totals, from_bytes, guard, train
from index.fixed import Floats
from index.lexical import Postings, invert
from index.policy import Policy
from index.stamped import Stamped
from index.store import Store
from index.terms import TermRow
from index.vectors import Matrix, nearest

Rows = NDArray[np.int64]
Slots = NDArray[np.int64]
Mask = NDArray[np.bool_]

_GATHER_BELOW = 100_000
"""Allowed passages up to which a filtered search in a large collection gathers and scans them exactly."""
_SAMPLE_SEED = 20_260_101


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of the store, ascending; a slot is a place in ``rows``.

    Attributes:
        starts: passages of slot i are ``starts[i]:starts[i + 1]``. matrix: their vectors, or None where they stay in
            the store. approximate: the index that then finds passages.
    """

    store: Store
    rows: Rows
    ids: tuple[str, ...]
    languages: tuple[str | None, ...]
    postings: Postings
    starts: NDArray[np.int64]
    matrix: Matrix | None
    approximate: Approximate | None = None

    def vectors(self, slots: Slots) -> Matrix:
        """Return the vectors of some slots, in the given order."""
        if self.matrix is not None:
            return self.matrix if _is_all(slots, len(self.rows)) else self.matrix.take(slots)
        loaded = load_matrix(self.store, self.rows[slots].tolist())
        return loaded.take(np.argsort(np.argsort(slots, kind="stable"), kind="stable"))

    def find(self, queries: Floats, k: int, slots: Slots) -> tuple[Floats, Slots, bool]:
        """Return dot products and slots of the k nearest passages among ``slots``, and whether these are all."""
        if self.approximate is None or self.passages(slots) <= _GATHER_BELOW:
            matrix = self.vectors(slots)
            products, places = nearest(matrix, queries, k)
            return products, slots[matrix.owners(places)], products.shape[1] == len(matrix.rows)
        allowed = None
        if len(slots) < len(self.rows):
            seen = np.zeros(len(self.rows), dtype=np.bool_)
            seen[slots] = True
            allowed = np.repeat(seen, np.diff(self.starts))
        products, places = self.approximate.search(queries, k, allowed)
        owners = np.searchsorted(self.starts, places, side="right") - 1
        return np.where(places < 0, -np.inf, products).astype(np.float32), owners, False

    def passages(self, slots: Slots) -> int:
        """How many passages some slots have."""
        return int((self.starts[slots + 1] - self.starts[slots]).sum())


def _is_all(slots: Slots, size: int) -> bool:
    return len(slots) == size and bool((np.diff(slots) == 1).all())


def load_matrix(store: Store, rows: Sequence[int] | None) -> Matrix:
    """Read the vectors of rows (None: all) into one matrix of integers in float32, by ascending row."""
    blocks = [vectors for _, vectors in store.vectors(rows)]
    starts = np.concatenate(([0], np.cumsum([len(block) for block in blocks]))).astype(np.int64)
    matrix: Floats = np.empty((int(starts[-1]), store.dimension), dtype=np.float32)
    for block, start in zip(blocks, starts[:-1].tolist(), strict=True):
        matrix[start : start + len(block)] = block
    return Matrix(matrix, starts)


def small(store: Store, rows: Sequence[int]) -> Part:
    """Read a few rows from the store, without any file."""
    found = list(store.term_rows(rows))
    matrix = load_matrix(store, rows)
    return Part(
        store, np.array([row.row for row in found], dtype=np.int64), tuple(row.id for row in found),
        tuple(row.language for row in found), invert(found), matrix.starts, matrix,
    )  # fmt: skip


def whole(store: Store, files: Stamped, policy: Policy, exact: bool) -> Part:
    """Read the collection as it is now, with the help of files where they can be trusted.

    The part may be older than the store by what the files do not know; the caller adds the rest.
    """
    heads = store.heads()
    large = len(heads) > policy.exact_limit
    if len(heads) < policy.cache_from and not large:
        return small(store, [head[0] for head in heads])
    known = files.read("words")
    if known is None or not _recent(known["rows"], heads, policy):
        known = _words(store)
        files.write("words", known)
    rows: Rows = known["rows"]
    kept = {head[0]: head for head in heads}
    gone = (0, "", None, 0)
    named = [kept.get(row, gone) for row in rows.tolist()]
    postings = Postings(*(known[name] for name in ("terms", "starts", "slots", "counts", "lengths")))
    ids, languages = tuple(head[1] for head in named), tuple(head[2] for head in named)
    if large and not exact:
        found = _approximate(store, files, policy, rows)
        if found is not None:
            index, starts = found
            return Part(store, rows, ids, languages, postings, starts, None, index)
    return _with_matrix(store, rows, ids, languages, postings)


def _with_matrix(
    store: Store, rows: Rows, ids: tuple[str, ...], languages: tuple[str | None, ...], postings: Postings
) -> Part:  # fmt: skip
    """Join words and vectors; rows that were deleted since the words were kept have no passages."""
    matrix = load_matrix(store, rows.tolist())
    sizes = np.zeros(len(rows), dtype=np.int64)
    there = np.array([row for row, _ in store.sizes(rows.tolist())], dtype=np.int64)
    sizes[np.searchsorted(rows, there)] = np.diff(matrix.starts)
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return Part(store, rows, ids, languages, postings, starts, Matrix(matrix.rows, starts))


def _recent(rows: Rows, heads: Sequence[tuple[int, str, str | None, int]], policy: Policy) -> bool:
    now = np.array([head[0] for head in heads], dtype=np.int64)
    changed = len(np.setxor1d(rows, now, assume_unique=True))
    return changed <= policy.compact_share * max(len(now), 1)


def _words(store: Store) -> dict[str, NDArray[Any]]:
    rows: list[int] = []

    def noted() -> Iterator[TermRow]:
        for row in store.term_rows():
            rows.append(row.row)
            yield row

    made = invert(noted())
    return {
        "rows": np.array(rows, dtype=np.int64), "terms": made.terms, "starts": made.starts, "slots": made.slots,
        "counts": made.counts, "lengths": made.lengths,
    }  # fmt: skip


def _approximate(store: Store, files: Stamped, policy: Policy, rows: Rows) -> tuple[Approximate, Rows] | None:
    """Open or build the approximate index over exactly these rows; None where it would find too little."""
    name = f"passages-{store.model}"
    stored = files.read(name)
    if stored is None or not np.array_equal(stored["rows"], rows):
        stored = _train(store, policy, rows)
        files.write(name, stored)
    if not len(stored["index"]):
        return None
    probes, recall = int(stored["probes"][0]), float(stored["recall"][0])
    return from_bytes(stored["index"], probes, recall), stored["starts"]


def _train(store: Store, policy: Policy, rows: Rows) -> dict[str, NDArray[Any]]:
    there, sizes = np.zeros(len(rows), dtype=np.bool_), np.zeros(len(rows), dtype=np.int64)
    for row, number in store.sizes(rows.tolist()):
        place = np.searchsorted(rows, row)
        there[place], sizes[place] = True, number
    starts = np.concatenate(([0], np.cumsum(sizes)))
    total = int(starts[-1])
    chosen = np.random.default_rng(_SAMPLE_SEED)
    wanted = min(total, TRAINING * max(1, round(4 * np.sqrt(total))))
    share = np.sort(chosen.choice(len(rows), max(1, round(len(rows) * wanted / max(total, 1))), replace=False))
    index = train(load_matrix(store, rows[share].tolist()).rows, total)
    for block in _blocks(store, rows):
        index.add(block.rows)
    asked = rows[chosen.choice(len(rows), min(len(rows), GUARD_GROUPS), replace=False)]
    held_out = load_matrix(store, asked.tolist())
    groups = [slice(int(a), int(b)) for a, b in pairwise(held_out.starts) if b > a]
    totals = np.zeros((len(rows), len(groups)))
    best = None
    if groups:
        totals[there] = exact_totals(_blocks(store, rows), held_out.rows, groups)
        best = guard(index, starts, totals, held_out.rows, groups, policy.recall)
    return {
        "rows": rows, "starts": starts, "index": np.empty(0, np.uint8) if best is None else best.to_bytes(),
        "probes": np.array([0 if best is None else best.probes]),
        "recall": np.array([0.0 if best is None else best.recall]),
    }  # fmt: skip


def _blocks(store: Store, rows: Rows, size: int = 5_000) -> Iterator[Matrix]:
    for start in range(0, len(rows), size):
        yield load_matrix(store, rows[start : start + size].tolist())
