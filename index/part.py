"""A part of the collection in memory: rows in order, their words, and their vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.fixed import Floats
from index.lexical import Postings, invert
from index.store import Store
from index.vectors import Matrix

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of the store, ascending; a slot is a place in ``rows``."""

    rows: Rows
    ids: tuple[str, ...]
    languages: tuple[str | None, ...]
    postings: Postings
    matrix: Matrix


def load(store: Store, rows: list[int]) -> Part:
    """Read rows from the store. Raises StoreDamaged when a checksum does not hold."""
    found = list(store.term_rows(rows))
    return Part(
        rows=np.array([row.row for row in found], dtype=np.int64),
        ids=tuple(row.id for row in found),
        languages=tuple(row.language for row in found),
        postings=invert(found),
        matrix=load_matrix(store, rows),
    )


def load_matrix(store: Store, rows: list[int]) -> Matrix:
    """Read the vectors of rows into one matrix of float32 integers."""
    blocks = [vectors for _, vectors in store.vectors(rows)]
    starts = np.concatenate(([0], np.cumsum([len(block) for block in blocks]))).astype(np.int64)
    matrix: Floats = np.empty((int(starts[-1]), store.dimension), dtype=np.float32)
    for block, start in zip(blocks, starts[:-1], strict=True):
        matrix[start : start + len(block)] = block
    return Matrix(matrix, starts)
