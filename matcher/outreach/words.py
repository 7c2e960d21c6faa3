"""Word tables of the linter, read once from ``tables/``: ordinary, strict, numbers, negations, banned."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from matcher.outreach.records import Language
from matcher.outreach.tokens import root, stem
from matcher.structure.instructions import is_instruction

LANGUAGES: tuple[Language, ...] = ("en", "de", "fr", "es")


class Banned(NamedTuple):
    """One banned word or phrase, why it is banned, and the pattern that finds it."""

    reason: str
    pattern: re.Pattern[str]


_Index = dict[str, tuple[Banned, ...]]
_KEY = 3


def table(name: str) -> str:
    """Return the text of a file in ``tables/``."""
    return (files("matcher.outreach") / "tables" / name).read_text("utf-8")


@cache
def word_set(name: str) -> frozenset[str]:
    """Return the words of a list in ``tables/``, in lower case; lines that begin with ``#`` are remarks."""
    lines = (line for line in table(name).splitlines() if not line.startswith("#"))
    return frozenset(part for line in lines for word in line.split() for part in re.split(r"[-'’]", word.casefold()))


@cache
def ordinary(language: Language) -> frozenset[str]:
    """Return the words that claim nothing: the list of the language and the words of its templates."""
    spoken = {key: value for key, value in phrases(language).items() if key not in ("notice", "footer")}
    glue = re.sub(r"\{[a-z_]+\}", " ", " ".join(_strings(spoken)))
    return word_set(f"ordinary_{language}.txt") | frozenset(re.findall(r"[^\W\d_]+", glue.casefold()))


@cache
def _ordinary_stems(language: Language) -> frozenset[str]:
    return frozenset(stem(word) for word in ordinary(language))


def is_ordinary(word: str, language: Language) -> bool:
    """Return whether a word (in lower case) claims nothing in this language, in any of its forms."""
    return word in ordinary(language) or stem(word) in _ordinary_stems(language)


@cache
def _general(language: Language) -> dict[str, str]:
    if language != "en":
        listed = word_set(f"general_{language}.txt")
        return dict.fromkeys((*listed, *(_FORM + root(word) for word in listed)), "s")
    pairs = (line.split() for line in table("general_en.txt").splitlines() if not line.startswith("#"))
    found: dict[str, str] = {}
    for word, kind in pairs:
        found[word] = kind
        # A root stands for the strictest of its words.
        form = _FORM + root(word)
        found[form] = max(found.get(form, kind), kind, key="aslg".index)
    return found


_FORM = "~"


def general(word: str, language: Language) -> str | None:
    """Return the class of a word of general language (in lower case), in any of its forms, or None.

    *a* describes, *s* feels, thinks or speaks, *l* acts or tells, *g* names things, people, places and food.
    """
    known = _general(language)
    return known.get(word) or known.get(_FORM + root(word))


@cache
def phrases(language: Language) -> dict[str, object]:
    """Return the phrase table of a language (see ``phrases.py``)."""
    return tomllib.loads(table(f"phrases_{language}.toml"))


@cache
def weak(side: str) -> frozenset[str]:
    """Return the words with which a piece of a quote should not ``end``, or not ``start``."""
    return frozenset(str(tomllib.loads(table("weak.toml"))[side]).split())


@cache
def language_words(name: str, language: Language) -> frozenset[str]:
    """Return the words of one language in a table like ``numbers.toml``."""
    return frozenset(str(tomllib.loads(table(name))[language]).casefold().split())


def hard(text: str) -> Iterator[tuple[str, str]]:
    """Yield (reason, words) for all that may stand nowhere in a draft, in any language; ``text`` in lower case."""
    return _search(text, _hard())


def soft(text: str, language: Language) -> Iterator[tuple[str, str]]:
    """Yield (reason, words) for all that may not stand outside quotation marks in a draft of this language."""
    return _search(text, _soft(language))


@cache
def _idioms(language: Language) -> re.Pattern[str] | None:
    names = ("idioms_en.txt", "sayings_en.txt") if language == "en" else (f"idioms_{language}.txt",)
    lines = [line for name in names for line in table(name).splitlines() if not line.startswith("#")]
    found = "|".join(re.escape(line) for line in sorted(lines, key=len, reverse=True) if line)
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)") if found else None


def idioms(text: str, language: Language) -> tuple[tuple[int, int], ...]:
    """Return where set phrases stand that describe and name nothing ("around the clock"); ``text`` in lower case."""
    pattern = _idioms(language)
    return tuple(match.span() for match in pattern.finditer(text)) if pattern else ()


def phrased(text: str, language: Language) -> Iterator[tuple[str, str]]:
    """Yield (reason, words) for ways of saying what no draft may say where each word alone is harmless."""
    for reason, pattern in _patterns(language):
        for match in pattern.finditer(text):
            yield reason, match.group()


@cache
def _patterns(language: Language) -> tuple[tuple[str, re.Pattern[str]], ...]:
    groups = tomllib.loads(table("patterns.toml"))[language]
    return tuple((reason, re.compile(line)) for reason, lines in groups.items() for line in lines)


def courteous(text: str, language: Language) -> str:
    """Return a text (in lower case) with blanks for courtesy that holds a banned word and says nothing banned."""
    return _courtesy(language).sub(lambda match: " " * len(match.group()), text)


@cache
def _courtesy(language: Language) -> re.Pattern[str]:
    return re.compile(str(tomllib.loads(table("patterns.toml"))["courtesy"][language]), re.MULTILINE)


def addressed(text: str) -> bool:
    """Return whether a line speaks to whoever writes the message, or to a machine: content, and no evidence."""
    lowered = " ".join(text.casefold().split())
    return is_instruction(text) or any(pattern.search(lowered) for pattern in _addressed())


@cache
def _addressed() -> tuple[re.Pattern[str], ...]:
    lines = (line for line in table("addressed.txt").splitlines() if not line.startswith("#"))
    return tuple(re.compile(line) for line in lines if line)


@cache
def _hard() -> _Index:
    groups = tomllib.loads(table("banned.toml"))["hard"]
    return _index((reason, word) for group in groups.values() for reason, found in group.items() for word in found)


@cache
def _soft(language: Language) -> _Index:
    group = tomllib.loads(table("banned.toml"))["soft"][language]
    return _index((reason, word) for reason, found in group.items() for word in found)


def _index(entries: Iterable[tuple[str, str]]) -> _Index:
    """Entries by the first letters of their first word, so that a text meets only the few that could match."""
    found: dict[str, list[Banned]] = {}
    for reason, word in entries:
        first = re.match(r"[^\W_]*", word.casefold())
        key = first.group()[:_KEY] if first else ""
        found.setdefault(key, []).append(Banned(reason, re.compile(_word(word.casefold()))))
    return {key: tuple(group) for key, group in found.items()}


def _search(text: str, index: _Index) -> Iterator[tuple[str, str]]:
    keys = {word[:size] for word in re.findall(r"[^\W_]+", text) for size in range(1, _KEY + 1)}
    for key in sorted((keys | {""}) & index.keys()):
        for banned in index[key]:
            for match in banned.pattern.finditer(text):
                yield banned.reason, match.group()


def _word(word: str) -> str:
    """Turn ``degree*`` into a pattern; a space or hyphen in the word fits any white space or hyphens."""
    body = re.sub(r"(?:\\ |\\-)+", r"[\\s-]+", re.escape(word.removesuffix("*")))
    start = r"(?<!\w)" if word[0].isalnum() else ""
    return f"{start}{body}" + (r"\w*" if word.endswith("*") else r"(?!\w)")


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _strings(part)]
