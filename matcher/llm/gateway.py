"""The one door to a model: store, budget, retries, total deadline, circuit breaker.

Invariants:

- a reply is stored under the hash of what was asked before anybody parses it, and a stored reply is never asked again;
- one call, its retries and waits included, ends within the deadline;
- a key that is refused, a quota that is used up, or several calls in a row without an answer stop the run.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from matcher.errors import ModelUnreachable
from matcher.llm.asking import Endpoint, Failure, Fault, Reply, Request, Store, prompt_tokens
from matcher.llm.budget import Budget
from matcher.llm.envelope import Envelope, open_envelope

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 20.0


@dataclass(frozen=True)
class Pace:
    """How long and how often: seconds for one call with retries, attempts, failed calls in a row that end the run."""

    deadline: float = 120.0
    attempts: int = 5
    breaker: int = 5


@dataclass(frozen=True)
class Spending:
    """What a gateway has done so far; ``cached`` are prompt tokens that the provider had kept."""

    calls: int = 0
    stored: int = 0
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    models: tuple[str, ...] = ()

    @property
    def cached_share(self) -> float:
        """Share of the prompt tokens that came from the provider's cache (0 where nothing was asked)."""
        return self.cached / self.prompt if self.prompt else 0.0


class Gateway:
    """Asks an endpoint, at most once for the same question. Thread-safe."""

    def __init__(
        self,
        endpoint: Endpoint,
        store: Store | None = None,
        *,
        budget: Budget | None = None,
        pace: Pace = Pace(),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.endpoint = endpoint
        self.name = endpoint.identity
        self.budget = budget or Budget()
        self.spending = Spending()
        self._store, self._pace = store, pace
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._lock = threading.Lock()
        self._failed_in_a_row = 0
        self._stop: str | None = None

    def __enter__(self) -> Gateway:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the endpoint's connections, if it holds any."""
        close = getattr(self.endpoint, "close", None)
        if callable(close):
            close()

    def ask(self, request: Request, *, candidate: str | None = None) -> Reply | Failure:
        """Return the stored reply, or ask for one and store it.

        Raises:
            BudgetReached: the worst case of this call does not fit. ModelUnreachable: the run must stop.
        """
        key = request.key(self.endpoint.identity)
        stored = self._stored(key, request)
        if stored is not None:
            return stored
        if self._stop is not None:
            raise ModelUnreachable(self._stop)
        try:
            return self._with_retries(request, key, candidate)
        except Fault as fault:
            return self._give_up(fault, key)

    # --- the store -------------------------------------------------------------------------------------------------

    def _stored(self, key: str, request: Request) -> Reply | Failure | None:
        if self._store is None:
            return None
        with self._lock:
            body = self._store.get(key)
        if body is None:
            return None
        try:
            envelope = open_envelope(body, request)
        except Fault:
            return None
        with self._lock:
            self.spending = _add(self.spending, None, stored=1)
        return _reply(key, envelope, stored=True)

    def _keep(self, key: str, body: bytes, envelope: Envelope, candidate: str | None) -> None:
        meta: dict[str, object] = {
            "asked": self.endpoint.identity,
            "cached_tokens": envelope.usage.cached,
            "completion_tokens": envelope.usage.completion,
            "finish": envelope.finish,
            "fingerprint": envelope.fingerprint,
            "model": envelope.model,
            "prompt_tokens": envelope.usage.prompt,
        }
        with self._lock:
            if self._store is not None:
                self._store.put(key, body, meta, candidate)
            self.spending = _add(self.spending, envelope)
            self._failed_in_a_row = 0

    # --- one call --------------------------------------------------------------------------------------------------

    def _with_retries(self, request: Request, key: str, candidate: str | None) -> Reply | Failure:
        end = self._clock() + self._pace.deadline
        attempt = 0
        while True:
            try:
                return self._once(request, key, candidate, end - self._clock())
            except Fault as fault:
                attempt += 1
                wait = self._wait(fault, attempt, end - self._clock())
                if wait is None:
                    raise
                self._sleep(wait)

    def _once(self, request: Request, key: str, candidate: str | None, left: float) -> Reply | Failure:
        worst = prompt_tokens(request) + request.max_tokens
        self.budget.reserve(worst)
        used = 0
        try:
            body = self.endpoint.send(request, left)
            used = worst
            envelope = open_envelope(body, request)
            used = envelope.usage.total
            self._keep(key, body, envelope, candidate)
        except Fault as fault:
            used = worst if fault.charged else 0
            raise
        finally:
            self.budget.settle(worst, used)
        return _reply(key, envelope, stored=False)

    def _wait(self, fault: Fault, attempt: int, left: float) -> float | None:
        """Return the seconds to wait before the next attempt, or None to give up."""
        if fault.kind != "retry" or attempt >= self._pace.attempts:
            return None
        backoff = min(_FIRST_WAIT * 2 ** (attempt - 1), _LONGEST_WAIT) * (0.5 + self._jitter())
        wait = max(backoff, fault.after or 0.0)
        return wait if wait < left else None

    def _give_up(self, fault: Fault, key: str) -> Failure:
        with self._lock:
            if fault.kind == "retry":
                self._failed_in_a_row += 1
            elif fault.kind == "item":
                self._failed_in_a_row = 0
            if fault.kind == "stop":
                self._stop = f"The model cannot be used: {fault.detail}. Finished work is kept."
            elif self._failed_in_a_row >= self._patience():
                self._stop = (
                    f"The model endpoint failed {self._failed_in_a_row} times in a row ({fault.detail}). "
                    "Finished work is kept; run again when it answers."
                )
        if self._stop is not None:
            raise ModelUnreachable(self._stop) from fault
        return Failure(key, fault.reason, fault.detail)

    def _patience(self) -> int:
        """Failed calls in a row that end the run: two where nothing ever answered."""
        return self._pace.breaker if self.spending.calls else min(2, self._pace.breaker)


def _reply(key: str, envelope: Envelope, stored: bool) -> Reply | Failure:
    if envelope.refused:
        return Failure(key, "refused", "the model refused to read this text")
    return Reply(key, envelope.text, envelope.finish, envelope.model, envelope.usage, stored)


def _add(before: Spending, envelope: Envelope | None, stored: int = 0) -> Spending:
    if envelope is None:
        return Spending(
            before.calls, before.stored + stored, before.prompt, before.completion, before.cached, before.models
        )
    usage = envelope.usage
    models = tuple(sorted({*before.models, envelope.model} - {""}))
    return Spending(
        before.calls + 1,
        before.stored + stored,
        before.prompt + usage.prompt,
        before.completion + usage.completion,
        before.cached + usage.cached,
        models,
    )
