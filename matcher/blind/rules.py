"""The rules of ``rules.toml`` as compiled patterns, and where they match."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


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


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules in the order of the file: of two that overlap, the earlier one counts."""
    data = tomllib.loads(files("matcher.blind").joinpath("rules.toml").read_text("utf-8"))
    fill = {**data["parts"], **data["countries"]}
    out: list[Rule] = []
    for entry in data["rules"]:
        pattern = re.sub(r"\{([a-z]+)\}", lambda match: fill[match.group(1)], entry["pattern"])
        out.append(
            Rule(
                category=entry["category"],
                pattern=re.compile(pattern, 0 if entry.get("case") else re.IGNORECASE),
                text=entry.get("text", ""),
                only=frozenset(entry.get("only", ())),
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
            first, last = match.span("hide" if "hide" in rule.pattern.groupindex else 0)
            yield Mask(first, last, rule.category, _cased(rule.text, match.group()))


def _cased(text: str, found: str) -> str:
    """The replacement with a capital where a capital pronoun stood."""
    return text.capitalize() if text.isalpha() and found[:1].isupper() else text
