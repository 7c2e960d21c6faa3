"""Scores, order, ties, intervals, decisions and counts, recomputed by hand."""

import pytest
from fakes import assessment, cell, criteria, criterion, ranking, row, run_info
from hypothesis import given
from hypothesis import strategies as st

from matcher.models import Assessment, Decision, Justification, Quote, Shortlist, Span
from matcher.score import Pool, apply_decisions, score, shortlist

TWO = criteria(criterion("Q1", weight=3, must=True), criterion("Q2", weight=1))


def pool(*read: Assessment, files: tuple[str, ...] = ("a", "b", "c"), wanted=TWO) -> Pool:
    return Pool(
        run=run_info(wanted),
        criteria=wanted,
        ranking=ranking(*files),
        assessments={a.candidate: a for a in read},
        files=[row(c) for c in files],
    )


def quote(candidate: str, span: Span) -> Quote:
    return Quote(line="L1", text="x" * (span.end - span.start), page=1, start=span.start, end=span.end)


def verdict(seq: int, candidate: str, key: str, said: str, **extra: object) -> Decision:
    values = {"seq": seq, "run": "run:x", "candidate": candidate, "criterion": key, "kind": "verdict",
              "verdict": said, "who": "Ada", "when": "2026-11-01T00:00:00Z", **extra}  # fmt: skip
    return Decision.model_validate(values)


def test_promise_3_a_score_is_points_over_possible_points_per_mille() -> None:
    made = score(assessment("a", Q1="met", Q2="partial").justifications, TWO)
    assert (made.value, made.low, made.high, made.coverage) == (875, 875, 875, 1000)


def test_promise_5_a_cell_that_was_not_assessed_widens_the_interval_and_is_never_zero() -> None:
    made = score(assessment("a", Q1="met", Q2=None).justifications, TWO)
    assert (made.value, made.low, made.high, made.coverage) == (1000, 750, 1000, 750)


def test_below_half_of_the_weight_no_score_is_stated() -> None:
    made = score(assessment("a", Q1=None, Q2="met").justifications, TWO)
    assert made.value is None and made.coverage == 250


def test_silence_is_an_open_gate_and_never_a_failure() -> None:
    made = shortlist(pool(assessment("a", Q1="not_shown", Q2="met")))
    assert [(g.criterion, g.state) for g in made.entry("a").gates] == [("Q1", "open")]


def test_a_claim_without_a_quote_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="quote"):
        Justification(candidate="a", criterion="Q1", status="done", verdict="met", judge="liar")


def test_equal_scores_share_a_rank_and_everyone_has_a_row() -> None:
    made = shortlist(pool(assessment("b", Q1="met", Q2="met"), assessment("a", Q1="met", Q2="met")))
    assert {(e.candidate, e.rank, e.tied, e.status) for e in made.entries} == {
        ("a", 1, True, "ranked"),
        ("b", 1, True, "ranked"),
        ("c", None, False, "below_cut"),
    }
    assert dict(made.counts)["candidates"] == 3


def test_promise_1_a_score_does_not_depend_on_who_else_is_in_the_pool() -> None:
    one = assessment("a", Q1="partial", Q2="met")
    alone = shortlist(pool(one, files=("a",))).entry("a")
    among = shortlist(pool(one, assessment("b", Q1="met", Q2="met"))).entry("a")
    assert alone.score == among.score == 625


def test_the_order_of_files_does_not_change_the_order_of_people() -> None:
    read = [assessment(c, Q1="met", Q2="partial") for c in "abc"]
    forward = shortlist(pool(*read))
    backward = shortlist(pool(*reversed(read), files=("c", "b", "a")))
    assert [e.candidate for e in forward.entries] == [e.candidate for e in backward.entries]


def test_files_and_candidates_that_do_not_add_up_are_a_defect() -> None:
    broken = Pool(run=run_info(TWO), criteria=TWO, ranking=ranking("a", "z"), assessments={}, files=[row("a")])
    with pytest.raises(ValueError, match="have no file"):
        shortlist(broken)


def test_an_override_recomputes_the_score_and_marks_the_cell() -> None:
    read = pool(assessment("a", Q1="not_shown", Q2="met"), files=("a",))
    act = verdict(1, "a", "Q1", "met", evidence=(Span(start=0, end=4),))
    made = shortlist(read, [act], quote).entry("a")
    assert (made.score, made.overridden) == (1000, ("Q1",))
    assert made.justifications[0].evidence[0].text == "xxxx"


def test_an_override_to_met_without_any_quote_is_refused() -> None:
    with pytest.raises(ValueError, match="quote"):
        apply_decisions({"a": assessment("a", Q1="not_shown")}, [verdict(1, "a", "Q1", "met")], quote)


def test_undo_takes_an_act_back_and_undoing_the_undo_restores_it() -> None:
    read = pool(assessment("a", Q1="met", Q2="met"), files=("a",))
    act = verdict(1, "a", "Q1", "not_shown")
    undo = Decision(seq=2, run="run:x", candidate="a", kind="undo", who="Ada", when="t", undoes=1)
    redo = Decision(seq=3, run="run:x", candidate="a", kind="undo", who="Ada", when="t", undoes=2)
    assert shortlist(read, [act], quote).entry("a").score == 250
    assert shortlist(read, [act, undo], quote).entry("a").score == 1000
    assert shortlist(read, [act, undo, redo], quote).entry("a").score == 250


def test_an_adjudication_stands_above_a_later_verdict() -> None:
    read = pool(assessment("a", Q1="met", Q2="met"), files=("a",))
    acts = [verdict(1, "a", "Q1", "not_shown", kind="adjudicate"), verdict(2, "a", "Q1", "met")]
    assert shortlist(read, acts, quote).entry("a").score == 250


def test_votes_widen_the_rank_range() -> None:
    wanted = criteria(criterion("Q1"))
    shaky = Assessment(candidate="a", view="v", justifications=(cell("a", "Q1", "met", votes=("met", "not_shown")),))
    made = shortlist(pool(shaky, assessment("b", Q1="partial"), files=("a", "b"), wanted=wanted))
    assert (made.entry("a").rank_low, made.entry("a").rank_high) == (1, 2)
    assert (made.entry("b").rank_low, made.entry("b").rank_high) == (1, 2)


VERDICTS = st.sampled_from(["met", "partial", "not_shown", "contradicted", None])


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(VERDICTS, VERDICTS), min_size=1))
def test_ranks_follow_scores_and_the_interval_holds_the_score(cells: dict[str, tuple[str, str]]) -> None:
    read = [assessment(c, Q1=q1, Q2=q2) for c, (q1, q2) in cells.items()]
    made: Shortlist = shortlist(pool(*read, files=tuple(cells)))
    ranked = [e for e in made.entries if e.rank is not None]
    assert [e.score for e in ranked] == sorted((e.score for e in ranked), reverse=True)
    for entry in ranked:
        assert entry.rank_low <= entry.rank <= entry.rank_high
        assert entry.score_low <= entry.score_high
        better = sum(other.score > entry.score for other in ranked)
        assert entry.rank >= better + 1
