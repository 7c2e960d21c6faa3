"""One folder, one SQLite file: the only truth on disk.

Invariants:

- Everything acknowledged is committed with ``synchronous=FULL`` in WAL mode; writers use ``BEGIN IMMEDIATE``.
- One process at a time holds the write lock; readers and short acts (a decision, a reply) need none.
- A database that is damaged, foreign or from another schema version is refused and never overwritten.
- The index library keeps its tables in the same file (through ``connection``), so that text and vectors are written
  in one transaction; its cache files live in ``cache`` and may be deleted at any time.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self, TypeVar

from filelock import FileLock, Timeout
from pydantic import ValidationError

from matcher.errors import WorkspaceError, WorkspaceLocked
from matcher.models import Decision, Document, FileRow, Record, Resume

SCHEMA_VERSION = 1
APPLICATION_ID = 0x6D617463  # "matc"

_TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE document(
  candidate TEXT PRIMARY KEY, document TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE, text_hash TEXT NOT NULL,
  file TEXT NOT NULL, added INTEGER NOT NULL, body BLOB NOT NULL, resume BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX document_text ON document(text_hash);
CREATE TABLE file(file TEXT PRIMARY KEY, seq INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE reply(key TEXT PRIMARY KEY, candidate TEXT, meta TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE record(kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY(kind, key)) WITHOUT ROWID;
CREATE TABLE decision(seq INTEGER PRIMARY KEY, run TEXT NOT NULL, candidate TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE tombstone(hash TEXT PRIMARY KEY) WITHOUT ROWID;
"""

R = TypeVar("R", bound=Record)
Mode = Literal["read", "write"]


class Workspace:
    """An open workspace. Use as a context manager.

    Attributes:
        path: the folder. cache: folder for files that can be rebuilt. connection: the SQLite connection.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: FileLock | None) -> None:
        self.path = path
        self.cache = path / "cache"
        self.connection = connection
        self._lock = lock
        self._writing = threading.RLock()

    @classmethod
    def open(cls, path: Path, mode: Mode = "read", wait: float = 2.0) -> Self:
        """Open (and for writing, create) the workspace at ``path``.

        Raises:
            WorkspaceError: no workspace there to read, a damaged or foreign database, another schema version.
            WorkspaceLocked: another process still writes after ``wait`` seconds.
        """
        database = path / "matcher.db"
        if mode == "read" and not database.exists():
            raise WorkspaceError(f"There is no workspace at {path}: add résumés with `matcher add`, or name another.")
        lock = None
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            (path / "cache").mkdir(exist_ok=True)
            lock = _take_lock(path, wait) if mode == "write" else None
            return cls(path, _connect(database, create=mode == "write"), lock)
        except OSError as error:
            raise WorkspaceError(f"The workspace at {path} cannot be opened: {error.strerror}.") from error
        except Exception:
            if lock is not None:
                lock.release()
            raise

    def close(self) -> None:
        """Close the database and release the lock."""
        self.connection.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One atomic change: all of it is on disk afterwards, or nothing.

        Nested use in one thread joins the outer one; threads take turns.
        """
        with self._writing:
            if self.connection.in_transaction:
                yield self.connection
                return
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                self.connection.rollback()
                raise
            self.connection.commit()

    # --- documents and files -------------------------------------------------------------------------------------

    def put_document(self, document: Document, resume: Resume, sha256: str, text_hash: str, file: str) -> None:
        """Store one résumé under its candidate id (idempotent)."""
        with self.transaction() as db:
            added = db.execute("SELECT coalesce(max(added), 0) + 1 FROM document").fetchone()[0]
            db.execute(
                "INSERT INTO document VALUES(?,?,?,?,?,?,?,?) ON CONFLICT(candidate) DO UPDATE SET"
                " body = excluded.body, resume = excluded.resume, file = excluded.file",
                (resume.candidate, document.id, sha256, text_hash, file, added, _pack(document), _pack(resume)),
            )

    def candidates(self) -> tuple[str, ...]:
        """Ids of all candidates in the order in which they were added."""
        rows = self.connection.execute("SELECT candidate FROM document ORDER BY added, candidate")
        return tuple(row[0] for row in rows)

    def document(self, candidate: str) -> Document:
        """Return the document of a candidate. Raises KeyError."""
        return _unpack(self._column(candidate, "body"), Document)

    def resume(self, candidate: str) -> Resume:
        """Return the structured résumé of a candidate. Raises KeyError."""
        return _unpack(self._column(candidate, "resume"), Resume)

    def known_hashes(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return two maps to candidate ids: SHA-256 of the file's bytes, and hash of the normalised text."""
        rows = self.connection.execute("SELECT sha256, text_hash, candidate FROM document ORDER BY added").fetchall()
        return {r[0]: r[2] for r in rows}, {r[1]: r[2] for r in reversed(rows)}

    def put_file(self, row: FileRow) -> None:
        """Store the row in which an input file ended; a later row for the same path replaces it."""
        with self.transaction() as db:
            seq = db.execute("SELECT coalesce(max(seq), 0) + 1 FROM file").fetchone()[0]
            db.execute(
                "INSERT INTO file VALUES(?,?,?) ON CONFLICT(file) DO UPDATE SET body = excluded.body",
                (row.file, seq, row.model_dump_json()),
            )

    def files(self) -> tuple[FileRow, ...]:
        """Every input file, in the order in which they came."""
        rows = self.connection.execute("SELECT body FROM file ORDER BY seq, file")
        return tuple(FileRow.model_validate_json(row[0]) for row in rows)

    def _column(self, candidate: str, column: Literal["body", "resume"]) -> bytes:
        query = {"body": "SELECT body FROM document WHERE candidate = ?",
                 "resume": "SELECT resume FROM document WHERE candidate = ?"}[column]  # fmt: skip
        row = self.connection.execute(query, (candidate,)).fetchone()
        if row is None:
            raise KeyError(candidate)
        return bytes(row[0])

    # --- replies, records, decisions -----------------------------------------------------------------------------

    def reply(self, key: str) -> bytes | None:
        """Return the stored bytes of a model reply, or None."""
        row = self.connection.execute("SELECT body FROM reply WHERE key = ?", (key,)).fetchone()
        return None if row is None else zlib.decompress(row[0])

    def put_reply(self, key: str, body: bytes, meta: dict[str, object], candidate: str | None) -> None:
        """Store a reply before anybody parses it. The first reply under a key stays."""
        with self.transaction() as db:
            packed = zlib.compress(body, 6)
            values = (key, candidate, json.dumps(meta, sort_keys=True), packed)
            db.execute("INSERT OR IGNORE INTO reply VALUES(?,?,?,?)", values)

    def reply_meta(self, key: str) -> dict[str, object] | None:
        """Return what is known of a stored reply (model, tokens), or None."""
        row = self.connection.execute("SELECT meta FROM reply WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, kind: str, key: str, record: Record) -> None:
        """Store a record under a kind (criteria, shortlist, run, draft, …) and a key; a later one replaces it."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO record VALUES(?,?,?)", (kind, key, _pack(record)))

    def get(self, kind: str, key: str, model: type[R]) -> R | None:
        """Return a stored record, or None."""
        row = self.connection.execute("SELECT body FROM record WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return None if row is None else _unpack(bytes(row[0]), model)

    def keys(self, kind: str) -> tuple[str, ...]:
        """Return the keys stored under a kind, in order."""
        rows = self.connection.execute("SELECT key FROM record WHERE kind = ? ORDER BY key", (kind,))
        return tuple(row[0] for row in rows)

    def delete(self, kind: str, key: str) -> None:
        """Remove a stored record, if there is one."""
        with self.transaction() as db:
            db.execute("DELETE FROM record WHERE kind = ? AND key = ?", (kind, key))

    def next_seq(self) -> int:
        """Return the number of the next decision."""
        return int(self.connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM decision").fetchone()[0])

    def put_decision(self, decision: Decision) -> None:
        """Append an act of a person. Raises WorkspaceError if its number is taken."""
        try:
            with self.transaction() as db:
                body = decision.model_dump_json()
                db.execute(
                    "INSERT INTO decision VALUES(?,?,?,?)", (decision.seq, decision.run, decision.candidate, body)
                )
        except sqlite3.IntegrityError as error:
            raise WorkspaceError(f"Decision {decision.seq} exists already: reload and try again.") from error

    def decisions(self, run: str | None = None) -> tuple[Decision, ...]:
        """Return the acts of people, of one run or of all, in order."""
        rows = self.connection.execute("SELECT body FROM decision WHERE ?1 IS NULL OR run = ?1 ORDER BY seq", (run,))
        return tuple(Decision.model_validate_json(row[0]) for row in rows)

    # --- small facts ---------------------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """Return a small stored fact (a setting, a pinned as-of day), or None."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Store a small fact."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", (key, value))

    def secret(self) -> bytes:
        """Return the workspace's own random key (32 bytes), made once; commitments and tombstones are keyed with it."""
        stored = self.meta("secret")
        if stored is None:
            stored = secrets.token_hex(32)
            self.set_meta("secret", stored)
        return bytes.fromhex(stored)


def _take_lock(path: Path, wait: float) -> FileLock:
    lock = FileLock(path / "write.lock")
    try:
        lock.acquire(timeout=wait)
    except Timeout as error:
        message = f"Another process is writing to the workspace at {path}: wait for it, or name another --workspace."
        raise WorkspaceLocked(message) from error
    return lock


def _connect(database: Path, create: bool) -> sqlite3.Connection:
    fresh = not database.exists() or database.stat().st_size == 0
    try:
        connection = sqlite3.connect(database, timeout=10.0, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA secure_delete = ON")
        if fresh and create:
            _create(connection)
        _check(connection, database)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.DatabaseError as error:
        raise WorkspaceError(_damaged(database, str(error))) from error
    return connection


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement in _TABLES.strip().split(";\n"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.commit()


def _check(connection: sqlite3.Connection, database: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        raise WorkspaceError(_damaged(database, "it is not a database of this product"))
    if version != SCHEMA_VERSION:
        message = f"it has schema version {version}, this program reads {SCHEMA_VERSION}"
        raise WorkspaceError(_damaged(database, message))
    active = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchall()
    if active:
        raise WorkspaceError(_damaged(database, "it holds a view or trigger that this product never makes"))
    result = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if result != "ok":
        raise WorkspaceError(_damaged(database, str(result)))


def _damaged(database: Path, why: str) -> str:
    advice = "It was left as it is: restore a copy or name another --workspace."
    return f"The database {database} cannot be used: {why}. {advice}"


def _pack(record: Record) -> bytes:
    return zlib.compress(record.model_dump_json().encode("utf-8"), 6)


def _unpack(body: bytes, model: type[R]) -> R:
    try:
        return model.model_validate_json(zlib.decompress(body))
    except (zlib.error, ValidationError) as error:
        raise WorkspaceError(f"A stored {model.__name__} cannot be read: restore a copy of the workspace.") from error
