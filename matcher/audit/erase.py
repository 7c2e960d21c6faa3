"""Remove a person from every byte of the workspace, and remember only that their file must not come back.

What goes: the document and its copies, vectors and words, model replies, decisions about the person, their rows in
runs, shortlists and drafts, cache files, and delivered files that hold them. What stays: the log, whose records can no
longer be tied to anybody once the person's key is destroyed, and a keyed hash by which the same file is refused until a
named person allows it again.
"""

from __future__ import annotations

import hmac
import html
import io
import json
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from matcher.audit.log import Log
from matcher.canonical import sha256_hex
from matcher.errors import InputError, WorkspaceError
from matcher.models import Record
from matcher.workspace import Workspace

Forget = Callable[[Collection[str]], int]
"""Removes these candidates from the index's tables and returns how many were there."""

EXPORT = "export:"
HOLD = "hold:"
_GONE = object()
_LONG = 24


class Erased(Record):
    """What an erasure removed. ``left`` names delivered files that were changed since and must be removed by hand."""

    candidates: int
    documents: int
    replies: int
    decisions: int
    records: int
    rows: int
    exports: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    """Other candidates who may be the same person: not erased; decide for each."""


def erase(workspace: Workspace, log: Log, candidate: str, *, by: str, forget: Forget) -> Erased:
    """Erase one candidate and the copies of their file; run again, it finishes what was interrupted.

    Args:
        by: name of the person who erases. forget: removes the candidate from the index.

    Raises:
        InputError: nobody of this id, or a legal hold. LogError: the act cannot be logged; nothing was erased then.
    """
    _refuse_held(workspace, candidate)
    person = _Person(workspace, candidate)
    if not person.known and log.keys.find(candidate) is None:
        raise InputError(f"There is nobody {candidate} in this workspace: see `matcher info` or the shortlist for ids.")
    who = f"human:{by}"
    known_as = [log.subject(one) for one in person.ids]
    log.record("erasure_begun", actor=who, body={"subjects": known_as})
    exports, left = _remove_exports(workspace, person)
    with workspace.transaction() as db:
        counts = _remove_rows(db, workspace, person, forget)
    _remove_caches(workspace)
    _compact(workspace)
    for one in person.ids:
        log.forget(one)
    log.record("erased", actor=who, body={"subjects": known_as, "removed": counts, "exports": len(exports)})
    return Erased(
        candidates=len(person.ids),
        exports=tuple(exports),
        left=tuple(left),
        linked=tuple(sorted(person.linked)),
        **counts,
    )


def tombstone(workspace: Workspace, sha256: str) -> str:
    """Return the keyed hash that stands for an erased file: HMAC-SHA256 under the workspace's key over its SHA-256."""
    return hmac.new(workspace.secret(), sha256.encode(), "sha256").hexdigest()


def is_erased(workspace: Workspace, sha256: str) -> bool:
    """Return whether the file with this SHA-256 was erased and may not be added again."""
    query = "SELECT 1 FROM tombstone WHERE hash = ?"
    return workspace.connection.execute(query, (tombstone(workspace, sha256),)).fetchone() is not None


def allow(workspace: Workspace, log: Log, sha256: str, *, by: str) -> None:
    """Let an erased file be added again.

    Raises:
        InputError: that file was never erased here.
    """
    if not is_erased(workspace, sha256):
        raise InputError("This file was not erased from this workspace: it can be added as it is.")
    log.record("erase_allowed", actor=f"human:{by}", body={"tombstone": tombstone(workspace, sha256)})
    with workspace.transaction() as db:
        db.execute("DELETE FROM tombstone WHERE hash = ?", (tombstone(workspace, sha256),))


def _refuse_held(workspace: Workspace, candidate: str) -> None:
    for held in (candidate, "all"):
        if workspace.meta(HOLD + held) is not None:
            raise InputError("A legal hold forbids erasing: lift it first (`matcher retention hold --lift`).")


class _Person:
    """Everything by which the stored rows of a person are recognised."""

    def __init__(self, workspace: Workspace, candidate: str) -> None:
        self.rows = [row for row in workspace.files() if candidate in (row.candidate, row.duplicate_of)]
        self.ids = tuple(dict.fromkeys([candidate, *(row.candidate for row in self.rows if row.candidate)]))
        self.paths = {row.file for row in self.rows}
        self.linked = {link for row in self.rows for link in row.links} - set(self.ids)
        self.hashes = {row.sha256 for row in self.rows if row.sha256}
        self.markers: set[str] = set(self.ids)
        self.known = bool(self.rows)
        for one in self.ids:
            self._take_document(workspace, one)

    def _take_document(self, workspace: Workspace, candidate: str) -> None:
        query = "SELECT sha256, file FROM document WHERE candidate = ?"
        row = workspace.connection.execute(query, (candidate,)).fetchone()
        if row is None:
            return
        self.known = True
        self.hashes.add(row[0])
        self.paths.add(row[1])
        resume, document = workspace.resume(candidate), workspace.document(candidate)
        self.markers |= {span.text for span in resume.identity if span.kind in ("name", "email", "phone")}
        lines = (" ".join(line.split()) for line in document.text.splitlines())
        self.markers |= set(sorted((line for line in lines if len(line) >= _LONG), key=len)[-20:])

    def stands_in(self, content: bytes) -> bool:
        """Return whether a delivered file holds something of the person."""
        wanted = {*self.markers, *(Path(path.rpartition("!")[2]).name for path in self.paths)}
        for part in _parts(content):
            text = " ".join(html.unescape(part.decode("utf-8", "replace")).split())
            if any(marker in text for marker in wanted if marker):
                return True
        return False


def _parts(content: bytes) -> Iterator[bytes]:
    yield content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def _remove_exports(workspace: Workspace, person: _Person) -> tuple[list[str], list[str]]:
    rows = workspace.connection.execute("SELECT key, value FROM meta WHERE key LIKE ?", (EXPORT + "%",)).fetchall()
    removed, left = [], []
    for key, sha256 in rows:
        path = Path(key.removeprefix(EXPORT))
        content = path.read_bytes() if path.is_file() else None
        if content is not None and person.stands_in(content):
            if sha256_hex(content) != sha256:
                left.append(str(path))
                continue
            path.unlink()
            removed.append(str(path))
        elif content is not None:
            continue
        with workspace.transaction() as db:
            db.execute("DELETE FROM meta WHERE key = ?", (key,))
    return removed, left


def _remove_rows(db: sqlite3.Connection, workspace: Workspace, person: _Person, forget: Forget) -> dict[str, int]:
    marks = [(tombstone(workspace, sha256),) for sha256 in sorted(person.hashes)]
    db.executemany("INSERT OR IGNORE INTO tombstone VALUES(?)", marks)
    forget(person.ids)
    ids = [(one,) for one in person.ids]
    counts = {
        "documents": _deleted(db, "DELETE FROM document WHERE candidate = ?", ids),
        "replies": _deleted(db, "DELETE FROM reply WHERE candidate = ?", ids),
        "decisions": _deleted(db, "DELETE FROM decision WHERE candidate = ?", ids),
        "rows": _deleted(db, "DELETE FROM file WHERE file = ?", [(path,) for path in sorted(person.paths)]),
        "records": _clean_records(db, person),
    }
    for one in person.ids:
        db.execute("DELETE FROM meta WHERE instr(key, ?) OR instr(value, ?)", (one, one))
    return counts


def _deleted(db: sqlite3.Connection, statement: str, values: list[tuple[str]]) -> int:
    return sum(db.execute(statement, value).rowcount for value in values)


def _clean_records(db: sqlite3.Connection, person: _Person) -> int:
    changed = 0
    for kind, key, body in db.execute("SELECT kind, key, body FROM record").fetchall():
        if any(one in key for one in person.ids):
            db.execute("DELETE FROM record WHERE kind = ? AND key = ?", (kind, key))
            changed += 1
            continue
        try:
            before = zlib.decompress(body)
        except zlib.error as error:
            raise WorkspaceError(f"A stored {kind} cannot be read: restore a copy of the workspace.") from error
        after = _without(json.loads(before), person)
        packed = json.dumps(after if after is not _GONE else None, ensure_ascii=False, separators=(",", ":")).encode()
        if packed == json.dumps(json.loads(before), ensure_ascii=False, separators=(",", ":")).encode():
            continue
        if after is _GONE:
            db.execute("DELETE FROM record WHERE kind = ? AND key = ?", (kind, key))
        else:
            values = (zlib.compress(packed, 6), kind, key)
            db.execute("UPDATE record SET body = ? WHERE kind = ? AND key = ?", values)
        changed += 1
    return changed


def _without(value: Any, person: _Person) -> Any:
    """Return a JSON value without everything that is about the person, or _GONE where it is wholly about them."""
    if isinstance(value, dict):
        return _object_without(value, person)
    if isinstance(value, list):
        if value and isinstance(value[0], str) and value[0] in person.ids:
            return _GONE
        return [kept for kept in (_without(inner, person) for inner in value) if kept is not _GONE]
    if isinstance(value, str) and (value in person.ids or value in person.paths):
        return _GONE
    return value


def _object_without(value: dict[str, Any], person: _Person) -> Any:
    about = {value.get("candidate"), value.get("duplicate_of"), value.get("file")} - {None}
    if any(isinstance(one, str) and (one in person.ids or one in person.paths) for one in about):
        return _GONE
    kept: dict[str, Any] = {}
    for name, inner in value.items():
        rest = _without(inner, person)
        if name not in person.ids:
            kept[name] = None if rest is _GONE else rest
    return kept


def _remove_caches(workspace: Workspace) -> None:
    for path in workspace.cache.iterdir() if workspace.cache.exists() else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    for leftover in workspace.path.glob("*.part"):
        leftover.unlink()


def _compact(workspace: Workspace) -> None:
    """Rewrite the database, so that freed pages and the write-ahead log hold nothing of what was deleted."""
    db = workspace.connection
    try:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("VACUUM")
        busy = bool(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
    except sqlite3.OperationalError:
        busy = True
    if busy:
        raise WorkspaceError("Another program reads the workspace, so old pages remain: close it, then erase again.")
