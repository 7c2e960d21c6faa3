"""Two requirements that are looked up and not read: living in a place, and permission to work there.

A place is a state or country that the requirement names; a line states where somebody lives where it stands in the
head of the résumé or among personal details. An address alone shows no permission to work. Silence is not shown.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from matcher.models import BlindView, Line, Verdict

PERSONAL = frozenset({"header", "personal", "summary", "other"})
HOME = "united states"


@dataclass(frozen=True)
class Lookup:
    """A verdict on residence and permission, with the lines that state them."""

    verdict: Verdict
    lines: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class _Words:
    residence: re.Pattern[str]
    permission: re.Pattern[str]
    permitted: re.Pattern[str]
    unpermitted: re.Pattern[str]
    states: dict[str, str]
    countries: dict[str, str]


@cache
def _words() -> _Words:
    data: dict[str, Any] = tomllib.loads((files("matcher.justify") / "reader.toml").read_text("utf-8"))
    named = {name: name for name in data["countries"]}
    named |= {other: name for name, others in data["countries"].items() for other in others}
    return _Words(
        residence=_any(data["residence"]),
        permission=_any(data["permission"]),
        permitted=_any(data["permitted"]),
        unpermitted=_any(data["unpermitted"]),
        states=data["states"],
        countries=named,
    )


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns))


def places(text: str) -> frozenset[str]:
    """Return the states and countries that a text names; a state implies its country.

    Two-letter codes count in capitals only, and only after a comma, a space and before an end or a number.
    """
    words, lower = _words(), text.lower()
    found = {name for name in words.states if re.search(rf"(?<!\w){name}(?!\w)", lower)}
    found -= (
        {"virginia"} if "west virginia" in found and "virginia" not in lower.replace("west virginia", "") else set()
    )
    codes = {code.upper(): name for name, code in words.states.items()}
    found |= {codes[c] for c in re.findall(r"(?:^|(?<=[ ,(]))([A-Z]{2})(?=$|[ ,.;|·•▪()–—-])", text) if c in codes}
    countries = {name for word, name in words.countries.items() if _stands(word, text)}
    return frozenset(found | countries | ({HOME} if found else set()))


def _stands(word: str, text: str) -> bool:
    """Short names such as US count in capitals only."""
    short = len(word.replace(".", "")) <= 3
    return (
        re.search(rf"(?<!\w){re.escape(word.upper() if short else word)}(?!\w)", text if short else text.lower())
        is not None
    )


def look_up(criterion: str, view: BlindView) -> Lookup | None:
    """Return what the view states about a requirement of residence or permission, or None if it is neither."""
    words, lower = _words(), criterion.lower()
    wanted = places(criterion)
    lives = bool(words.residence.search(lower)) and bool(wanted)
    may = bool(words.permission.search(lower))
    if not lives and not may:
        return None
    home = _home(view, wanted) if lives else None
    state, stating = _permission(view) if may else (None, None)
    lines = tuple(dict.fromkeys(line.id for line in (home, stating) if line is not None))
    if state == "contradicted":
        return Lookup("contradicted", lines[-1:], "the need of a sponsor or permit is stated")
    wishes = (lives, may)
    granted = (home is not None or (lives and state == "met" and HOME in wanted and len(wanted) == 1), state == "met")
    shown = [g for w, g in zip(wishes, granted, strict=True) if w]
    if all(shown):
        return Lookup("met", lines, "residence or permission as asked is stated")
    if any(shown):
        return Lookup("partial", lines, "residence is stated and permission is not" if home else "permission only")
    return Lookup("not_shown", (), "no such residence or permission is stated")


def _home(view: BlindView, wanted: frozenset[str]) -> Line | None:
    """The first personal line that names a wanted place; a more exact wish is not met by its country alone."""
    exact = wanted - {HOME} if wanted != {HOME} else wanted
    for line in view.lines:
        if line.section in PERSONAL and line.position is None and places(line.text) & exact:
            return line
    return None


def _permission(view: BlindView) -> tuple[Verdict | None, Line | None]:
    words = _words()
    for line in view.lines:
        lower = line.text.lower()
        if words.permitted.search(lower):
            return "met", line
        if words.unpermitted.search(lower):
            return "contradicted", line
    return None, None
