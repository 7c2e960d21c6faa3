"""The posting's word lists, loaded once, and the folding under which they match."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any


def fold(text: str) -> str:
    """Return ``text`` in lower case, with everything but letters, digits and + as single spaces."""
    return re.sub(r"[^\w+]+", " ", text.lower().replace("_", " ")).strip()


@cache
def words() -> dict[str, Any]:
    """Return the tables of words.toml."""
    return tomllib.loads(files("matcher.posting").joinpath("words.toml").read_text("utf-8"))


@cache
def word_set(table: str, key: str) -> frozenset[str]:
    """Return a block of words separated by white space as a set."""
    return frozenset(str(words()[table][key]).split())


def has_phrase(folded: str, phrases: Iterable[str]) -> bool:
    """Tell whether one of the phrases begins at a word boundary of the folded text."""
    padded = f" {folded} "
    return any(f" {phrase}" in padded for phrase in phrases)


def has_word(folded: str, phrases: Iterable[str]) -> bool:
    """Tell whether one of the phrases stands in the folded text as whole words."""
    padded = f" {folded} "
    return any(f" {phrase} " in padded for phrase in phrases)
