"""Whole runs against a server that misbehaves on 30 % of its calls, one kind of fault at a time (F70–F86)."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes_llm import baker, bakery_criteria
from fakes_llm_server import ALL, BREAKS, STOPS, FaultServer

from matcher.errors import BudgetReached, MatcherError, ModelUnreachable
from matcher.justify import ModelJudge, justify_all
from matcher.llm import Budget, Gateway, MemoryStore, OpenAIEndpoint, Pace, Store, WorkspaceStore
from matcher.models import Assessment
from matcher.workspace import Workspace

CRITERIA = bakery_criteria()
POOL = [(view, document) for document, view in (baker(f"cand:{n}", [(f"Cake {n}", "other", None)]) for n in range(8))]


class Run:
    """One run over the pool."""

    def __init__(self, server: FaultServer, store: Store, budget: int | None = None, deadline: float = 20.0) -> None:
        self.stops: list[MatcherError] = []
        with OpenAIEndpoint("m", base_url=server.url, store=store) as endpoint:
            pace = Pace(deadline=deadline, attempts=6)
            self.gateway = Gateway(endpoint, store, budget=Budget(budget), pace=pace, sleep=lambda _: None)
            judge = ModelJudge(self.gateway)
            self.out: list[Assessment] = list(
                justify_all(POOL, CRITERIA, judge, concurrency=4, on_stop=self.stops.append)
            )

    def listed(self) -> bool:
        """Everybody is there once, in order, with every criterion, and what is missing says why."""
        whole = all(
            [cell.criterion for cell in a.justifications] == [c.id for c in CRITERIA.criteria]
            and all(cell.verdict or cell.why_not_assessed for cell in a.justifications)
            for a in self.out
        )
        return whole and [a.candidate for a in self.out] == [f"cand:{n}" for n in range(len(POOL))]

    def done(self) -> int:
        return sum(cell.status == "done" for a in self.out for cell in a.justifications)


def booked_rightly(kind: str, booked: int, billed: int) -> bool:
    """Exactly what was charged; where the server did not say, or broke in the middle, at least that."""
    unknown = kind in BREAKS or kind.startswith(("F82", "F76"))
    return booked >= billed > 0 if unknown else booked == billed > 0


@pytest.mark.parametrize("kind", ALL)
def test_with_a_third_of_the_calls_faulty_everybody_is_listed_and_a_second_run_repeats_nothing(kind):
    deadline = 1.0 if kind == "F74 drip" else 20.0
    with FaultServer(kind, 0.3) as server:
        store = MemoryStore()
        first = Run(server, store, budget=1_000_000, deadline=deadline)
        assert first.listed() and not first.stops
        assert booked_rightly(kind, first.gateway.budget.spent, server.billed)
        assert first.done() >= 30
        answered = dict(server.good)
        again = Run(server, store, deadline=deadline)
        assert again.listed()
        assert all(server.good[text] == count for text, count in answered.items())
        if first.done() == 40:
            assert again.gateway.spending.calls == 0
            assert [a.model_dump_json() for a in again.out] == [a.model_dump_json() for a in first.out]


@pytest.mark.parametrize("kind", STOPS)
def test_a_stop_in_the_middle_keeps_what_is_finished_and_a_later_run_does_only_the_rest(kind):
    store = MemoryStore()
    with FaultServer(kind, after=3) as server:
        first = Run(server, store)
        assert first.listed()
        assert [type(stop) for stop in first.stops] == [ModelUnreachable]
        assert 0 < first.done() < 40
        finished, asked = sum(server.good.values()), len(server.requests)
        server.kind = ""
        second = Run(server, store)
        assert second.done() == 40 and not second.stops
        assert len(server.requests) - asked == len(POOL) - finished


def test_an_endpoint_that_is_down_from_the_start_lists_everybody_as_pending():
    with FaultServer() as server:
        url = server.url
    stopped = FaultServer()
    stopped.url = url
    run = Run(stopped, MemoryStore())
    assert run.listed() and run.done() == 0
    assert [type(stop) for stop in run.stops] == [ModelUnreachable]


def test_a_budget_stops_before_it_is_overdrawn_and_the_next_run_pays_only_the_rest(tmp_path: Path):
    with Workspace.open(tmp_path / "ws", "write"), WorkspaceStore(tmp_path / "ws") as store, FaultServer() as server:
        whole = Run(server, MemoryStore())
        price = whole.gateway.spending.prompt + whole.gateway.spending.completion
        calls = len(server.requests)
        first = Run(server, store, budget=price)
        assert [type(stop) for stop in first.stops] == [BudgetReached]
        assert first.listed() and 0 < first.done() < 40
        assert first.gateway.budget.spent <= price
        reasons = {cell.why_not_assessed for a in first.out for cell in a.justifications if cell.status != "done"}
        assert reasons == {"budget"}
        second = Run(server, store)
        assert second.done() == 40
        assert len(server.requests) == 2 * calls


def test_the_cached_share_and_the_models_that_answered_are_known_after_a_run():
    with FaultServer("F83 model swapped", 0.5) as server:
        run = Run(server, MemoryStore())
    assert run.gateway.spending.models == ("another", "served")
