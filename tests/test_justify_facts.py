"""What code decides alone: lengths of time, degrees, residence, permission to work, and the merging of cells."""

from __future__ import annotations

import pytest
from fakes_llm import baker, bakery_criteria, document_and_view
from hypothesis import given
from hypothesis import strategies as st

from matcher.justify import credentials, facts, merge, render, standing
from matcher.models import BlindEducation, BlindPosition, Cell, Criterion, Verdict


def asks(text: str, **more) -> Criterion:
    row = {"id": "Q", "kind": "minimum", "text": text, "span": {"start": 0, "end": len(text)}, **more}
    return Criterion.model_validate(row)


def position(name: str, start: int | None, end: int | None, precision: str = "month", **more) -> BlindPosition:
    return BlindPosition.model_validate(
        {"id": name, "title": "x", "from_ago": start, "to_ago": end, "precision": precision, **more}
    )


def view_with(*positions: BlindPosition, rows=(("Did things.", "experience", "P1"),)):
    return document_and_view(rows, positions)[1]


# --- years -----------------------------------------------------------------------------------------------------------


def test_overlaps_count_once_and_other_positions_do_not_count():
    view = view_with(position("P1", 48, 24), position("P2", 36, 12), position("P3", 200, 100))
    assert facts.years(view, ["P1", "P2"]).months == 36
    assert facts.years(view, []).months == 0


@pytest.mark.parametrize(
    "text",
    [
        "at least 3 years of critical care within the last five years",
        "3 years in the past 5 years",
        "3 Jahre Erfahrung in den letzten fünf Jahren",
        "3 ans au cours des 5 dernières années",
        "3 años en los últimos cinco años",
    ],
)
def test_a_window_in_the_requirement_clips_the_time(text):
    view = view_with(position("P1", 120, 30))
    assert facts.window_months(text) == 60
    decision = facts.decide(asks(text, min_years=3.0), view, ["P1"])
    assert (decision.verdict, decision.years) == ("partial", 2.5)


def test_no_window_no_clipping():
    assert facts.window_months("8+ years of professional software engineering") is None


@pytest.mark.parametrize(
    ("months", "precision", "verdict", "unsure"),
    [
        (36, "month", "met", False),
        (35, "month", "met", False),
        (34, "month", "partial", False),
        (31, "year", "met", True),
        (29, "year", "partial", False),
        (60, "year", "met", False),
    ],
)
def test_the_tolerance_is_one_month_and_half_a_year_where_only_years_are_written(months, precision, verdict, unsure):
    view = view_with(position("P1", months, 0, precision))
    decision = facts.decide(asks("3+ years", min_years=3.0), view, ["P1"])
    assert (decision.verdict, decision.unsure) == (verdict, unsure)


def test_a_cited_line_that_says_since_when_clips_its_position_and_no_other():
    rows = [("Backend engineer", "experience", "P1"), ("Kafka from 2018 on", "experience", "P1")]
    view = view_with(position("P1", 140, 0), position("P2", 200, 141), rows=rows)
    assert facts.years(view, ["P1"]).years == 11.7
    assert facts.years(view, ["P1"], lines=["L2"]).years == 8.8
    assert facts.years(view, ["P1", "P2"], lines=["L2"]).years == 13.8


def test_positions_without_dates_leave_the_length_open():
    view = view_with(position("P1", None, None, "none"), position("P2", 12, 0))
    decision = facts.decide(asks("3+ years", min_years=3.0), view, ["P1", "P2"])
    assert (decision.verdict, decision.unsure, decision.years) == ("partial", True, 1.0)


def test_nothing_is_said_about_years_before_somebody_says_which_positions_count():
    assert facts.decide(asks("3+ years", min_years=3.0), view_with(position("P1", 99, 0))) is None


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=6))
def test_counted_time_never_exceeds_the_span_of_the_career(intervals):
    positions = [position(f"P{n}", max(pair), min(pair)) for n, pair in enumerate(intervals)]
    length = facts.years(view_with(*positions), [p.id for p in positions])
    assert 0 <= length.months <= max((p.from_ago or 0 for p in positions), default=0)


# --- degrees ---------------------------------------------------------------------------------------------------------


def educated(*entries: BlindEducation):
    rows = [(f"Degree {n}", "education", None) for n in range(len(entries))]
    return document_and_view(rows, education=entries)[1]


@pytest.mark.parametrize(
    ("text", "asked", "entry", "verdict", "final"),
    [
        ("A master's degree", "master", {"level": "master"}, "met", True),
        ("A master's degree", "master", {"level": "doctorate"}, "met", True),
        ("Bachelor's degree in history", "bachelor", {"level": "master", "field": "History"}, "met", True),
        ("Bachelor's degree in history", "bachelor", {"level": "bachelor", "field": "Physics"}, "met", False),
        ("A master's degree", "master", {"level": "bachelor"}, "not_shown", False),
        ("A master's degree", "master", {"level": "master", "complete": False}, "partial", False),
    ],
)
def test_degrees_are_compared_by_level_and_decided_only_where_the_field_is_clear(text, asked, entry, verdict, final):
    view = educated(BlindEducation.model_validate({"line": "L1", **entry}))
    decision = facts.decide(asks(text, degree=asked), view)
    assert (decision.verdict, decision.final) == (verdict, final)


def test_a_degree_that_is_not_there_is_left_to_reading_where_experience_may_replace_it():
    criterion = asks("Master's degree or equivalent practical experience", degree="master")
    assert facts.decide(criterion, educated(BlindEducation(level="bachelor", line="L1"))) is None
    assert facts.decide(asks("A master's degree", degree="master"), educated()) is None


# --- certificates and languages --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rows", "verdict"),
    [
        ("CCRN certification", ["CCRN since 2022"], "met"),
        ("CCRN certification", ["Currently studying for the CCRN; exam not scheduled"], "not_shown"),
        ("CCRN certification", ["CCRN, lapsed in spring"], "contradicted"),
        ("CCRN certification", ["PCCN, 2021"], None),
        ("CCRN certification", ["baking, CCRN, patience, trust, calm, care, nights"], None),
        ("Active BLS and ACLS", ["BLS and ACLS to 2027"], "met"),
        ("Active BLS and ACLS", ["BLS to 2028", "ACLS lapsed in June"], "partial"),
        ("Certification such as CPIM or CSCP", ["CSCP, 2024"], "met"),
        ("Certification such as CPIM or CSCP", ["CPIM, obtenue en mai 2024"], "met"),
        ("Conversational Spanish or Somali", ["Spanish, conversational, daily. Vietnamese, a little."], "met"),
        ("Fluent Spanish", ["Spanish (conversational); French (native)"], None),
        ("Fluent Spanish", ["Español (materno), inglés (básico)"], "met"),
        ("Spanish", ["Spanish, a few words, basic"], None),
    ],
)
def test_plain_words_decide_about_certificates_and_languages(text, rows, verdict):
    section = "languages" if "anish" in text else "certificates"
    _, view = document_and_view([(row, section, None) for row in rows])
    decision = credentials.decide(asks(text), view)
    assert (decision.verdict if decision else None) == verdict


# --- residence and permission to work --------------------------------------------------------------------------------

HERE = "You must live in Arizona, Utah or Idaho."
BOTH = "You live in the United States and are authorized to work here; we cannot sponsor visas."
WORK = "Applicants must be authorized to work in the United States without sponsorship."


@pytest.mark.parametrize(
    ("text", "rows", "verdict"),
    [
        (HERE, ["Tempe, Arizona"], "met"),
        (HERE, ["Ogden, UT 84401"], "met"),
        (HERE, ["Salt Lake City"], "met"),
        (HERE, ["Medford, Oregon"], "not_shown"),
        (HERE, ["Houston, Texas", "Willing to relocate"], None),
        (HERE, ["Houston, Texas", "not planning to move, no relocation"], "not_shown"),
        (HERE, ["A baker"], None),
        (BOTH, ["Houma, Louisiana", "US citizen"], "met"),
        (BOTH, ["Portland, Maine"], "partial"),
        (BOTH, ["Portland, Maine", "CITIZENSHIP", "United States"], "met"),
        (BOTH, ["Portland, Maine", "CITIZENSHIP", "Canada"], "partial"),
        (BOTH, ["Austin, TX", "I need a sponsor for my H-1B"], "contradicted"),
        (WORK, ["No sponsorship needed now or later"], "met"),
        (WORK, ["Green card holder"], "met"),
        (WORK, ["British citizen"], None),
        (WORK, ["On F-1 OPT until 2027, will need sponsorship"], "contradicted"),
        (WORK, ["I do not need sponsorship"], "met"),
        (WORK, ["A baker"], None),
        ("Experience with visa applications of guests", ["US citizen"], None),
        ("Bake bread for us", ["US citizen, Utah"], None),
    ],
)
def test_residence_and_permission_to_work_are_decided_from_stated_words_only(text, rows, verdict):
    document, view = document_and_view([(row, "header", None) for row in rows])
    decision = standing.decide(asks(text), view, document)
    assert (decision.verdict if decision else None) == verdict
    for span in decision.spans if decision else ():
        assert document.text[span.start : span.end].strip()


def test_the_employers_place_in_a_position_is_no_residence():
    document, view = document_and_view([("Baker, Tempe, Arizona", "experience", "P1")], [position("P1", 9, 0)])
    assert standing.decide(asks(HERE), view, document) is None


# --- merging ---------------------------------------------------------------------------------------------------------


def cell(verdict: Verdict | None, *lines: str, **more) -> Cell:
    if verdict is None:
        return Cell(criterion="R1", status="not_assessed", why_not_assessed="call_failed")
    return Cell(criterion="R1", verdict=verdict, lines=lines, **more)


@pytest.mark.parametrize(
    ("parts", "verdict", "unsure"),
    [
        ((cell("not_shown"), cell("met", "L9")), "met", False),
        ((cell("partial", "L1"), cell("partial", "L9")), "partial", True),
        ((cell("contradicted", "L1"), cell("met", "L9")), "partial", True),
        ((cell("contradicted", "L1"), cell("not_shown")), "contradicted", False),
        ((cell("not_shown"), cell("not_shown")), "not_shown", False),
        ((cell(None), cell("met", "L9")), "met", False),
        ((cell(None), cell("partial", "L9")), None, False),
    ],
)
def test_the_parts_of_a_long_resume_are_merged_by_rule(parts, verdict, unsure):
    merged = merge.merge_parts(parts)
    assert (merged.verdict, merged.unsure) == (verdict, unsure)


def test_positions_and_lines_of_all_parts_count():
    merged = merge.merge_parts([cell("met", "L1", counted=("P1",)), cell("met", "L9", counted=("P2", "P1"))])
    assert (merged.lines, merged.counted) == (("L1", "L9"), ("P1", "P2"))


@given(st.lists(st.sampled_from(merge.ORDER), min_size=1, max_size=9))
def test_the_vote_is_the_lower_median_and_never_an_extreme_that_nobody_else_shares(verdicts):
    merged = merge.vote([cell(verdict, "L1") for verdict in verdicts])
    ranked = sorted(verdicts, key=merge.ORDER.index)
    assert merged.verdict == ranked[(len(ranked) - 1) // 2]
    assert merged.unsure == (len(set(verdicts)) > 1)


# --- layout ----------------------------------------------------------------------------------------------------------


def test_a_long_resume_is_split_between_positions_and_no_line_is_lost():
    rows = [(f"Baked the cake number {n} " + "with care " * 20, "experience", f"P{n // 10}") for n in range(100)]
    _, view = document_and_view(rows, [position(f"P{n}", 100 - n, 90 - n) for n in range(10)])
    plan = render.layout(view, part_tokens=1500)
    shown = [line.id for part in plan.parts for line in part.lines]
    assert len(plan.parts) > 2 and not plan.left_out
    assert shown == [line.id for line in view.lines]
    starts = {part.lines[0].id for part in plan.parts}
    assert starts <= {f"L{10 * n + 1}" for n in range(10)}


def test_what_does_not_fit_into_the_allowed_parts_is_said():
    rows = [(f"Cake {n} " + "with care " * 50, "other", None) for n in range(60)]
    _, view = document_and_view(rows)
    plan = render.layout(view, part_tokens=500, most_parts=3)
    assert len(plan.parts) == 3
    assert {line.id for part in plan.parts for line in part.lines} | set(plan.left_out) == {x.id for x in view.lines}


def test_the_system_text_is_the_same_for_every_candidate_and_holds_every_requirement():
    from matcher.justify import ModelJudge
    from matcher.llm import FunctionLLM

    judge = ModelJudge(FunctionLLM(lambda _: ""))
    requests = [judge.requests(baker(f"cand:{n}")[1], bakery_criteria())[0] for n in range(3)]
    assert len({request.system for request in requests}) == 1
    assert len({str(request.schema) for request in requests}) == 1
    assert "Q1 | minimum | 3+ years as a pastry cook | YEARS" in requests[0].system
