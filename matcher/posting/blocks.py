"""Lines of a posting → blocks: headings, list items and paragraphs, each with its place.

A block's text is the document's text at its span, with white space folded and a leading bullet or number left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matcher.models import Document, Mark, Span
from matcher.posting.words import fold, has_phrase, word_set, words

BlockKind = Literal["heading", "item", "paragraph"]

_BULLET = re.compile(r"\s*(?:[•◦▪‣●○·■□▸►*\-–—+]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+")
_BARE_NUMBER = re.compile(r"\s*\(?\d{1,2}[.)]?\s*$")
_SENTENCE_END = (".", "!", "?", ";", ",")
_WRAP_WIDTH = 60


@dataclass(frozen=True)
class Block:
    """One heading, list item or paragraph."""

    kind: BlockKind
    text: str
    span: Span


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    text: str
    gap: bool
    """A blank line stands before it."""
    marks: frozenset[str]
    level: int


def blocks(document: Document) -> tuple[Block, ...]:
    """Return the blocks of a posting in reading order."""
    lines = _lines(document)
    made: list[Block] = []
    for index, line in enumerate(lines):
        after = lines[index + 1] if index + 1 < len(lines) else None
        numbered = index > 0 and _BARE_NUMBER.match(lines[index - 1].text) is not None
        if _BARE_NUMBER.match(line.text):
            continue
        kind = _kind(line, after, numbered)
        before = made[-1] if made else None
        if before is not None and _continues(before, line, kind, lines[index - 1] if index else None):
            span = Span(start=before.span.start, end=line.end)
            made[-1] = Block(before.kind, _folded(document, span), span)
            continue
        start = line.start
        bullet = _BULLET.match(line.text)
        if bullet and kind == "item":
            start += bullet.end()
        span = Span(start=start, end=line.end)
        made.append(Block(kind, _folded(document, span), span))
    return tuple(block for block in made if block.text)


def _folded(document: Document, span: Span) -> str:
    return re.sub(r"\s+", " ", document.text[span.start : span.end]).strip()


def _lines(document: Document) -> list[_Line]:
    """Lines and table cells (a label and its value stand in one line with a tab between them)."""
    made, start, gap = [], 0, False
    marks = sorted(document.marks, key=lambda mark: mark.start)
    for raw in re.split(r"[\n\t]", document.text):
        end = start + len(raw)
        if raw.strip():
            left = start + len(raw) - len(raw.lstrip())
            right = start + len(raw.rstrip())
            kinds, level = _marks_on(marks, left, right)
            made.append(_Line(left, right, document.text[left:right], gap, kinds, level))
            gap = False
        else:
            gap = True
        start = end + 1
    return made


def _marks_on(marks: Sequence[Mark], start: int, end: int) -> tuple[frozenset[str], int]:
    """Marks that cover at least nine tenths of the line, and its heading level."""
    kinds, level = set(), 0
    for mark in marks:
        covered = min(end, mark.end) - max(start, mark.start)
        if covered >= 0.9 * (end - start):
            kinds.add(mark.kind)
            if mark.kind == "heading":
                level = mark.level
    return frozenset(kinds), level


def _kind(line: _Line, after: _Line | None, numbered: bool) -> BlockKind:
    if "heading" in line.marks:
        return "heading"
    if "list" in line.marks or numbered or _BULLET.match(line.text):
        return "item"
    return "heading" if _looks_like_heading(line, after) else "paragraph"


def _looks_like_heading(line: _Line, after: _Line | None) -> bool:
    text = line.text.strip()
    if len(text) > 80 or len(text.split()) > 10 or after is None or not re.search(r"[^\W\d_]", text):
        return False
    if text.endswith(":"):
        return not _is_intro(text)
    if text.endswith(_SENTENCE_END):
        return text.endswith(("!", "?")) and "bold" in line.marks
    letters = [c for c in text if c.isalpha()]
    capitals = sum(c.isupper() for c in letters) >= 0.8 * len(letters)
    known = any(has_phrase(fold(text), words()["headings"][kind]) for kind in words()["headings"]["order"])
    own = line.gap and (after.gap or _BULLET.match(after.text) is not None or "list" in after.marks)
    title_like = text[:1].isupper() and len(text.split()) <= 7
    return (capitals and len(letters) > 3) or "bold" in line.marks or (known and title_like) or (own and title_like)


def _is_intro(text: str) -> bool:
    """A lead-in such as "You will also:" opens a list of its section and starts no section of its own."""
    folded = fold(text)
    return folded in (
        "you will",
        "you will also",
        "you ll",
        "you ll also",
        "this includes",
        "including",
        "among others",
    )


def _continues(before: Block, line: _Line, kind: BlockKind, previous: _Line | None) -> bool:
    """Whether a hard-wrapped line goes on from the block before it (plain text only)."""
    if previous is None or line.gap or line.marks or previous.marks or kind != "paragraph":
        return False
    if before.kind == "heading" or len(previous.text) < _WRAP_WIDTH:
        return False
    open_end = not previous.text.rstrip().endswith((".", "!", "?", ":"))
    return open_end and (line.text[:1].islower() or before.kind == "item" or len(previous.text) < 110)


def starts_with_verb(text: str) -> bool:
    """Tell whether a line begins like a duty: a verb in its base form or with -ing."""
    folded = fold(text).split()
    if not folded:
        return False
    first, verbs = folded[0], word_set("lines", "verbs")
    if first in verbs:
        return True
    stem = first.removesuffix("ing")
    return first.endswith("ing") and (stem in verbs or stem + "e" in verbs or stem[:-1] in verbs)
