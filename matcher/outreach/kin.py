"""Which words say the same: forms of one word, and synonyms from a table made of WordNet and one kept by hand."""

from __future__ import annotations

import tomllib
from functools import cache

from matcher.outreach import words
from matcher.outreach.records import Language
from matcher.outreach.tokens import root


@cache
def related(word: str, language: Language) -> frozenset[str]:
    """Return the roots of all words that say the same as ``word`` (in lower case), its own among them."""
    found = {root(word)}
    groups = _groups(language)
    for group in groups.get(word, ()) or groups.get(root(word), ()):
        found |= group
    return frozenset(found)


@cache
def expansions(word: str, language: Language) -> frozenset[str]:
    """Return the abbreviations that have this word in them, and the words of this abbreviation."""
    return _abbreviations(language).get(word, frozenset())


@cache
def _abbreviations(language: Language) -> dict[str, frozenset[str]]:
    lines = str(tomllib.loads(words.table("kin.toml"))["abbreviations"].get(language, "")).casefold().splitlines()
    found: dict[str, frozenset[str]] = {}
    for line in filter(None, lines):
        short, *long = line.split()
        found[short] = found.get(short, frozenset()) | frozenset(long)
        for word in long:
            found[word] = found.get(word, frozenset()) | {short}
    return found


@cache
def _groups(language: Language) -> dict[str, list[frozenset[str]]]:
    """Roots that a fact may have, by every word and every root that may then be said."""
    table = str(tomllib.loads(words.table("kin.toml"))[language]).casefold().splitlines()
    found: dict[str, list[frozenset[str]]] = {}
    ranked: set[str] = set()
    for line in table:
        given, _, said = line.partition("<")
        _add(found, frozenset(map(root, given.split())), [*given.split(), *said.split()])
        ranked |= {root(word) for word in line.split()} if said else set()
    for line in words.table("kin_en.txt").splitlines() if language == "en" else ():
        # Words of rank have no synonyms but those kept by hand.
        members = [word for word in line.split() if root(word) not in ranked]
        if not line.startswith("#") and len(members) > 1:
            _add(found, frozenset(map(root, members)), members)
    return found


def _add(found: dict[str, list[frozenset[str]]], group: frozenset[str], members: list[str]) -> None:
    for key in {*members, *map(root, members)}:
        found.setdefault(key, []).append(group)
