"""Tells the title from the organisation in the first lines of a job."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from matcher.structure.words import alternatives, pattern, table

_STRONG = re.compile(r"\s+[-–—|•·@›»]+\s+|\s*[|•·]\s*|\t+|\s{2,}|(?<=[a-zà-ÿ)]):\s+(?![^()]*\))")
_AT = re.compile(r"\s+(?:at|bei|chez|bij|hos|presso)\s+(?=[A-ZÀ-Þ0-9\u4e00-\u9fff])")
_WEAK = re.compile(r",\s+(?![^()]*\))")
_SENTENCE = re.compile(r"(?<=[\w)][\w)][\w)])[.;]\s+(?=[^\s(])")


@cache
def _title_words() -> re.Pattern[str]:
    words = table("jobs")
    return re.compile(
        rf"(?<!\w){alternatives(words['title'])}s?(?!\w)|(?<!\w)\w{{3,24}}{alternatives(words['title_endings'])}(?!\w)",
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


def looks_like_employer(text: str) -> bool:
    """Whether a line names an employer and no role."""
    return not looks_like_title(text) and (_looks_like_organisation(text) or text.isupper())


def is_same_employer(text: str) -> bool:
    """Whether the words say "the employer named before"."""
    return bool(pattern("jobs", "same_employer").fullmatch(text.strip()))


def _beside_the_point(part: str) -> bool:
    """Whether a part of a header is a place, working hours or a remark in brackets."""
    bare = part.strip()
    if bare.startswith("(") and bare.endswith(")"):
        return True
    bits = re.split(r",\s*", bare)
    place = len(bits) <= 2 and pattern("regions", "all").fullmatch(bits[-1]) and not _looks_like_organisation(bare)
    return bool(place or pattern("jobs", "time_words").fullmatch(bare))


def _split_weak(part: str) -> tuple[str, str | None]:
    """Title and organisation within one comma list: the title runs to the first name that is no role."""
    bits = [bit for bit in _WEAK.split(part) if bit.strip()]
    if len(bits) == 1:
        return part, None
    roles = [looks_like_title(bit) for bit in bits]
    if not any(roles):
        return bits[0], bits[1]
    first = roles.index(True)
    if first > 0 and not all(roles):
        return bits[first], bits[0]
    named = [at for at in range(1, len(bits)) if _looks_like_organisation(bits[at]) and not roles[at]]
    likely = [at for at in range(1, len(bits)) if not _beside_the_point(bits[at])]
    if not named and not likely:
        return bits[0], None
    at = named[0] if named else len(bits) - 2 if len(bits) > 3 else likely[0]
    return ", ".join(bits[:at]), bits[at]


def _first_sentences(text: str) -> str:
    """The first sentence; with the second where only that one names a role."""
    sentences = _SENTENCE.split(text)
    if len(sentences) > 1 and not looks_like_title(sentences[0]) and looks_like_title(sentences[1]):
        return f"{sentences[0]} | {sentences[1]}"
    return sentences[0]


def split_header(texts: Sequence[str]) -> tuple[str, str | None]:
    """Return ``(title, organisation)`` from the lines that state a job, dates already taken out.

    The title is "" only where there is no text at all; the organisation is None where none is told apart.
    """
    pieces = [piece for text in texts for piece in _STRONG.split(_first_sentences(text))]
    parts = [_clean(part) for piece in pieces for part in ([piece] if "," in piece else _AT.split(piece, maxsplit=1))]
    parts = [part for part in parts if re.search(r"[^\W_]", part)]
    if not parts:
        return "", None
    scores = [looks_like_title(part) - 0.5 * _looks_like_organisation(part) for part in parts]
    best = max(range(len(parts)), key=lambda i: (scores[i], -i))
    title, beside = _split_weak(parts[best]) if scores[best] > 0 or len(parts) == 1 else (parts[best], None)
    others = [part for i, part in enumerate(parts) if i != best and not _beside_the_point(part)]
    named = [part for part in others if _looks_like_organisation(part)]
    organisation = next(iter([*named, *others]), beside)
    return _clean(title), (_clean(organisation) or None) if organisation else None
