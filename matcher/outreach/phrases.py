"""Phrases of the template writer: slots are filled once, and what fills them is never read as a template."""

from __future__ import annotations

import re

from matcher.outreach import words
from matcher.outreach.records import Language

Slots = dict[str, str]


def fill(phrase: str, slots: Slots) -> str:
    """Return the phrase with its slots filled. Raises KeyError for a slot without a value."""
    return re.sub(r"\{([a-z_]+)\}", lambda match: slots[match.group(1)], phrase)


def used(phrase: str) -> frozenset[str]:
    """Return the names of the slots of a phrase."""
    return frozenset(re.findall(r"\{([a-z_]+)\}", phrase))


def variants(language: Language, group: str, key: str) -> tuple[str, ...]:
    """Return the phrases of a group: of this key, or of ``any`` where the group does not tell keys apart."""
    table = words.phrases(language)[group]
    assert isinstance(table, dict)
    found = table[key] if key in table else table["any"]
    return tuple(found) if isinstance(found, list) else (str(found),)
