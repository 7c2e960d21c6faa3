"""A pool over shards: every item is scored where it lies, under statistics of the whole, and the merge is exact.

Items are cut by id, so that all passages of an item lie on one shard. A shard answers plain questions (``Shard``); how
they reach it is somebody else's business (``Ask``). Scores, orders and lines equal those of one index that holds
everything, to the last bit: word statistics are summed as whole numbers, vectors are compared as whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from index.fixed import UNIT, Fixed, Floats
from index.lexical import Lexicon, Scores
from index.library import Index
from index.pool import Embedding, Lines, Places, Pool
from index.records import Filter, Passage
from index.terms import Counts, Hashes
from index.vectors import TOP
from index.words import words

Ask = Callable[[int, str, tuple[Any, ...]], Any]
"""Shard number, name of a method of ``Shard``, its arguments → its answer."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What BM25 needs to know of the whole collection."""

    size: int
    length: int
    frequencies: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Whole(Lexicon):
    """The inverted files of a shard under the statistics of the whole."""

    whole: Statistics

    @property
    def size(self) -> int:
        """Items of the whole collection."""
        return self.whole.size

    def mean_length(self) -> float:
        """Mean number of words over the whole collection."""
        return self.whole.length / self.whole.size if self.whole.size else 0.0

    def frequency(self, word: str) -> int:
        """In how many items of the whole collection a word stands."""
        return self.whole.frequencies.get(word, 0)


class Shard:
    """The items of one shard, answering under a filter that ``outline`` sets."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._pool = index.pool(Filter(ids=()))

    def outline(self, wanted: Filter | None, exact: bool) -> tuple[tuple[str, ...], tuple[str | None, ...], int, str]:
        """Return ids, languages, number of words and search method of the items that pass the filter."""
        self._pool = self._index.pool(wanted, exact=exact)
        return self._pool.ids, self._pool.languages, self._length(), self._pool.method

    def drop(self, ids: Sequence[str]) -> None:
        """Remove items that another shard holds as well."""
        self._index.delete(ids)

    def _length(self) -> int:
        lexicon = self._pool._lexicon
        pairs = zip(lexicon.parts, lexicon.seen, strict=True)
        return sum(int(part.lengths[mask].sum()) for part, mask in pairs)

    def frequencies(self, asked: Sequence[str]) -> dict[str, int]:
        """Return in how many of the items each word stands."""
        return {word: self._pool._lexicon.frequency(word) for word in asked}

    def lexical(self, text: str, whole: Statistics) -> Scores:
        """Return the BM25 score of every item under the statistics of the whole."""
        known = self._pool._lexicon
        return replace(self._pool, _lexicon=_Whole(known.parts, known.seen, whole)).lexical(text)

    def dense(self, queries: Fixed, top: int, among: Places) -> Scores:
        """Return what ``Pool.dense`` returns."""
        return self._pool.dense(queries, top, among)

    def nearest(self, queries: Fixed, k: int) -> list[tuple[Floats, Places, bool]]:
        """Return for each part the products and items of its k nearest passages per query."""
        return [self._pool._find_in(number, queries, k) for number in range(len(self._pool._parts))]

    def words_of(self, item: str) -> tuple[Hashes, Counts]:
        """Return the hashed words of an item and their counts."""
        return self._pool._words_of(item)

    def vectors(self, item: str) -> Fixed:
        """Return the vectors of an item's passages."""
        return self._pool.vectors(item)

    def passages(self, item: str) -> tuple[Passage, ...]:
        """Return the passages of an item."""
        return self._pool.passages(item)

    def lines(self, items: Sequence[str]) -> dict[str, Lines]:
        """Return the lines of some items."""
        return self._pool.lines(items)


@dataclass(frozen=True)
class ShardedPool:
    """What ``Pool`` is, over shards; ``missing`` are shards that did not answer, which the caller must say."""

    ids: tuple[str, ...]
    languages: tuple[str | None, ...]
    method: str
    missing: tuple[int, ...]
    _ask: Ask
    _shard_of: Places
    _slot_of: Places
    _shards: tuple[int, ...]
    _length: int
    _embedding: Embedding

    def __len__(self) -> int:
        return len(self.ids)

    # --- words ---------------------------------------------------------------------------------------------------

    def _statistics(self, text: str) -> Statistics:
        asked = tuple(sorted(set(words(text))))
        counts = [self._ask(shard, "frequencies", (asked,)) for shard in self._shards]
        return Statistics(len(self), self._length, {word: sum(found[word] for found in counts) for word in asked})

    def lexical(self, text: str) -> Scores:
        """Return the BM25 score of every item for a query."""
        whole = self._statistics(text)
        out = np.zeros(len(self.ids))
        for shard in self._shards:
            here = self._shard_of == shard
            out[here] = self._ask(shard, "lexical", (text, whole))[self._slot_of[here]]
        return out

    def specificity(self, text: str) -> float:
        """Return the mean idf of a text's words among all items."""
        found = words(text)
        lexicon = _Whole((), (), self._statistics(text))
        return math.fsum(lexicon.idf(word) for word in found) / len(found) if found else 0.0

    def resemblance(self, item: str, others: Sequence[str]) -> list[float]:
        """Return the share of words that an item has in common with others: weighted Jaccard, 0 to 1."""
        known = _Words(self)
        return Pool.resemblance(known, item, others)  # type: ignore[arg-type]

    @cached_property
    def _words(self) -> dict[str, tuple[Hashes, Counts]]:
        return {}

    # --- vectors -------------------------------------------------------------------------------------------------

    def embed(self, texts: Sequence[str]) -> Fixed:
        """Return one vector per query text in fixed point."""
        return self._embedding.queries(texts)

    def embed_long(self, texts: Sequence[str]) -> Fixed:
        """Return one vector per text of any length."""
        return self._embedding.long(texts)

    def dense(self, queries: Fixed, top: int = TOP, among: Places | None = None) -> Scores:
        """Return the mean cosine of the ``top`` best passages, shape (items, queries), exactly."""
        places = np.arange(len(self.ids)) if among is None else among
        out = np.zeros((len(places), len(queries)))
        for shard in self._shards:
            here = np.flatnonzero(self._shard_of[places] == shard)
            if len(here):
                out[here] = self._ask(shard, "dense", (queries, top, self._slot_of[places[here]]))
        return out

    def find(self, queries: Fixed, k: int) -> Scores:
        """Return the best cosine of the items among the k nearest passages per query, −inf for the rest."""
        out = np.full((len(self.ids), len(queries)), -np.inf)
        found = []
        for shard in self._shards:
            here = np.flatnonzero(self._shard_of == shard)
            back = np.empty(len(here), dtype=np.int64)
            back[self._slot_of[here]] = here
            for products, items, whole in self._ask(shard, "nearest", (queries, k)):
                found.append((products, back[items] if len(back) else items, whole))
        for query in range(len(queries)):
            products = np.concatenate([values[query] for values, _, _ in found])
            places = np.concatenate([items[query] for _, items, _ in found])
            complete = all(whole for _, _, whole in found) and len(products) <= k
            cut = -np.inf if complete else -np.sort(-products)[min(k, len(products)) - 1]
            keep = np.isfinite(products) & (products > cut)
            np.maximum.at(out[:, query], places[keep], products[keep].astype(np.float64) / UNIT)
        return out

    # --- items ---------------------------------------------------------------------------------------------------

    def vectors(self, item: str) -> Fixed:
        """Return the vectors of an item's passages. Raises KeyError."""
        vectors: Fixed = self._ask(self._owner(item), "vectors", (item,))
        return vectors

    def passages(self, item: str) -> tuple[Passage, ...]:
        """Return the passages of an item. Raises KeyError."""
        passages: tuple[Passage, ...] = self._ask(self._owner(item), "passages", (item,))
        return passages

    def lines(self, items: Sequence[str]) -> dict[str, Lines]:
        """Return the lines of some items. Raises KeyError."""
        out: dict[str, Lines] = {}
        for shard in self._shards:
            mine = [item for item in items if self._owner(item) == shard]
            if mine:
                out.update(self._ask(shard, "lines", (mine,)))
        return out

    @cached_property
    def _place(self) -> dict[str, int]:
        return {item: place for place, item in enumerate(self.ids)}

    def _owner(self, item: str) -> int:
        return int(self._shard_of[self._place[item]])


class _Words:
    """The words of items, fetched from their shards once."""

    def __init__(self, pool: ShardedPool) -> None:
        self._pool = pool

    def _words_of(self, item: str) -> tuple[Hashes, Counts]:
        kept = self._pool._words
        if item not in kept:
            kept[item] = self._pool._ask(self._pool._owner(item), "words_of", (item,))
        return kept[item]


class ShardedIndex:
    """What a ranking asks of an ``Index``, over shards.

    Args:
        ask: reaches a shard; an exception of the types in ``lost`` means that the shard is not there.
        local: an index of the same embedder, for queries.
    """

    def __init__(
        self, ask: Ask, shards: int, local: Index, lost: tuple[type[Exception], ...] = (ConnectionError,)
    ) -> None:
        self._ask, self._count, self._local, self._lost = ask, shards, local, lost
        self.missing: tuple[int, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The model, weights, runtime and precision of the vectors."""
        return self._local.fingerprint

    @property
    def languages(self) -> frozenset[str] | None:
        """Languages the model reads, or None for many."""
        return self._local.languages

    def pool(self, wanted: Filter | None = None, *, exact: bool = False) -> ShardedPool:
        """Return a view over all shards that answer; ``missing`` names the others."""
        outlines, missing, seen = {}, [], set()
        for shard in range(self._count):
            try:
                found = self._ask(shard, "outline", (wanted, exact))
                twice = [item for item in found[0] if item in seen]
                if twice:
                    self._ask(shard, "drop", (twice,))
                    found = self._ask(shard, "outline", (wanted, exact))
            except self._lost:
                missing.append(shard)
                continue
            seen.update(found[0])
            outlines[shard] = found
        self.missing = tuple(missing)
        return self._joined(outlines)

    def _joined(self, outlines: Mapping[int, tuple[tuple[str, ...], tuple[str | None, ...], int, str]]) -> ShardedPool:
        rows = sorted(
            (item, shard, slot, language)
            for shard, (ids, languages, _, _) in outlines.items()
            for slot, (item, language) in enumerate(zip(ids, languages, strict=True))
        )
        methods = sorted({method for _, _, _, method in outlines.values()})
        said = f"{len(outlines)} shards were asked." if not self.missing else (
            f"{len(self.missing)} of {self._count} shards did not answer, so this list is not complete"
            f" (missing: {', '.join(map(str, self.missing))})."
        )  # fmt: skip
        return ShardedPool(
            ids=tuple(item for item, _, _, _ in rows),
            languages=tuple(language for _, _, _, language in rows),
            method=" ".join([*methods, said]),
            missing=self.missing,
            _ask=self._ask,
            _shard_of=np.array([shard for _, shard, _, _ in rows], dtype=np.int64),
            _slot_of=np.array([slot for _, _, slot, _ in rows], dtype=np.int64),
            _shards=tuple(outlines),
            _length=sum(length for _, _, length, _ in outlines.values()),
            _embedding=Embedding(self._local.queries, self._local._long, self._local._line_vectors),
        )
