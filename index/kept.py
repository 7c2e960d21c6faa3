"""What is kept only to save work: vectors of lines and queries, and the hashes of cache files."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from index.errors import StoreFull
from index.fixed import Fixed, pack, unpack
from index.tables import Tables
from index.terms import text_hash


class Kept(Tables):
    """The part of the store that may be lost without loss."""

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

    def line_vectors(self, row: int) -> Fixed | None:
        """Return the vectors of an item's lines in order, if they were made."""
        found = self.connection.execute(
            "SELECT body FROM ix_line WHERE model = ? AND row = ?", (self.model, row)
        ).fetchone()
        return None if found is None else unpack(found[0], self.dimension)

    def keep_line_vectors(self, made: Mapping[int, Fixed]) -> None:
        """Keep vectors of lines where that is possible; items that were deleted meanwhile are passed over."""
        query = "INSERT OR REPLACE INTO ix_line SELECT ?1, row, ?3 FROM ix_item WHERE row = ?2"
        self._keep(query, [(self.model, row, pack(vectors)) for row, vectors in made.items()])

    def query_vector(self, text: str) -> Fixed | None:
        """Return the vector of a query that was kept."""
        found = self.connection.execute(
            "SELECT body FROM ix_query WHERE model = ? AND hash = ?", (self.model, text_hash(text))
        ).fetchone()
        return None if found is None else unpack(found[0], self.dimension)[0]

    def keep_query_vectors(self, made: Mapping[str, Fixed]) -> None:
        """Keep vectors of queries where that is possible, so that asking again needs no model."""
        query = "INSERT OR REPLACE INTO ix_query VALUES(?,?,?)"
        self._keep(query, [(self.model, text_hash(text), pack(vector[None])) for text, vector in made.items()])

    def _keep(self, query: str, values: Sequence[tuple[Any, ...]]) -> None:
        """Write what can be made again; a full disk, a lock or a read-only database is no reason not to answer."""
        with contextlib.suppress(StoreFull, sqlite3.OperationalError), self.transaction() as db:
            db.executemany(query, values)
