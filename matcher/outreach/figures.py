"""Figures in one form: "twelve" and "12", "8 percent" and "8 %", "two decades" and "20 years" compare as equal.

A draft may write a figure of its facts in words, or words as a figure; the value must be the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from matcher.outreach import words
from matcher.outreach.records import Language
from matcher.outreach.tokens import Token

_PLAIN = re.compile(r"\d+(?:\.\d+)?%?")
_GLUE = frozenset((
    "to", "and", "or", "from", "down", "up", "instead", "of", "rather", "than", "auf", "statt", "bis", "und", "von",
    "à", "au", "a", "al", "de", "del", "du", "et", "y", "hasta",
))  # fmt: skip
_WIDEST_GAP = 3


class _Words(NamedTuple):
    values: dict[str, int]
    hundred: frozenset[str]
    thousand: frozenset[str]
    scales: dict[str, str]
    percent: frozenset[str]
    decade: frozenset[str]
    year: str


@cache
def _words(language: Language) -> _Words:
    table = tomllib.loads(words.table("figures.toml"))[language]
    values = dict(pair.split("=") for pair in str(table["values"]).split())
    scales = {word: scale for scale in ("million", "billion") for word in str(table[scale]).split()}
    sets = (frozenset(str(table[key]).split()) for key in ("hundred", "thousand", "percent", "decade"))
    hundred, thousand, percent, decade = sets
    return _Words(
        {k: int(v) for k, v in values.items()}, hundred, thousand, scales, percent, decade, str(table["year"])
    )


def is_figure(word: str, language: Language) -> bool:
    """Return whether a word (in lower case) has a value of its own."""
    known = _words(language)
    return word in known.values or word in known.hundred or word in known.thousand or word in known.decade


def figured(pieces: Sequence[Token], language: Language) -> tuple[Token, ...]:
    """Return the tokens with every figure and number word as one token whose key is its value and unit sign."""
    return tuple(_shared(list(_merged(pieces, _words(language)))))


def _merged(pieces: Sequence[Token], known: _Words) -> Iterator[Token]:
    at = 0
    while at < len(pieces):
        size, value = _value(pieces, at, known)
        if not size and [token.key for token in pieces[at : at + 4]] == ["year", "and", "a", "half"]:
            yield pieces[at]._replace(key="18", number=True)
            yield pieces[at + 3]._replace(key="months")
            at += 4
            continue
        if not size:
            if pieces[at].key in known.decade:
                yield pieces[at]._replace(key="10", number=True)
                yield pieces[at]._replace(key=known.year)
            else:
                yield pieces[at]
            at += 1
            continue
        key, used = _unit(pieces, at + size, value, known)
        start, at = pieces[at], at + size + used
        text = start.text
        yield Token(key, text, start.start, True)
        if used and pieces[at - 1].key in known.decade:
            yield pieces[at - 1]._replace(key=known.year)


def _value(pieces: Sequence[Token], at: int, known: _Words) -> tuple[int, str]:
    """How many tokens from ``at`` make one figure, and its value as text."""
    first = pieces[at]
    if first.number:
        return 1, first.key
    total, current, size = 0, 0, 0
    while at + size < len(pieces):
        word = pieces[at + size].key
        if word in known.values and (current == 0 or (current % 10 == 0 and known.values[word] < max(current, 1))):
            current += known.values[word]
        elif word == "one" and current >= _TWENTY and current % 10 == 0:
            current += 1
        elif word in known.hundred and current < _HUNDRED:
            current = max(current, 1) * _HUNDRED
        elif word in known.thousand:
            total, current = total + max(current, 1) * 1000, 0
        elif word in ("and", "und", "y", "et") and size and _goes_on(pieces, at + size, known):
            pass
        else:
            break
        size += 1
    return size, str(total + current)


_TWENTY, _HUNDRED = 20, 100


def _goes_on(pieces: Sequence[Token], at: int, known: _Words) -> bool:
    """Whether "and" joins two parts of one number, as in "a hundred and ten"."""
    before, after = pieces[at - 1].key, pieces[at + 1].key if at + 1 < len(pieces) else ""
    return after in known.values and (before in known.hundred or before in known.thousand)


def _unit(pieces: Sequence[Token], at: int, value: str, known: _Words) -> tuple[str, int]:
    """The key of a figure with its sign, and how many following tokens that took."""
    after = pieces[at].key if at < len(pieces) else ""
    pair = (after, pieces[at + 1].key) if at + 1 < len(pieces) else ("", "")
    if not _PLAIN.fullmatch(value):
        return value, 0
    if after in known.percent:
        return f"{value.rstrip('%')}%", 1
    if pair in (("per", "cent"), ("pour", "cent"), ("por", "ciento")):
        return f"{value}%", 2
    if after in known.scales:
        return f"{value}{known.scales[after]}", 1
    if after in known.decade and value.isdigit():
        return str(int(value) * 10), 1
    return value, 0


def _shared(pieces: list[Token]) -> list[Token]:
    """Give both ends of a range the same sign: "from 58 to 81 percent", "from 11 to 19 million", "8 percent to 2"."""
    at = [n for n, token in enumerate(pieces) if token.number]
    for left, right in pairwise(at):
        between = pieces[left + 1 : right]
        if len(between) > _WIDEST_GAP or not between or any(token.key not in _GLUE for token in between):
            continue
        signs = _sign(pieces[left].key), _sign(pieces[right].key)
        if signs[1] and signs[0] == "":
            pieces[left] = pieces[left]._replace(key=pieces[left].key + signs[1])
        elif signs[0] and signs[1] == "":
            pieces[right] = pieces[right]._replace(key=pieces[right].key + signs[0])
    return pieces


def _sign(key: str) -> str | None:
    """The sign behind a plain figure ("" for none); None where the token is no plain figure."""
    match = re.fullmatch(r"\d+(?:\.\d+)?(%|million|billion|)", key)
    return match.group(1) if match else None
