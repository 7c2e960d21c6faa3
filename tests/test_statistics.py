"""Every published vector to three decimals, and every formula against scipy."""

import math
import random

import pytest
from scipy import stats

from matcher.audit import statistics as st
from matcher.audit.impact import UNKNOWN, above_median, reconcile, table, tabulate
from matcher.review.agreement import agreement

SEX = {"Male": (667, 1390), "Female": (555, 1181)}
RACE = {
    "Hispanic": (204, 408), "White": (412, 797), "Black": (170, 390), "NHPI": (52, 119), "Asian": (302, 616),
    "AIAN": (18, 41), "Two+": (96, 213),
}  # fmt: skip
BOTH = {
    "M Hispanic": (90, 205), "F Hispanic": (82, 190), "M White": (215, 412), "M Black": (95, 226), "M NHPI": (37, 87),
    "M Asian": (167, 321), "M AIAN": (11, 24), "M Two+": (52, 115), "F White": (197, 385), "F Black": (75, 164),
    "F NHPI": (15, 32), "F Asian": (135, 295), "F AIAN": (7, 17), "F Two+": (44, 98),
}  # fmt: skip
BOTH_RATIOS = {
    "M Hispanic": 0.841, "F Hispanic": 0.827, "M White": 1.0, "M Black": 0.806, "M NHPI": 0.815, "M Asian": 0.997,
    "M AIAN": 0.878, "M Two+": 0.866, "F White": 0.981, "F Black": 0.876, "F NHPI": 0.898, "F Asian": 0.877,
    "F AIAN": 0.789, "F Two+": 0.860,
}  # fmt: skip
SCORED_SEX = {"Male": (50, 92), "Female": (34, 76)}
SCORED_RACE = {
    "Hispanic": (18, 28), "White": (15, 40), "Black": (16, 32), "NHPI": (5, 8), "Asian": (10, 24), "AIAN": (10, 16),
    "Two+": (10, 20),
}  # fmt: skip
SCORED_BOTH = {
    "M Hispanic": (12, 16), "F Hispanic": (6, 12), "M White": (7, 20), "M Black": (10, 20), "M NHPI": (3, 4),
    "M Asian": (7, 12), "M AIAN": (5, 8), "M Two+": (6, 12), "F White": (8, 20), "F Black": (6, 12), "F NHPI": (2, 4),
    "F Asian": (3, 12), "F AIAN": (5, 8), "F Two+": (4, 8),
}  # fmt: skip


def near(value: float | None, expected: float, digits: int = 3) -> bool:
    return value is not None and abs(value - expected) <= 0.5 * 10**-digits + 1e-12


def test_the_selection_example_of_the_rule_by_sex() -> None:
    row = table("selection", "sex", SEX).row("Female")
    assert near(row.ratio, 0.979)
    assert near(row.z, -0.502)
    assert near(row.fisher, 0.6345, 4)


def test_the_selection_example_of_the_rule_by_race() -> None:
    made = table("selection", "race", RACE)
    printed = {"Hispanic": 0.97, "White": 1.0, "Black": 0.84, "NHPI": 0.85, "Asian": 0.95, "AIAN": 0.85, "Two+": 0.87}
    assert made.benchmark == "White"
    for group, ratio in printed.items():
        assert near(made.row(group).ratio, ratio, 2)
    black, native = made.row("Black"), made.row("AIAN")
    assert near(black.z, -2.623)
    assert near(black.p, 0.0087, 4)
    assert near(black.fisher, 0.0094, 4)
    assert black.case == "level_significant"
    assert native.under_share
    assert near(native.share, 0.0159, 4)
    assert native.ratio is not None


def test_the_selection_example_of_the_rule_by_sex_and_race_from_unrounded_rates() -> None:
    made = table("selection", "sex × race", BOTH, unknown=(0, 250))
    for group, ratio in BOTH_RATIOS.items():
        assert near(made.row(group).ratio, ratio)
    rounded = round(95 / 226, 2) / round(215 / 412, 2)
    assert not near(rounded, 0.806)
    small = made.row("F AIAN")
    assert near(small.fisher, 0.4605, 4)
    assert small.shortfall == 1
    assert near(small.flip_flop, 0.906)
    assert small.case == "too_small"
    assert made.unknown_total == 250


def test_the_official_tables_do_not_add_up_and_a_warning_says_so() -> None:
    tables = [table("selection", "sex", SEX), table("selection", "race", RACE), table("selection", "both", BOTH)]
    (warning,) = reconcile(tables)
    assert "1222 of 2571" in warning
    assert "1254 of 2584" in warning


def test_the_scoring_example_of_the_rule() -> None:
    sex = table("scoring", "sex", SCORED_SEX).row("Female")
    assert near(sex.rate, 0.447)
    assert near(sex.ratio, 0.8232, 4)
    race = table("scoring", "race", SCORED_RACE)
    printed = {"Hispanic": 1.0, "White": 0.58, "Black": 0.78, "NHPI": 0.97, "Asian": 0.65, "AIAN": 0.97, "Two+": 0.78}
    for group, ratio in printed.items():
        assert near(race.row(group).ratio, ratio, 2)
    white = race.row("White")
    assert near(white.z, -2.175)
    assert near(white.fisher, 0.0479, 4)
    assert white.shortfall == 6
    both = table("scoring", "sex × race", SCORED_BOTH, unknown=(0, 15))
    printed = {
        "M Hispanic": 1.0, "F Hispanic": 0.67, "M White": 0.47, "M Black": 0.67, "M NHPI": 1.0, "M Asian": 0.78,
        "M AIAN": 0.83, "M Two+": 0.67, "F White": 0.53, "F Black": 0.67, "F NHPI": 0.67, "F Asian": 0.33,
        "F AIAN": 0.83, "F Two+": 0.67,
    }  # fmt: skip
    for group, ratio in printed.items():
        assert near(both.row(group).ratio, ratio, 2)
    assert near(both.row("F Asian").fisher, 0.02, 4)
    assert reconcile([table("s", "a", SCORED_SEX), table("s", "b", SCORED_RACE), table("s", "c", SCORED_BOTH)]) == ()


def test_the_scoring_rate_counts_strictly_above_the_median() -> None:
    scores = dict(zip("abcdefgh", [2, 3, 3, 3, 3, 3, 4, 4], strict=True))
    scoring = above_median(scores, "abgh")
    assert scoring is not None
    assert (scoring.median, sum(above for _, above in scoring.above)) == (3, 2)
    assert scoring.ties_at_median == 5 / 8
    assert scoring.median_of_stated == 3.5
    assert above_median({}) is None


@pytest.mark.parametrize(("counts", "ratio", "z", "fisher"), [
    ((1, 6, 5, 6), 0.2, -2.309, 0.0801), ((4, 12, 6, 12), 0.667, None, 0.680),
    ((4500, 10000, 4800, 10000), 0.9375, -4.253, None),
    ((12, 40, 48, 80), 0.5, -3.098, 0.0034), ((2, 22, 8, 38), 0.432, None, 0.299),
    ((76, 1000, 172, 1000), 0.442, -6.513, None),
])  # fmt: skip
def test_the_other_vectors(
    counts: tuple[int, int, int, int], ratio: float, z: float | None, fisher: float | None
) -> None:
    assert near(st.impact_ratio(*counts), ratio)
    if z is not None:
        found = st.two_proportions(*counts)
        assert found is not None
        assert near(found[0], z)
    if fisher is not None:
        assert near(st.fisher(*counts)[0], fisher, 3)


def test_z_says_significant_where_the_exact_test_does_not() -> None:
    exact, mid = st.fisher(1, 6, 5, 6)
    z = st.two_proportions(1, 6, 5, 6)
    assert near(exact, 0.0801, 4)
    assert near(mid, 0.0411, 4)
    assert z is not None
    assert z[1] < 0.05 < exact
    assert table("m", "a", {"A": (5, 6), "B": (1, 6)}).row("B").case == "too_small"


def test_one_decision_can_undo_a_ratio() -> None:
    assert near(st.flip_flop(4, 12, 6, 12), 1.0)
    assert near(st.expected_shortfall(2, 22, 8, 38), 1.67, 2)


def test_fisher_over_ten_thousand_people_finishes_and_agrees_with_scipy() -> None:
    ours, _ = st.fisher(4500, 10000, 4800, 10000)
    theirs = stats.fisher_exact([[4500, 5500], [4800, 5200]]).pvalue
    assert math.isclose(ours, theirs, rel_tol=1e-6)


def test_every_formula_agrees_with_scipy_on_random_tables() -> None:
    chance = random.Random(7)
    for _ in range(60):
        n, m = chance.randrange(1, 60), chance.randrange(1, 60)
        x, y = chance.randrange(n + 1), chance.randrange(m + 1)
        assert math.isclose(st.fisher(x, n, y, m)[0], stats.fisher_exact([[x, n - x], [y, m - y]]).pvalue, rel_tol=1e-6)
        interval = stats.binomtest(x, n).proportion_ci(method="wilson")
        assert st.wilson(x, n) == pytest.approx((interval.low, interval.high), abs=1e-9)
        assert st.sign_test(x, n) == pytest.approx(stats.binomtest(x, n, 0.5).pvalue, rel=1e-6)
        upper = stats.binomtest(x, n).proportion_ci(method="exact").high
        assert st.clopper_pearson_upper(x, n, 0.025) == pytest.approx(upper, abs=1e-9)
        found = st.two_proportions(x, n, y, m)
        if found is not None:
            chi = stats.chi2_contingency([[x, n - x], [y, m - y]], correction=False)
            assert found[1] == pytest.approx(chi.pvalue, rel=1e-6)
            assert found[0] ** 2 == pytest.approx(chi.statistic, rel=1e-6)
        if x and y:
            ratio = stats.contingency.relative_risk(x, n, y, m)
            katz = st.katz(x, n, y, m)
            assert katz == pytest.approx(tuple(ratio.confidence_interval()), rel=1e-6)


@pytest.mark.parametrize("zeros", ["pratt", "wilcox"])
def test_wilcoxon_agrees_with_scipy_in_small_and_large_samples(zeros: str) -> None:
    chance = random.Random(zeros)
    for size in [6, 9, 11, 40, 200]:
        for _ in range(2):
            deltas = [chance.choice([-3, -2, -1, 0, 0, 1, 2, 3, 4]) / 10 for _ in range(size)]
            if not any(deltas):
                continue
            ours = st.wilcoxon(deltas, pratt=zeros == "pratt")
            nonzero = sum(delta != 0 for delta in deltas)
            method = stats.PermutationMethod(n_resamples=math.inf) if nonzero <= 12 else "approx"
            if nonzero <= 12 or nonzero > 25:
                theirs = stats.wilcoxon(deltas, zero_method=zeros, method=method).pvalue
                assert ours == pytest.approx(theirs, rel=1e-6)


def test_the_wilcoxon_vectors() -> None:
    deltas = [0.02, -0.01, 0.03, 0, 0.01, 0.04, -0.02, 0.02, 0.05, 0.01]
    assert near(st.wilcoxon(deltas), 0.0859, 4)
    assert near(st.wilcoxon(deltas, pratt=False), 0.0820, 4)
    assert st.wilcoxon([0.0, 0.0]) is None


def test_no_error_in_many_is_not_no_error() -> None:
    assert near(st.clopper_pearson_upper(0, 300, 0.05), 0.0099, 4)
    assert near(st.clopper_pearson_upper(0, 300, 0.025), 0.0122, 4)
    assert near(st.clopper_pearson_upper(0, 59, 0.05), 0.0495, 4)


def test_sign_mcnemar_and_calibration_vectors() -> None:
    assert near(st.sign_test(21, 30), 0.0428, 4)
    assert near(st.mcnemar(9, 2), 0.0654, 4)
    assert near(st.calibration_error([(10, 0.95, 8), (10, 0.75, 6), (10, 0.55, 6)]), 0.1167, 4)
    assert st.calibration_error([]) is None


def test_the_agreement_vectors() -> None:
    first, second = agreement([[20, 5], [10, 15]]), agreement([[20, 4, 1], [3, 15, 2], [0, 5, 10]])
    third = agreement([[94, 3], [3, 0]])
    assert near(first.kappa.value, 0.400)
    assert near(first.ac1.value, 0.406)
    values = [second.raw, second.kappa, second.linear, second.quadratic, second.ac1]
    for estimate, expected in zip(values, [0.750, 0.617, 0.682, 0.752, 0.629], strict=True):
        assert near(estimate.value, expected)
    for estimate, expected in zip([third.raw, third.kappa, third.ac1], [0.94, -0.031, 0.936], strict=True):
        assert near(estimate.value, expected)


@pytest.mark.parametrize(("counts", "case"), [
    ((50, 100), "level_not_significant"), ((860, 2000), "level_significant"), ((20, 100), "below_significant"),
    ((20, 54), "below_not_significant"), ((1, 6), "too_small"), ((0, 0), "empty"),
])  # fmt: skip
def test_the_five_sentences_and_when_each_is_said(counts: tuple[int, int], case: str) -> None:
    best = {"level_significant": (1000, 2000), "below_not_significant": (500, 1000)}.get(case, (54, 100))
    assert table("m", "a", {"best": best, "group": counts}).row("group").case == case


def test_a_small_group_that_is_significant_is_not_waved_away() -> None:
    assert table("m", "a", {"best": (10, 10), "group": (0, 10)}).row("group").case == "below_significant"


def test_where_nobody_is_selected_nothing_is_compared() -> None:
    made = table("m", "a", {"A": (0, 20), "B": (0, 30)})
    assert made.benchmark is None
    assert {row.case for row in made.rows} == {"nobody"}


def test_a_group_under_two_percent_is_kept_and_is_never_the_benchmark() -> None:
    made = table("m", "a", {"few": (1, 1), "many": (50, 200)})
    assert made.benchmark == "many"
    assert made.row("few").ratio == 4.0
    assert made.row("few").under_share


def test_exactly_four_fifths_is_not_below() -> None:
    made = table("m", "a", {"A": (500, 1000), "B": (400, 1000)})
    assert (made.row("B").shortfall, made.row("B").case) == (0, "level_significant")


def test_people_without_a_group_are_counted_and_never_the_benchmark() -> None:
    groups = {"a": "X", "b": "Y", "c": UNKNOWN}
    made = tabulate("m", "a", groups, {"a": True, "b": False, "c": True, "d": True})
    assert (made.unknown_selected, made.unknown_total, made.benchmark) == (2, 2, "X")
    assert made.totals == (3, 4)
