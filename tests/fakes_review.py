"""A desk with made-up people, a recorder that remembers, and the real server in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fakes_report

from matcher.models import BlindView, Document, Verdict
from matcher.review.app import Room, build
from matcher.review.case import Case
from matcher.review.desk import Desk
from matcher.review.guard import Keys
from matcher.review.pages import Pages
from matcher.review.plan import Policy
from matcher.review.serve import bind, hosts_of, server
from matcher.score import Pool
from matcher.workspace import Workspace

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


@dataclass
class Memory:
    """A recorder that keeps every event; ``fail`` makes it refuse."""

    events: list[dict[str, Any]] = field(default_factory=list)
    fail: Exception | None = None

    def record(self, kind: str, *, actor: str, candidate: str | None = None, criterion: str | None = None,
               body: Mapping[str, Any] | None = None) -> int:  # fmt: skip
        if self.fail is not None:
            raise self.fail
        self.events.append(
            {"kind": kind, "actor": actor, "candidate": candidate, "criterion": criterion, "body": dict(body or {})}
        )
        return len(self.events) - 1


class Ticks:
    """A clock that is never the real one: each reading is a second later."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return f"2026-11-25T10:{self.count // 60 % 60:02d}:{self.count % 60:02d}Z"


def case(pool: Pool, texts: Mapping[str, Document], views: Mapping[str, BlindView] | None = None) -> Case:
    """A case over documents in memory; the original is the text itself, the picture one pixel."""
    seen = dict(views or {c: fakes_report.view(d) for c, d in texts.items()})
    return Case(
        pool=pool,
        document=lambda c: texts[c],
        view=lambda c: seen[c],
        original=lambda c: texts[c].text.encode("utf-8", "replace") if c in texts else None,
        picture=lambda data, document, start, end: PNG,
    )


def desk(
    folder: Path,
    *,
    count: int = 6,
    judged: int = 4,
    policy: Policy | None = None,
    verdicts: Sequence[Sequence[Verdict | None]] = fakes_report.VERDICTS,
    texts: Mapping[str, Document] | None = None,
    pool: Pool | None = None,
) -> tuple[Desk, Memory, Workspace]:
    """A desk over a real workspace in ``folder``."""
    documents = dict(texts or fakes_report.documents(count))
    made = pool or fakes_report.pool(documents, judged=judged, verdicts=verdicts)
    workspace = Workspace.open(folder / "ws", "write")
    memory = Memory()
    return Desk(case(made, documents), workspace, memory, Ticks(), policy or Policy(seed="seed")), memory, workspace


@dataclass(frozen=True)
class Running:
    """A server that answers: where, with which secrets, for which room."""

    host: str
    port: int
    keys: Keys
    room: Room

    @property
    def url(self) -> str:
        """Address of the first page."""
        return f"http://{self.host}:{self.port}"

    @property
    def login(self) -> str:
        """The link that works once."""
        return f"{self.url}/login?t={self.keys.launch}"


@contextmanager
def running(made: Desk, public_host: str | None = None, **room: Any) -> Iterator[Running]:
    """Run the real server on a free loopback port in a thread."""
    keys = Keys()
    parts = Room(made, Pages(made, keys.csrf), **room)
    listening = bind("127.0.0.1", 0)
    serving = server(build(parts, keys, hosts_of(listening), public_host))
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    for _ in range(400):
        if serving.started:
            break
        time.sleep(0.02)
    try:
        yield Running("127.0.0.1", listening.getsockname()[1], keys, parts)
    finally:
        serving.should_exit = True
        thread.join(10)
        listening.close()
