"""Fakes of the audit area: a log with a clock that stands still, and a recorder that keeps events in a list."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from matcher.audit.log import Log

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def fixed_clock() -> datetime:
    return NOON


def candidate(number: int) -> str:
    return f"cand:{number:016x}"


def filled_log(folder: Path, events: int) -> Log:
    """A log of verdict events about ten candidates, not sealed."""
    log = Log.open(folder, clock=fixed_clock)
    for number in range(events):
        body = {"verdict": "met", "score": number % 7, "reason": f"Reason number {number}"}
        log.record("verdict", actor="system", candidate=candidate(number % 10), criterion=f"C{number % 3}", body=body)
    return log


class ListRecorder:
    """A Recorder that remembers what it was told."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def record(
        self,
        kind: str,
        *,
        actor: str,
        candidate: str | None = None,
        criterion: str | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> int:
        self.events.append({
            "kind": kind, "actor": actor, "candidate": candidate, "criterion": criterion, "body": dict(body or {})
        })  # fmt: skip
        return len(self.events) - 1
