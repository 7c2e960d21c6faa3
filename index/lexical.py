"""BM25 over stored words: exact counts, exact statistics, the same score whatever the order of rows.

Scores follow Robertson & Zaragoza 2009 with k1 = 1.2, b = 0.75 and the non-negative
idf = ln(1 + (N − df + ½) / (df + ½)).
Statistics are those of the items that a search may see, so that a filtered search scores as an index of only these.
A word of the query counts as often as it stands there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.terms import TermRow, term_hash
from index.words import words

K1, B = 1.2, 0.75

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Postings:
    """An inverted file: for the i-th term, ``slots[starts[i]:starts[i + 1]]`` with ``counts`` beside them."""

    terms: NDArray[np.uint64]
    starts: NDArray[np.int64]
    slots: NDArray[np.int32]
    counts: NDArray[np.uint16]
    lengths: NDArray[np.int64]
    """Words per slot."""

    def find(self, word: str) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """Return the slots that hold a word, ascending, and how often."""
        wanted = np.uint64(term_hash(word))
        place = int(np.searchsorted(self.terms, wanted))
        if place == len(self.terms) or self.terms[place] != wanted:
            return self.slots[:0], self.counts[:0]
        part = slice(int(self.starts[place]), int(self.starts[place + 1]))
        return self.slots[part], self.counts[part]


def invert(rows: Iterable[TermRow]) -> Postings:
    """Build the inverted file of rows; the slot of a row is its place in the sequence."""
    hashes: list[NDArray[np.uint64]] = []
    counts: list[NDArray[np.uint16]] = []
    lengths: list[int] = []
    for row in rows:
        hashes.append(row.hashes)
        counts.append(row.counts)
        lengths.append(row.length)
    sizes = np.array([len(h) for h in hashes], dtype=np.int64)
    flat = np.concatenate(hashes) if hashes else np.empty(0, np.uint64)
    order = np.argsort(flat, kind="stable")
    terms, starts = np.unique(flat[order], return_index=True)
    return Postings(
        terms=terms,
        starts=np.append(starts, len(flat)).astype(np.int64),
        slots=np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[order],
        counts=(np.concatenate(counts) if counts else np.empty(0, np.uint16))[order],
        lengths=np.array(lengths, dtype=np.int64),
    )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Inverted files of one or more parts of a collection, and which of their slots a search may see."""

    parts: tuple[Postings, ...]
    seen: tuple[Mask, ...]

    @property
    def size(self) -> int:
        """How many items a search may see."""
        return sum(int(mask.sum()) for mask in self.seen)

    def mean_length(self) -> float:
        """Mean number of words of the items that may be seen."""
        total = sum(int(part.lengths[mask].sum()) for part, mask in zip(self.parts, self.seen, strict=True))
        return total / self.size if self.size else 0.0

    def frequency(self, word: str) -> int:
        """In how many items that may be seen a word stands."""
        return sum(int(mask[part.find(word)[0]].sum()) for part, mask in zip(self.parts, self.seen, strict=True))

    def idf(self, word: str) -> float:
        """Return how specific a word is."""
        frequency = self.frequency(word)
        return math.log1p((self.size - frequency + 0.5) / (frequency + 0.5))

    def specificity(self, text: str) -> float:
        """Return the mean idf of the words of a text; 0 for a text without words."""
        found = words(text)
        return math.fsum(self.idf(word) for word in found) / len(found) if found else 0.0

    def bm25(self, text: str) -> tuple[Scores, ...]:
        """Score a query against every slot of every part; slots that may not be seen score 0."""
        out = tuple(np.zeros(len(part.lengths)) for part in self.parts)
        mean = self.mean_length()
        if not mean:
            return out
        norms = [K1 * (1 - B + B * part.lengths / mean) for part in self.parts]
        for word, times in sorted(Counter(words(text)).items()):
            weight = self.idf(word) * times * (K1 + 1)
            for part, scores, norm in zip(self.parts, out, norms, strict=True):
                slots, counts = part.find(word)
                tf = counts.astype(np.float64)
                scores[slots] += weight * tf / (tf + norm[slots])
        for scores, mask in zip(out, self.seen, strict=True):
            scores[~mask] = 0.0
        return out

    def holding(self, word: str) -> tuple[Mask, ...]:
        """Tell for every slot whether it holds the word."""
        out = []
        for part in self.parts:
            mask = np.zeros(len(part.lengths), dtype=np.bool_)
            mask[part.find(word)[0]] = True
            out.append(mask)
        return tuple(out)


def contains_phrase(text: Sequence[str], phrase: Sequence[str]) -> bool:
    """Tell whether the words of ``phrase`` stand in ``text`` in this order without a gap."""
    size = len(phrase)
    return any(list(text[at : at + size]) == list(phrase) for at in range(len(text) - size + 1))
