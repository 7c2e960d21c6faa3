"""What is kept and for how long: erasure, legal holds, the retention plan and the purge of what is due."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from matcher.audit import erase as erasing
from matcher.audit import retention
from matcher.audit.erase import HOLD, Erased
from matcher.audit.retention import Held, Policy, Subject
from matcher.audit.verify import events
from matcher.config import Settings
from matcher.errors import InputError
from matcher.pipeline.auditing import AUDIT, resolve
from matcher.pipeline.session import Session, session
from matcher.workspace import Workspace

EVERYBODY = "all"


def erase(settings: Settings, candidate: str, by: str) -> Erased:
    """Erase one person from the workspace and from the files delivered from it.

    Raises:
        InputError: nobody of this id, or a legal hold. WorkspaceError: another program reads the workspace.
    """
    with session(settings, "write") as opened:
        return _erase(opened, resolve(opened.workspace, candidate), by)


def allow(settings: Settings, file: Path, by: str) -> None:
    """Let an erased file be added again. Raises InputError if it was not erased here."""
    try:
        with file.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}. Correct the path.") from error
    with session(settings, "write") as opened:
        erasing.allow(opened.workspace, opened.log, sha256, by=by)


def hold(settings: Settings, candidate: str, reason: str, by: str, lift: bool = False) -> None:
    """Put a candidate (or ``all``) on legal hold, or lift it.

    Raises:
        InputError: no such candidate, or no hold to lift.
    """
    with session(settings, "write") as opened:
        workspace = opened.workspace
        who = EVERYBODY if candidate == EVERYBODY else resolve(workspace, candidate)
        if who != EVERYBODY and who not in workspace.candidates():
            raise InputError(f"There is nobody {candidate} in this workspace.")
        if lift and workspace.meta(HOLD + who) is None:
            raise InputError(f"There is no legal hold on {candidate}.")
        person = None if who == EVERYBODY else who
        body = {"state": "lifted" if lift else "set", "reason": reason}
        opened.log.record("legal_hold", actor=f"human:{by}", candidate=person, body=body)
        if lift:
            with workspace.transaction() as db:
                db.execute("DELETE FROM meta WHERE key = ?", (HOLD + who,))
        else:
            workspace.set_meta(HOLD + who, reason)


def plan(settings: Settings, today: date | None = None) -> tuple[Policy, tuple[Held, ...], tuple[str, ...]]:
    """Return the policy, what is kept until when, and where the policy undercuts a rule."""
    with session(settings, "read") as opened:
        policy = retention.load_policy(settings.workspace)
        day = today or datetime.now(UTC).date()
        rows = retention.plan(policy, _made(opened), _holds(opened.workspace), day)
        return policy, rows, retention.warnings(policy)


def write_policy(settings: Settings, places: tuple[str, ...] = ()) -> Path:
    """Write the default policy of these places into the workspace, to be edited."""
    return retention.write_policy(settings.workspace, retention.default_policy(places))


def purge(settings: Settings, by: str, today: date | None = None) -> tuple[Erased, ...]:
    """Erase every candidate whose time is over and who is not on hold. The log itself is never cut."""
    with session(settings, "write") as opened:
        policy = retention.load_policy(settings.workspace)
        day = today or datetime.now(UTC).date()
        rows = retention.plan(policy, _made(opened), _holds(opened.workspace), day)
        due = [row.key for row in rows if row.due and row.subject == "candidates"]
        done = tuple(_erase(opened, key, by) for key in due)
        opened.log.record("purged", actor=f"human:{by}", body={"candidates": len(done), "months": policy.candidates})
        opened.log.seal("purge")
        return done


def _erase(opened: Session, candidate: str, by: str) -> Erased:
    def forget(candidates: Collection[str]) -> int:
        return _forget_vectors(opened.workspace, candidates)

    return erasing.erase(opened.workspace, opened.log, candidate, by=by, forget=forget)


class _NoModel:
    """Stands for the model under which vectors are stored, where nothing is embedded."""

    languages: frozenset[str] | None = None

    def __init__(self, fingerprint: str, dimension: int) -> None:
        self.fingerprint, self.dimension = fingerprint, dimension


def _forget_vectors(workspace: Workspace, candidates: Collection[str]) -> int:
    from index import Index

    query = "SELECT 1 FROM sqlite_master WHERE name = 'ix_model'"
    if workspace.connection.execute(query).fetchone() is None:
        return 0
    row = workspace.connection.execute("SELECT fingerprint, dimension FROM ix_model LIMIT 1").fetchone()
    if row is None:
        return 0
    return Index(workspace.connection, workspace.cache, _NoModel(*row)).delete(candidates)  # type: ignore[arg-type]


def _made(opened: Session) -> Iterator[tuple[Subject, str, date]]:
    """Since when each candidate, the log and each impact report are kept, as the log says."""
    names = {opened.log.subject(candidate): candidate for candidate in opened.workspace.candidates()}
    seen: set[str] = set()
    for event in events(opened.settings.workspace / AUDIT):
        day = date.fromisoformat(event.said["ts"][:10])
        if event.seq == 0:
            yield "log", "log", day
        if event.said["kind"] == "impact_report":
            yield "impact reports", f"record {event.seq}", day
        candidate = names.get(event.said.get("candidate", ""))
        if candidate is not None and candidate not in seen:
            seen.add(candidate)
            yield "candidates", candidate, day


def _holds(workspace: Workspace) -> set[str]:
    rows = workspace.connection.execute("SELECT key FROM meta WHERE key LIKE ?", (HOLD + "%",))
    return {row[0].removeprefix(HOLD) for row in rows}
