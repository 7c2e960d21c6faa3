"""Criteria × index → Ranking: who is read first. The final order comes from verdicts, never from here.

Two steps (DESIGN, "Search policy"): a large pool is first searched with the whole posting and its title, lexical and
dense lists fused by reciprocal rank; the plausible ones are then ordered by BM25 plus the similarity of each criterion
to a résumé's best three passages, criteria weighted by how specific their words are in this pool.

Invariants:

- Every candidate of the pool stands in the result once, with a fit; the order is a function of the pool and the
  criteria, whatever the order in which files came.
- Fit uses statistics of the pool, so it compares candidates of one posting only, and no final score contains it.
- Identity never enters: passages are built from a ``BlindView``, without header lines and without instructions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index import Filter, Index, Item, Passage, Pool, standard_sum
from matcher.models import BlindView, Criteria, Line, Nearest, Ranked, Ranking

PASSAGE_TOKENS = 200
PLAUSIBLE = 1000
"""A pool up to this size is ordered as a whole; of a larger one, this many (or four heads) are found first."""
_NEAREST = 3
_LEXICAL_HEAVY = 0.25
"""Weight of the dense half where the model does not read the language (reference: RRF .78 against BM25 .83 MAP)."""
_LEFT_OUT = frozenset({"header", "personal", "references"})


# --- passages ------------------------------------------------------------------------------------------------------


def passages(
    view: BlindView, *, location: str | None = None, tags: Sequence[str] = (), added: str | None = None
) -> Item:
    """Cut a view into passages of at most 200 tokens that never mix two positions or sections."""
    found: list[Passage] = []
    for group in _groups(view.lines):
        found += [Passage(part) for part in _cut(group)]
    return Item(view.candidate, tuple(found), view.language, location, tuple(tags), added)


def tokens(text: str) -> int:
    """Return an upper estimate of the word pieces in a text: one per four letters of a word, one per sign."""
    return sum(1 + (len(word) - 1) // 4 for word in text.split()) + sum(
        not c.isalnum() for c in text if not c.isspace()
    )


def _groups(lines: Sequence[Line]) -> Iterator[list[tuple[str, str]]]:
    current: tuple[str, str | None] | None = None
    group: list[tuple[str, str]] = []
    for line in lines:
        if line.section in _LEFT_OUT or line.instruction_like or not line.text.strip():
            continue
        if (line.section, line.position) != current and group:
            yield group
            group = []
        current = (line.section, line.position)
        group.append((line.id, line.text.strip()))
    if group:
        yield group


def _cut(lines: Sequence[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], ...]]:
    part: list[tuple[str, str]] = []
    used = 0
    for name, text in lines:
        for piece in _pieces(text):
            size = tokens(piece)
            if part and used + size > PASSAGE_TOKENS:
                yield tuple(part)
                part, used = [], 0
            part.append((name, piece))
            used += size
    yield tuple(part)


def _pieces(text: str) -> Iterator[str]:
    if tokens(text) <= PASSAGE_TOKENS:
        yield text
        return
    piece: list[str] = []
    used = 0
    for word in text.split():
        size = tokens(word)
        if piece and used + size > PASSAGE_TOKENS:
            yield " ".join(piece)
            piece, used = [], 0
        piece.append(word)
        used += size
    yield " ".join(piece)


# --- the two steps -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Query:
    """A posting as the search sees it."""

    text: str
    title: str
    criteria: tuple[str, ...]


def rank(
    criteria: Criteria, posting_text: str, index: Index, *, allowed: Collection[str] | None = None, head: int = 50,
    wanted: Filter | None = None,
) -> Ranking:  # fmt: skip
    """Order everyone in the pool by fit; the head carries the nearest lines per criterion.

    Args:
        posting_text: the posting's own words; the criteria's texts serve where it is empty.
        allowed: candidate ids that make up the pool (None: everyone); ``wanted`` filters by facets as well.
        head: how many distinct candidates will be read; near-duplicates share a place among them.
    """
    pool = index.pool(_filter(wanted, allowed))
    texts = tuple(c.neutral or c.text for c in criteria.criteria)
    query = _Query(posting_text.strip() or "\n".join(texts), criteria.title.strip(), texts)
    weight, why = _dense_weight(pool, criteria, index)
    if not len(pool):
        return Ranking(criteria=criteria.hash, embedding=index.fingerprint, policy=why, ranked=())
    lexical = pool.lexical(query.text)
    dense = _criteria_fit(pool, query.criteria)
    order, fit, how = _order(pool, query, lexical, dense, weight, head)
    ranked = [
        Ranked(candidate=pool.ids[i], order=place, fit=float(fit[i]), lexical=float(lexical[i]), dense=float(dense[i]))
        for place, i in enumerate(order, start=1)
    ]
    named = {c.id: text for c, text in zip(criteria.criteria, texts, strict=True)}
    return Ranking(
        criteria=criteria.hash, embedding=index.fingerprint, policy=f"{how} {why}",
        ranked=(*_with_lines(pool, ranked[:head], named), *ranked[head:]),
    )  # fmt: skip


def _filter(wanted: Filter | None, allowed: Collection[str] | None) -> Filter | None:
    if allowed is None:
        return wanted
    if wanted is None:
        return Filter(ids=allowed)
    return Filter(allowed, wanted.languages, wanted.location, wanted.tags, wanted.added_since)


def _criteria_fit(pool: Pool, texts: Sequence[str]) -> np.ndarray:
    similar = pool.dense(pool.embed(texts))
    weights = np.array([pool.specificity(text) for text in texts])
    if not weights.sum():
        weights = np.ones(len(texts))
    total = np.zeros(len(pool))
    for column, weight in zip(similar.T, weights, strict=True):
        total += column * weight
    return total / weights.sum()


def _order(pool, query, lexical, dense, weight, head):
    plausible = max(PLAUSIBLE, 4 * head)
    weights = (1.0, weight)
    fit = standard_sum((lexical, dense), weights)
    order = sorted(range(len(pool)), key=lambda i: (-fit[i], pool.ids[i]))
    return order, fit, "Ordered by BM25 plus criterion similarity."


def _dense_weight(pool: Pool, criteria: Criteria, index: Index) -> tuple[float, str]:
    return 1.0, ""


def _with_lines(pool: Pool, ranked: Sequence[Ranked], criteria: dict[str, str]) -> list[Ranked]:
    vectors = pool.embed(tuple(criteria.values())).astype(np.float32)
    lines = pool.lines([r.candidate for r in ranked])
    out = []
    for entry in ranked:
        names, rows = lines[entry.candidate]
        similar = rows.astype(np.float32) @ vectors.T / 16_000_000
        nearest = []
        for column, name in zip(similar.T, criteria, strict=True):
            best = np.argsort(-column, kind="stable")[:_NEAREST]
            nearest.append(
                Nearest(
                    criterion=name,
                    lines=tuple(dict.fromkeys(names[i] for i in best)),
                    similarity=float(column[best[0]]),
                )
            )
        out.append(entry.model_copy(update={"nearest": tuple(nearest)}))
    return out
