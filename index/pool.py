"""A frozen view of the items that one search may see; everything is answered in the order of their ids.

Scores and orders depend on the items and the query alone: not on the order in which items came, on deleted ones, on
how the parts are cut or on the batch in which anything was embedded. Only an approximate index, which serves large
collections unless exact search is asked for, may leave out passages; what it finds is scored exactly.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.fixed import UNIT, Fixed
from index.lexical import Lexicon, Mask, Scores, contains_phrase
from index.part import Part
from index.query import Both, Either, Expression, Node, Not, Phrase
from index.records import Passage
from index.store import Store
from index.terms import Counts, Hashes
from index.vectors import TOP, best_of_items
from index.words import words

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Lines:
    """The lines of one item: ids, the passage each stands in, and one vector each."""

    ids: tuple[str, ...]
    passages: Places
    vectors: Fixed


@dataclass(frozen=True)
class Embedding:
    """How a pool gets vectors: of queries, of long texts, and of the lines of rows."""

    queries: Callable[[Sequence[str]], Fixed]
    long: Callable[[Sequence[str]], Fixed]
    lines: Callable[[Sequence[int]], dict[int, Fixed]]


@dataclass(frozen=True)
class Pool:
    """The items that a search may see. Arrays that are returned run parallel to ``ids``, which are sorted.

    ``method`` says in one sentence how passages are searched.
    """

    ids: tuple[str, ...]
    method: str
    _store: Store = field(repr=False)
    _parts: tuple[Part, ...] = field(repr=False)
    _lexicon: Lexicon = field(repr=False)
    _part_of: Places = field(repr=False)
    _slot_of: Places = field(repr=False)
    _embedding: Embedding = field(repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def languages(self) -> tuple[str | None, ...]:
        """Language of every item, as it was given."""
        places = zip(self._part_of.tolist(), self._slot_of.tolist(), strict=True)
        return tuple(self._parts[number].languages[slot] for number, slot in places)

    # --- words ---------------------------------------------------------------------------------------------------

    def lexical(self, text: str) -> Scores:
        """Return the BM25 score of every item for a query."""
        out = np.zeros(len(self.ids))
        for number, values in enumerate(self._lexicon.bm25(text)):
            here = self._part_of == number
            out[here] = values[self._slot_of[here]]
        return out

    def specificity(self, text: str) -> float:
        """Return the mean idf of a text's words among these items: rare words say more."""
        return self._lexicon.specificity(text)

    def matching(self, wanted: Expression) -> Mask:
        """Tell for every item whether it satisfies a search expression."""
        if wanted.node is None:
            return np.ones(len(self.ids), dtype=np.bool_)
        return self._matches(wanted.node)

    def resemblance(self, item: str, others: Sequence[str]) -> list[float]:
        """Return the share of words that an item has in common with others: weighted Jaccard, 0 to 1."""
        if not others:
            return []
        hashes, counts = self._words_of(item)
        total = int(counts.sum())
        out = []
        for other in others:
            theirs, times = self._words_of(other)
            _, left, right = np.intersect1d(hashes, theirs, assume_unique=True, return_indices=True)
            common = int(np.minimum(counts[left], times[right]).sum())
            joined = total + int(times.sum()) - common
            out.append(common / joined if joined else 0.0)
        return out

    def _words_of(self, item: str) -> tuple[Hashes, Counts]:
        if item not in self._words:
            self._words[item] = self._store.terms(self._row(item))
        return self._words[item]

    def _matches(self, node: Node) -> Mask:
        if isinstance(node, Not):
            return ~self._matches(node.inner)
        if isinstance(node, Both):
            return functools.reduce(np.logical_and, (self._matches(part) for part in node.inner))
        if isinstance(node, Either):
            return functools.reduce(np.logical_or, (self._matches(part) for part in node.inner))
        return self._holds(node)

    def _holds(self, phrase: Phrase) -> Mask:
        found = np.ones(len(self.ids), dtype=np.bool_)
        for word in phrase.words:
            for number, mask in enumerate(self._lexicon.holding(word)):
                here = self._part_of == number
                found[here] &= mask[self._slot_of[here]]
        if len(phrase.words) > 1:
            for place in np.flatnonzero(found).tolist():
                text = "\n".join(p.text for p in self.passages(self.ids[place]))
                found[place] = contains_phrase(words(text), phrase.words)
        return found

    # --- vectors -------------------------------------------------------------------------------------------------

    def embed(self, texts: Sequence[str]) -> Fixed:
        """Return one vector per query text in fixed point; known ones come from the store."""
        return self._embedding.queries(texts)

    def embed_long(self, texts: Sequence[str]) -> Fixed:
        """Return one vector per text of any length: the direction of the mean of its pieces."""
        return self._embedding.long(texts)

    def dense(self, queries: Fixed, top: int = TOP, among: Places | None = None) -> Scores:
        """Return the mean cosine of the ``top`` best passages, shape (items, queries), exactly.

        Args:
            among: places in ``ids`` (None: all) whose scores are wanted, in this order.
        """
        places = np.arange(len(self.ids)) if among is None else among
        out = np.zeros((len(places), len(queries)))
        for number, part in enumerate(self._parts):
            here = np.flatnonzero(self._part_of[places] == number)
            slots = self._slot_of[places[here]]
            order = np.argsort(slots, kind="stable")
            out[here[order]] = best_of_items(part.vectors(slots[order]), queries.astype(np.float32), top)
        return out

    def find(self, queries: Fixed, k: int) -> Scores:
        """Return the best cosine of the items among the k nearest passages per query, −inf for the rest.

        Shape (items, queries). Passages as near as the k-th are left out unless all were asked for, because which of
        several equals comes last would depend on the order of rows.
        """
        out = np.full((len(self.ids), len(queries)), -np.inf)
        found = [self._find_in(number, queries, k) for number in range(len(self._parts))]
        for query in range(len(queries)):
            products = np.concatenate([values[query] for values, _, _ in found])
            places = np.concatenate([items[query] for _, items, _ in found])
            complete = all(whole for _, _, whole in found) and len(products) <= k
            cut = -np.inf if complete else -np.sort(-products)[min(k, len(products)) - 1]
            keep = np.isfinite(products) & (products > cut)
            np.maximum.at(out[:, query], places[keep], products[keep].astype(np.float64) / UNIT)
        return out

    def _find_in(self, number: int, queries: Fixed, k: int) -> tuple[NDArray[np.float32], Places, bool]:
        here = np.flatnonzero(self._part_of == number)
        slots = self._slot_of[here]
        order = np.argsort(slots, kind="stable")
        products, owners, whole = self._parts[number].find(queries.astype(np.float32), k, slots[order])
        items = here[order][np.minimum(np.searchsorted(slots[order], owners), max(len(slots) - 1, 0))]
        return products, items, whole

    # --- items ---------------------------------------------------------------------------------------------------

    def vectors(self, item: str) -> Fixed:
        """Return the vectors of an item's passages. Raises KeyError."""
        return next(iter(self._store.vectors([self._row(item)])))[1]

    def passages(self, item: str) -> tuple[Passage, ...]:
        """Return the passages of an item. Raises KeyError."""
        return self._store.passages(self._row(item))

    def lines(self, items: Sequence[str]) -> dict[str, Lines]:
        """Return the lines of some items; vectors that are missing are made and kept. Raises KeyError."""
        rows = {item: self._row(item) for item in items}
        vectors = self._embedding.lines(tuple(rows.values()))
        out = {}
        for item, row in rows.items():
            placed = [(name, n) for n, p in enumerate(self._store.passages(row)) for name, _ in p.lines]
            numbers = np.array([n for _, n in placed], dtype=np.int64)
            out[item] = Lines(tuple(name for name, _ in placed), numbers, vectors[row])
        return out

    @cached_property
    def _words(self) -> dict[str, tuple[Hashes, Counts]]:
        return {}

    @cached_property
    def _place(self) -> dict[str, int]:
        return {item: place for place, item in enumerate(self.ids)}

    def _row(self, item: str) -> int:
        place = self._place[item]
        return int(self._parts[self._part_of[place]].rows[self._slot_of[place]])


def build(
    store: Store, parts: Sequence[Part], live: Sequence[Mask], allowed: frozenset[str] | None, embedding: Embedding
) -> Pool:
    """Join the live items of parts, or those of them that are allowed, into a pool."""
    seen, ids, numbers, slots = [], [], [], []
    for number, (part, mask) in enumerate(zip(parts, live, strict=True)):
        visible = mask.copy()
        if allowed is not None:
            visible &= np.fromiter((name in allowed for name in part.ids), np.bool_, len(part.ids))
        seen.append(visible)
        here = np.flatnonzero(visible)
        ids += [part.ids[slot] for slot in here.tolist()]
        numbers.append(np.full(len(here), number, dtype=np.int64))
        slots.append(here)
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
    return Pool(
        ids=tuple(ids[place] for place in order.tolist()),
        method=_method(parts),
        _store=store,
        _parts=tuple(parts),
        _lexicon=Lexicon(tuple(part.postings for part in parts), tuple(seen)),
        _part_of=np.concatenate(numbers)[order] if numbers else order,
        _slot_of=np.concatenate(slots)[order].astype(np.int64) if slots else order,
        _embedding=embedding,
    )


def _method(parts: Sequence[Part]) -> str:
    for part in parts:
        if part.approximate is not None:
            found = part.approximate
            return (
                f"Passages were searched approximately (IVF, SQ8, {found.probes} lists; {found.recall:.3f} of the exact"
                " first 50 on held-out queries) and scored exactly."
            )
    return "Passages were searched exactly."
