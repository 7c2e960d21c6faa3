"""Place of residence and permission to work, decided by code alone.

A judge reads a blind view, from which personal data is gone; these requirements ask for nothing else, so code answers
them from the candidate's own stated words, for every judge alike. Where the text says nothing, nothing is decided here
and silence stays *not shown*.

Rules: an explicit need of sponsorship contradicts a requirement that rules it out; a stated place in a named region
and a stated permission are *met*; a place elsewhere is *not shown*, unless the person speaks of moving. Whatever is
less clear somebody must read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from matcher.models import BlindView, Criterion, Document, Line, Verdict

Permission = Literal["free", "needs"]


@dataclass(frozen=True)
class Standing:
    """A decision, with the lines that state it."""

    verdict: Verdict
    reason: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class _Stated:
    """A fact and the line that states it."""

    value: str
    line: str


def decide(criterion: Criterion, view: BlindView, document: Document) -> Standing | None:
    """Return the decision on a requirement about residence or permission to work, or None where code cannot say."""
    text = criterion.text.lower()
    permission_asked = _words().asks_permission.search(text) is not None
    regions = _asked_regions(criterion.text) if _words().asks_residence.search(text) else frozenset()
    if not permission_asked and not regions:
        return None
    lines = [(line, document.text[line.span.start : line.span.end]) for line in view.lines if not line.instruction_like]
    permission = _permission(lines) if permission_asked else None
    if permission is not None and permission.value == "needs":
        return Standing("contradicted", "A need of sponsorship is stated.", (permission.line,))
    place = _place(lines) if regions else None
    if not permission_asked:
        return _by_place(place, regions, lines)
    if not regions:
        return _met("Permission to work is stated.", permission) if permission else None
    return _both(permission, place, regions)


def _by_place(place: _Stated | None, regions: frozenset[str], lines: Iterable[tuple[Line, str]]) -> Standing | None:
    if place is None:
        return None
    if _inside(place.value, regions):
        return _met("The place stated lies in the region asked.", place)
    everything = " ".join(text for _, text in lines).lower()
    if any(word in everything for word in _words().moving) and not any(w in everything for w in _words().staying):
        return None
    return Standing("not_shown", "The place stated lies in another region.", ())


def _both(permission: _Stated | None, place: _Stated | None, regions: frozenset[str]) -> Standing | None:
    """Both stated: *met*. Anything less must be read: a city without its country, an unusual word for permission."""
    if permission is None or place is None or not _inside(place.value, regions):
        return None
    return _met("Permission to work and a place in the region asked are stated.", place, permission)


def _met(reason: str, *stated: _Stated) -> Standing:
    return Standing("met", reason, tuple(dict.fromkeys(fact.line for fact in stated)))


def _permission(lines: Iterable[tuple[Line, str]]) -> _Stated | None:
    """A stated need outweighs a stated permission; phrases that deny the need are no need."""
    words = _words()
    free = None
    for line, text in lines:
        if line.position is not None:
            continue
        lower = text.lower()
        bare = words.free.sub(" ", lower)
        if words.needs.search(bare):
            return _Stated("needs", line.id)
        if free is None and words.free.search(lower):
            free = _Stated("free", line.id)
    return free


def _place(lines: Iterable[tuple[Line, str]]) -> _Stated | None:
    """The first region named outside the positions, headers before everything else."""
    outside = [(line, text) for line, text in lines if line.position is None]
    outside.sort(key=lambda pair: pair[0].section not in ("header", "personal"))
    for line, text in outside:
        if line.section not in ("header", "personal", "other", "summary"):
            continue
        found = _words().place.search(text)
        if found is not None:
            return _Stated(_region(found[0]), line.id)
    return None


def _asked_regions(text: str) -> frozenset[str]:
    found = {_region(match[0]) for match in _words().place.finditer(text)}
    return frozenset(found)


def _region(name: str) -> str:
    words = _words()
    bare = name.strip(" ,()").strip()
    if bare in words.states:
        return words.states[bare]
    lower = bare.lower()
    return next((country for country, names in words.countries.items() if lower in names), bare)


def _inside(place: str, regions: frozenset[str]) -> bool:
    return place in regions or ("united states" in regions and place in _words().states.values())


@dataclass(frozen=True)
class _Words:
    asks_permission: re.Pattern[str]
    asks_residence: re.Pattern[str]
    needs: re.Pattern[str]
    free: re.Pattern[str]
    place: re.Pattern[str]
    moving: tuple[str, ...]
    staying: tuple[str, ...]
    states: Mapping[str, str]
    countries: Mapping[str, tuple[str, ...]]


@cache
def _words() -> _Words:
    data: dict[str, Any] = tomllib.loads((files("matcher.justify") / "standing.toml").read_text("utf-8"))
    countries = {name: tuple(words) for name, words in data["countries"].items()}
    countries["united states"] = tuple(data["united_states"])
    names = [*data["states"].values(), *(word for words in countries.values() for word in words)]
    longest = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    short = "|".join(data["states"])
    place = rf"(?<!\w)(?i:{longest})(?!\w)|(?<=[a-zà-ÿ.]),? \(?(?:{short})\)?(?!\w)"
    return _Words(
        _any(data["asks_permission"]),
        _any(data["asks_residence"]),
        _any(data["needs"]),
        _any(data["free"]),
        re.compile(place),
        tuple(data["moving"]),
        tuple(data["staying"]),
        data["states"],
        countries,
    )


def _any(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(w) for w in sorted(words, key=len, reverse=True))})(?!\w)")
