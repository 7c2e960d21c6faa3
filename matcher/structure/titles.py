"""Tells the title from the organisation in the first lines of a job."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from matcher.structure.words import alternatives, pattern, table

_STRONG = re.compile(
    r"\s+[-–—|•·@›»]+\s+|\s*[|•·]\s*|\t+|\s{2,}|\s+(?:at|bei|chez|bij|hos|presso)\s+|(?<=[a-zà-ÿ)]):\s+|\.\s+(?=[A-ZÀ-Þ])"
)
_WEAK = re.compile(r",\s+")
_TRIM = " \t,;:|–—-•·/()"


@cache
def _title_words() -> re.Pattern[str]:
    words = table("jobs")
    return re.compile(
        rf"(?<!\w){alternatives(words['title'])}s?(?!\w)|\w{{3,}}{alternatives(words['title_endings'])}(?!\w)",
        re.IGNORECASE,
    )


def looks_like_title(text: str) -> bool:
    """Whether a word in ``text`` names a role."""
    return bool(_title_words().search(text))


def _looks_like_organisation(text: str) -> bool:
    return bool(pattern("jobs", "organisation").search(text))


def _clean(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" \t,;:|–—-•·/")
    return text if text.count("(") == text.count(")") else text.strip("()")


def _split_weak(part: str) -> tuple[str, str | None]:
    """Title and organisation within one comma list: the title runs to the first name that is no role."""
    bits = [bit for bit in _WEAK.split(part) if bit.strip()]
    if len(bits) == 1:
        return part, None
    roles = [looks_like_title(bit) for bit in bits]
    if not any(roles):
        return bits[0], bits[1]
    first = roles.index(True)
    if first > 0:
        return bits[first], bits[0]
    rest = [bit for bit in bits[1:] if _looks_like_organisation(bit)] or bits[1:]
    at = bits.index(rest[0])
    return ", ".join(bits[:at]), rest[0]


def split_header(texts: Sequence[str]) -> tuple[str, str | None]:
    """Return ``(title, organisation)`` from the lines that state a job, dates already taken out.

    The title is "" only where there is no text at all; the organisation is None where none is told apart.
    """
    parts = [_clean(part) for text in texts for part in _STRONG.split(text)]
    parts = [part for part in parts if re.search(r"\w", part)]
    if not parts:
        return "", None
    if len(parts) == 1:
        title, organisation = _split_weak(parts[0])
        return _clean(title), _clean(organisation) if organisation else None
    scores = [looks_like_title(part) - 0.5 * _looks_like_organisation(part) for part in parts]
    best = max(range(len(parts)), key=lambda i: (scores[i], -i))
    title, beside = _split_weak(parts[best]) if scores[best] > 0 else (parts[best], None)
    others = [part for i, part in enumerate(parts) if i != best]
    organisation = next((part for part in others if _looks_like_organisation(part)), beside or others[0])
    return _clean(title), _clean(organisation)
