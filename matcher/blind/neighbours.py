"""Fragments between statements about the person: where most of a line is personal, its unknown rest is as well.

Word lists find only what is on them; "Muslim, mother of two, Xhosa-raised, 41" gives away by its other fragments what
the unknown one is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from matcher.blind.header import data, pieces
from matcher.blind.rules import Mask
from matcher.models import Span
from matcher.structure.neutral import SIGNS
from matcher.structure.titles import looks_like_title
from matcher.structure.words import alternatives, pattern

PERSONAL = frozenset(("birth", "family", "religion", "nationality", "military", "sex"))
KINDS = frozenset(("header", "personal", "other", "unheaded", "interests"))
MOST_WORDS = 5
"""A longer fragment is a sentence, which the rules read by themselves."""


@cache
def _work() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){alternatives(data()['work_words'])}", re.IGNORECASE)


def _says_work(piece: str) -> bool:
    if len(piece.split()) > MOST_WORDS or any(sign in piece for sign in SIGNS.values()):
        return True
    return (
        looks_like_title(piece)
        or pattern("authorisation", "licence").search(piece) is not None
        or bool(_work().search(piece))
    )


def neighbour_masks(
    text: str, lines: Sequence[Span], stretches: Sequence[tuple[int, int, str]], found: Sequence[Mask]
) -> Iterator[Mask]:
    """Yield the unknown fragments of lines in which at least two, and half, of the fragments are about the person."""
    personal = [mask for mask in found if mask.category in PERSONAL]
    for span in lines:
        if not any(start <= span.start < end and kind in KINDS for start, end, kind in stretches):
            continue
        here = [mask for mask in personal if mask.start < span.end and span.start < mask.end]
        if len(here) < 2:
            continue
        parts = list(pieces(text[span.start : span.end], span.start))
        rest = [part for part in parts if not any(mask.start < part[1] and part[0] < mask.end for mask in here)]
        if len(parts) - len(rest) < max(2, len(rest)):
            continue
        for start, end in rest:
            if not _says_work(text[start:end]):
                yield Mask(start, end, "unclassified")
