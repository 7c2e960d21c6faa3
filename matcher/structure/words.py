"""Word lists of the structure stage, read once from the data files beside this module."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Return the data file ``name`` (without .toml) of this package."""
    return tomllib.loads(files("matcher.structure").joinpath(f"{name}.toml").read_text("utf-8"))


def alternatives(words: Iterable[str]) -> str:
    """Return a regular expression for any of ``words``, the longest first, white space flexible."""
    ordered = sorted(set(words), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) + ")"


@cache
def pattern(name: str, *keys: str) -> re.Pattern[str]:
    """Return a case-blind whole-word pattern for the words under ``keys`` of a data file."""
    found: Any = table(name)
    for key in keys:
        found = found[key]
    return re.compile(rf"(?<!\w){alternatives(found)}(?!\w)", re.IGNORECASE)
