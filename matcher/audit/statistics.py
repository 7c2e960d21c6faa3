"""The statistics of the audit in plain Python: rates, ratios, intervals, exact and rank tests.

All tests are two-sided. Exact tests go through the logarithm of the gamma function, because factorials of groups of
ten thousand do not finish; probabilities that should be equal are compared with a tolerance of one part in 10⁷.

Sources: Wilson (1927) for one rate; Katz et al. (1978) for the ratio of two; Fisher's exact test by the method of small
probabilities, mid-p beside it (Lancaster 1961); Wilcoxon's signed ranks with Pratt's (1959) treatment of zeros;
Clopper and Pearson (1934); McNemar's exact test; Guo et al. (2017) for the calibration error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

Z95 = 1.959963984540054
_SAME = 1 + 1e-7
_EXACT_RANKS = 25


def rate(selected: int, total: int) -> float | None:
    """Return selected ÷ total, or None of nobody."""
    return selected / total if total else None


def impact_ratio(selected: int, total: int, best_selected: int, best_total: int) -> float | None:
    """Return the ratio of two rates, computed from the unrounded rates; None where the benchmark selected nobody."""
    if total == 0 or best_total == 0 or best_selected == 0:
        return None
    return (selected * best_total) / (total * best_selected)


def wilson(selected: int, total: int, z: float = Z95) -> tuple[float, float]:
    """Return Wilson's interval for a rate (0 to 1 of nobody)."""
    if total == 0:
        return 0.0, 1.0
    share, square = selected / total, z * z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = z * math.sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    return (0.0 if selected == 0 else middle - half), (1.0 if selected == total else middle + half)


def katz(selected: int, total: int, best_selected: int, best_total: int, z: float = Z95) -> tuple[float, float] | None:
    """Return Katz's interval for the ratio of two rates, or None where either group selected nobody."""
    if not (selected and best_selected):
        return None
    ratio = (selected * best_total) / (total * best_selected)
    spread = z * math.sqrt(1 / selected - 1 / total + 1 / best_selected - 1 / best_total)
    return ratio * math.exp(-spread), ratio * math.exp(spread)


def two_proportions(selected: int, total: int, best_selected: int, best_total: int) -> tuple[float, float] | None:
    """Return z and p of the pooled test of two rates (no continuity correction); None if all or none were selected."""
    pooled = (selected + best_selected) / (total + best_total)
    if pooled in (0.0, 1.0):
        return None
    error = math.sqrt(pooled * (1 - pooled) * (1 / total + 1 / best_total))
    z = (selected / total - best_selected / best_total) / error
    return z, normal_p(z)


def normal_p(z: float) -> float:
    """Return the two-sided probability of a normal deviate at least this far out."""
    return math.erfc(abs(z) / math.sqrt(2))


def fisher(selected: int, total: int, other_selected: int, other_total: int) -> tuple[float, float]:
    """Return p and mid-p of Fisher's exact test, by the method of small probabilities."""
    everyone, chosen = total + other_total, selected + other_selected
    low, high = max(0, chosen - other_total), min(total, chosen)

    def log_probability(count: int) -> float:
        return _log_choose(total, count) + _log_choose(other_total, chosen - count) - _log_choose(everyone, chosen)

    return _small_probabilities([log_probability(count) for count in range(low, high + 1)], selected - low)


def sign_test(positive: int, total: int) -> float:
    """Return p of the exact sign test of ``positive`` among ``total`` untied pairs."""
    logs = [_log_choose(total, count) - total * math.log(2) for count in range(total + 1)]
    return _small_probabilities(logs, positive)[0]


def mcnemar(only_first: int, only_second: int) -> float:
    """Return p of McNemar's exact test from the two counts of pairs that differ."""
    return sign_test(only_first, only_first + only_second)


def clopper_pearson_upper(hits: int, total: int, tail: float) -> float:
    """Return the exact upper bound of a rate that leaves ``tail`` above it (0.05 one-sided, 0.025 two-sided 95 %)."""
    if hits >= total:
        return 1.0
    low, high = hits / total, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _binomial_at_most(hits, total, middle) > tail else (low, middle)
    return (low + high) / 2


def shortfall_to_four_fifths(selected: int, total: int, best_selected: int, best_total: int) -> int:
    """Return how many more people of the group would reach four fifths of the benchmark's rate (0 if it does)."""
    needed = -(-4 * best_selected * total // (5 * best_total)) if best_total else 0
    return max(0, needed - selected)


def expected_shortfall(selected: int, total: int, other_selected: int, other_total: int) -> float:
    """Return how many fewer of the group were selected than at the rate of both together."""
    return (selected + other_selected) / (total + other_total) * total - selected


def flip_flop(selected: int, total: int, best_selected: int, best_total: int) -> float | None:
    """Return the impact ratio if one selection went from the benchmark to the group; None where that is impossible."""
    if selected >= total or best_selected <= 1:
        return None
    return impact_ratio(selected + 1, total, best_selected - 1, best_total)


def is_small(selected: int, total: int, other_selected: int, other_total: int) -> bool:
    """Return whether only the exact test should be read: fewer than 30 people, or an expected cell below 5."""
    everyone, chosen = total + other_total, selected + other_selected
    if everyone < 30:
        return True
    smallest = min(total, other_total) * min(chosen, everyone - chosen) / everyone
    return smallest < 5


def wilcoxon(deltas: Sequence[float], pratt: bool = True) -> float | None:
    """Return p of Wilcoxon's signed-rank test: exact to 25 changes that are not zero, normal with ties beyond.

    Zeros take part in the ranking and are then left out (Pratt), or are dropped first. None where all are zero.
    """
    kept = [delta for delta in deltas if pratt or delta != 0]
    doubled = _doubled_ranks([abs(delta) for delta in kept])
    ranks = [rank for rank, delta in zip(doubled, kept, strict=True) if delta != 0]
    plus = sum(rank for rank, delta in zip(doubled, kept, strict=True) if delta > 0)
    if not ranks:
        return None
    if len(ranks) <= _EXACT_RANKS:
        return _exact_signed_ranks(ranks, plus)
    return normal_p((plus - sum(ranks) / 2) / math.sqrt(sum(rank * rank for rank in ranks) / 4))


def calibration_error(bins: Sequence[tuple[int, float, int]]) -> float | None:
    """Return the expected calibration error of bins (number of answers, mean confidence, number right)."""
    total = sum(count for count, _, _ in bins)
    if total == 0:
        return None
    return sum(abs(confidence * count - right) for count, confidence, right in bins) / total


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _small_probabilities(logs: Sequence[float], seen: int) -> tuple[float, float]:
    limit = logs[seen]
    tolerance = math.log(_SAME)
    smaller = math.fsum(math.exp(log) for log in logs if log < limit - tolerance)
    equal = math.fsum(math.exp(log) for log in logs if abs(log - limit) <= tolerance)
    return min(1.0, smaller + equal), min(1.0, smaller + equal / 2)


def _binomial_at_most(hits: int, total: int, chance: float) -> float:
    if chance in (0.0, 1.0):
        return 1.0 if chance == 0.0 or hits >= total else 0.0
    left, right = math.log(chance), math.log1p(-chance)
    return math.fsum(math.exp(_log_choose(total, k) + k * left + (total - k) * right) for k in range(hits + 1))


def _doubled_ranks(values: Sequence[float]) -> list[int]:
    """Twice the mid-ranks, so that ties stay whole numbers; equal up to rounding counts as equal."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0] * len(values)
    for first, last in _ties(order, values.__getitem__):
        for place in range(first, last):
            ranks[order[place]] = first + last + 1
    return ranks


def _ties(order: Sequence[int], value: Callable[[int], float]) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(order):
        last = first + 1
        while last < len(order) and math.isclose(value(order[last]), value(order[first]), rel_tol=1e-9, abs_tol=1e-15):
            last += 1
        yield first, last
        first = last


def _exact_signed_ranks(ranks: Sequence[int], plus: int) -> float:
    ways = {0: 1}
    for rank in ranks:
        grown = dict(ways)
        for total, count in ways.items():
            grown[total + rank] = grown.get(total + rank, 0) + count
        ways = grown
    tail = min(plus, sum(ranks) - plus)
    extreme: int = sum(count for total, count in ways.items() if total <= tail)
    return min(1.0, extreme / int(2 ** (len(ranks) - 1)))
