"""Which reader reads: the configured model, or offline the reading model with facts by code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from matcher import justify, llm
from matcher.audit.events import JSON
from matcher.audit.log import Recorder
from matcher.justify import Judge, SecondReader
from matcher.models import Ranking
from matcher.pipeline.session import Session


@dataclass(frozen=True)
class Readers:
    """The judge, an optional second reader, and the gateway whose spending is reported (None offline)."""

    judge: Judge
    second: SecondReader | None = None
    gateway: llm.Gateway | None = None


class LoggedReplies:
    """A store of replies that also tells the log that there was one. Thread-safe as its parts are."""

    def __init__(self, store: llm.Store, log: Recorder) -> None:
        self._store, self._log = store, log

    def get(self, key: str) -> bytes | None:
        """Return a stored reply."""
        return self._store.get(key)

    def put(self, key: str, body: bytes, meta: dict[str, object], candidate: str | None) -> None:
        """Keep a reply, then log it: a reply is never lost to a log that is full."""
        self._store.put(key, body, meta, candidate)
        known: dict[str, JSON] = {"reply": key}
        known |= {name: value for name, value in sorted(meta.items()) if isinstance(value, str | int)}
        self._log.record("llm_call", actor="system", candidate=candidate, body=known)


@contextmanager
def readers(session: Session, ranking: Ranking, gateway: llm.Gateway | None = None) -> Iterator[Readers]:
    """Yield the readers that the settings ask for.

    Raises:
        ConfigError: a model is named and no key is given, or an address that would show résumés to others.
    """
    settings = session.settings
    if gateway is not None:
        yield with_gateway(session, ranking, gateway)
        return
    if settings.llm == "none":
        yield Readers(offline(session, ranking))
        return
    with llm.WorkspaceStore(settings.workspace) as store:
        opened = llm.open_gateway(
            settings.llm,
            store=LoggedReplies(store, session.log),
            budget=settings.budget_tokens,
            deadline=settings.deadline,
        )
        yield with_gateway(session, ranking, opened)


def with_gateway(session: Session, ranking: Ranking, gateway: llm.Gateway) -> Readers:
    """Return the model as judge; the second reader is another prompt (`--verify`) or the offline reader."""
    judge = justify.ModelJudge(gateway, passes=session.settings.passes)
    second: SecondReader = justify.AsSecond(offline(session, ranking))
    if session.settings.verify:
        second = justify.ModelVerifier(gateway)
    return Readers(judge, second, gateway)


def offline(session: Session, ranking: Ranking) -> Judge:
    """Return the offline reader."""
    del session
    return justify.EvidenceJudge({entry.candidate: entry.nearest for entry in ranking.ranked})
