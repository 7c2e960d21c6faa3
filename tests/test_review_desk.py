"""The desk: every act is a person's, is kept twice or not at all, and says what it lacks."""

from dataclasses import replace
from pathlib import Path

import fakes_report
import fakes_review as fakes
import pytest

from matcher import report
from matcher.errors import InputError, LogError
from matcher.models import Decision, Span
from matcher.review import phrases, wire
from matcher.review.acts import Request, Reviewer
from matcher.review.desk import Desk
from matcher.review.ledger import ledger
from matcher.review.list_view import Filters, reweighted, rows, weights
from matcher.review.plan import CellKey, Policy, plan
from matcher.review.settle import machine_pairs, settle, trusted_wrongly

RITA, SAM, ADA = Reviewer("Rita"), Reviewer("Sam", role="second"), Reviewer("Ada", role="adjudicator")
ALL_OPEN = Policy(seed="seed", blind_share=0.0)


def key_of(desk: Desk, verdict: str | None, evidence: bool | None = None) -> CellKey:
    """The first cell to which the machine gave this verdict."""
    for key in desk.plan(RITA).cells:
        cell = desk.machine(key)
        assert cell is not None
        if cell.verdict == verdict and (evidence is None or bool(cell.evidence) == evidence):
            return key
    raise AssertionError(f"no cell with {verdict}")


def act(desk: Desk, who: Reviewer, kind: str, key: CellKey | str, verdict: str | None = None, **more) -> Decision:
    candidate, criterion = key if isinstance(key, CellKey) else (key, None)
    return desk.act(who, Request(kind, candidate, criterion, verdict, **more))  # type: ignore[arg-type]


# --- order and samples -----------------------------------------------------------------------------------------------


def test_the_order_is_by_criterion_across_people_and_the_same_for_the_same_seed() -> None:
    pool = fakes_report.pool(fakes_report.documents(6), judged=6)
    made = plan(pool, Policy(seed="a"))
    names = [key.criterion for key in made.cells]
    assert names == sorted(names, key=[c.id for c in pool.criteria.criteria].index)
    assert made == plan(pool, Policy(seed="a"))
    assert made.cells != plan(pool, Policy(seed="b")).cells
    first = [key.candidate for key in made.cells if key.criterion == "R1"]
    second = [key.candidate for key in made.cells if key.criterion == "R2"]
    assert first != second and sorted(first) == sorted(second)


def test_the_order_does_not_follow_the_rank() -> None:
    pool = fakes_report.pool(fakes_report.documents(40), judged=40)
    ranked = [r.candidate for r in pool.ranking.ranked]
    shown = [key.candidate for key in plan(pool, Policy(seed="a")).cells if key.criterion == "R1"]
    places = [ranked.index(c) for c in shown]
    moved = sum(abs(place - n) for n, place in enumerate(places)) / 40
    assert moved > 5


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.1, 3), (0.5, 15), (1.0, 30), (0.001, 1)])
def test_any_share_of_the_cells_can_be_blind_first(share: float, expected: int) -> None:
    pool = fakes_report.pool(fakes_report.documents(6), judged=6)
    assert len(plan(pool, Policy(seed="a", blind_share=share)).blind_first) == expected


def test_the_sample_from_below_the_cut_is_seeded_and_holds_nobody_who_was_read() -> None:
    pool = fakes_report.pool(fakes_report.documents(30), judged=4)
    made = plan(pool, Policy(seed="a"))
    assert len(made.below) == 10 and not set(made.below) & set(pool.assessments)
    assert made.below == plan(pool, Policy(seed="a")).below != plan(pool, Policy(seed="b")).below
    few = plan(fakes_report.pool(fakes_report.documents(6), judged=4), Policy(seed="a"))
    assert len(few.below) == 2


def test_a_person_can_go_through_only_what_asks_for_one() -> None:
    texts = fakes_report.documents(4)
    pool = fakes_report.pool(texts, judged=4, verdicts=[["met", "met", None, "not_shown", "met"]])
    made = plan(pool, ALL_OPEN, scope="needs")
    assert {key.criterion for key in made.cells} == {"M1"} and len(made.cells) == 4


# --- acts ------------------------------------------------------------------------------------------------------------


def test_an_act_is_in_the_workspace_and_in_the_log(tmp_path: Path) -> None:
    desk, memory, workspace = fakes.desk(tmp_path, policy=ALL_OPEN)
    key = key_of(desk, "met")
    kept = act(desk, RITA, "agree", key, seconds=3.24)
    assert workspace.decisions(desk.case.pool.run.id) == (kept,)
    assert kept.verdict == "met" and kept.machine_shown and kept.blind and kept.seconds == 3.2
    event = memory.events[-1]
    assert (event["kind"], event["actor"], event["candidate"]) == ("human_agree", "human:Rita", key.candidate)
    assert event["criterion"] == key.criterion and event["body"]["decision_seq"] == kept.seq


def test_an_act_that_the_log_refuses_is_not_in_the_workspace(tmp_path: Path) -> None:
    desk, memory, workspace = fakes.desk(tmp_path, policy=ALL_OPEN)
    memory.fail = LogError("The audit log cannot be written: free some space.")
    with pytest.raises(LogError):
        act(desk, RITA, "agree", key_of(desk, "met"))
    assert workspace.decisions() == () and desk.book.acts == ()
    memory.fail = None
    act(desk, RITA, "agree", key_of(desk, "met"))
    assert len(workspace.decisions()) == 1


def test_changing_a_shown_verdict_needs_a_reason(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    key = key_of(desk, "met")
    with pytest.raises(InputError, match="reason"):
        act(desk, RITA, "verdict", key, "partial")
    assert act(desk, RITA, "verdict", key, "partial", reason_code="too_generous").verdict == "partial"


def test_met_needs_a_quote(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    key = key_of(desk, "not_shown")
    with pytest.raises(InputError, match="quote"):
        act(desk, RITA, "verdict", key, "met", reason_code="evidence_missed")
    text = desk.case.document(key.candidate).text
    start = text.index("Led a team")
    with pytest.raises(InputError, match="cannot be quoted"):
        act(desk, RITA, "verdict", key, "met", reason_code="evidence_missed",
            evidence=[Span(start=len(text), end=len(text) + 9)])  # fmt: skip
    act(desk, RITA, "verdict", key, "met", reason_code="evidence_missed", evidence=[Span(start=start, end=start + 10)])
    cell = next(c for c in desk.shortlist().entry(key.candidate).justifications if c.criterion == key.criterion)
    assert cell.verdict == "met" and cell.evidence[0].text == "Led a team" and cell.evidence[0].line.startswith("L")


def test_an_override_moves_the_score_at_once_and_marks_the_cell(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    key = key_of(desk, "met")
    before = desk.shortlist().entry(key.candidate)
    act(desk, RITA, "verdict", key, "not_shown", reason_code="evidence_wrong", text="Another team.")
    after = desk.shortlist().entry(key.candidate)
    assert after.score < before.score and after.overridden == (key.criterion,)
    cell = next(c for c in after.justifications if c.criterion == key.criterion)
    assert cell.judge == "person (reviewer)" and cell.reason == "Another team."


def test_agreeing_after_an_override_gives_the_machine_its_verdict_back(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    key, before = key_of(desk, "met"), desk.shortlist().entries
    act(desk, RITA, "verdict", key, "not_shown", reason_code="mistake")
    act(desk, RITA, "agree", key)
    assert desk.shortlist().entries == before
    assert [a.kind for a in desk.book.acts] == ["verdict", "undo", "agree"]


def test_undo_takes_back_the_last_act_of_this_person_only(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    first, second = desk.plan(RITA).cells[:2]
    act(desk, RITA, "agree", first)
    act(desk, Reviewer("Bob"), "agree", second)
    assert desk.undo(RITA).candidate == first.candidate
    assert not desk.done(RITA, first) and desk.done(Reviewer("Bob"), second)
    with pytest.raises(InputError, match="nothing to undo"):
        desk.undo(RITA)


def test_uncovering_a_name_needs_a_reason_and_cannot_be_undone(tmp_path: Path) -> None:
    desk, memory, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    candidate = desk.plan(RITA).cells[0].candidate
    with pytest.raises(InputError, match="why"):
        act(desk, RITA, "unblind", candidate)
    assert act(desk, RITA, "unblind", candidate, text="The quote is cut off.").blind
    assert candidate in desk.book.unblinded("Rita") and candidate not in desk.book.unblinded("Sam")
    assert memory.events[-1]["kind"] == "unblinded"
    with pytest.raises(InputError):
        desk.undo(RITA)
    assert not act(desk, RITA, "agree", key_of(desk, "met")._replace(candidate=candidate, criterion="R1")).blind


def test_people_are_decided_on_one_at_a_time_by_name_and_declining_says_why(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path)
    candidate = desk.shortlist().entries[0].candidate
    assert all(entry.decision is None for entry in desk.shortlist().entries)
    with pytest.raises(InputError, match="why"):
        act(desk, RITA, "decline", candidate)
    act(desk, RITA, "decline", candidate, text="No licence for this state.")
    assert [e.decision for e in desk.shortlist().entries if e.decision] == ["decline"]
    act(desk, RITA, "advance", candidate)
    assert desk.shortlist().entry(candidate).decision == "advance"
    with pytest.raises(InputError, match="no such candidate"):
        act(desk, RITA, "advance", "*")
    with pytest.raises(InputError, match="not complete"):
        act(desk, Reviewer(""), "advance", candidate)


# --- blind first -----------------------------------------------------------------------------------------------------


def test_a_blind_first_cell_hides_the_machine_until_the_person_has_answered(tmp_path: Path) -> None:
    desk, memory, _ = fakes.desk(tmp_path, policy=Policy(seed="seed", blind_share=1.0))
    key = key_of(desk, "met")
    assert not desk.machine_shown(RITA, key)
    for kind, verdict in (("agree", None), ("verdict", "met")):
        with pytest.raises(InputError, match="Answer first"):
            act(desk, RITA, kind, key, verdict)
    first = act(desk, RITA, "first_look", key, "partial")
    assert not first.machine_shown and desk.machine_shown(RITA, key) and not desk.done(RITA, key)
    then = act(desk, RITA, "agree", key)
    assert then.machine_shown and desk.done(RITA, key)
    kinds = [(e["kind"], e["body"]["machine_shown"]) for e in memory.events]
    assert kinds == [("human_first_look", False), ("human_agree", True)]


def test_a_first_look_is_kept_and_moves_no_score(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=Policy(seed="seed", blind_share=1.0))
    key, before = key_of(desk, "met"), desk.shortlist().entries
    act(desk, RITA, "first_look", key, "contradicted")
    assert desk.shortlist().entries == before
    assert "Answered before the machine's verdict was shown: 1 cell;" in " ".join(desk.shortlist().review)


def test_how_often_people_follow_the_machine_is_counted(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=Policy(seed="seed", blind_share=1.0))
    keys = [key for key in desk.plan(RITA).cells if desk.machine(key).verdict == "met"][:3]
    for key, first in zip(keys, ("met", "partial", "partial"), strict=True):
        act(desk, RITA, "first_look", key, first)
    assert "that differed" not in " ".join(desk.shortlist().review), "no final answer, nobody followed anything"
    act(desk, RITA, "agree", keys[1])
    act(desk, RITA, "verdict", keys[2], "partial", reason_code="too_generous")
    assert "1 of 2 that differed ended with the machine's verdict" in " ".join(desk.shortlist().review)


def test_a_list_signed_without_a_look_says_so(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path)
    desk.act(RITA, Request("sign", ""))
    assert desk.shortlist().review == ("Signed without a single cell checked by a person.",)


# --- a second reviewer -----------------------------------------------------------------------------------------------


def test_a_second_reviewer_sees_neither_answer_and_a_disagreement_is_ruled_on(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    key = desk.plan(RITA).cells[0]
    act(desk, RITA, "agree", key)
    assert desk.plan(SAM).cells == (key,)
    assert not desk.machine_shown(SAM, key)
    before = desk.shortlist().entries
    said = desk.machine(key).verdict
    act(desk, SAM, "second_look", key, "contradicted")
    assert desk.shortlist().entries == before
    assert desk.book.disagreements() == (key,) and not desk.machine_shown(ADA, key)
    assert desk.book.pairs() == ((key, said, "contradicted"),)
    act(desk, ADA, "adjudicate", key, "not_shown", text="Ruled.")
    assert desk.book.disagreements() == ()
    cell = next(c for c in desk.shortlist().entry(key.candidate).justifications if c.criterion == key.criterion)
    assert cell.verdict == "not_shown"
    act(desk, RITA, "verdict", key, "partial", reason_code="too_strict")
    cell = next(c for c in desk.shortlist().entry(key.candidate).justifications if c.criterion == key.criterion)
    assert cell.verdict == "not_shown"


def test_a_second_reviewer_is_asked_a_seeded_share(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=replace(ALL_OPEN, second_share=0.5))
    for key in desk.plan(RITA).cells[:10]:
        act(desk, RITA, "agree", key)
    assert len(desk.plan(SAM).cells) == 5
    assert set(desk.plan(SAM).cells) <= set(desk.plan(RITA).cells[:10])


# --- below the cut ---------------------------------------------------------------------------------------------------


def test_the_miss_rate_stands_with_its_interval(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, count=14, judged=4)
    sample = desk.plan(RITA).below
    for candidate, verdict in zip(sample, ["met", *["not_shown"] * 8, "partial"], strict=True):
        act(desk, RITA, "reviewed_below_cut", candidate, verdict)
    assert desk.shortlist().review == (
        "10 people from below the cut were looked at: 1 of 9 belonged on the list (miss rate 11%, 95 % interval 2% to"
        " 43%), 1 unclear.",
    )
    with pytest.raises(InputError, match="one of the three"):
        act(desk, RITA, "reviewed_below_cut", sample[0], "contradicted")


# --- sign and replay -------------------------------------------------------------------------------------------------


def test_signing_seals_a_version_and_a_change_makes_the_next(tmp_path: Path) -> None:
    desk, memory, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    assert (desk.shortlist().version, desk.shortlist().sealed_by) == (1, None)
    act(desk, RITA, "agree", key_of(desk, "met"))
    desk.act(RITA, Request("sign", ""))
    assert (desk.shortlist().version, desk.shortlist().sealed_by) == (1, "Rita")
    assert memory.events[-1]["kind"] == "shortlist_sealed"
    with pytest.raises(InputError, match="sealed already"):
        desk.act(RITA, Request("sign", ""))
    act(desk, RITA, "hold", desk.shortlist().entries[0].candidate)
    assert (desk.shortlist().version, desk.shortlist().sealed_by) == (2, None)
    desk.act(SAM, Request("sign", ""))
    assert (desk.shortlist().version, desk.shortlist().sealed_by) == (2, "Sam")


def test_the_same_acts_give_the_same_shortlist_bytes(tmp_path: Path) -> None:
    desk, _, workspace = fakes.desk(tmp_path, policy=Policy(seed="seed", blind_share=0.5), count=14)
    for key in desk.plan(RITA).cells[:12]:
        verdict = desk.machine(key).verdict
        if not desk.machine_shown(RITA, key):
            act(desk, RITA, "first_look", key, "partial")
        if verdict == "met":
            act(desk, RITA, "verdict", key, "partial", reason_code="too_generous")
        else:
            act(desk, RITA, "agree", key)
    desk.undo(RITA)
    for candidate in desk.plan(RITA).below[:3]:
        act(desk, RITA, "reviewed_below_cut", candidate, "not_shown")
    act(desk, RITA, "advance", desk.shortlist().entries[0].candidate)
    desk.act(RITA, Request("sign", ""))
    acts = workspace.decisions(desk.case.pool.run.id)
    again = settle(desk.case.pool, reversed(acts), desk.case.quote)
    assert report.render_json(again) == report.render_json(desk.shortlist())
    moved = [a.model_copy(update={"when": "1999-01-01T00:00:00Z", "seconds": 9.0}) for a in acts]
    assert report.render_json(settle(desk.case.pool, moved, desk.case.quote)) == report.render_json(again)
    assert again.sealed_by == "Rita" and len(again.review) == 3


def test_a_new_desk_goes_on_where_the_old_one_stopped(tmp_path: Path) -> None:
    desk, memory, workspace = fakes.desk(tmp_path)
    for _ in range(7):
        key = desk.next_open(RITA)
        if not desk.machine_shown(RITA, key):
            act(desk, RITA, "first_look", key, "met")
        act(desk, RITA, "agree", key)
    again = Desk(desk.case, workspace, memory, fakes.Ticks(), desk.policy)
    assert again.next_open(RITA) == desk.next_open(RITA) == desk.plan(RITA).cells[7]
    assert again.progress(RITA) == (7, 20)


def test_what_another_process_adds_is_taken_in(tmp_path: Path) -> None:
    desk, memory, workspace = fakes.desk(tmp_path, policy=ALL_OPEN)
    other = Desk(desk.case, workspace, memory, fakes.Ticks(), desk.policy)
    act(other, RITA, "agree", key_of(desk, "met"))
    desk.refresh()
    assert desk.book.acts == other.book.acts


# --- weights ---------------------------------------------------------------------------------------------------------


def test_other_weights_reorder_the_list_without_asking_anybody(tmp_path: Path) -> None:
    desk, memory, _ = fakes.desk(tmp_path)
    assert weights(desk, {"w1": "2"}) == {}
    changed = weights(desk, {"w1": "0", "w2": "0", "w3": "0", "w4": "0", "w5": "9"})
    made = reweighted(desk, changed)
    assert [e.score for e in made.entries[:2]] == [1000, 500]
    assert [e.candidate for e in made.entries] != [e.candidate for e in desk.shortlist().entries]
    assert memory.events == [] and desk.book.acts == ()
    for wrong in ("-1", "101", "x", "1.5"):
        with pytest.raises(InputError, match="whole number"):
            weights(desk, {"w1": wrong})


def test_the_list_can_be_narrowed_and_everybody_below_the_cut_is_on_it(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    made = desk.shortlist()
    assert len(rows(desk, RITA, made, Filters())) == 6
    assert {r.entry.status for r in rows(desk, RITA, made, Filters(status="below_cut"))} == {"below_cut"}
    assert len(rows(desk, RITA, made, Filters(look=True))) == 1
    assert all(g.state == "met" for r in rows(desk, RITA, made, Filters(must=True)) for g in r.entry.gates)
    act(desk, RITA, "hold", made.entries[0].candidate)
    assert len(rows(desk, RITA, desk.shortlist(), Filters(undecided=True))) == 5


def test_the_list_does_not_betray_what_is_to_be_answered_first(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=Policy(seed="seed", blind_share=1.0))
    made = [r for r in rows(desk, RITA, desk.shortlist(), Filters()) if r.cells]
    assert all(len(r.hidden) == 5 for r in made)
    key = key_of(desk, "met")
    act(desk, RITA, "first_look", key, "met")
    row = next(r for r in rows(desk, RITA, desk.shortlist(), Filters()) if r.entry.candidate == key.candidate)
    assert key.criterion not in row.hidden and len(row.hidden) == 4


def test_undoing_an_undo_is_not_possible_but_acting_again_is(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    key = key_of(desk, "met")
    act(desk, RITA, "agree", key)
    desk.undo(RITA)
    act(desk, RITA, "agree", key)
    assert desk.done(RITA, key) and len(ledger(desk.book.acts).standing) == 1


# --- what was seen cannot be unseen ----------------------------------------------------------------------------------


def test_a_first_look_cannot_be_taken_back_and_given_again_after_the_machine_was_seen(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=Policy(seed="seed", blind_share=1.0))
    key = key_of(desk, "met")
    act(desk, RITA, "first_look", key, "contradicted")
    with pytest.raises(InputError, match="first answer stays"):
        desk.undo(RITA)
    with pytest.raises(InputError, match="shown already"):
        act(desk, RITA, "first_look", key, "met")
    act(desk, RITA, "agree", key)
    assert desk.undo(RITA).kind == "agree"
    assert desk.machine_shown(RITA, key) and desk.answers(RITA, key).first.verdict == "contradicted"
    with pytest.raises(InputError, match="nothing to undo"):
        desk.undo(RITA)


def test_in_an_older_log_with_undone_first_looks_only_the_first_of_all_counts_as_blind(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=Policy(seed="seed", blind_share=1.0))
    key = key_of(desk, "met")
    first = act(desk, RITA, "first_look", key, "contradicted")
    undone = first.model_copy(update={"seq": 2, "kind": "undo", "verdict": None, "undoes": 1})
    again = first.model_copy(update={"seq": 3, "verdict": "met"})
    book = ledger((first, undone, again))
    assert machine_pairs(desk.case.pool, book) == [(key, "contradicted", "met")]


def test_a_name_typed_in_other_capitals_is_the_same_person(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    act(desk, RITA, "agree", key_of(desk, "met"))
    assert wire.read_start(b'{"name": "  rITA "}', desk).name == "Rita"
    assert wire.read_start(b'{"name": "Sam  Lee"}', desk).name == "Sam Lee"
    assert wire.read_sign(b'{"name": "rita"}', RITA).kind == "sign"
    with pytest.raises(InputError, match="as you gave it"):
        wire.read_sign(b'{"name": "Sam"}', RITA)


def test_reliance_is_counted_where_a_third_person_ruled_the_machine_wrong(tmp_path: Path) -> None:
    desk, _, _ = fakes.desk(tmp_path, policy=ALL_OPEN)
    keys = [key for key in desk.plan(RITA).cells if desk.machine(key).verdict == "met"][:3]
    act(desk, RITA, "agree", keys[0])
    act(desk, RITA, "agree", keys[1])
    act(desk, RITA, "verdict", keys[2], "not_shown", reason_code="evidence_wrong")
    for key in keys:
        act(desk, SAM, "second_look", key, "partial")
    assert trusted_wrongly(desk.case.pool, desk.book) == (0, 0)
    act(desk, ADA, "adjudicate", keys[0], "partial")
    act(desk, ADA, "adjudicate", keys[1], "met")
    act(desk, ADA, "adjudicate", keys[2], "not_shown")
    assert trusted_wrongly(desk.case.pool, desk.book) == (2, 1)


def test_rows_say_what_asks_for_a_person_but_nothing_about_hidden_verdicts(tmp_path: Path) -> None:
    texts = fakes_report.documents(4)
    pool = fakes_report.pool(texts, judged=4, verdicts=[["met", "met", None, "not_shown", "met"]])
    desk, _, _ = fakes.desk(tmp_path, texts=texts, pool=pool, policy=ALL_OPEN)
    made = rows(desk, RITA, desk.shortlist(), Filters())
    assert [row.asking for row in made] == [frozenset({"M1"})] * 4
    assert [c.criterion for group in made[0].groups for c in group] == [c.id for c in pool.criteria.criteria]
    assert len(rows(desk, RITA, desk.shortlist(), Filters(asking=True))) == 4
    doubted = {
        c: a.model_copy(
            update={"justifications": tuple(j.model_copy(update={"unsure": True}) for j in a.justifications)}
        )
        for c, a in pool.assessments.items()
    }
    for share, asking in ((0.0, {"R1", "R2", "M1", "M2", "P1"}), (1.0, {"M1"})):
        other, _, _ = fakes.desk(tmp_path / str(share), texts=texts, pool=replace(pool, assessments=doubted),
                                policy=Policy(seed="seed", blind_share=share))  # fmt: skip
        assert rows(other, RITA, other.shortlist(), Filters())[0].asking == asking


@pytest.mark.parametrize(
    ("ends", "words"),
    [((30, 6, True), "2 years, until 6 months ago"), ((13, 0, True), "1 year 1 month, until now"),
     ((60, 24, False), "about 3 years, until 2 years ago"), ((5, 5, True), "1 month, until 5 months ago")],
)  # fmt: skip
def test_a_job_is_told_in_years_and_months(ends: tuple[int, int, bool], words: str) -> None:
    assert phrases.job(ends[0], ends[1], exact=ends[2]) == words
