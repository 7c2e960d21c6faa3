"""What a row holds besides vectors: words as hashes with counts, and a hash of the content."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreDamaged
from index.records import Item
from index.words import words

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


def item_words(item: Item) -> Iterator[str]:
    """Yield the words of all lines of an item."""
    for passage in item.passages:
        for _, text in passage.lines:
            yield from words(text)


def content_hash(item: Item) -> bytes:
    """Return the SHA-256 of everything an item says, facets included."""
    facets = [item.language, item.location, sorted(item.tags), item.added]
    whole = json.dumps([facets, [p.lines for p in item.passages]], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(whole.encode("utf-8")).digest()


def fold(text: str | None) -> str | None:
    """Return a facet without regard to case."""
    return None if text is None else text.casefold()


def pack_terms(counted: Sequence[tuple[int, int]]) -> bytes:
    """Return hashed words with their counts as bytes, closed by a checksum."""
    hashes = np.array([h for h, _ in counted], dtype="<u8").tobytes()
    counts = np.array([min(n, 65535) for _, n in counted], dtype="<u2").tobytes()
    return hashes + counts + zlib.crc32(hashes + counts).to_bytes(4, "little")


def unpack_terms(blob: bytes) -> tuple[Hashes, Counts]:
    """Return what ``pack_terms`` packed. Raises StoreDamaged if the bytes changed."""
    number, rest = divmod(len(blob) - 4, 10)
    if len(blob) < 4 or rest or zlib.crc32(blob[:-4]).to_bytes(4, "little") != blob[-4:]:
        raise StoreDamaged("Stored words do not match their checksum: restore a copy, or add the files again.")
    return np.frombuffer(blob, "<u8", number), np.frombuffer(blob, "<u2", number, offset=8 * number)
