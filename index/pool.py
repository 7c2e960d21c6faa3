"""A frozen view of the items that one search may see; everything is answered in the order of their ids.

Scores and orders depend on the items and the query alone: not on the order in which items came, on deleted ones, on
how the parts are cut or on the batch in which anything was embedded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.fixed import UNIT, Fixed
from index.lexical import Lexicon, Mask, Scores
from index.part import Part
from index.records import Hit, Passage
from index.store import Store
from index.vectors import TOP, Matrix, best_of_items, nearest

Places = NDArray[np.int64]
QueryVectors = Callable[[Sequence[str]], Fixed]
LineVectors = Callable[[Sequence[int]], dict[int, Fixed]]


@dataclass(frozen=True)
class Pool:
    """The items that a search may see. Arrays that are returned run parallel to ``ids``, which are sorted."""

    ids: tuple[str, ...]
    _store: Store = field(repr=False)
    _parts: tuple[Part, ...] = field(repr=False)
    _lexicon: Lexicon = field(repr=False)
    _part_of: Places = field(repr=False)
    _slot_of: Places = field(repr=False)
    _queries: QueryVectors = field(repr=False)
    _line_vectors: LineVectors = field(repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def languages(self) -> tuple[str | None, ...]:
        """Language of every item, as it was given."""
        places = zip(self._part_of.tolist(), self._slot_of.tolist(), strict=True)
        return tuple(self._parts[number].languages[slot] for number, slot in places)

    # --- words ---------------------------------------------------------------------------------------------------

    def lexical(self, text: str) -> Scores:
        """Return the BM25 score of every item for a query."""
        return self._pick(self._lexicon.bm25(text))

    def specificity(self, text: str) -> float:
        """Return the mean idf of a text's words among these items: rare words say more."""
        return self._lexicon.specificity(text)

    # --- vectors -------------------------------------------------------------------------------------------------

    def embed(self, texts: Sequence[str]) -> Fixed:
        """Return one vector per query text in fixed point; known ones come from the store."""
        return self._queries(texts)

    def dense(self, queries: Fixed, top: int = TOP) -> Scores:
        """Return the mean cosine of every item's ``top`` best passages, shape (items, queries), exactly."""
        wanted = queries.astype(np.float32)
        out = np.zeros((len(self.ids), len(queries)))
        for number, part in enumerate(self._parts):
            here = np.flatnonzero(self._part_of == number)
            slots = self._slot_of[here]
            whole = len(slots) * 2 > len(part.rows)
            if whole:
                out[here] = best_of_items(part.matrix, wanted, top)[slots]
            else:
                out[here] = best_of_items(part.matrix.take(slots), wanted, top)
        return out

    def find(self, queries: Fixed, k: int) -> Scores:
        """Return the best cosine of the items among the k nearest passages per query, −inf for the rest.

        Shape (items, queries). Passages as far away as the k-th are left out unless all were asked for, because which
        of several equals comes last would depend on the order of rows.
        """
        out = np.full((len(self.ids), len(queries)), -np.inf)
        for number, part in enumerate(self._parts):
            here = np.flatnonzero(self._part_of == number)
            matrix = part.matrix if len(here) == len(part.rows) else part.matrix.take(self._slot_of[here])
            ordered = here[np.argsort(self._slot_of[here])] if len(here) == len(part.rows) else here
            products, places = nearest(matrix, queries.astype(np.float32), k)
            cut = products[:, -1] if products.shape[1] < len(matrix.rows) else np.full(len(products), -np.inf)
            for query, (row, where) in enumerate(zip(products, places, strict=True)):
                keep = row > cut[query]
                np.maximum.at(out[:, query], ordered[matrix.owners(where[keep])], row[keep] / UNIT)
        return out

    def best_passages(self, item: str, queries: Fixed, top: int = TOP) -> tuple[tuple[Hit, ...], ...]:
        """Return for each query the ``top`` best passages of one item, best first."""
        vectors = self.vectors(item).astype(np.float32)
        products = vectors @ queries.astype(np.float32).T
        out = []
        for column in products.T:
            order = np.argsort(-column, kind="stable")[:top]
            out.append(tuple(Hit(item, int(place), float(column[place]) / UNIT) for place in order))
        return tuple(out)

    # --- items ---------------------------------------------------------------------------------------------------

    def vectors(self, item: str) -> Fixed:
        """Return the vectors of an item's passages. Raises KeyError."""
        row = self._row(item)
        return next(iter(self._store.vectors([row])))[1]

    def passages(self, item: str) -> tuple[Passage, ...]:
        """Return the passages of an item. Raises KeyError."""
        return self._store.passages(self._row(item))

    def lines(self, items: Sequence[str]) -> dict[str, tuple[tuple[str, ...], Fixed]]:
        """Return line ids and a vector per line of some items; vectors that are missing are made and kept."""
        rows = {item: self._row(item) for item in items}
        ids = {
            item: tuple(line for p in self._store.passages(row) for line, _ in p.lines) for item, row in rows.items()
        }
        vectors = self._line_vectors(tuple(rows.values()))
        return {item: (ids[item], vectors[row]) for item, row in rows.items()}

    def _row(self, item: str) -> int:
        place = int(np.searchsorted(np.array(self.ids), item)) if self.ids else 0
        if place == len(self.ids) or self.ids[place] != item:
            raise KeyError(item)
        return int(self._parts[self._part_of[place]].rows[self._slot_of[place]])

    def _pick(self, scores: Sequence[Scores]) -> Scores:
        out = np.zeros(len(self.ids))
        for number, values in enumerate(scores):
            here = self._part_of == number
            out[here] = values[self._slot_of[here]]
        return out


def build(
    store: Store, parts: Sequence[Part], live: Sequence[Mask], allowed: frozenset[str] | None, queries: QueryVectors,
    line_vectors: LineVectors,
) -> Pool:  # fmt: skip
    """Join parts into a pool of the live items among ``allowed``."""
    seen, entries = [], []
    for number, (part, mask) in enumerate(zip(parts, live, strict=True)):
        visible = mask.copy()
        if allowed is not None:
            visible &= np.fromiter((name in allowed for name in part.ids), np.bool_, len(part.ids))
        seen.append(visible)
        entries += [(part.ids[slot], number, int(slot)) for slot in np.flatnonzero(visible)]
    entries.sort()
    return Pool(
        ids=tuple(entry[0] for entry in entries),
        _store=store,
        _parts=tuple(parts),
        _lexicon=Lexicon(tuple(part.postings for part in parts), tuple(seen)),
        _part_of=np.array([entry[1] for entry in entries], dtype=np.int64),
        _slot_of=np.array([entry[2] for entry in entries], dtype=np.int64),
        _queries=queries,
        _line_vectors=line_vectors,
    )


__all__ = ["Matrix", "Pool", "build"]
