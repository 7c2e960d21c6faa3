"""The tables, their version, and transactions that join the caller's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from index.errors import StoreDamaged, StoreFull

SCHEMA = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS ix_state(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ix_item(
  row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, content BLOB NOT NULL, language TEXT, location TEXT,
  added TEXT, passages INTEGER NOT NULL, length INTEGER NOT NULL, terms BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS ix_tag(tag TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY(tag, row)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_tag_row ON ix_tag(row);
CREATE TABLE IF NOT EXISTS ix_text(
  hash BLOB NOT NULL, row INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(hash, row, seq)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ix_text_row ON ix_text(row);
CREATE TABLE IF NOT EXISTS ix_model(model INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, dimension INTEGER);
CREATE TABLE IF NOT EXISTS ix_vector(
  model INTEGER NOT NULL, row INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(model, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ix_line(
  model INTEGER NOT NULL, row INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(model, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ix_cache(name TEXT PRIMARY KEY, hash BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ix_query(
  model INTEGER NOT NULL, hash BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY(model, hash)) WITHOUT ROWID;
"""


class Tables:
    """The tables of one index over one model, in a given connection."""

    def __init__(self, connection: sqlite3.Connection, fingerprint: str, dimension: int) -> None:
        self.connection = connection
        self.fingerprint, self.dimension = fingerprint, dimension
        self.model = self._open()

    def _open(self) -> int:
        version = None
        if self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ix_state'").fetchone():
            version = self.state("schema")
        if version not in (None, SCHEMA):
            raise StoreDamaged(f"The index has schema version {version}, this program reads {SCHEMA}: update it.")
        found = None if version is None else self._model_row()
        if found is None:
            with self.transaction() as db:
                for statement in _TABLES.strip().split(";\n"):
                    db.execute(statement)
                db.execute("INSERT OR IGNORE INTO ix_state VALUES('schema', ?), ('counter', 0)", (SCHEMA,))
                values = (self.fingerprint, self.dimension)
                db.execute("INSERT OR IGNORE INTO ix_model(fingerprint, dimension) VALUES(?,?)", values)
            found = self._model_row()
        if found is None or found[1] != self.dimension:
            raise StoreDamaged(f"The stored vectors of {self.fingerprint} have another length: restore a copy.")
        return int(found[0])

    def _model_row(self) -> tuple[int, int] | None:
        query = "SELECT model, dimension FROM ix_model WHERE fingerprint = ?"
        row: tuple[int, int] | None = self.connection.execute(query, (self.fingerprint,)).fetchone()
        return row

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One atomic change; inside the caller's transaction a savepoint of it.

        Raises:
            StoreFull: no space left; nothing was changed.
        """
        db = self.connection
        outer = db.in_transaction
        db.execute("SAVEPOINT ix" if outer else "BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("RELEASE ix" if outer else "COMMIT")
        except BaseException as error:
            if db.in_transaction:
                db.execute("ROLLBACK TO ix" if outer else "ROLLBACK")
                if outer:
                    db.execute("RELEASE ix")
            if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
                raise StoreFull("The disk is full: nothing was changed. Free space and run again.") from error
            raise

    def state(self, key: str) -> int | None:
        """Return a number of the state table, or None."""
        row = self.connection.execute("SELECT value FROM ix_state WHERE key = ?", (key,)).fetchone()
        return None if row is None else int(row[0])

    def counter(self) -> int:
        """Return the number of changes so far: caches of the same number are current."""
        return self.state("counter") or 0
