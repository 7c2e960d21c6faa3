"""The tables of the index in somebody's SQLite file: the only truth; everything else can be rebuilt from here.

Invariants:

- Text, words and vectors of an item are written in one transaction, which may be the caller's own.
- ``row`` numbers are never used twice, so that a cache can tell what changed by comparing sets of numbers.
- No vocabulary is kept: words are stored as 64-bit hashes within their item and vanish with it.
- Vectors of different models stand under different numbers and are never read together.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from index.errors import StoreDamaged
from index.fixed import Fixed, pack, unpack
from index.kept import Kept
from index.records import Filter, Item, Passage
from index.terms import (
    Counts,
    Hashes,
    TermRow,
    content_hash,
    fold,
    item_words,
    pack_terms,
    term_hash,
    text_hash,
    unpack_terms,
)  # fmt: skip

_CHUNK = 500
_TERMS = "SELECT row, id, length, language, terms FROM ix_item"


class Store(Kept):
    """Items, their words and their vectors under one model."""

    # --- writing -------------------------------------------------------------------------------------------------

    def known(self, items: Sequence[Item]) -> dict[str, bool]:
        """Tell for each item whether exactly this content is stored already, with vectors of this model."""
        out = {}
        for item in items:
            row = self.connection.execute(
                "SELECT content FROM ix_item JOIN ix_vector USING(row) WHERE id = ? AND model = ?",
                (item.id, self.model),
            ).fetchone()
            out[item.id] = row is not None and bytes(row[0]) == content_hash(item)
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
            counted = sorted((term_hash(w), n) for w, n in Counter(item_words(item)).items())
            body = zlib.compress(json.dumps([p.lines for p in item.passages], ensure_ascii=False).encode("utf-8"), 6)
            cursor = db.execute(
                "INSERT INTO ix_item(id, content, language, location, added, passages, length, terms, body)"
                " VALUES(?,?,?,?,?,?,?,?,?)",
                (
                    item.id, content_hash(item), fold(item.language), fold(item.location), item.added,
                    len(item.passages), sum(n for _, n in counted), pack_terms(counted), body,
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

    def changes(self) -> tuple[int, int]:
        """Return a pair that differs after any change of the database, by this connection or another."""
        version = self.connection.execute("PRAGMA data_version").fetchone()[0]
        return int(version), self.connection.total_changes

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
            hashes, counts = unpack_terms(blob)
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
        return unpack_terms(found[0])

    def _by_row(self, query: str, rows: Collection[int] | None, word: str = " WHERE ") -> Iterator[tuple[Any, ...]]:
        if rows is None:
            yield from self.connection.execute(f"{query} ORDER BY row")
            return
        ordered = sorted(rows)
        for start in range(0, len(ordered), _CHUNK):
            part = ordered[start : start + _CHUNK]
            marks = ",".join("?" * len(part))
            yield from self.connection.execute(f"{query}{word}row IN ({marks}) ORDER BY row", part)


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
