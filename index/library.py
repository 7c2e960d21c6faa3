"""The index: add, update, delete; and the pool, a frozen view through which everything is searched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from index import part, pool
from index.embedding import Embedder, checked
from index.fixed import Fixed, to_fixed
from index.part import Part
from index.records import Filter, Item
from index.store import Store

_BATCH = 64
"""Items whose vectors are made and committed together: what an interruption can cost."""

Progress = Callable[[int], None]


class Index:
    """Items, their words and their vectors in the caller's SQLite connection.

    Args:
        connection: a connection in which tables with the prefix ``ix_`` are made; writes join an open transaction.
        cache: folder for files that can be rebuilt. embedder: makes the vectors.
    """

    def __init__(self, connection: sqlite3.Connection, cache: Path, embedder: Embedder) -> None:
        self._embedder = embedder
        self._store = Store(connection, embedder.fingerprint, embedder.dimension)
        self._cache = cache
        self._parts: tuple[Part, ...] = ()
        self._counter = -1

    @property
    def fingerprint(self) -> str:
        """The model, weights, runtime and precision of the vectors."""
        return self._embedder.fingerprint

    @property
    def languages(self) -> frozenset[str] | None:
        """Languages the model reads, or None for many."""
        return self._embedder.languages

    def __len__(self) -> int:
        return self._store.size()[0]

    # --- writing -------------------------------------------------------------------------------------------------

    def add(self, items: Iterable[Item], on_done: Progress | None = None) -> int:
        """Add items, or replace those of the same id; return how many were new or changed.

        Only passages whose text was never embedded under this fingerprint go through the model. Items are committed
        in small groups, each whole or not at all; inside the caller's transaction they are part of it.

        Raises:
            BadVectors: the model returned something unusable. StoreFull: no space left; the group was not stored.
        """
        changed = 0
        group: list[Item] = []
        for item in items:
            group.append(item)
            if len(group) == _BATCH:
                changed += self._add(group, on_done)
                group = []
        return changed + self._add(group, on_done)

    def delete(self, ids: Iterable[str]) -> int:
        """Remove items and all that was derived from them from the tables; return how many were there."""
        return self._store.delete(ids)

    def _add(self, group: Sequence[Item], on_done: Progress | None) -> int:
        known = self._store.known(group)
        new = [item for item in group if not known[item.id]]
        vectors = self._vectors(tuple(dict.fromkeys(p.text for item in new for p in item.passages)))
        with self._store.transaction():
            for item in new:
                rows = [vectors[passage.text] for passage in item.passages]
                self._store.put(item, np.stack(rows) if rows else np.empty((0, self._embedder.dimension), np.int16))
        if on_done is not None:
            on_done(len(group))
        return len(new)

    def _vectors(self, texts: Sequence[str]) -> dict[str, Fixed]:
        found = self._store.vectors_of_texts(texts)
        missing = [text for text in texts if text not in found]
        if missing:
            made = to_fixed(checked(self._embedder, missing, "document"))
            found.update(zip(missing, made, strict=True))
        return found

    # --- searching -----------------------------------------------------------------------------------------------

    def pool(self, wanted: Filter | None = None) -> pool.Pool:
        """Return a view of the items that pass the filter (None: all), as the store is now."""
        self.embed_waiting()
        self._refresh()
        allowed = None if wanted is None else self._store.select(wanted)
        live = [np.ones(len(p.rows), dtype=np.bool_) for p in self._parts]
        return pool.build(self._store, self._parts, live, allowed, self.queries, self._line_vectors)

    def queries(self, texts: Sequence[str], keep: bool = True) -> Fixed:
        """Return one vector per query text in fixed point; ``keep`` stores new ones beside the model's vectors."""
        found = {text: self._store.query_vector(text) for text in texts}
        missing = [text for text, vector in found.items() if vector is None]
        if missing:
            made = dict(zip(missing, to_fixed(checked(self._embedder, missing, "query")), strict=True))
            found.update(made)
            if keep:
                self._store.put_query_vectors(made)
        rows = [vector for vector in (found[text] for text in texts) if vector is not None]
        return np.stack(rows) if rows else np.empty((0, self._embedder.dimension), np.int16)

    def _line_vectors(self, rows: Sequence[int]) -> dict[int, Fixed]:
        found = {row: self._store.line_vectors(row) for row in rows}
        missing = [row for row, vectors in found.items() if vectors is None]
        texts = {row: [text for p in self._store.passages(row) for _, text in p.lines] for row in missing}
        unique = tuple(dict.fromkeys(text for lines in texts.values() for text in lines))
        if missing:
            vectors = dict(zip(unique, to_fixed(checked(self._embedder, unique, "document")), strict=True))
            made = {row: np.stack([vectors[text] for text in lines]) for row, lines in texts.items()}
            self._store.put_line_vectors(made)
            found.update(made)
        return {row: vectors for row, vectors in found.items() if vectors is not None}

    def embed_waiting(self, on_done: Progress | None = None) -> int:
        """Make the vectors of items that were added under another model; return how many items that were."""
        waiting = self._store.waiting()
        for start in range(0, len(waiting), _BATCH):
            rows = waiting[start : start + _BATCH]
            texts = {row: [p.text for p in self._store.passages(row)] for row in rows}
            vectors = self._vectors(tuple(dict.fromkeys(t for found in texts.values() for t in found)))
            with self._store.transaction():
                for row, found in texts.items():
                    self._store.put_vectors(row, np.stack([vectors[t] for t in found]))
            if on_done is not None:
                on_done(len(rows))
        return len(waiting)

    def _refresh(self) -> None:
        counter = self._store.counter()
        if counter != self._counter:
            self._parts = (part.load(self._store, self._store.rows()),)
            self._counter = counter
