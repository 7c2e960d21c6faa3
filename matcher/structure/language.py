"""The language of a whole document; single lines are too short to tell."""

from __future__ import annotations

import re

ENOUGH = 40
"""Letters below which no language is named."""


def language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language that a text is written in, or None where it is too short."""
    prose = " ".join(line for line in text.split("\n") if not re.search(r"[@\d]{3}|https?:", line)) or text
    if sum(c.isalpha() for c in prose) < ENOUGH:
        return None
    import py3langid

    return str(py3langid.classify(prose)[0])
