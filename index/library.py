"""The index: add, update, delete; and the pool, a frozen view through which everything is searched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import part, pool
from index.embedding import Embedder, checked
from index.fixed import Fixed, to_fixed
from index.part import Part
from index.policy import Policy
from index.pool import Embedding, Pool
from index.records import Filter, Info, Item, Passage
from index.stamped import Stamped
from index.store import Store

_BATCH = 64
"""Items whose vectors are made and committed together: what an interruption can cost."""
_PIECE_WORDS = 130
"""Words of a long query that are embedded together: about 200 word pieces."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _State:
    """What is in memory, and which change of the store it stands for."""

    counter: int
    parts: tuple[Part, ...]
    live: tuple[NDArray[np.bool_], ...]


class Index:
    """Items, their words and their vectors in the caller's SQLite connection.

    Args:
        connection: a connection in which tables with the prefix ``ix_`` are made; writes join an open transaction.
        cache: folder for files that can be rebuilt. embedder: makes the vectors. policy: when search is exact.

    Raises:
        StoreDamaged: tables of another version.
    """

    def __init__(
        self, connection: sqlite3.Connection, cache: Path, embedder: Embedder, policy: Policy | None = None
    ) -> None:
        self._embedder = embedder
        self._store = Store(connection, embedder.fingerprint, embedder.dimension)
        self._files = Stamped(cache / "index", self._store)
        self._policy = policy or Policy()
        self._states: dict[bool, _State] = {}
        self._whole: dict[bool, tuple[_State, Pool]] = {}
        self._settled: tuple[int, int] | None = None

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
        """Remove items and what was derived from them from the tables; return how many were there.

        Cache files may hold traces until ``compact``.
        """
        return self._store.delete(ids)

    def compact(self) -> None:
        """Delete every cache file and the vectors of other models; what is needed is built again from the tables."""
        self._files.remove()
        self._store.drop_cache_hashes()
        self._store.drop_other_models()
        self._states.clear()
        self._whole.clear()

    def _add(self, group: Sequence[Item], on_done: Progress | None) -> int:
        latest = {item.id: item for item in group}
        known = self._store.known(tuple(latest.values()))
        new = [item for name, item in latest.items() if not known[name]]
        vectors = self._vectors(tuple(dict.fromkeys(p.text for item in new for p in item.passages)))
        with self._store.transaction():
            for item in new:
                self._store.put(item, self._stacked([vectors[passage.text] for passage in item.passages]))
        if on_done is not None and group:
            on_done(len(group))
        return len(new)

    def _vectors(self, texts: Sequence[str]) -> dict[str, Fixed]:
        found = self._store.vectors_of_texts(texts)
        missing = [text for text in texts if text not in found]
        if missing:
            found.update(zip(missing, to_fixed(checked(self._embedder, missing, "document")), strict=True))
        return found

    def _stacked(self, rows: Sequence[Fixed]) -> Fixed:
        return np.stack(rows) if rows else np.empty((0, self._embedder.dimension), np.int16)

    def embed_waiting(self, on_done: Progress | None = None) -> int:
        """Make the vectors of items that were added under another model; return how many items that were."""
        if self._store.changes() == self._settled:
            return 0
        waiting = self._store.waiting()
        for start in range(0, len(waiting), _BATCH):
            texts = {row: [p.text for p in self._store.passages(row)] for row in waiting[start : start + _BATCH]}
            vectors = self._vectors(tuple(dict.fromkeys(t for found in texts.values() for t in found)))
            with self._store.transaction():
                for row, found in texts.items():
                    self._store.put_vectors(row, self._stacked([vectors[text] for text in found]))
            if on_done is not None:
                on_done(len(texts))
        self._settled = self._store.changes()
        return len(waiting)

    # --- searching -----------------------------------------------------------------------------------------------

    def pool(self, wanted: Filter | None = None, *, exact: bool = False) -> Pool:
        """Return a view of the items that pass the filter (None: all), as the store is now.

        Items that wait for vectors of this model get them first. ``exact`` searches without an approximate index.
        """
        self.embed_waiting()
        with self._reading():
            state = self._current(exact)
            allowed = None if wanted is None else self._store.select(wanted)
        if allowed is not None:
            return self._built(state, allowed)
        if exact not in self._whole or self._whole[exact][0] is not state:
            self._whole[exact] = (state, self._built(state, None))
        return self._whole[exact][1]

    def _built(self, state: _State, allowed: frozenset[str] | None) -> Pool:
        embedding = Embedding(self.queries, self._long, self._line_vectors)
        return pool.build(self._store, state.parts, state.live, allowed, embedding)

    def info(self) -> Info:
        """Return what the index holds, how it searches, and why."""
        waiting = len(self._store.waiting())
        items, passages = self._store.size()
        limit = self._policy.exact_limit
        method, reason = "exact", f"{items} items are within the limit of {limit} for exact search"
        if items > limit and not waiting:
            with self._reading():
                found = [p.approximate for p in self._current(exact=False).parts if p.approximate is not None]
            method = f"IVF, SQ8, {found[0].probes} lists" if found else "exact"
            reason = f"{items} items are beyond the limit of {limit}"
            reason += f"; recall {found[0].recall:.3f} on held-out queries" if found else ", but recall was too low"
        return Info(items, passages, self.fingerprint, method, reason, waiting)

    def passages(self, item: str) -> tuple[Passage, ...]:
        """Return the passages of an item. Raises KeyError."""
        return self._store.passages(item)

    def queries(self, texts: Sequence[str], keep: bool = True) -> Fixed:
        """Return one vector per query text in fixed point; ``keep`` stores new ones, so that asking again is free."""
        found = {text: self._store.query_vector(text) for text in texts}
        missing = [text for text, vector in found.items() if vector is None]
        if missing:
            made = dict(zip(missing, to_fixed(checked(self._embedder, missing, "query")), strict=True))
            found.update(made)
            if keep:
                self._store.keep_query_vectors(made)
        return self._stacked([vector for vector in (found[text] for text in texts) if vector is not None])

    def _long(self, texts: Sequence[str]) -> Fixed:
        pieces = [_pieces(text) for text in texts]
        flat = self.queries([piece for found in pieces for piece in found]).astype(np.float64)
        rows, at = [], 0
        for found in pieces:
            mean = flat[at : at + len(found)].sum(axis=0)
            rows.append(mean / max(float(np.linalg.norm(mean)), 1e-9))
            at += len(found)
        return to_fixed(np.array(rows, dtype=np.float64).astype(np.float32))

    def _line_vectors(self, rows: Sequence[int]) -> dict[int, Fixed]:
        found = {row: self._store.line_vectors(row) for row in rows}
        missing = [row for row, vectors in found.items() if vectors is None]
        if missing:
            texts = {row: [text for p in self._store.passages(row) for _, text in p.lines] for row in missing}
            unique = tuple(dict.fromkeys(text for lines in texts.values() for text in lines))
            vectors = dict(zip(unique, to_fixed(checked(self._embedder, unique, "document")), strict=True))
            made = {row: self._stacked([vectors[text] for text in lines]) for row, lines in texts.items()}
            self._store.keep_line_vectors(made)
            found.update(made)
        return {row: vectors for row, vectors in found.items() if vectors is not None}

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One consistent view of the tables while several queries read them."""
        db = self._store.connection
        if db.in_transaction:
            yield
            return
        db.execute("BEGIN")
        try:
            yield
        finally:
            db.execute("ROLLBACK")

    def _current(self, exact: bool) -> _State:
        counter = self._store.counter()
        state = self._states.get(exact)
        if state is None or state.counter != counter:
            state = self._refreshed(state, counter, exact)
            self._states[exact] = state
        return state

    def _refreshed(self, state: _State | None, counter: int, exact: bool) -> _State:
        now = np.array(self._store.rows(), dtype=np.int64)
        base = None if state is None else state.parts[0]
        if base is not None:
            changed = len(np.setxor1d(base.rows, now, assume_unique=True))
            if changed > self._policy.compact_share * max(len(now), 1):
                base = None
        if base is None:
            base = part.whole(self._store, self._files, self._policy, exact)
        live = np.isin(base.rows, now, assume_unique=True)
        new = np.setdiff1d(now, base.rows, assume_unique=True)
        if not len(new):
            return _State(counter, (base,), (live,))
        added = part.small(self._store, new.tolist())
        return _State(counter, (base, added), (live, np.ones(len(new), dtype=np.bool_)))


def _pieces(text: str) -> list[str]:
    found = text.split()
    return [" ".join(found[at : at + _PIECE_WORDS]) for at in range(0, len(found), _PIECE_WORDS)] or [text]
