"""Words in lines and reasons: is a line a mere list, and does a reason say only what can be seen?

Numbers, names, titles and personal words of a reason are looked up, not believed.
"""

from __future__ import annotations

import re
import tomllib
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
    everything = " ".join([criterion.text, *(line.text for line in view.lines)])
    near = criterion.text + " " + " ".join(_near(cell, view)) if cell.lines else everything
    found = []
    reason = _ID.sub(" ", cell.reason)
    if _digits(reason) - _digits(near):
        found.append("a number")
    words = [word.lower() for word in _WORD.findall(everything)]
    known, initials = set(words), "".join(word[0] for word in words)
    if any(not _known_name(name, known, initials) for name in _names(reason)):
        found.append("a name")
    titles = set(pattern("titles").findall(reason.lower()))
    if titles - known:
        found.append("a title")
    if pattern("personal").search(reason.lower()):
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


def _known_name(name: str, known: set[str], initials: str) -> bool:
    """A name whose words stand in the text, or an abbreviation of three letters or more of words that do."""
    parts = [part.lower() for part in _WORD.findall(name)]
    if all(part in known or part.removesuffix("s") in known for part in parts):
        return True
    return len(name) >= 3 and name.isupper() and name.lower() in initials


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("matcher.justify") / "checks.toml").read_text("utf-8"))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """Return a pattern of whole words from a list of ``checks.toml``, for lower-case text."""
    alternatives = "|".join(re.escape(word) for word in sorted(_data()[name], key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")
