"""Dates and durations: finds date ranges in text and adds up the time that jobs cover.

A date keeps the precision with which it was written.
Time is counted in whole months by subtraction; a bare year means 1 January of it, as start and as end.
Jobs that touch are joined (an end in one month and a start in the next leave no gap), overlaps count once.
The as-of day is an argument: nothing here knows today's date.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

from matcher.models import BlindView, PartialDate

RangeKind = Literal["range", "since", "until", "single"]
MONTHS_OF_A_YEAR = 12
_DIGITS = re.compile(r"(?:19|20)\d\d|['’‘]\d\d|\d\d?\s?[/.-]\s?\d\d|[^\W\d_]{3}\.? \d\d(?!\d)")
"""What every stretch of time holds: a year, or two digits where a year can stand."""
TOUCH = 1
"""Months between an end and the next start that still count as touching."""


@dataclass(frozen=True)
class DateRange:
    """A stretch of time as written; ``start`` and ``end`` are offsets of its characters in the text."""

    start: int
    end: int
    first: PartialDate | None
    last: PartialDate | None
    current: bool
    kind: RangeKind


@dataclass(frozen=True)
class _Grammar:
    pair: re.Pattern[str]
    bare: re.Pattern[str]
    """Two dates side by side, the dash between them lost; each with its month."""
    since: re.Pattern[str]
    open: re.Pattern[str]
    until: re.Pattern[str]
    single: re.Pattern[str]
    months: Mapping[str, int]
    seasons: Mapping[str, tuple[int, int]]


def _any(words: Iterable[str]) -> str:
    """Alternation of words, the longest first, with flexible white space."""
    ordered = sorted(set(words), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) + ")"


def _date_pattern(months: str, seasons: str, tag: str) -> str:
    """Pattern of one date; named groups end in ``tag`` so that two can stand in one pattern."""
    year = r"(?:19[4-9]\d|20[0-4]\d)"
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    month = r"(?:0?[1-9]|1[0-2])"
    return (
        "(?:"
        rf"(?P<ya{tag}>{year})\s?[-/.]\s?(?P<ma{tag}>0[1-9]|1[0-2])(?:\s?[-/.]\s?{day})?(?![\d/])"
        rf"|{day}\s?[./]\s?(?P<mb{tag}>{month})\s?[./]\s?(?P<yb{tag}>{year})(?!\d)"
        rf"|(?P<mu{tag}>{month})/{day}/(?P<yu{tag}>{year})(?!\d)"
        rf"|(?P<mc{tag}>{month})\s?[-/.]\s?(?P<yc{tag}>{year})(?!\d)"
        rf"|(?:{day}(?:st|nd|rd|th|er|\.|º|°)?\s(?!\s)(?:de\s+)?)?(?P<md{tag}>{months})\.?(?:\s+{day}(?:st|nd|rd|th)?,)?"
        rf"(?:\s*,?\s*(?:de\s+|del\s+|di\s+|of\s+)?[-/]?\s?(?P<yd{tag}>{year}|['’‘]\d\d|(?<=[\s/.-])\d\d(?=\s*(?:[-–—]|to\b|$))))?(?!\w)"
        rf"|(?P<se{tag}>{seasons})\.?(?:\s*(?:,|de\s+|del\s+|of\s+|/|-)?\s*(?P<ye{tag}>{year}|['’‘]\d\d))?(?!\w)"
        rf"|(?P<yf{tag}>{year})\s*[-/]?\s*(?P<sf{tag}>[qth][1-4])(?!\w)"
        rf"|(?P<mg{tag}>0[1-9]|1[0-2])\s?/\s?(?P<yg{tag}>\d\d)(?![\d/])"
        rf"|(?P<yh{tag}>{year}|['’‘]\d\d)(?!\d)"
        ")"
    )


@cache
def _grammar() -> _Grammar:
    data: dict[str, Any] = tomllib.loads(files("matcher").joinpath("timeline.toml").read_text("utf-8"))
    months = {word: int(number) for number, words in data["months"].items() for word in words}
    seasons = {w: (s["first"], s["last"]) for s in data["seasons"].values() for w in s["words"]}
    words = data["words"]
    first = _date_pattern(_any(months), _any(seasons), "1")
    last = _date_pattern(_any(months), _any(seasons), "2")
    present = rf"(?P<present>{_any(words['present'])})(?!\w)"
    joint = rf"(?:\s*[-–—−‒―~→›»]+>?\s*(?:{_any(words['to'])}(?=\s))?\s*|\s+{_any(words['to'])}\s+|\s*,?\s*/\s*)"
    short = r"(?P<short>\d\d)(?![\d/.:%])"
    begin, flags = r"(?<![\w/.$€£])", re.IGNORECASE
    lead = rf"(?:{_any(words['since'])}\s+)?"
    return _Grammar(
        pair=re.compile(rf"{begin}{lead}{first}{joint}(?:{present}|{last}|{short})", flags),
        bare=re.compile(
            rf"{begin}(?=[^\W\d_]|\d\d?[/.]){first}\s{{1,3}}(?=[^\W\d_]|\d\d?[/.])(?:{present}|{last})(?=\s*(?:$|[|,;)\n]))",
            flags,
        ),
        since=re.compile(rf"{begin}{_any(words['strict_since'])}\s+{first}", flags),
        open=re.compile(rf"{begin}{first}\s*[-–—]+\s*(?=$|[)|\]\n,;]|\t|\s\s)", flags),
        until=re.compile(rf"{begin}{_any(words['until'])}\s+{first}", flags),
        single=re.compile(rf"{begin}{first}", flags),
        months=months,
        seasons=seasons,
    )


def _year(text: str) -> int:
    """Four digits as they are; two digits are of this century up to 49, of the last from 50."""
    digits = text.strip("'’‘")
    if len(digits) > 2:
        return int(digits)
    return int(digits) + (2000 if int(digits) < 50 else 1900)


def _parts(match: re.Match[str], tag: str, grammar: _Grammar, *, last: bool) -> tuple[int | None, int | None]:
    """Year and month of the date whose groups end in ``tag``; either may be missing."""
    found = {name[:-1]: value for name, value in match.groupdict().items() if value and name.endswith(tag)}
    year = next((_year(value) for name, value in found.items() if name.startswith("y")), None)
    month = None
    for name, value in found.items():
        word = re.sub(r"\s+", " ", value.lower())
        if name == "md":
            month = grammar.months[word]
        elif name.startswith("m"):
            month = int(value)
        elif name.startswith("s"):
            month = grammar.seasons[word][1 if last else 0]
    return year, month


def _partial(year: int | None, month: int | None) -> PartialDate | None:
    return None if year is None else PartialDate(year=year, month=month)


def _pair(match: re.Match[str], grammar: _Grammar) -> DateRange | None:
    year, month = _parts(match, "1", grammar, last=False)
    current = bool(match["present"])
    end_year, end_month = (None, None) if current else _parts(match, "2", grammar, last=True)
    short = match.groupdict().get("short")
    if short and year is not None:
        end_year = year // 100 * 100 + int(short)
    if year is None and end_year is not None and month is not None:
        year = end_year if end_month is None or month <= end_month else end_year - 1
    first, last = _partial(year, month), _partial(end_year, end_month)
    if first is None or (last is None and not current) or (last is not None and _index(last) < _index(first)):
        return None
    return DateRange(match.start(), match.end(), first, last, current, "range")


def _single(match: re.Match[str], kind: RangeKind, grammar: _Grammar) -> DateRange | None:
    year, month = _parts(match, "1", grammar, last=False)
    if year is None:
        return None
    moment = PartialDate(year=year, month=month)
    if kind == "since":
        return DateRange(match.start(), match.end(), moment, None, True, kind)
    if kind == "until":
        return DateRange(match.start(), match.end(), None, moment, False, kind)
    end = PartialDate(year=year, month=_parts(match, "1", grammar, last=True)[1])
    return DateRange(match.start(), match.end(), moment, end, False, kind)


@lru_cache(maxsize=4096)
def find_ranges(text: str) -> tuple[DateRange, ...]:
    """Return every stretch of time written in ``text``, in order, without overlaps.

    *range* has both ends (or runs to the present), *since* only its start, *until* only its end,
    *single* is one year, month or season.
    """
    if not _DIGITS.search(text):
        return ()
    grammar, found = _grammar(), list[DateRange]()
    taken: list[tuple[int, int]] = []
    patterns: tuple[tuple[RangeKind, re.Pattern[str]], ...] = (
        ("range", grammar.pair),
        ("range", grammar.bare),
        ("since", grammar.since),
        ("since", grammar.open),
        ("until", grammar.until),
        ("single", grammar.single),
    )
    for kind, pattern in patterns:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            entry = _pair(match, grammar) if kind == "range" else _single(match, kind, grammar)
            if entry is not None:
                found.append(entry)
                taken.append((entry.start, entry.end))
    return tuple(sorted(found, key=lambda entry: entry.start))


def _index(moment: PartialDate) -> int:
    """Months since year 0; a bare year is its January."""
    return moment.year * MONTHS_OF_A_YEAR + (moment.month or 1) - 1


def months_ago(moment: PartialDate, as_of: date) -> int:
    """Return whole months from ``moment`` to ``as_of`` by subtraction; 0 for a moment to come."""
    return max(0, as_of.year * MONTHS_OF_A_YEAR + as_of.month - 1 - _index(moment))


def ago(
    start: PartialDate | None, end: PartialDate | None, current: bool, as_of: date
) -> tuple[int | None, int | None, Literal["month", "year", "none"]]:
    """Return ``(from_ago, to_ago, precision)`` of a job in months before ``as_of``; None without a usable start."""
    if start is None or (end is None and not current):
        return None, None, "none"
    from_ago = months_ago(start, as_of)
    to_ago = 0 if current or end is None else months_ago(end, as_of)
    exact = start.month is not None and (current or (end is not None and end.month is not None))
    return max(from_ago, to_ago), to_ago, "month" if exact else "year"


def union_months(intervals: Iterable[tuple[int, int]]) -> int:
    """Return the months covered by ``(from_ago, to_ago)`` intervals, overlaps once, touching ones joined."""
    total, reached = 0, None
    for from_ago, to_ago in sorted(((max(pair), min(pair)) for pair in intervals), reverse=True):
        if reached is not None and from_ago >= reached - TOUCH:
            from_ago = reached
        total += max(0, from_ago - to_ago)
        reached = to_ago if reached is None else min(reached, to_ago)
    return total


def years(view: BlindView, position_ids: Iterable[str]) -> float:
    """Return the years that these positions cover together, rounded to one decimal; undated ones add nothing."""
    wanted = set(position_ids)
    spans = [
        (position.from_ago, position.to_ago)
        for position in view.positions
        if position.id in wanted and position.from_ago is not None and position.to_ago is not None
    ]
    return round(union_months(spans) / MONTHS_OF_A_YEAR, 1)
