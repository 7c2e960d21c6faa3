"""The rules of the three data files (see FILES) as compiled patterns, and where they match."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Mask:
    """A range of a text, why it is hidden, and what stands there instead."""

    start: int
    end: int
    category: str
    text: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule: where it applies, what it finds, what it leaves."""

    category: str
    pattern: re.Pattern[str]
    text: str
    only: frozenset[str]
    languages: frozenset[str]
    option: str | None


FRAGMENTS = "fragments.toml"
"""In the patterns of this file and of the next white space does not go over the end of a line."""
STATEMENTS = "statements.toml"
FILES = ("rules.toml", FRAGMENTS, STATEMENTS)
"""In this order: of two rules that overlap, the earlier one counts."""


def _data(name: str) -> dict[str, Any]:
    data: dict[str, Any] = tomllib.loads(files("matcher.blind").joinpath(name).read_text("utf-8"))
    return data


def _alternatives(words: Iterable[str]) -> str:
    """Any of the words, the longest first, as a whole word; ``*`` is the rest of a word, a space any white space."""
    ordered = sorted(set(words), key=len, reverse=True)
    escaped = (re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+").replace("'", "['’]") for word in ordered)
    return rf"(?:{'|'.join(escaped)})(?!\w)"


@cache
def _lists() -> dict[str, str]:
    """The lists of words.toml as expressions, and those that are put together from two."""
    words: dict[str, list[str]] = _data("words.toml") | _data("words_more.toml")
    out = {name: _alternatives(found) for name, found in words.items()}
    origins = _alternatives([*words["demonyms"], *words["tongues"]])
    return {**out, "origins": origins, "origin": f"(?=[A-ZÀ-Þ]){origins}", "demonym": f"(?=[A-ZÀ-Þ]){out['demonyms']}"}


@cache
def _spoken() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A language or a people that may have one, with a level; and what is a name of languages."""
    words = _lists()
    part = rf"(?:{words['origins']}|{words['peoples']}|{words['tongue_peoples']})(?:[\s:(–-]+\w[^,;]{{0,20}})?\W*"
    return re.compile(part, re.IGNORECASE), re.compile(f"{words['tongues']}|{words['tongue_peoples']}", re.IGNORECASE)


def lists_languages(line: str) -> bool:
    """Whether a line is a list of languages: "Georgian, Russian, English (fluent)" tells no origin."""
    part, tongue = _spoken()
    parts = [one.strip() for one in re.split(r"[,;/·|•]|\sand\s", line) if one.strip()]
    others = sum(tongue.match(one) is None for one in parts)
    return len(parts) > 1 and all(map(part.fullmatch, parts)) and 2 * others < len(parts)


def _filled(pattern: str, fill: dict[str, str]) -> str:
    """A pattern with its {lists}; a part may name a list in turn."""
    return re.sub(r"\{([a-z][a-z_]+)\}", lambda match: fill[match.group(1)], pattern)


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules in the order of the files: of two that overlap, the earlier one counts."""
    fill, groups, entries = _lists(), dict[str, list[str]](), list[dict[str, Any]]()
    for name in FILES:
        data = _data(name)
        fill = {**fill, **data.get("parts", {}), **data.get("countries", {})}
        groups |= data.get("sections", {})
        entries += [{**entry, "file": name} for entry in data["rules"]]
    out: list[Rule] = []
    for entry in entries:
        pattern = _filled(_filled(entry["pattern"], fill), fill)
        if entry["file"] != FILES[0]:
            pattern = pattern.replace(r"\s", r"[^\S\n]")
        only = [kind for named in entry.get("only", ()) for kind in groups.get(named, [named])]
        out.append(
            Rule(
                category=entry["category"],
                pattern=re.compile(pattern, 0 if entry.get("case") else re.IGNORECASE),
                text=entry.get("text", ""),
                only=frozenset(only),
                languages=frozenset(entry.get("languages", ())),
                option=entry.get("option"),
            )
        )
    return tuple(out)


def find(
    text: str, language: str | None, options: Collection[str], sections: Sequence[tuple[int, int, str]]
) -> Iterator[Mask]:
    """Yield what the rules hide in a text; they may overlap.

    ``sections`` are ``(start, end, kind)`` in order, and cover the text.
    """
    for rule in rules():
        if rule.option is not None and rule.option not in options:
            continue
        if rule.languages and (language or "") not in rule.languages:
            continue
        for start, end, kind in sections:
            if not rule.only or kind in rule.only:
                yield from _matches(rule, text, start, end)


def _matches(rule: Rule, text: str, start: int, end: int) -> Iterator[Mask]:
    for match in rule.pattern.finditer(text, start, end):
        if match.end() > match.start():
            named = [name for name in rule.pattern.groupindex if match[name] is not None]
            first, last = match.span(named[0] if named else 0)
            first += len(text[first:last]) - len(text[first:last].lstrip())
            yield Mask(first, last, rule.category, _cased(rule.text, match.group()))


def _cased(text: str, found: str) -> str:
    """The replacement with a capital where a capital pronoun stood."""
    return text.capitalize() if text.isalpha() and found[:1].isupper() else text
