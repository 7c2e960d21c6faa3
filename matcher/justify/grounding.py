"""Words in lines and reasons: is a line a mere list, and does a reason say only what can be seen?

Numbers, names, titles and personal words of a reason are looked up, not believed.
A reason is written in English about lines in any language, so names are compared without accents, and titles, languages
and days are looked up in translation, too.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from matcher.models import BlindView, Cell, Criterion, Line

_WORD = re.compile(r"\w+", re.UNICODE)
_NUMBER = re.compile(r"\d[\d.,'  ]*\d|\d")
_NAME = re.compile(r"(?<![\w.])(?:[A-ZÀ-ÞА-Я][\w&+#./-]*|\w*[A-Z]{2,}\w*)", re.UNICODE)
_SEPARATOR = re.compile(r"\s*[,;|•·★/●▪–]\s*|\s{3,}")
LIST_ITEMS = 6
_ID = re.compile(r"(?<!\w)[LP]\d+(?!\w)")


def keyword_list(line: Line) -> bool:
    """Say whether a line outside any position is a list of short terms, which shows nothing done."""
    if line.position is not None:
        return False
    items = [item for item in _SEPARATOR.split(line.text) if item]
    words = len(_WORD.findall(line.text))
    return len(items) >= LIST_ITEMS and words <= 4 * len(items)


def ungrounded(cell: Cell, criterion: Criterion, view: BlindView) -> list[str]:
    """Return what kinds of words in a reason stand neither in the lines nor in the requirement (none: it is grounded).

    Numbers must stand in the cited lines, the headings of their positions, or the requirement; names and titles
    anywhere in the view. The words themselves are not repeated: they may be invented.
    """
    everything = _plain(" ".join([criterion.text, *(line.text for line in view.lines)]))
    near = _plain(criterion.text + " " + " ".join(_near(cell, view))) if cell.lines else everything
    found = []
    reason = _plain(_ID.sub(" ", cell.reason))
    if _digits(reason) - _digits(near):
        found.append("a number")
    words = [word.lower() for word in _WORD.findall(everything)]
    known, initials = set(words), "".join(word[0] for word in words)
    foreign = everything.lower() if view.language not in (None, "en") else ""
    if any(not _known_name(name, known, initials, foreign) for name in _names(reason)):
        found.append("a name")
    titles = set(pattern("titles").findall(reason.lower())) - known
    if any(not _translated("title_stems", title, foreign) for title in titles):
        found.append("a title")
    if pattern("personal").search(pattern("impersonal").sub(" ", reason.lower())):
        found.append("a personal characteristic")
    return found


def _near(cell: Cell, view: BlindView) -> Iterable[str]:
    places = {line.position for line in view.lines if line.id in cell.lines} | set(cell.counted)
    headers = {name for p in view.positions if p.id in places for name in p.header_lines}
    for line in view.lines:
        if line.id in cell.lines or line.id in headers:
            yield line.text


def _digits(text: str) -> set[str]:
    return {re.sub(r"\D", "", number) for number in _NUMBER.findall(text)}


def _names(reason: str) -> Iterable[str]:
    plain = frozenset(_data()["plain"])
    for match in _NAME.finditer(reason):
        word = match[0].rstrip(".-/")
        starts = match.start() == 0 or reason[: match.start()].rstrip().endswith((".", ":", ";"))
        ordinary = starts and word[1:].islower()
        if word and not ordinary and word not in plain:
            yield word


def _known_name(name: str, known: set[str], initials: str, foreign: str) -> bool:
    """A name whose words stand in the text (in translation: in ``foreign``), or an abbreviation of words that do."""
    parts = [part.lower() for part in _WORD.findall(name)]
    if all(_known_word(part, known, foreign) for part in parts):
        return True
    return len(name) >= 3 and name.isupper() and name.lower() in initials


def _known_word(word: str, known: set[str], foreign: str) -> bool:
    bare = word.removesuffix("s")
    return bool(known & {word, bare, bare + "s"}) or _translated("word_stems", bare, foreign)


def _translated(table: str, word: str, text: str) -> bool:
    """Say whether a word's beginning in one of the languages that are read stands in the text (lower case, plain)."""
    return any(stem in text for stem in _data()[table].get(word, ()))


def _plain(text: str) -> str:
    """Return text without accents, letters otherwise as they are."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(character for character in apart if not unicodedata.combining(character))


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("matcher.justify") / "checks.toml").read_text("utf-8"))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """Return a pattern of whole words from a list of ``checks.toml``, for lower-case text."""
    alternatives = "|".join(re.escape(word) for word in sorted(_data()[name], key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")
