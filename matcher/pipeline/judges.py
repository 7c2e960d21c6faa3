"""Which reader reads: the configured model, or offline the reading model with facts by code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcher import justify, llm
from matcher.audit.events import JSON
from matcher.audit.log import Recorder
from matcher.canonical import canonical_json, content_id
from matcher.justify import Judge, SecondReader
from matcher.models import BlindView, Cell, Criteria, Ranking
from matcher.pipeline.session import Session
from matcher.workspace import Workspace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Readers:
    """The judge, an optional second reader, the gateway whose spending is reported (None offline), and a scout.

    The scout is the offline reader where a model judges: its reading orders whom the model reads first.
    """

    judge: Judge
    second: SecondReader | None = None
    gateway: llm.Gateway | None = None
    scout: Judge | None = None


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
def store(session: Session) -> Iterator[LoggedReplies]:
    """Yield the workspace's replies as a gateway's store, logged, on a connection of their own."""
    with llm.WorkspaceStore(session.settings.workspace) as kept:
        yield LoggedReplies(kept, session.log)


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
    with (
        store(session) as kept,
        llm.open_gateway(settings.llm, store=kept, budget=settings.budget_tokens, deadline=settings.deadline) as opened,
    ):
        yield with_gateway(session, ranking, opened)


def with_gateway(session: Session, ranking: Ranking, gateway: llm.Gateway) -> Readers:
    """Return the model as judge; the second reader is another prompt (`--verify`) or the offline reader."""
    judge = justify.ModelJudge(gateway, passes=session.settings.passes)
    judge.note = getattr(gateway.endpoint, "note", judge.note)
    scout = offline(session, ranking)
    second: SecondReader = justify.ModelVerifier(gateway) if session.settings.verify else justify.AsSecond(scout)
    return Readers(judge, second, gateway, scout)


def offline(session: Session, ranking: Ranking) -> Judge:
    """Return the offline reader: the reading model, or facts by code alone where its weights are not installed."""
    from matcher.justify.reader import ReaderJudge
    from matcher.justify.reader_network import WEIGHTS

    if not (WEIGHTS / "SHA256SUMS").exists():
        return justify.EvidenceJudge({entry.candidate: entry.nearest for entry in ranking.ranked})
    return KeptReadings(ReaderJudge(similarity=_similarity(session)), session.workspace)


def _similarity(session: Session) -> Callable[[Sequence[str], Sequence[str]], Floats]:
    """Cosine of criteria and lines under the embedder that the reader knows; criteria are embedded once."""
    known: dict[str, Floats] = {}

    def similarity(criteria: Sequence[str], lines: Sequence[str]) -> Floats:
        missing = [text for text in criteria if text not in known]
        if missing:
            known.update(zip(missing, session.reading_embedder.embed(missing, role="query"), strict=True))
        import numpy as np

        asked = np.stack([known[text] for text in criteria])
        return asked @ session.reading_embedder.embed(lines, role="document").T

    return similarity


class KeptReadings:
    """A judge whose readings are kept in the workspace under what was read and asked, so that a re-run is free.

    They are kept beside the replies of models and erased with the person.
    """

    def __init__(self, judge: Judge, workspace: Workspace) -> None:
        self._judge, self._workspace = judge, workspace
        self.name, self.note = judge.name, judge.note

    def read(self, view: BlindView, criteria: Criteria) -> tuple[Cell, ...]:
        """Return the kept cells of exactly this view and these questions, or read and keep them."""
        key = content_id("reading", "\n".join([self.name, self.note, criteria.question_hash, view.hash]))
        kept = self._workspace.reply(key)
        if kept is not None:
            return tuple(Cell.model_validate(cell) for cell in json.loads(kept))
        cells = self._judge.read(view, criteria)
        body = canonical_json([cell.model_dump(mode="json") for cell in cells])
        self._workspace.put_reply(key, body, {"judge": self.name}, view.candidate)
        return cells
