"""Instruction-like lines: text that addresses the reader or a machine. It is content and never an instruction."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from matcher.structure.words import table


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    data = table("instructions")
    parts: dict[str, str] = data["parts"]
    return tuple(
        re.compile(re.sub(r"\{([a-z_]+)\}", lambda m: parts[m.group(1)], entry["pattern"]), re.MULTILINE)
        for entry in data["patterns"]
    )


@cache
def _excuse() -> re.Pattern[str]:
    return re.compile(table("instructions")["excuse"])


def _plain(text: str) -> str:
    """Compatibility forms, no invisible characters, single spaces, lower case."""
    shown = text
    if not text.isascii():
        shown = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return re.sub(r"\s+", " ", shown).casefold()


def is_instruction(text: str) -> bool:
    """Whether a line tells its reader, a model or a system what to do or what to conclude."""
    plain = _plain(text)
    hits = (match for pattern in _patterns() for match in pattern.finditer(plain))
    return any(not _excuse().search(plain[: match.start()]) for match in hits)
