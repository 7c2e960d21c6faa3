"""The top of a résumé and its personal section: an allow-list of fragments.

Of these lines a fragment is kept only where it says something about work, a licence, permission to work or the region:
a fragment in unknown words may be a name or a place that no rule has found, and is left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from matcher.blind.rules import Mask
from matcher.models import SectionKind, Span
from matcher.structure.names import ordinary_words
from matcher.structure.neutral import SIGNS
from matcher.structure.titles import looks_like_title
from matcher.structure.words import alternatives, pattern, table

TOP_LINES = 12
"""Contacts further down belong to something else."""
_CONTACTS = re.compile("|".join(re.escape(sign) for kind, sign in SIGNS.items() if kind != "name"))
PROSE_WORDS = 7
"""A fragment of this many words is a sentence; rules and names mask it as they do elsewhere."""
_SPLIT = re.compile(
    r"\s*[|•·★/◆■▪~]\s*|\s+[-–—→]\s+|\t+|\s{2,}|,\s+|(?<=\w\w)\.\s+(?=[A-ZÀ-Þ\d某])|;\s*|\s*[:：]\s+|\s*[:：]$|\s+\(|\)\s*|\n"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")


@cache
def data() -> dict[str, Any]:
    """Return the word lists of header.toml."""
    return tomllib.loads(files("matcher.blind").joinpath("header.toml").read_text("utf-8"))


@cache
def _labels() -> frozenset[str]:
    return frozenset(data()["labels"])


@cache
def work_label() -> re.Pattern[str]:
    """Return what a line of a form matches that begins with a label of languages or of a driving licence."""
    return re.compile(
        rf"\W*{alternatives(data()['work_labels'])}\s*(?:[:：|]|\t|\s[-–]\s)[^|•;\n]{{1,60}}\W*", re.IGNORECASE
    )


def pieces(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield the fragments of a line as ranges; ``start`` is where the line begins."""
    at = 0
    for match in [*_SPLIT.finditer(text), None]:
        stop = match.start() if match else len(text)
        if text[at:stop].strip():
            yield start + at, start + stop
        at = match.end() if match else stop


def _known(word: str) -> bool:
    plain = word.casefold().strip(".")
    letters = table("identity")["letters"]
    return plain in ordinary_words() or plain in letters or f"{plain}." in letters


def _kept_from(piece: str) -> int | None:
    """Offset from which a fragment may be read (0: all of it), or None to leave it out."""
    bare = re.sub(r"\s*\b\d[\d-]{3,}\b\s*", " ", piece).strip(" .:：()[]")
    if bare.casefold() in _labels() or bare in SIGNS.values():
        return None
    words = _WORD.findall(bare)
    if pattern("regions", "all").fullmatch(bare):
        return 0
    region = re.search(r"[\s]((?:[A-Z]{2})|[A-ZÀ-Þ]\w+)$", bare)
    named = region is not None and pattern("regions", "all").fullmatch(region.group(1)) is not None
    if region and named and len(words) <= 4 and not any(_known(word) and word.islower() for word in words):
        return piece.index(region.group(1))
    if len(words) >= PROSE_WORDS or looks_like_title(bare) or any(_known(word) for word in words):
        return 0
    return 0 if pattern("authorisation", "licence").search(bare) else None


def _prose(line: str) -> bool:
    """Whether a line is a sentence: many words, most of them in lower case."""
    words = _WORD.findall(line)
    return len(words) > PROSE_WORDS and sum(word[0].islower() for word in words) * 5 >= len(words) * 3


def _top(text: str, lines: Sequence[Span], section_at: Callable[[int], SectionKind]) -> list[Span]:
    """The lines of personal sections, and of the top down to the end of its last block with contacts."""
    head = [span for span in lines if section_at(span.start) == "header"]
    contacts = [at for at, span in enumerate(head) if _CONTACTS.search(text[span.start : span.end])]
    personal = [span for span in lines if section_at(span.start) == "personal"]
    end = max([1, *(at for at in contacts if at < TOP_LINES)])
    while end + 1 < len(head) and "\n\n" not in re.sub(r"[^\S\n]", "", text[head[end].end : head[end + 1].start]):
        end += 1
    return head[: end + 1] + personal


def header_masks(text: str, lines: Sequence[Span], section_at: Callable[[int], SectionKind]) -> Iterator[Mask]:
    """Yield what of the top and of personal sections is left out, by fragments of their lines."""
    for span in _top(text, lines, section_at):
        if work_label().fullmatch(text[span.start : span.end]):
            continue
        prose = _prose(text[span.start : span.end])
        for start, end in pieces(text[span.start : span.end], span.start):
            kept = _kept_from(text[start:end])
            if kept is None and prose:
                continue
            if kept is None:
                yield Mask(start, end, "unclassified")
            elif kept:
                yield Mask(start, start + kept, "place")
