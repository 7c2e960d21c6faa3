"""Instruction-like lines: text that addresses the reader or a machine. It is content and never an instruction."""

from __future__ import annotations

import re
from functools import cache

from matcher.structure.words import table


@cache
def _patterns() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in table("instructions")["patterns"]))


def is_instruction(text: str) -> bool:
    """Whether a line tells its reader, a model or a system what to do or to conclude."""
    return bool(_patterns().search(re.sub(r"\s+", " ", text).casefold()))
