"""How far two readers of the same cells agree: raw, Cohen's κ, weighted κ, Gwet's AC1, with intervals; never κ alone.

Formulas: κ and weighted κ with the variance of Fleiss, Cohen and Everitt (1969); AC1 with the variance of Gwet (2008);
proportions with Wilson's interval (1927). All intervals are two-sided at 95 %.
Weights for ordered answers: linear 1 − |i−j|/(q−1), quadratic 1 − (i−j)²/(q−1)².
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from matcher.models import Verdict

ORDER: tuple[Verdict, ...] = ("contradicted", "not_shown", "partial", "met")
"""The verdicts from least to most."""
Z95 = 1.959963984540054
Table = Sequence[Sequence[int]]
Weight = Callable[[int, int], float]


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; ``value`` is None where it is not defined (no cells, or no chance to differ)."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Agreement:
    """Agreement of two readers over ``n`` cells; the table counts first reader × second reader in ``ORDER``."""

    n: int
    raw: Estimate
    kappa: Estimate
    linear: Estimate
    quadratic: Estimate
    ac1: Estimate


def table(pairs: Iterable[tuple[Verdict, Verdict]]) -> tuple[tuple[int, ...], ...]:
    """Count pairs of verdicts: rows are the first reader's, columns the second's, both in ``ORDER``."""
    counts = [[0] * len(ORDER) for _ in ORDER]
    for first, second in pairs:
        counts[ORDER.index(first)][ORDER.index(second)] += 1
    return tuple(tuple(row) for row in counts)


def agreement(counts: Table) -> Agreement:
    """Return all figures for a square table of counts (at least 2 × 2, ordered categories)."""
    n, top = sum(map(sum, counts)), len(counts) - 1
    same = sum(counts[i][i] for i in range(len(counts)))
    return Agreement(
        n=n,
        raw=Estimate(same / n, *wilson(same, n)) if n else Estimate(None),
        kappa=_kappa(counts, lambda i, j: float(i == j)),
        linear=_kappa(counts, lambda i, j: 1 - abs(i - j) / top),
        quadratic=_kappa(counts, lambda i, j: 1 - (i - j) ** 2 / top**2),
        ac1=_ac1(counts),
    )


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval for ``hits`` of ``n`` (0 to 1 where nothing was seen)."""
    if n == 0:
        return 0.0, 1.0
    share, z2 = hits / n, Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return low, 1.0 if hits == n else min(1.0, middle + half)


def _shares(counts: Table) -> tuple[int, list[list[float]], list[float], list[float]]:
    n, q = sum(map(sum, counts)), len(counts)
    cells = [[counts[i][j] / n for j in range(q)] for i in range(q)] if n else []
    rows = [sum(row) for row in cells]
    columns = [sum(row[j] for row in cells) for j in range(q)] if n else []
    return n, cells, rows, columns


def _kappa(counts: Table, weight: Weight) -> Estimate:
    n, cells, rows, columns = _shares(counts)
    if not n:
        return Estimate(None)
    every = [(i, j) for i in range(len(rows)) for j in range(len(rows))]
    seen = sum(weight(i, j) * cells[i][j] for i, j in every)
    chance = sum(weight(i, j) * rows[i] * columns[j] for i, j in every)
    if chance >= 1 - 1e-12:
        return Estimate(None)
    kappa = (seen - chance) / (1 - chance)
    by_row = [sum(weight(i, j) * columns[j] for j in range(len(rows))) for i in range(len(rows))]
    by_column = [sum(weight(i, j) * rows[i] for i in range(len(rows))) for j in range(len(rows))]
    spread = sum(cells[i][j] * (weight(i, j) - (by_row[i] + by_column[j]) * (1 - kappa)) ** 2 for i, j in every)
    variance = (spread - (kappa - chance * (1 - kappa)) ** 2) / (n * (1 - chance) ** 2)
    return _estimate(kappa, variance)


def _ac1(counts: Table) -> Estimate:
    n, cells, rows, columns = _shares(counts)
    if not n:
        return Estimate(None)
    q = len(rows)
    mean = [(rows[k] + columns[k]) / 2 for k in range(q)]
    seen = sum(cells[k][k] for k in range(q))
    chance = sum(p * (1 - p) for p in mean) / (q - 1)
    value = (seen - chance) / (1 - chance)
    first = sum(cells[k][k] * (1 - mean[k]) for k in range(q)) / (q - 1) - seen * chance
    second = sum(cells[k][m] * (1 - (mean[k] + mean[m]) / 2) ** 2 for k in range(q) for m in range(q))
    spread = seen * (1 - seen) - 4 * (1 - value) * first + 4 * (1 - value) ** 2 * (second / (q - 1) ** 2 - chance**2)
    return _estimate(value, spread / (n * (1 - chance) ** 2))


def _estimate(value: float, variance: float) -> Estimate:
    half = Z95 * sqrt(max(variance, 0.0))
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half))
