"""Search without a posting: an expression or free words over the workspace, or more candidates like one."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from index import Filter, Index, Pool, expression, reciprocal_rank
from matcher.models import Ranked, Ranking
from matcher.rank.lines import nearest_lines
from matcher.rank.order import Places, Scores, balanced, narrowed
from matcher.rank.passages import tokens

QUERY = "query"
"""The name under which nearest lines of a search stand."""


def search(
    text: str, index: Index, *, allowed: Collection[str] | None = None, wanted: Filter | None = None, limit: int = 20,
    language: str | None = None,
) -> Ranking:  # fmt: skip
    """Find candidates by words and meaning; ``AND``, ``OR``, ``NOT``, parentheses and "phrases" restrict the pool.

    Plain words restrict nothing: everyone is ordered. The first ``limit`` are returned, with their nearest lines.

    Raises:
        BadQuery: an expression that cannot be read.
    """
    parsed = expression(text)
    pool = index.pool(narrowed(wanted, allowed))
    mask = pool.matching(parsed)
    kept = np.flatnonzero(mask)
    if not len(kept):
        return Ranking(criteria="", embedding=index.fingerprint, policy="Nobody matches the expression.", ranked=())
    lexical = pool.lexical(parsed.words)
    dense = np.zeros(len(pool))
    asked = index.queries([parsed.words] if parsed.words else [], keep=False)
    if len(asked):
        dense[kept] = pool.dense(asked, among=kept)[:, 0]
    got = _listed(pool, index, kept, lexical, dense, language, limit)
    return got.model_copy(update={"ranked": nearest_lines(pool, got.ranked, [QUERY] * len(asked), asked)})


def like(candidate: str, index: Index, *, wanted: Filter | None = None, limit: int = 20) -> Ranking:
    """Find candidates whose experience is like one candidate's, that candidate left out. Raises KeyError."""
    pool = index.pool(wanted)
    source = index.pool(Filter(ids=[candidate]))
    vectors, text = source.vectors(candidate), "\n".join(p.text for p in source.passages(candidate))
    weights = np.array([tokens(p.text) for p in source.passages(candidate)], dtype=float)
    kept = np.array([i for i, name in enumerate(pool.ids) if name != candidate], dtype=np.int64)
    if not len(kept) or not len(vectors):
        return Ranking(criteria="", embedding=index.fingerprint, policy="There is nobody to compare with.", ranked=())
    dense = np.zeros(len(pool))
    dense[kept] = (pool.dense(vectors, top=1, among=kept) * weights).sum(axis=1) / weights.sum()
    return _listed(pool, index, kept, pool.lexical(text), dense, source.languages[0], limit)


def _listed(
    pool: Pool, index: Index, kept: Places, lexical: Scores, dense: Scores, language: str | None, limit: int
) -> Ranking:  # fmt: skip
    balance = balanced(pool, language, index.languages)
    by_words, by_meaning = np.zeros(len(pool)), np.zeros(len(pool))
    by_words[kept], by_meaning[kept] = reciprocal_rank([lexical[kept]]), reciprocal_rank([dense[kept]])
    fit = balance.lexical * by_words + balance.dense * by_meaning
    places = kept[np.lexsort((kept, -fit[kept]))][:limit]
    rows = [
        Ranked(candidate=pool.ids[i], order=n, fit=float(fit[i]), lexical=float(lexical[i]), dense=float(dense[i]))
        for n, i in enumerate(places.tolist(), start=1)
    ]
    policy = f"{len(kept)} of {len(pool)} match. {balance.sentence} {pool.method}"
    return Ranking(criteria="", embedding=index.fingerprint, policy=policy, cut=len(rows), ranked=tuple(rows))
