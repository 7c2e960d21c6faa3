"""Copies and versions of one résumé: exact copies by text, likely ones proposed, nobody merged.

A *link* is a proposal for a person: similar text, or the same e-mail address or phone number. A *version* is more: the
same contact and name and largely the same text, and a known order in time; only then may the newest stand for the
others. A name, an address or a number alone never makes a version, because anybody can write them down.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Literal

from pydantic import ConfigDict, Field

from matcher.canonical import content_id
from matcher.models import Document, Record, Resume

_SHINGLE = 3
_PERMUTATIONS = 128
_SEED = 1
_SCHEME = "affine32"
NEAR = 0.25
"""Resemblance (Jaccard of word triples) from which two texts are linked; different people stay below 0.05."""
VERSION = 0.5
"""Resemblance from which two texts of one contact count as versions of one résumé."""
_MOST_LINKS = 20
"""Links kept per candidate, and the number of candidates that may share a contact: beyond, it is an agency's."""
_WORD = re.compile(r"\w+")

LinkKind = Literal["similar_text", "same_contact"]


def text_hash(text: str) -> str:
    """Return the tagged hash of a text without case, spaces, punctuation and forms of letters (NFKC)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return content_id("text", "".join(c for c in folded if c.isalnum()))


class Entry(Record):
    """What is compared of one candidate; contacts and name are hashes, so that the record holds no personal data."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    candidate: str
    text_hash: str
    signature: bytes
    """MinHash of the word triples: 128 values of 4 bytes."""
    contacts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    modified: date | None = None


class Link(Record):
    """Two candidates that may be the same person or a copy: a proposal, never a merge."""

    one: str
    other: str
    kind: LinkKind
    resemblance: float = Field(ge=0, le=1)


def entry(candidate: str, document: Document, resume: Resume) -> Entry:
    """Return what is compared of a candidate."""
    found: dict[str, list[str]] = defaultdict(list)
    for span in resume.identity:
        found[span.kind].append(span.text)
    contacts = [_contact("email", text.strip().casefold()) for text in found["email"]]
    contacts += [_contact("phone", digits[-9:]) for text in found["phone"] if len(digits := _digits(text)) >= 7]
    return Entry(
        candidate=candidate, text_hash=text_hash(document.text), signature=signature(document.text),
        contacts=tuple(sorted(set(contacts))), names=tuple(sorted({_name(text) for text in found["name"]})),
        modified=document.modified,
    )  # fmt: skip


def _contact(kind: str, value: str) -> str:
    return content_id(f"contact-{kind}", value)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _name(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalpha() or c.isspace())
    return content_id("name", " ".join(sorted(plain.split())))


def signature(text: str) -> bytes:
    """Return the MinHash signature of a text (the same text always gives the same bytes)."""
    import numpy as np
    from datasketch import MinHash

    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    shingles = {" ".join(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1))}
    sketch = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, scheme=_SCHEME)
    sketch.update_batch([shingle.encode("utf-8") for shingle in sorted(shingles)])
    return np.asarray(sketch.hashvalues, dtype="<u4").tobytes()


def resemblance(one: Entry, other: Entry) -> float:
    """Return the estimated share of word triples that two texts have in common, 0 to 1 (± about 0.09)."""
    import numpy as np

    left, right = (np.frombuffer(e.signature, dtype="<u4") for e in (one, other))
    return float((left == right).mean())


def links(entries: Sequence[Entry]) -> tuple[Link, ...]:
    """Return all proposals among these candidates, in the order of the entries; at most 20 per candidate."""
    by_id = {e.candidate: e for e in entries}
    place = {e.candidate: number for number, e in enumerate(entries)}
    pairs: dict[tuple[str, str], LinkKind] = {}
    for kind, found in (("same_contact", _by_contact(entries)), ("similar_text", _by_text(entries))):
        for one, other in found:
            key = (one, other) if place[one] < place[other] else (other, one)
            pairs.setdefault(key, kind)  # type: ignore[arg-type]
    ordered = sorted(pairs.items(), key=lambda item: (place[item[0][0]], place[item[0][1]]))
    return tuple(
        Link(one=one, other=other, kind=kind, resemblance=resemblance(by_id[one], by_id[other]))
        for (one, other), kind in ordered
    )  # fmt: skip


def _by_contact(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    holders: dict[str, list[str]] = defaultdict(list)
    for item in entries:
        for contact in item.contacts:
            holders[contact].append(item.candidate)
    for sharing in holders.values():
        if len(sharing) <= _MOST_LINKS:
            yield from combinations(sharing, 2)


def _by_text(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    import numpy as np
    from datasketch import MinHash, MinHashLSH

    buckets = MinHashLSH(threshold=NEAR, num_perm=_PERMUTATIONS)
    seen: dict[str, Entry] = {}
    for item in entries:
        if item.candidate in seen:
            continue
        values = np.frombuffer(item.signature, dtype="<u4").astype(np.uint64)
        sketch = MinHash(num_perm=_PERMUTATIONS, seed=_SEED, scheme=_SCHEME, hashvalues=values)
        near = [(resemblance(item, seen[other]), str(other)) for other in buckets.query(sketch)]
        for share, other in sorted(near, reverse=True)[:_MOST_LINKS]:
            if share >= NEAR:
                yield other, item.candidate
        buckets.insert(item.candidate, sketch)
        seen[item.candidate] = item


def versions(entries: Sequence[Entry], proposed: Iterable[Link]) -> Mapping[str, str]:
    """Return for each older version the newest one of the same person's résumé.

    Only pairs count that share a contact and a name, resemble each other by at least ``VERSION``, and are dated.
    """
    by_id = {e.candidate: e for e in entries}
    newest: dict[str, str] = {}
    for link in proposed:
        pair = sorted((by_id[link.one], by_id[link.other]), key=lambda e: e.modified or date.min)
        if link.resemblance >= VERSION and _same_person(*pair) and _dated(*pair):
            newest[pair[0].candidate] = _newer(newest.get(pair[0].candidate), pair[1], by_id).candidate
    return {older: _end(newer, newest) for older, newer in newest.items()}


def _same_person(one: Entry, other: Entry) -> bool:
    return bool(set(one.contacts) & set(other.contacts)) and bool(set(one.names) & set(other.names))


def _dated(older: Entry, newer: Entry) -> bool:
    return older.modified is not None and newer.modified is not None and older.modified < newer.modified


def _newer(known: str | None, found: Entry, by_id: Mapping[str, Entry]) -> Entry:
    if known is None:
        return found
    return max(by_id[known], found, key=lambda e: e.modified or date.min)


def _end(candidate: str, newest: Mapping[str, str]) -> str:
    while candidate in newest:
        candidate = newest[candidate]
    return candidate
