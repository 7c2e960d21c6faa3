"""The tables of the index in somebody's SQLite file: the only truth; everything else can be rebuilt from here.

Invariants:

- Text, words and vectors of an item are written in one transaction, which may be the caller's own.
- ``row`` numbers are never used twice, so that a cache can tell what changed by comparing sets of numbers.
- No vocabulary is kept: words are stored as 64-bit hashes within their item and vanish with it.
- Vectors of different models stand under different numbers and are never read together.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreDamaged, StoreFull
from index.fixed import Fixed, pack, unpack
from index.records import Filter, Item, Passage
from index.words import words

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
_CHUNK = 500
_TERMS = "SELECT row, id, length, language, terms FROM ix_item"

Hashes = NDArray[np.uint64]
Counts = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class TermRow:
    """One stored item as the lexical index needs it."""

    row: int
    id: str
    length: int
    language: str | None
    hashes: Hashes
    counts: Counts


def text_hash(text: str) -> bytes:
    """Return 16 bytes that stand for the text of a passage or a query."""
    return hashlib.sha256(text.encode("utf-8")).digest()[:16]


def term_hash(word: str) -> int:
    """Return the 64-bit number that stands for a word."""
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8"), digest_size=8).digest(), "little")


class Store:
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

    # --- writing -------------------------------------------------------------------------------------------------

    def known(self, items: Sequence[Item]) -> dict[str, bool]:
        """Tell for each item whether exactly this content is stored already, with vectors of this model."""
        out = {}
        for item in items:
            row = self.connection.execute(
                "SELECT content FROM ix_item JOIN ix_vector USING(row) WHERE id = ? AND model = ?",
                (item.id, self.model),
            ).fetchone()
            out[item.id] = row is not None and bytes(row[0]) == _content(item)
        return out

    def vectors_of_texts(self, texts: Collection[str]) -> dict[str, Fixed]:
        """Return stored vectors of passages that have exactly these texts."""
        found: dict[str, Fixed] = {}
        for text in texts:
            row = self.connection.execute(
                "SELECT body, seq FROM ix_text JOIN ix_vector USING(row) WHERE hash = ? AND model = ? LIMIT 1",
                (text_hash(text), self.model),
            ).fetchone()
            if row is not None:
                found[text] = unpack(row[0], self.dimension)[row[1]]
        return found

    def put(self, item: Item, vectors: Fixed) -> None:
        """Store one item with its vectors, in place of an older one of the same id."""
        with self.transaction() as db:
            self._drop(db, item.id)
            counted = sorted((term_hash(w), n) for w, n in Counter(_words(item)).items())
            body = zlib.compress(json.dumps([p.lines for p in item.passages], ensure_ascii=False).encode("utf-8"), 6)
            cursor = db.execute(
                "INSERT INTO ix_item(id, content, language, location, added, passages, length, terms, body)"
                " VALUES(?,?,?,?,?,?,?,?,?)",
                (
                    item.id, _content(item), _fold(item.language), _fold(item.location), item.added,
                    len(item.passages), sum(n for _, n in counted), _pack_terms(counted), body,
                ),
            )  # fmt: skip
            row = cursor.lastrowid
            tags = {(t.casefold(), row) for t in item.tags}
            db.executemany("INSERT INTO ix_tag VALUES(?,?)", sorted(tags))
            hashes = [(text_hash(p.text), row, seq) for seq, p in enumerate(item.passages)]
            db.executemany("INSERT INTO ix_text VALUES(?,?,?)", hashes)
            db.execute("INSERT INTO ix_vector VALUES(?,?,?)", (self.model, row, pack(vectors)))
            db.execute("UPDATE ix_state SET value = value + 1 WHERE key = 'counter'")

    def put_vectors(self, row: int, vectors: Fixed) -> None:
        """Store the vectors of an item that is there already, under the model of this store."""
        with self.transaction() as db:
            if db.execute("SELECT 1 FROM ix_item WHERE row = ?", (row,)).fetchone():
                db.execute("INSERT OR REPLACE INTO ix_vector VALUES(?,?,?)", (self.model, row, pack(vectors)))
                db.execute("UPDATE ix_state SET value = value + 1 WHERE key = 'counter'")

    def delete(self, ids: Iterable[str]) -> int:
        """Remove items with all that was derived from them; return how many were there."""
        with self.transaction() as db:
            gone = sum(self._drop(db, item) for item in ids)
            db.execute("UPDATE ix_state SET value = value + ? WHERE key = 'counter'", (gone,))
        return gone

    def _drop(self, db: sqlite3.Connection, item: str) -> bool:
        found = db.execute("SELECT row FROM ix_item WHERE id = ?", (item,)).fetchone()
        if found is None:
            return False
        for table in ("ix_item", "ix_tag", "ix_text", "ix_vector", "ix_line"):
            db.execute(f"DELETE FROM {table} WHERE row = ?", found)  # noqa: S608 - the names stand right here
        return True

    def drop_other_models(self) -> None:
        """Remove the vectors of every model but this one."""
        with self.transaction() as db:
            for table in ("ix_vector", "ix_line", "ix_query", "ix_model"):
                db.execute(f"DELETE FROM {table} WHERE model <> ?", (self.model,))  # noqa: S608 - as above

    # --- reading -------------------------------------------------------------------------------------------------

    def state(self, key: str) -> int | None:
        """Return a number of the state table, or None."""
        row = self.connection.execute("SELECT value FROM ix_state WHERE key = ?", (key,)).fetchone()
        return None if row is None else int(row[0])

    def counter(self) -> int:
        """Return the number of changes so far: caches of the same number are current."""
        return self.state("counter") or 0

    def rows(self) -> list[int]:
        """Return the row numbers of all items, ascending."""
        return [row[0] for row in self.connection.execute("SELECT row FROM ix_item ORDER BY row")]

    def heads(self) -> list[tuple[int, str, str | None, int]]:
        """Return row, id, language and number of passages of all items, by row."""
        return list(self.connection.execute("SELECT row, id, language, passages FROM ix_item ORDER BY row"))

    def size(self) -> tuple[int, int]:
        """Return how many items and passages there are."""
        items, passages = self.connection.execute("SELECT count(*), total(passages) FROM ix_item").fetchone()
        return int(items), int(passages)

    def waiting(self) -> list[int]:
        """Return the rows of items that have no vectors under this model yet."""
        query = "SELECT row FROM ix_item WHERE row NOT IN (SELECT row FROM ix_vector WHERE model = ?) ORDER BY row"
        return [row[0] for row in self.connection.execute(query, (self.model,))]

    def select(self, wanted: Filter) -> frozenset[str] | None:
        """Return the ids that pass the filter, or None where everything does."""
        clauses, values = _where(wanted)
        if not clauses:
            return None if wanted.ids is None else frozenset(wanted.ids)
        query = f"SELECT id FROM ix_item WHERE {' AND '.join(clauses)}"  # noqa: S608 - clauses are constants
        found = frozenset(row[0] for row in self.connection.execute(query, values))
        return found if wanted.ids is None else found & frozenset(wanted.ids)

    def sizes(self, rows: Collection[int]) -> Iterator[tuple[int, int]]:
        """Yield row and number of passages of those of these rows that are there, ascending."""
        yield from self._by_row("SELECT row, passages FROM ix_item", rows)

    def term_rows(self, rows: Collection[int] | None = None) -> Iterator[TermRow]:
        """Yield the items of these rows (None: all), ascending."""
        for row, name, length, language, blob in self._by_row(_TERMS, rows):
            hashes, counts = _unpack_terms(blob)
            yield TermRow(row, name, length, language, hashes, counts)

    def vectors(self, rows: Collection[int] | None = None) -> Iterator[tuple[int, Fixed]]:
        """Yield row and vectors of these rows (None: all) under this model, ascending."""
        query = f"SELECT row, body FROM ix_vector WHERE model = {self.model}"  # noqa: S608 - a number of ours
        for row, blob in self._by_row(query, rows, " AND "):
            yield row, unpack(blob, self.dimension)

    def passages(self, key: int | str) -> tuple[Passage, ...]:
        """Return the passages of an item, by row or by id. Raises KeyError."""
        column = "row" if isinstance(key, int) else "id"
        found = self.connection.execute(f"SELECT body FROM ix_item WHERE {column} = ?", (key,)).fetchone()  # noqa: S608
        if found is None:
            raise KeyError(key)
        try:
            stored = json.loads(zlib.decompress(found[0]))
        except (zlib.error, ValueError) as error:
            raise StoreDamaged("The stored text of an item cannot be read: restore a copy.") from error
        return tuple(Passage(tuple((line, text) for line, text in lines)) for lines in stored)

    def terms(self, row: int) -> tuple[Hashes, Counts]:
        """Return the hashed words of an item and how often each stands there. Raises KeyError."""
        found = self.connection.execute("SELECT terms FROM ix_item WHERE row = ?", (row,)).fetchone()
        if found is None:
            raise KeyError(row)
        return _unpack_terms(found[0])

    def _by_row(self, query: str, rows: Collection[int] | None, word: str = " WHERE ") -> Iterator[tuple[Any, ...]]:
        if rows is None:
            yield from self.connection.execute(f"{query} ORDER BY row")
            return
        ordered = sorted(rows)
        for start in range(0, len(ordered), _CHUNK):
            part = ordered[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            yield from self.connection.execute(f"{query}{word}row IN ({marks}) ORDER BY row", part)

    def kept_queries(self, limit: int) -> list[Fixed]:
        """Return up to ``limit`` vectors of queries that were kept, in a fixed order."""
        query = "SELECT body FROM ix_query WHERE model = ? ORDER BY hash LIMIT ?"
        return [unpack(row[0], self.dimension)[0] for row in self.connection.execute(query, (self.model, limit))]

    def cache_hash(self, name: str) -> bytes | None:
        """Return the SHA-256 that the cache file of this name must have."""
        row = self.connection.execute("SELECT hash FROM ix_cache WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def put_cache_hash(self, name: str, digest: bytes) -> None:
        """Remember the SHA-256 of a cache file that was just written."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO ix_cache VALUES(?,?)", (name, digest))

    def drop_cache_hashes(self) -> None:
        """Forget all cache files."""
        with self.transaction() as db:
            db.execute("DELETE FROM ix_cache")

    # --- vectors of lines and of queries -------------------------------------------------------------------------

    def line_vectors(self, row: int) -> Fixed | None:
        """Return the vectors of an item's lines in order, if they were made."""
        found = self.connection.execute(
            "SELECT body FROM ix_line WHERE model = ? AND row = ?", (self.model, row)
        ).fetchone()
        return None if found is None else unpack(found[0], self.dimension)

    def put_line_vectors(self, made: Mapping[int, Fixed]) -> None:
        """Keep vectors of lines; items that were deleted meanwhile are passed over."""
        with self.transaction() as db:
            for row, vectors in made.items():
                db.execute(
                    "INSERT OR REPLACE INTO ix_line SELECT ?1, row, ?3 FROM ix_item WHERE row = ?2",
                    (self.model, row, pack(vectors)),
                )

    def query_vector(self, text: str) -> Fixed | None:
        """Return the vector of a query that was kept."""
        found = self.connection.execute(
            "SELECT body FROM ix_query WHERE model = ? AND hash = ?", (self.model, text_hash(text))
        ).fetchone()
        return None if found is None else unpack(found[0], self.dimension)[0]

    def put_query_vectors(self, made: Mapping[str, Fixed]) -> None:
        """Keep vectors of queries, so that asking again needs no model."""
        with self.transaction() as db:
            values = [(self.model, text_hash(text), pack(vector[None])) for text, vector in made.items()]
            db.executemany("INSERT OR REPLACE INTO ix_query VALUES(?,?,?)", values)


def _where(wanted: Filter) -> tuple[list[str], list[str]]:
    clauses: list[str] = []
    values: list[str] = []
    if wanted.languages is not None:
        folded = [language.casefold() for language in wanted.languages]
        clauses.append(f"language IN ({','.join('?' * len(folded))})")
        values += folded
    if wanted.location is not None:
        clauses.append("instr(location, ?) > 0")
        values.append(wanted.location.casefold())
    if wanted.added_since is not None:
        clauses.append("added >= ?")
        values.append(wanted.added_since)
    for tag in wanted.tags:
        clauses.append("row IN (SELECT row FROM ix_tag WHERE tag = ?)")
        values.append(tag.casefold())
    return clauses, values


def _words(item: Item) -> Iterator[str]:
    for passage in item.passages:
        for _, text in passage.lines:
            yield from words(text)


def _content(item: Item) -> bytes:
    facets = [item.language, item.location, sorted(item.tags), item.added]
    whole = json.dumps([facets, [p.lines for p in item.passages]], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(whole.encode("utf-8")).digest()


def _fold(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _pack_terms(counted: Sequence[tuple[int, int]]) -> bytes:
    hashes = np.array([h for h, _ in counted], dtype="<u8").tobytes()
    counts = np.array([min(n, 65535) for _, n in counted], dtype="<u2").tobytes()
    return hashes + counts + zlib.crc32(hashes + counts).to_bytes(4, "little")


def _unpack_terms(blob: bytes) -> tuple[Hashes, Counts]:
    number, rest = divmod(len(blob) - 4, 10)
    if len(blob) < 4 or rest or zlib.crc32(blob[:-4]).to_bytes(4, "little") != blob[-4:]:
        raise StoreDamaged("Stored words do not match their checksum: restore a copy, or add the files again.")
    return np.frombuffer(blob, "<u8", number), np.frombuffer(blob, "<u2", number, offset=8 * number)
