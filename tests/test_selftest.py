"""The selftest, estimates and batch files: what users see around the judge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes_llm import baker, bakery_criteria
from fakes_llm_server import FaultServer, body, honest

from matcher.config import Settings
from matcher.errors import InputError
from matcher.justify import ModelJudge, justify
from matcher.justify.adversaries import asked_ids, entry, shown_lines, shown_positions
from matcher.justify.examining import agreement, load_exam
from matcher.llm import FunctionLLM, Gateway, MemoryStore, OpenAIEndpoint
from matcher.pipeline import judging

CRITERIA = bakery_criteria()
VIEWS = [baker(f"cand:{n}", [(f"Cake {n}", "other", None)])[1] for n in range(4)]
HERE = Settings(llm="m")


def perfect(request):
    """Answers the exam from its truth."""
    exam = load_exam()
    text = " ".join(shown_lines(request).values())
    paper = next(p for p in exam.papers if p.view.lines[0].text in text)
    answers = []
    for name in asked_ids(request):
        verdict = paper.truth[name]
        lines = [] if verdict == "not_shown" else list(shown_lines(request))[:1]
        counts = shown_positions(request)[:1] if name == "Q1" and verdict == "met" else []
        answers.append(entry(name, verdict, lines, counts, "As the line says."))
    return {"answers": answers}


def test_the_product_passes_its_own_selftest_without_a_model():
    report = judging.selftest(Settings())
    assert report.passed and report.exam is None
    assert [trial.name for trial in report.trials] == ["a liar", "a puppet", "a flickering model", "a broken server"]


def test_a_configured_model_sits_the_exam_and_its_agreement_is_printed():
    report = judging.selftest(Settings(), FunctionLLM(perfect))
    assert report.exam is not None
    assert report.exam.same == report.exam.cells == 30
    assert report.exam.kappa == 1.0
    assert "kappa 1.00" in report.lines()[-1]


def test_a_model_that_says_met_to_everything_is_shown_as_what_it_is():
    def yes(request):
        lines = list(shown_lines(request))[:1]
        return {"answers": [entry(n, "met", lines, shown_positions(request), "Yes.") for n in asked_ids(request)]}

    exam = judging.selftest(Settings(), FunctionLLM(yes)).exam
    assert exam is not None
    assert exam.kappa < 0.3 and exam.false_met > 0


def test_the_selftest_fails_where_a_quote_is_invented(monkeypatch):
    real = judging.justify.justify

    def forge(cell):
        quotes = tuple(quote.model_copy(update={"text": "Led $20M"}) for quote in cell.evidence)
        return cell.model_copy(update={"evidence": quotes})

    def forging(*args, **more):
        made = real(*args, **more)
        return made.model_copy(update={"justifications": tuple(forge(cell) for cell in made.justifications)})

    monkeypatch.setattr(judging.justify, "justify", forging)
    report = judging.selftest(Settings())
    assert not report.passed
    assert json.loads(json.dumps(report.as_json()))["passed"] is False


def test_kappa_counts_silence_and_denial_alike():
    exam = load_exam()
    judge = ModelJudge(FunctionLLM(perfect))
    read = [justify(p.view, p.document, exam.criteria, judge) for p in exam.papers]
    assert agreement(exam.papers, read).false_met == 0


# --- estimates -------------------------------------------------------------------------------------------------------


def test_an_estimate_is_close_to_what_a_run_then_takes():
    with FaultServer() as server, OpenAIEndpoint("m", base_url=server.url) as endpoint:
        gateway = Gateway(endpoint)
        for view in VIEWS:
            document, _ = baker()
            justify(view, document, CRITERIA, ModelJudge(gateway))
        made = judging.estimate_of(Settings(llm="m"), CRITERIA, VIEWS)
    assert gateway.spending.calls == 4 <= made.calls <= 5
    assert gateway.spending.prompt <= made.prompt <= 2 * gateway.spending.prompt


def test_an_estimate_names_calls_tokens_minutes_and_cost_and_asks_nothing():
    rows = dict(judging.estimate(Settings(llm="m", passes=3, verify=True), CRITERIA, VIEWS))
    assert rows["candidates"] == "4"
    assert int(rows["calls"]) >= 16
    assert {"prompt tokens", "answer tokens", "minutes, about", "cost"} <= set(rows)


def test_an_estimate_of_nobody_is_zero():
    assert dict(judging.estimate(HERE, CRITERIA, []))["calls"] == "0"


# --- batch files -----------------------------------------------------------------------------------------------------


@pytest.fixture
def endpoint_here(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")


def answered(lines: list[str]) -> list[str]:
    """What the Batch API would return for these request lines."""
    out = []
    for line in lines:
        row = json.loads(line)
        system, user = (message["content"] for message in row["body"]["messages"])
        reply = json.loads(body(json.dumps(honest(system, user))))
        out.append(json.dumps({"custom_id": row["custom_id"], "response": {"status_code": 200, "body": reply}}))
    return out


def test_a_night_s_batch_answers_the_next_run_without_a_call(endpoint_here, tmp_path: Path):
    store, asked, replies = MemoryStore(), tmp_path / "asked.jsonl", tmp_path / "replies.jsonl"
    assert judging.batch_write(HERE, CRITERIA, VIEWS, store, asked) == 4
    lines = asked.read_text("utf-8").splitlines()
    assert {json.loads(line)["url"] for line in lines} == {"/v1/chat/completions"}
    replies.write_text("\n".join(reversed(answered(lines))), "utf-8")
    outcome = judging.batch_read(HERE, CRITERIA, VIEWS, store, replies)
    assert (outcome.stored, outcome.missing) == (4, ())
    with OpenAIEndpoint("m") as endpoint:
        gateway = Gateway(endpoint, store)
        document, _ = baker("cand:0", [("Cake 0", "other", None)])
        assert justify(VIEWS[0], document, CRITERIA, ModelJudge(gateway)).justifications[0].verdict == "partial"
    assert (gateway.spending.calls, gateway.spending.stored) == (0, 1)
    assert judging.batch_write(HERE, CRITERIA, VIEWS, store, asked) == 0


def test_missing_duplicate_unknown_and_cut_lines_are_counted_and_asked_again(endpoint_here, tmp_path: Path):
    store, asked, replies = MemoryStore(), tmp_path / "asked.jsonl", tmp_path / "replies.jsonl"
    judging.batch_write(HERE, CRITERIA, VIEWS, store, asked)
    good = answered(asked.read_text("utf-8").splitlines())
    failed = json.dumps({**json.loads(good[2]), "response": {"status_code": 500, "body": {}}})
    foreign = json.dumps({**json.loads(good[0]), "custom_id": "reply:of-another-run"})
    replies.write_text("\n".join([good[0], good[0], foreign, failed, good[1][:50], "", "[]", "null"]), "utf-8")
    outcome = judging.batch_read(HERE, CRITERIA, VIEWS, store, replies)
    assert (outcome.stored, outcome.known, outcome.unknown, outcome.damaged) == (1, 1, 1, 4)
    assert len(outcome.missing) == 3
    assert "3 requests still open" in outcome.said()
    assert judging.batch_write(HERE, CRITERIA, VIEWS, store, asked) == 3


def test_a_batch_file_that_is_not_there_is_an_error_that_names_it(endpoint_here, tmp_path: Path):
    with pytest.raises(InputError, match="nowhere"):
        judging.batch_read(HERE, CRITERIA, VIEWS, MemoryStore(), tmp_path / "nowhere.jsonl")


def test_the_same_question_about_two_files_is_written_once(endpoint_here, tmp_path: Path):
    twins = [VIEWS[0], VIEWS[0].model_copy(update={"candidate": "cand:twin"})]
    assert judging.batch_write(HERE, CRITERIA, twins, MemoryStore(), tmp_path / "asked.jsonl") == 1
