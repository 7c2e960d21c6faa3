"""The gateway: stored before parsed, budget before spending, retries within a deadline, stop when it must."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import BudgetReached, ModelUnreachable
from matcher.llm import (
    Budget,
    Failure,
    Fault,
    FunctionLLM,
    Gateway,
    MemoryStore,
    Pace,
    Reply,
    Request,
    WorkspaceStore,
    completion,
    prompt_tokens,
)
from matcher.llm.envelope import open_envelope
from matcher.workspace import Workspace

REQUEST = Request("Read.", "L1| baked bread", "answers", {"type": "object"}, max_tokens=50)


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Endpoint:
    """Gives these answers in turn; a Fault is raised."""

    identity = "test#m"

    def __init__(self, *answers: bytes | Fault) -> None:
        self.answers = list(answers)
        self.calls = 0

    def send(self, request: Request, deadline: float) -> bytes:
        self.calls += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Fault):
            raise answer
        return answer


def gateway(endpoint: Endpoint, clock: Clock | None = None, **more) -> Gateway:
    clock = clock or Clock()
    return Gateway(endpoint, more.pop("store", None), clock=clock, sleep=clock.sleep, jitter=lambda: 0.5, **more)


def numbered(number: int) -> Request:
    return Request("Read.", f"L1| number {number}", "answers", {"type": "object"}, max_tokens=50)


def test_a_reply_is_stored_before_anybody_parses_it_and_never_asked_again():
    store, endpoint = MemoryStore(), Endpoint(completion("this is not JSON at all"))
    assert gateway(endpoint, store=store).ask(REQUEST).text == "this is not JSON at all"
    again = gateway(Endpoint(Fault("stop", "gone")), store=store).ask(REQUEST)
    assert isinstance(again, Reply) and again.stored
    assert endpoint.calls == 1


def test_the_key_changes_with_everything_that_is_asked_and_with_nothing_else():
    variants = [
        REQUEST,
        Request("Read!", REQUEST.user, "answers", REQUEST.schema, 50),
        Request("Read.", "other", "answers", REQUEST.schema, 50),
        Request("Read.", REQUEST.user, "other", REQUEST.schema, 50),
        Request("Read.", REQUEST.user, "answers", {}, 50),
        Request("Read.", REQUEST.user, "answers", REQUEST.schema, 51),
        Request("Read.", REQUEST.user, "answers", REQUEST.schema, 50, sample=1),
    ]
    assert len({v.key("e") for v in variants} | {REQUEST.key("f")}) == len(variants) + 1
    assert REQUEST.key("e") == Request("Read.", REQUEST.user, "answers", {"type": "object"}, 50).key("e")


def test_a_workspace_keeps_replies_with_their_tokens(tmp_path: Path):
    with Workspace.open(tmp_path / "ws", "write"), WorkspaceStore(tmp_path / "ws") as store:
        reply = gateway(Endpoint(completion("x", "served-model")), store=store).ask(REQUEST, candidate="cand:1")
        assert store.get(reply.key) is not None
        with Workspace.open(tmp_path / "ws") as reading:
            assert reading.reply_meta(reply.key)["model"] == "served-model"


def test_what_may_pass_is_tried_again_with_growing_waits_and_the_endpoint_s_own_wait_is_honoured():
    clock = Clock()
    busy, long = Fault("retry", "busy"), Fault("retry", "busy", after=9.0)
    reply = gateway(Endpoint(busy, busy, long, completion("done")), clock).ask(REQUEST)
    assert reply.text == "done"
    assert clock.now == 0.5 + 1.0 + 9.0


def test_one_call_with_its_retries_ends_within_the_deadline():
    clock = Clock()
    failure = gateway(Endpoint(Fault("retry", "busy", after=30.0)), clock, pace=Pace(deadline=45.0)).ask(REQUEST)
    assert isinstance(failure, Failure) and failure.reason == "call_failed"
    assert clock.now <= 45.0


def test_a_wait_longer_than_the_deadline_is_not_begun():
    clock = Clock()
    gateway(Endpoint(Fault("retry", "busy", after=3600.0)), clock).ask(REQUEST)
    assert clock.now == 0.0


def test_a_refused_key_or_an_empty_account_stops_the_run_at_once_and_for_everybody():
    endpoint = Endpoint(Fault("stop", "no quota"))
    door = gateway(endpoint)
    for number in range(3):
        with pytest.raises(ModelUnreachable, match="no quota"):
            door.ask(numbered(number))
    assert endpoint.calls == 1


def test_several_calls_without_an_answer_in_a_row_stop_the_run():
    endpoint = Endpoint(completion("one"), Fault("retry", "down"))
    door = gateway(endpoint, pace=Pace(attempts=2, breaker=3))
    door.ask(numbered(0))
    assert [isinstance(door.ask(numbered(n)), Failure) for n in (1, 2)] == [True, True]
    with pytest.raises(ModelUnreachable, match="3 times in a row"):
        door.ask(numbered(3))


def test_an_endpoint_that_never_answered_stops_the_run_after_two_calls():
    door = gateway(Endpoint(Fault("retry", "down")), pace=Pace(attempts=2))
    assert isinstance(door.ask(numbered(0)), Failure)
    with pytest.raises(ModelUnreachable):
        door.ask(numbered(1))


def test_a_single_refused_request_is_a_record_and_not_a_stop():
    endpoint = Endpoint(Fault("item", "refused", reason="refused"), completion("fine"))
    door = gateway(endpoint)
    first = door.ask(numbered(0))
    assert isinstance(first, Failure) and first.reason == "refused"
    assert door.ask(numbered(1)).text == "fine"


def test_a_content_filter_is_a_refusal_that_is_stored_like_every_finished_call():
    body = json.dumps({"choices": [{"finish_reason": "content_filter", "message": {"content": ""}}]}).encode()
    store, endpoint = MemoryStore(), Endpoint(body)
    for _ in range(2):
        assert gateway(endpoint, store=store).ask(REQUEST).reason == "refused"
    assert endpoint.calls == 1


# --- budget ----------------------------------------------------------------------------------------------------------


def with_usage(prompt: object, answer: object, cached: object = 0) -> bytes:
    usage = {"prompt_tokens": prompt, "completion_tokens": answer, "prompt_tokens_details": {"cached_tokens": cached}}
    return json.dumps({"choices": [{"message": {"content": "x"}}], "model": "m", "usage": usage}).encode()


def test_the_worst_case_is_reserved_before_a_call_and_what_was_used_is_booked_after_it():
    worst = prompt_tokens(REQUEST) + 50
    endpoint = Endpoint(with_usage(20, 5))
    door = gateway(endpoint, budget=Budget(worst + 24))
    door.ask(numbered(0))
    assert door.budget.spent == 25
    with pytest.raises(BudgetReached, match="are left"):
        door.ask(Request("Read." * 50, "x", "answers", {}, 50))
    assert endpoint.calls == 1


def test_after_the_budget_was_reached_nothing_smaller_slips_through():
    budget = Budget(100)
    with pytest.raises(BudgetReached):
        budget.reserve(101)
    with pytest.raises(BudgetReached):
        budget.reserve(1)


def test_usage_that_is_missing_negative_or_absurd_is_counted_here_and_the_budget_never_grows():
    for bad in (None, -5, "7", 10**12, 1.5, True, [1]):
        door = gateway(Endpoint(with_usage(bad, bad, bad)), budget=Budget(10_000))
        door.ask(REQUEST)
        assert 0 < door.budget.spent < 200
        assert door.spending.cached_share == 0.0


def test_cached_tokens_are_reported_as_a_share_of_the_prompt():
    door = gateway(Endpoint(with_usage(1000, 50, 0), with_usage(1000, 50, 900)))
    door.ask(numbered(0))
    door.ask(numbered(1))
    assert door.spending.cached_share == 0.45
    assert (door.spending.calls, door.spending.prompt, door.spending.completion) == (2, 2000, 100)


def test_a_budget_shared_by_many_threads_is_never_overdrawn():
    budget, most = Budget(1000), []

    def spend() -> None:
        try:
            for _ in range(50):
                budget.reserve(90)
                most.append(budget.spent + 90)
                budget.settle(90, 10)
        except BudgetReached:
            return

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert max(most) <= 1000
    assert 910 < budget.spent <= 1000


def test_a_call_that_broke_in_the_middle_is_booked_at_its_worst_case():
    worst = prompt_tokens(REQUEST) + 50
    door = gateway(Endpoint(Fault("retry", "cut", charged=True), with_usage(20, 5)), budget=Budget(10_000))
    door.ask(REQUEST)
    assert door.budget.spent == worst + 25


# --- what comes back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>502 Bad Gateway</body></html>",
        b"",
        b'{"choices": [{"message": {"content": "cut',
        b"[]",
        b'"text"',
        b'{"choices": []}',
        b'{"choices": null}',
        b'{"choices": "nope"}',
        b'{"choices": [null]}',
        b'{"choices": [{"message": null}]}',
        b'{"error": {"message": "overloaded", "type": "server_error", "code": null}}',
        b"[" * 100_000,
        b'{"n": ' + b"9" * 5000 + b"}",
        b"data: {not json}\n\ndata: [DONE]\n",
        b"\xff\xfe\x00",
    ],
)
def test_a_body_that_is_no_completion_may_be_tried_again(body):
    with pytest.raises(Fault) as fault:
        open_envelope(body, REQUEST)
    assert fault.value.kind == "retry"


def test_an_error_about_the_quota_inside_a_good_status_stops_the_run():
    with pytest.raises(Fault) as fault:
        open_envelope(b'{"error": {"code": "insufficient_quota", "message": "pay"}}', REQUEST)
    assert fault.value.kind == "stop"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda children: st.lists(children) | st.dictionaries(st.text(), children),
        max_leaves=20,
    )
)
def test_no_json_value_in_place_of_a_completion_escapes_as_an_exception(value):
    for body in (
        value,
        {"choices": value},
        {"choices": [{"message": value}]},
        {"choices": [{"message": {}}], "usage": value},
    ):
        try:
            envelope = open_envelope(json.dumps(body).encode(), REQUEST)
        except Fault:
            continue
        assert isinstance(envelope.text, str) and envelope.usage.total > 0


def test_the_shared_hostile_replies_are_faults_refusals_or_plain_text(shared: Path):
    for path in sorted((shared / "hostile" / "llm_replies").iterdir()):
        endpoint = Endpoint(path.read_bytes())
        reply = gateway(endpoint, pace=Pace(attempts=1)).ask(REQUEST)
        assert isinstance(reply, (Reply, Failure)), path.name


def test_a_function_is_a_model_and_remembers_what_it_was_asked():
    llm = FunctionLLM(lambda request: {"echo": request.user})
    assert json.loads(llm.ask(REQUEST).text) == {"echo": "L1| baked bread"}
    assert llm.requests == [REQUEST]
