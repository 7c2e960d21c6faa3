"""Who is read first: find the plausible ones in a large pool, then order them.

Find: the whole posting and its title, as lexical and as dense lists, fused by reciprocal rank.
Order: BM25 of the whole posting plus the similarity of each criterion to a résumé's best three passages, criteria
weighted by how specific their words are in this pool; both fused by reciprocal rank over the plausible ones.
Weights of criteria play no part: changing one must not change who was read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index import Filter, Index, Pool, reciprocal_rank
from matcher.models import Criteria, Ranked, Ranking
from matcher.rank.lines import nearest_lines
from matcher.rank.slots import Head, fill

PLAUSIBLE = 1000
"""A pool up to this size is ordered as a whole; of a larger one this many, or four heads, are found first."""
_PER_ITEM = 6
"""Passages asked for per plausible item (reference: k of about six times the wanted list loses nothing)."""
_UNREAD = 0.25
"""Weight of the dense half in a language that the model does not read (reference: it loses to BM25 alone there)."""

Scores = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Query:
    """A posting as the search sees it. ``texts`` are the criteria's, without the employer's own names."""

    whole: str
    title: str
    texts: tuple[str, ...]
    language: str | None


@dataclass(frozen=True, slots=True)
class Balance:
    """How much each half counts, per candidate, and the sentence that says so."""

    lexical: Scores
    dense: Scores
    sentence: str


def rank(
    criteria: Criteria, posting_text: str, index: Index, *, allowed: Collection[str] | None = None, head: int = 50,
    wanted: Filter | None = None, exact: bool = False, lines: int | None = None, rows: int | None = None,
) -> Ranking:  # fmt: skip
    """Order everyone in the pool by fit; whoever stands in the head carries the nearest lines per criterion.

    Args:
        posting_text: the posting's own words; the texts of the criteria serve where it is empty.
        allowed: candidate ids that make up the pool (None: everyone); ``wanted`` narrows it by facets.
        head: how many distinct candidates will be read; near-duplicates share a slot.
        exact: order everyone, however large the pool, and search without an approximate index.
        lines: for how many candidates nearest lines are looked up (None: for the head).
        rows: how many candidates the ranking lists, best first (None: everyone).
    """
    pool = index.pool(narrowed(wanted, allowed), exact=exact)
    texts = tuple(c.neutral or c.text for c in criteria.criteria)
    query = Query(posting_text.strip() or "\n".join(texts), criteria.title.strip(), texts, criteria.language)
    if not len(pool):
        return Ranking(criteria=criteria.hash, embedding=index.fingerprint, policy="The pool is empty.", ranked=())
    balance = balanced(pool, query.language, index.languages)
    lexical = pool.lexical(query.whole)
    found, fused, how = _find(pool, query, lexical, balance, len(pool) if exact else max(PLAUSIBLE, 4 * head))
    dense = np.zeros(len(pool))
    dense[found] = _criteria_fit(pool, query.texts, found)
    fit = _fit(lexical, dense, found, balance, fused)
    places = np.lexsort((np.arange(len(pool)), -fit))
    filled = fill(pool, (pool.ids[i] for i in places.tolist()), head)
    cut = float(fit[places[filled.size - 1]]) if filled.size else 0.0
    ranked = _rows(pool, places[:rows], fit, lexical, dense, filled, cut)
    names = [criterion.id for criterion in criteria.criteria]
    shown = filled.size if lines is None else lines
    policy = f"{how} {balance.sentence} {pool.method}"
    return Ranking(
        criteria=criteria.hash, embedding=index.fingerprint, policy=policy.strip(), cut=filled.size,
        ranked=(*nearest_lines(pool, ranked[:shown], names, pool.embed(texts)), *ranked[shown:]),
    )  # fmt: skip


def narrowed(wanted: Filter | None, allowed: Collection[str] | None) -> Filter | None:
    """Return the filter with the pool's ids in it."""
    if allowed is None:
        return wanted
    given = wanted or Filter()
    ids = frozenset(allowed)
    return replace(given, ids=ids if given.ids is None else ids & frozenset(given.ids))


def balanced(pool: Pool, language: str | None, reads: frozenset[str] | None) -> Balance:
    """Decide per candidate how much words and meaning count.

    Words cannot match across languages, so a candidate who writes in another language than the posting is placed by
    meaning alone: no match there is silence, not a bad sign. Where the model does not read the posting's language,
    its half counts a quarter.
    """
    read = language is None or reads is None or language in reads
    weight = 1.0 if read else _UNREAD
    other = np.array([language is not None and one is not None and one != language for one in pool.languages], bool)
    sentence = "Words and meaning count alike."
    if not read:
        sentence = f"The model does not read the posting's language ({language}): meaning counts a quarter of words."
    if other.any():
        sentence += f" {int(other.sum())} write in another language than the posting and are placed by meaning alone."
    return Balance(np.where(other, 0.0, 1.0), np.where(other, 1.0 + weight, weight), sentence)


def _find(
    pool: Pool, query: Query, lexical: Scores, balance: Balance, limit: int
) -> tuple[Places, Scores | None, str]:  # fmt: skip
    """Return the plausible places, what they were found by (None where everyone is plausible), and a sentence."""
    if len(pool) <= limit:
        return np.arange(len(pool)), None, f"All {len(pool)} were ordered by BM25 and criterion similarity."
    fused = _fused(pool, query, lexical, balance, limit)
    places = np.sort(np.lexsort((np.arange(len(pool)), -fused))[:limit])
    how = f"{limit} of {len(pool)} were found with the whole posting and its title, then ordered by BM25"
    return places, fused, f"{how} and criterion similarity; the others follow as found."


def _fused(pool: Pool, query: Query, lexical: Scores, balance: Balance, limit: int) -> Scores:
    words = [lexical, pool.lexical(query.title)] if query.title else [lexical]
    asked = [query.whole, query.title] if query.title else [query.whole]
    near = pool.find(pool.embed_long(asked), _PER_ITEM * limit).T
    silent = [np.where(scores > 0, scores, -np.inf) for scores in words]
    return balance.lexical * reciprocal_rank(silent) + balance.dense * reciprocal_rank(list(near))


def _criteria_fit(pool: Pool, texts: Sequence[str], among: Places) -> Scores:
    similar = pool.dense(pool.embed(texts), among=among)
    weights = [pool.specificity(text) for text in texts]
    if not any(weights):
        weights = [1.0] * len(texts)
    total = np.zeros(len(among))
    for column, weight in zip(similar.T, weights, strict=True):
        total += column * weight
    return total / sum(weights)


def _fit(lexical: Scores, dense: Scores, found: Places, balance: Balance, fused: Scores | None) -> Scores:
    """Fuse both halves over the plausible ones; the others keep the order in which they were found, behind them."""
    spoken = found[balance.lexical[found] > 0]
    fit = np.zeros(len(lexical))
    fit[spoken] = balance.lexical[spoken] * reciprocal_rank([lexical[spoken]])
    fit[found] += balance.dense[found] * reciprocal_rank([dense[found]])
    if fused is not None:
        rest = np.ones(len(fit), dtype=np.bool_)
        rest[found] = False
        fit[rest] = fit[found].min() * 0.999 * fused[rest] / max(float(fused.max()), 1e-12)
    return fit


def _rows(
    pool: Pool, places: Places, fit: Scores, lexical: Scores, dense: Scores, filled: Head, cut: float
) -> list[Ranked]:  # fmt: skip
    return [
        Ranked(
            candidate=pool.ids[i], order=order, fit=float(fit[i]), lexical=float(lexical[i]), dense=float(dense[i]),
            slot_of=filled.slot_of.get(pool.ids[i]), margin=float(fit[i]) - cut,
        )
        for order, i in enumerate(places.tolist(), start=1)
    ]  # fmt: skip
