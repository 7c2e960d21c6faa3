"""The tagger: a small network that marks in a line which words tell about the person and not about the work.

It knows what no list holds, by meaning; what it says is rounded, so that it is the same on every machine. Every call
holds one stretch of text, unpadded: the network counts in integers whose scale is taken from the call (decision 1000).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from matcher.weights import Weights

CATEGORIES = (
    "birth",
    "sex",
    "family",
    "nationality",
    "religion",
    "military",
    "address",
    "id_number",
    "measure",
    "title",
    "name",
    "graduation",
    "health",
    "politics",
    "photo",
)
"""What is told about the person; the network's first class is none of them."""
FOLDER = Path(__file__).parent / "weights"
MOST_TOKENS = 128
"""Word pieces of a line when the network is trained; a longer stretch is read whole."""
LONG = 240
"""Characters of a stretch: a longer line is read sentence by sentence, a longer sentence part by part."""
_CUTS = (re.compile(r"(?<=[.!?;。])\s+"), re.compile(r"(?<=[,:|•·)])\s*"), re.compile(r"\s+"))
_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*|[^\w\s]+|_+")
LONG = 200
"""Characters from which on sentences of a line are read one by one."""

Found = tuple[int, int, str, float]
"""Start and end of a word, its likeliest category, and the probability that it is personal at all."""


class Tagger:
    """The network on disk, loaded on first use."""

    def __init__(self, folder: Path = FOLDER, threads: int = 1) -> None:
        self.weights = Weights(folder, "tagger.onnx", "tagger", threads)

    def words(self, kind: str, text: str) -> tuple[Found, ...]:
        """Return each word of a line that stands in a place of this kind, with what it tells.

        ``kind`` is one of top, personal, profile, interests, other, work, education, skills, volunteering, languages,
        references. Raises ModelMismatch if the weights are not those published.
        """
        return tuple(found for start, end in _stretches(text) for found in self._read(kind, text[start:end], start))

    def _read(self, kind: str, text: str, begin: int) -> Iterator[Found]:
        encoded = self.weights.tokenizer.encode(kind, text)
        shares = self.weights.shares(encoded)
        pieces = [
            (start, end, row)
            for (start, end), part, row in zip(encoded.offsets, encoded.sequence_ids, shares, strict=True)
            if part == 1 and end > start
        ]
        at = 0
        for match in _WORD.finditer(text):
            rows = []
            while at < len(pieces) and pieces[at][0] < match.end():
                if pieces[at][1] > match.start():
                    rows.append(pieces[at][2])
                at += 1
            if rows:
                best = min(rows, key=lambda row: float(row[0]))
                category = CATEGORIES[int(best[1:].argmax())]
                yield begin + match.start(), begin + match.end(), category, round(1 - float(best[0]), 3)


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """The line as a whole, or as few parts as hold at most ``LONG`` characters each."""
    at = 0
    while len(text) - at > LONG:
        cut = at + LONG
        for ends in _CUTS:
            places = [match.end() for match in ends.finditer(text, at + 1, at + LONG)]
            if places:
                cut = places[-1]
                break
        yield at, cut
        at = cut
    yield at, len(text)


@cache
def shipped() -> Tagger:
    """Return the tagger that is installed with the package."""
    return Tagger()


@lru_cache(maxsize=2_000)
def words(kind: str, text: str) -> tuple[Found, ...]:
    """Return what the shipped tagger says of a line; the same line is read once."""
    return shipped().words(kind, text)
