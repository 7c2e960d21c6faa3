"""Certificates named by abbreviation and languages with a stated level, decided by code where the words are plain.

A certificate is *met* where a line outside the positions names it and says neither that it lapsed nor that it is only
studied for; *contradicted* where the only line about it says that it lapsed; *not shown* where it is only underway or
absent from lines that name others. Of several, "or" and examples need one, otherwise all; some of all is *partial*.
A language is *met* where its stated level reaches the one asked (an unnamed level asks for a conversation).
Anything else must be read: nothing is decided.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from matcher.justify import facts
from matcher.justify.grounding import keyword_list
from matcher.models import BlindView, Criterion

State = Literal["held", "lapsed", "underway"]
_ABBREVIATION = re.compile(r"(?<![\w-])[A-Z][A-Z0-9+]{2,7}(?![\w-])")
_CHOICE = re.compile(r"\b(?:or|oder|ou|o)\b|such as|for example|e\.g\.")
_CLAUSE = re.compile(r"[,;|•]|\.\s|\band\b|\bund\b|\bet\b")
_RANK = {"low": 0, "middle": 1, "high": 2}


@dataclass(frozen=True)
class _Seen:
    """What one line says of one certificate."""

    state: State
    line: str


def decide(criterion: Criterion, view: BlindView) -> facts.FactDecision | None:
    """Return what plain words decide about a certificate or a language, or None."""
    names = [n for n in dict.fromkeys(_ABBREVIATION.findall(criterion.text)) if n not in _words().ordinary]
    if names and _words().asks_held.search(criterion.text.lower()):
        return _certificates(names, criterion, view)
    return _language(criterion, view)


# --- certificates --------------------------------------------------------------------------------------------------


def _certificates(names: list[str], criterion: Criterion, view: BlindView) -> facts.FactDecision | None:
    seen = {name: _best(_mentions(name, view)) for name in names}
    held = [s.line for s in seen.values() if s is not None and s.state == "held"]
    needed = 1 if _CHOICE.search(criterion.text) else len(names)
    lines = tuple(dict.fromkeys(held))
    if len(held) >= needed:
        return facts.FactDecision("certificate", "met", "The certificate asked is stated as held.", lines)
    if held:
        return facts.FactDecision("certificate", "partial", "Some of the certificates asked are stated as held.", lines)
    lapsed = tuple(s.line for s in seen.values() if s is not None and s.state == "lapsed")
    if lapsed:
        return facts.FactDecision("certificate", "contradicted", "The certificate asked has lapsed.", lapsed)
    if any(s is not None for s in seen.values()):
        return facts.FactDecision("certificate", "not_shown", "The certificate asked is only underway.")
    return None


def _mentions(name: str, view: BlindView) -> Iterable[_Seen]:
    pattern = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    for line in view.lines:
        if line.position is not None or line.instruction_like or keyword_list(line):
            continue
        for clause in _clauses(line.text):
            if pattern.search(clause):
                yield _Seen(_state(clause), line.id)


def _clauses(text: str) -> Iterable[str]:
    """A line in the parts that speak of one thing each; a part after a comma belongs to what stands before it."""
    parts = _CLAUSE.split(text)
    return (" ".join(parts[i : i + 2]) if i + 1 < len(parts) else part for i, part in enumerate(parts))


def _state(clause: str) -> State:
    if facts.lapsed(clause):
        return "lapsed"
    return "underway" if facts.underway(clause) or facts.denies(clause) else "held"


def _best(seen: Iterable[_Seen]) -> _Seen | None:
    order = {"held": 0, "lapsed": 1, "underway": 2}
    return min(seen, key=lambda s: order[s.state], default=None)


# --- languages -----------------------------------------------------------------------------------------------------


def _language(criterion: Criterion, view: BlindView) -> facts.FactDecision | None:
    text = criterion.text.lower()
    asked = [code for code, names in _words().languages.items() if names.search(text)]
    if not asked or len(text.split()) > 12:
        return None
    needed = _level(text, "middle")
    stated = [found for code in asked for found in _stated(_words().languages[code], view)]
    enough = [line for line, level in stated if level is not None and _RANK[level] >= _RANK[needed]]
    if enough:
        return facts.FactDecision("language", "met", "The language is stated at the level asked.", (enough[0],))
    return None


def _stated(names: re.Pattern[str], view: BlindView) -> Iterable[tuple[str, str | None]]:
    for line in view.lines:
        if line.section != "languages" or line.instruction_like:
            continue
        for clause in re.split(r"[;.|•]", line.text.lower()):
            if names.search(clause):
                yield line.id, _level(_after(clause, names), None)


def _after(clause: str, names: re.Pattern[str]) -> str:
    """The words from the language's name to the next language's name."""
    found = names.search(clause)
    rest = clause[found.end() :] if found else clause
    others = (pattern.search(rest) for pattern in _words().languages.values())
    return rest[: min((match.start() for match in others if match), default=len(rest))]


def _level(text: str, otherwise: str | None) -> Any:
    """The lowest level that the words name."""
    for name in ("low", "high", "middle"):
        if _words().levels[name].search(text):
            return name
    return otherwise


@dataclass(frozen=True)
class _Words:
    asks_held: re.Pattern[str]
    ordinary: frozenset[str]
    levels: Mapping[str, re.Pattern[str]]
    languages: Mapping[str, re.Pattern[str]]


@cache
def _words() -> _Words:
    data: dict[str, Any] = tomllib.loads((files("matcher.justify") / "credentials.toml").read_text("utf-8"))
    return _Words(
        asks_held=facts.any_word(data["asks_held"]),
        ordinary=frozenset(data["ordinary"]),
        levels={name: facts.any_word(words) for name, words in data["levels"].items()},
        languages={code: facts.any_word(words) for code, words in data["languages"].items()},
    )
