"""Blocks → parts of a posting: duties, minimum and preferred qualifications, and what is neither.

A heading is recognised by its words. Where its words are unknown, what stands under it decides: lines that begin with a
verb are duties, lines that name years, degrees, skills or licences are qualifications.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matcher.posting.blocks import Block, starts_with_verb
from matcher.posting.words import fold, has_phrase, words

PartKind = Literal["responsibility", "minimum", "preferred", "profile", "boilerplate", "unknown"]


@dataclass(frozen=True)
class Part:
    """The blocks under one heading."""

    kind: PartKind
    heading: str
    blocks: tuple[Block, ...]


def parts(blocks: Sequence[Block]) -> tuple[Part, ...]:
    """Return the parts of a posting in order; what stands before the first heading is *unknown*."""
    grouped: list[tuple[str, list[Block]]] = [("", [])]
    for block in blocks:
        if block.kind == "heading":
            grouped.append((block.text, []))
        else:
            grouped[-1][1].append(block)
    made: list[Part] = []
    for heading, inside in grouped:
        kind = _by_heading(heading)
        if kind == "unknown" and heading and not inside:
            continue
        if kind == "unknown":
            kind = _by_content(inside)
        inherited = _inherited(kind, heading, inside, made)
        made.append(Part(inherited, heading, tuple(inside)))
    return tuple(made)


def _by_heading(heading: str) -> PartKind:
    folded = fold(heading)
    table = words()["headings"]
    for kind in table["order"]:
        if has_phrase(folded, table[kind]):
            return "boilerplate" if kind == "boilerplate_strong" else kind
    return "unknown"


def _by_content(inside: Sequence[Block]) -> PartKind:
    """Classify a part by its list items; paragraphs alone stay unknown and are read sentence by sentence."""
    items = [block.text for block in inside if block.kind == "item"]
    if not items:
        return "unknown"
    duties = sum(starts_with_verb(item) for item in items)
    traits = sum(has_phrase(fold(item), words()["lines"]["traits"]) for item in items)
    if duties >= len(items) / 2 and duties > traits:
        return "responsibility"
    if traits >= len(items) / 3:
        wishes = sum(has_phrase(fold(item), words()["sentences"]["preferred"]) for item in items)
        return "preferred" if wishes > len(items) / 2 else "minimum"
    return "unknown"


def _inherited(kind: PartKind, heading: str, inside: Sequence[Block], before: Sequence[Part]) -> PartKind:
    """A bare sub-heading ("Systems") under qualifications goes on with them when its items look alike."""
    if kind != "boilerplate" or not before or before[-1].kind not in ("minimum", "preferred"):
        return kind
    strong = has_phrase(fold(heading), words()["headings"]["boilerplate_strong"])
    return kind if strong or _by_content(inside) not in ("minimum", "preferred") else before[-1].kind
