"""Criteria × index → Ranking: who is read first. The final order comes from verdicts, never from here.

Invariants:

- Every candidate of the pool stands in a ranking once, with a fit; the order is a function of the pool and the
  criteria, whatever the order in which files came, and a re-run gives the same bytes.
- Fit uses statistics of the pool, so it compares candidates of one posting only, and no final score contains it.
- Identity never enters: passages are built from a ``BlindView``, without personal lines and without instructions.
"""

from matcher.rank.order import PLAUSIBLE, rank
from matcher.rank.passages import PASSAGE_TOKENS, passages
from matcher.rank.search import like, search

__all__ = ["PASSAGE_TOKENS", "PLAUSIBLE", "like", "passages", "rank", "search"]
