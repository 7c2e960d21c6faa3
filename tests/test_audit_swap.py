"""Swap tests: the measure fires on a product that looks at names, and is silent on one that cannot."""

import re
from collections.abc import Mapping

import pytest

from matcher.audit.swap import Assessed, swap
from matcher.audit.variants import KINDS, Variant, harmless, mail_of, name_in, replace_name, variants

TEXT = """AMINATA DIALLO-REYES, RN
Lyon | a.diallo@example.com | 555-0100

EXPERIENCE
Nurse, Hope Hospital, 2015 – 2020
Aminata led the night shift. Diallo-Reyes Award 2019.

EDUCATION
BSN, Ohio State University, 2014
"""
POOL = {"a": TEXT, "b": TEXT.replace("night shift", "day ward and the stock room"), "c": "Nobody\nCook, 2011 – 2012\n"}


def _assess_by(score: Mapping[str, int]) -> Assessed:
    order = sorted(score, key=lambda candidate: (-score[candidate], candidate))
    places = {candidate: place for place, candidate in enumerate(order, 1)}
    verdicts = {candidate: ("met" if value > 20 else "not_shown",) for candidate, value in score.items()}
    return Assessed(score, {c: float(v) for c, v in score.items()}, places, places, verdicts)


def blind_product(documents: Mapping[str, str]) -> Assessed:
    """Counts the words of the work lines only."""
    return _assess_by(
        {c: len(re.findall(r"\w+", t.split("EXPERIENCE")[-1].split("Award")[0])[:9]) for c, t in documents.items()}
    )


def seeing_product(documents: Mapping[str, str]) -> Assessed:
    """Likes names with a b in them."""
    return _assess_by({c: 10 + 15 * t.split("\n")[0].lower().count("b") for c, t in documents.items()})


def _names(text: str) -> list[Variant]:
    return list(variants("name", text, name_in(text)))


def test_a_product_that_cannot_see_the_name_moves_nothing() -> None:
    report = swap("name", POOL, _names, blind_product, cut=2)
    assert report.nothing_moved
    assert (report.effect.changes, report.effect.p, report.impact_ratio) == (72, None, 1.0)


def test_a_product_that_sees_the_name_is_caught_in_every_figure() -> None:
    report = swap("name", POOL, _names, seeing_product, cut=1)
    assert not report.nothing_moved
    effect = report.effect
    assert effect.max_score >= 15
    assert effect.flips > 0
    assert effect.order_changes > 0
    assert effect.crossed_in > 0
    assert report.others_moved > 0
    assert report.impact_ratio is not None
    assert report.impact_ratio < 1
    rates = dict(report.group_rates)
    assert rates["white_male"] > rates["asian"]


def test_an_effect_on_other_people_alone_is_caught() -> None:
    def envious(documents: Mapping[str, str]) -> Assessed:
        others = sum("Becker" in text for text in documents.values())
        return _assess_by({c: 10 - (others if "Becker" not in t else 0) for c, t in documents.items()})

    assert not swap("name", POOL, _names, envious, cut=1).nothing_moved


def test_there_are_twenty_four_names_over_six_groups_and_no_trace_of_the_old_one_is_left() -> None:
    made = _names(TEXT)
    assert len(made) == 24
    assert len({variant.group for variant in made}) == 6
    for variant in made:
        for part in ("aminata", "diallo", "reyes"):
            assert part not in variant.text.lower()
            assert part in variant.base.lower()
        assert variant.label.split()[0] in variant.text
        assert variant.label.split()[0].upper() in variant.text
        assert mail_of(variant.label) in variant.text


@pytest.mark.parametrize(("line", "name"), [
    ("Bernadette Sipe, RN", "Bernadette Sipe"), ("# TOMASZ WIERZBOWSKI-CLARKE", "TOMASZ WIERZBOWSKI-CLARKE"),
    ("Solveig Mbaku / Princeton", "Solveig Mbaku"), ("Wilhelmina Osei. Seattle.", "Wilhelmina Osei"),
    ("Corinne V. Mbeki-Olsen", "Corinne V. Mbeki-Olsen"), ("Ana Ruiz — Nurse", "Ana Ruiz"),
])  # fmt: skip
def test_the_name_is_found_in_the_first_line(line: str, name: str) -> None:
    assert name_in(f"\n{line}\nSecond line\n") == name


def test_a_name_over_two_lines_of_one_word_is_found_and_replaced() -> None:
    text = "Selin\nDemir\n\nOslo, Norway\nselin.demir@example.com\n"
    assert name_in(text) == "Selin Demir"
    assert replace_name(text, "Selin Demir", "Wei Zhang") == "Wei\nZhang\n\nOslo, Norway\nwei.zhang@example.org\n"


def test_a_name_inside_another_word_is_left_alone() -> None:
    assert replace_name("Ann led planning in Annecy", "Ann Lee", "Wei Zhang") == "Wei led planning in Annecy"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "name"])
def test_every_other_kind_changes_the_text_and_its_control_has_the_same_length(kind: str) -> None:
    made = list(variants(kind, TEXT, name_in(TEXT)))
    assert made
    for variant in made:
        assert variant.text != variant.base
        if variant.control is not None and kind != "pronouns":
            assert len(variant.control) == len(variant.text)


def test_the_older_graduate_differs_in_years_of_study_only() -> None:
    older = next(variant for variant in variants("age", TEXT, "x") if variant.group == "older by graduation")
    assert "University, 1994" in older.text
    assert "2015 – 2020" in older.text


def test_schools_are_replaced_where_there_is_one() -> None:
    labels = [variant.label for variant in variants("school", TEXT, "x")]
    assert "Howard University" in labels
    assert list(variants("school", "Cook, 2011", "x")) == []


def test_a_harmless_line_has_the_asked_length() -> None:
    for length in (3, 40, 150, 400):
        assert len(harmless("x" * length, length)) == length


def test_a_control_that_moves_as_much_stands_beside_the_change() -> None:
    def by_length(documents: Mapping[str, str]) -> Assessed:
        return _assess_by({c: len(t) for c, t in documents.items()})

    report = swap("affinity", POOL, lambda text: variants("affinity", text, "x"), by_length, cut=1)
    assert report.control is not None
    assert report.effect.mean_fit == report.control.mean_fit > 0
    assert report.p_against_control is None


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        list(variants("shoe size", TEXT, "x"))
