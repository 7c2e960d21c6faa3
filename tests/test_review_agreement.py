"""Agreement: published vectors, and intervals that a bootstrap confirms."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.models import Verdict
from matcher.review.agreement import ORDER, agreement, table, wilson

BINARY = [[20, 5], [10, 15]]
ORDERED = [[20, 4, 1], [3, 15, 2], [0, 5, 10]]
PARADOX = [[94, 3], [3, 0]]


def rounded(counts: list[list[int]]) -> dict[str, float]:
    made = agreement(counts)
    figures = {name: getattr(made, name).value for name in ("raw", "kappa", "linear", "quadratic", "ac1")}
    return {name: round(value, 3) for name, value in figures.items() if value is not None}


def test_two_by_two_gives_the_published_figures() -> None:
    assert rounded(BINARY) | {"raw": 0.7, "kappa": 0.4, "ac1": 0.406} == rounded(BINARY)


def test_ordered_answers_give_the_published_weighted_figures() -> None:
    assert rounded(ORDERED) == {"raw": 0.75, "kappa": 0.617, "linear": 0.682, "quadratic": 0.752, "ac1": 0.629}


def test_the_prevalence_paradox_shows_why_kappa_never_stands_alone() -> None:
    figures = rounded(PARADOX)
    assert (figures["raw"], figures["kappa"], figures["ac1"]) == (0.94, -0.031, 0.936)


@pytest.mark.parametrize("counts", [BINARY, ORDERED])
def test_intervals_agree_with_a_bootstrap(counts: list[list[int]]) -> None:
    cells = [(i, j) for i, row in enumerate(counts) for j, n in enumerate(row) for _ in range(n)]
    draw, seen = random.Random(7), {"kappa": [], "quadratic": [], "ac1": []}
    for _ in range(600):
        again = [[0] * len(counts) for _ in counts]
        for i, j in draw.choices(cells, k=len(cells)):
            again[i][j] += 1
        made = agreement(again)
        for name, values in seen.items():
            values.append(getattr(made, name).value)
    for name, values in seen.items():
        values.sort()
        made = getattr(agreement(counts), name)
        assert made.low == pytest.approx(values[14], abs=0.06), name
        assert made.high == pytest.approx(values[584], abs=0.06), name


def test_nothing_seen_and_nothing_to_differ_on_give_no_figure_rather_than_a_wrong_one() -> None:
    assert agreement(table([])).raw.value is None
    same = agreement(table([("met", "met")] * 5))
    assert same.raw.value == 1.0 and same.kappa.value is None and same.ac1.value == 1.0


def test_wilson_gives_the_known_intervals() -> None:
    low, high = wilson(5, 10)
    assert (round(low, 4), round(high, 4)) == (0.2366, 0.7634)
    assert wilson(0, 10)[0] == 0.0 and round(wilson(0, 10)[1], 4) == 0.2775
    assert wilson(10, 10)[1] == 1.0 and wilson(0, 0) == (0.0, 1.0)


@given(st.lists(st.tuples(st.sampled_from(ORDER), st.sampled_from(ORDER)), max_size=40))
def test_figures_stay_in_their_range_and_do_not_depend_on_who_is_first(pairs: list[tuple[Verdict, Verdict]]) -> None:
    made, swapped = agreement(table(pairs)), agreement(table((b, a) for a, b in pairs))
    for name in ("raw", "kappa", "linear", "quadratic", "ac1"):
        one, other = getattr(made, name), getattr(swapped, name)
        if one.value is None:
            assert other.value is None
            continue
        assert -1 - 1e-9 <= one.value <= 1 + 1e-9 and one.low <= one.value + 1e-9 <= one.high + 2e-9
        assert other.value == pytest.approx(one.value)
