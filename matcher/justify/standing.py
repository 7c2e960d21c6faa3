"""Place of residence and permission to work, decided by code alone.

A judge reads a blind view, from which personal data is gone; these requirements ask for nothing else, so code answers
them from the document's own words outside the positions, for every judge alike. Where the text says nothing, nothing is
decided here and silence stays *not shown*.

Rules: an explicit need of sponsorship contradicts a requirement that rules it out; a stated place in a named region
and a stated permission are *met*, a place alone is *partial* where both are asked; a place elsewhere is *not shown*,
unless the person speaks of moving. Whatever is less clear somebody must read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from matcher.models import BlindView, Criterion, Document, Span, Verdict

_PLACES = ("header", "personal", "other", "summary")
_HEADER_LINES = 6


@dataclass(frozen=True)
class Standing:
    """A decision, with the places in the document that state it."""

    verdict: Verdict
    reason: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class _Stated:
    """A fact and the line of the document that states it."""

    value: str
    span: Span


@dataclass(frozen=True)
class _Row:
    """One line of the document outside the positions; ``first`` is true where a place of residence may stand."""

    text: str
    span: Span
    first: bool


def decide(criterion: Criterion, view: BlindView, document: Document) -> Standing | None:
    """Return the decision on a requirement about residence or permission to work, or None where code cannot say."""
    text = criterion.text.lower()
    permission_asked = _words().asks_permission.search(text) is not None
    regions = _asked_regions(criterion.text) if _words().asks_residence.search(text) else frozenset()
    if not permission_asked and not regions:
        return None
    rows = _rows(view, document)
    permission = _permission(rows, _asked_regions(criterion.text)) if permission_asked else None
    if permission is not None and permission.value == "needs":
        return Standing("contradicted", "A need of sponsorship is stated.", (permission.span,))
    place = _place(rows) if regions else None
    if not permission_asked:
        return _by_place(place, regions, rows)
    if not regions:
        return _met("Permission to work is stated.", permission) if permission else None
    return _both(permission, place, regions)


def _by_place(place: _Stated | None, regions: frozenset[str], rows: Iterable[_Row]) -> Standing | None:
    if place is None:
        return None
    if _inside(place.value, regions):
        return _met("The place stated lies in the region asked.", place)
    everything = " ".join(row.text for row in rows).lower()
    if any(word in everything for word in _words().moving) and not any(w in everything for w in _words().staying):
        return None
    return Standing("not_shown", "The place stated lies in another region.", ())


def _both(permission: _Stated | None, place: _Stated | None, regions: frozenset[str]) -> Standing | None:
    """Both stated: *met*; a place alone: *partial*; permission without a place that code knows must be read."""
    if place is None or not _inside(place.value, regions):
        return None
    if permission is None:
        return Standing("partial", "A place in the region is stated; permission to work is not.", (place.span,))
    return _met("Permission to work and a place in the region asked are stated.", place, permission)


def _met(reason: str, *stated: _Stated) -> Standing:
    return Standing("met", reason, tuple(dict.fromkeys(fact.span for fact in stated)))


def _rows(view: BlindView, document: Document) -> list[_Row]:
    """The lines of the document that no position holds and that do not address the reader."""
    rows: list[_Row] = []
    start = 0
    for number, text in enumerate(document.text.splitlines(keepends=True)):
        span = Span(start=start, end=start + len(text.rstrip()))
        start += len(text)
        inside = [line for line in view.lines if line.span.start < span.end and span.start < line.span.end]
        if span.end <= span.start or any(line.position or line.instruction_like for line in inside):
            continue
        masked_or_personal = all(line.section in _PLACES for line in inside)
        rows.append(_Row(text.rstrip(), span, number < _HEADER_LINES or (masked_or_personal and bool(inside))))
    return rows


def _permission(rows: list[_Row], asked: frozenset[str]) -> _Stated | None:
    """A stated need outweighs a stated permission; phrases that deny the need are no need."""
    words = _words()
    free = None
    for number, row in enumerate(rows):
        lower = row.text.lower()
        if words.needs.search(words.free.sub(" ", lower)):
            return _Stated("needs", row.span)
        if free is None:
            free = _free(row, rows[number + 1] if number + 1 < len(rows) else None, asked)
    return free


def _free(row: _Row, following: _Row | None, asked: frozenset[str]) -> _Stated | None:
    """A permission that this line states, alone or (a heading such as "Citizenship") with the line after it."""
    words, lower = _words(), row.text.lower()
    if words.free.search(lower) or (words.green_card.search(lower) and "united states" in asked):
        return _Stated("free", row.span)
    if not words.bound.search(lower):
        return None
    if asked & _asked_regions(row.text):
        return _Stated("free", row.span)
    if following is not None and asked & _asked_regions(following.text):
        return _Stated("free", Span(start=row.span.start, end=following.span.end))
    return None


def _place(rows: Iterable[_Row]) -> _Stated | None:
    """The first region that is named where people state their place."""
    for row in rows:
        found = _words().place.search(row.text) if row.first else None
        if found is not None:
            return _Stated(_region(found[0]), row.span)
    return None


def _asked_regions(text: str) -> frozenset[str]:
    found = {_region(match[0]) for match in _words().place.finditer(text)}
    return frozenset(found)


def _region(name: str) -> str:
    words = _words()
    bare = name.strip(" ,()").strip()
    if bare in words.short:
        return words.short[bare]
    lower = "usa" if bare == "US" else bare.lower()
    return next((country for country, names in words.countries.items() if lower in names), bare)


def _inside(place: str, regions: frozenset[str]) -> bool:
    return place in regions or ("united states" in regions and place in _words().states)


@dataclass(frozen=True)
class _Words:
    asks_permission: re.Pattern[str]
    asks_residence: re.Pattern[str]
    needs: re.Pattern[str]
    free: re.Pattern[str]
    bound: re.Pattern[str]
    green_card: re.Pattern[str]
    place: re.Pattern[str]
    moving: tuple[str, ...]
    staying: tuple[str, ...]
    short: Mapping[str, str]
    states: frozenset[str]
    countries: Mapping[str, tuple[str, ...]]


@cache
def _words() -> _Words:
    data: dict[str, Any] = tomllib.loads((files("matcher.justify") / "standing.toml").read_text("utf-8"))
    countries = {name: tuple(words) for name, words in data["countries"].items()}
    countries["united states"] = tuple(data["united_states"])
    names = [*data["states"].values(), *(word for words in countries.values() for word in words)]
    longest = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    short = "|".join(data["states"])
    cities = "|".join(data["cities"])
    alone = rf"(?<!\w)(?:{cities})(?!\w)(?!,)|(?<!\w)US(?!\w)|(?<!\w)(?i:{longest})(?!\w)"
    after_a_city = rf"(?<=[a-zà-ÿ.]),? \(?(?:{short})\)?(?!\w)"
    return _Words(
        asks_permission=_any(data["asks_permission"]),
        asks_residence=_any(data["asks_residence"]),
        needs=_any(data["needs"]),
        free=_any(data["free"]),
        bound=_any(data["bound"]),
        green_card=_any(data["green_card"]),
        place=re.compile(f"{alone}|{after_a_city}"),
        moving=tuple(data["moving"]),
        staying=tuple(data["staying"]),
        short={**data["states"], **data["cities"]},
        states=frozenset(data["states"].values()),
        countries=countries,
    )


def _any(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(w) for w in sorted(words, key=len, reverse=True))})(?!\w)")
