"""When to search exactly and when not, and what it costs to be wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits of the index; the defaults follow measurements, tests set smaller ones.

    Attributes:
        exact_limit: up to this many items every search is exact.
        recall: least share of the exact top 50 items that an approximate index must find on held-out queries; the
            smallest number of probed lists that reaches it is taken, and the search stays exact where none does.
        compact_share: share of changed rows from which the part in memory is built anew.
        cache_from: items from which files are kept between processes; below, the store itself is as fast.
    """

    exact_limit: int = 100_000
    recall: float = 0.99
    compact_share: float = 0.1
    cache_from: int = 1_000
