"""Content lines: the lines of a document as a reader takes them in, wrapped ones joined again.

A line's span covers all of its characters in ``Document.text``, line ends inside included.
Two lines are joined only where the first cannot have ended by choice: the next word would not have fitted, or the
second starts in lower case after an unfinished one. Dates, contacts, bullets and headings start a line of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from matcher.models import Document, Mark, Span

BULLET = re.compile(
    r"^\s*(?:[•▪▫◦■□●○◆◇‣⁃∙·►▸➢➤✓✔❖★☆\uf0a7\uf0b7\uf0d8»›>→*~=+]+|[-–—](?=\s)|o(?=\s{1,3}[A-ZÀ-Þ])|\(?(?:\d{1,2}|[a-z])[.)](?=\s))\s*"
)
_END = re.compile(r"[.!?:;…]['\")\]»”’]*$")
_CONTACT = re.compile(r"@|https?:|www\.|(?<!\d)\d{3}[-. )]\s?\d{3}(?!\d)")
_COLUMNS = re.compile(r"\S(?:\s{3,}|\t+)\S")
_WRAP_FLOOR = 45
"""A line shorter than this was ended on purpose."""


@dataclass(frozen=True)
class ContentLine:
    """One line of content: its span, its text on one line without bullet, and how it stands on the page."""

    start: int
    end: int
    text: str
    bullet: bool
    blank_before: bool
    indent: int
    heading_mark: bool = False
    bold: bool = False

    @property
    def span(self) -> Span:
        """The place of the line in the document, bullet included."""
        return Span(start=self.start, end=self.end)


def _marked(marks: Sequence[Mark], kinds: frozenset[str], start: int, end: int) -> bool:
    """Whether marks of these kinds cover at least three quarters of the range."""
    covered = sum(max(0, min(m.end, end) - max(m.start, start)) for m in marks if m.kind in kinds)
    return covered * 4 >= (end - start) * 3


def _physical(document: Document) -> list[ContentLine]:
    """The lines of the text as they stand, empty ones left out."""
    page_noise = frozenset({"page_header", "page_footer"})
    out: list[ContentLine] = []
    blank, offset = True, 0
    for raw in document.text.split("\n"):
        start, offset = offset, offset + len(raw) + 1
        stripped = raw.strip()
        if not stripped:
            blank = True
            continue
        begin = start + raw.index(stripped[0])
        end = begin + len(stripped)
        mark = BULLET.match(stripped)
        bullet = bool(mark and mark.end() < len(stripped))
        text = stripped[mark.end() :] if mark and bullet else stripped
        line = ContentLine(begin, end, " ".join(text.split(" ")), bullet, blank, begin - start)
        if document.marks:
            line = replace(
                line,
                heading_mark=_marked(document.marks, frozenset({"heading"}), begin, end),
                bold=_marked(document.marks, frozenset({"bold", "large"}), begin, end),
            )
            if _marked(document.marks, page_noise, begin, end) and out:
                continue
        out.append(line)
        blank = False
    return out


def _continues(above: ContentLine, below: ContentLine, width: int, alone: Callable[[str], bool]) -> bool:
    """Whether ``below`` is the rest of ``above``."""
    if below.bullet or below.blank_before or below.heading_mark or above.heading_mark or above.bold != below.bold:
        return False
    if _COLUMNS.search(above.text) or _COLUMNS.search(below.text):
        return False
    if alone(below.text) or _CONTACT.search(below.text) or len(above.text) < _WRAP_FLOOR or alone(above.text):
        return False
    if below.text[0].islower() or above.text.endswith((",", "-", "–", "&", "/", "(")):
        return not _END.search(above.text) or below.text[0].islower()
    first_word = below.text.split(" ", 1)[0]
    full = above.indent + (above.end - above.start) + 1 + len(first_word) > width
    return full and not (_END.search(above.text) and not above.bullet and len(above.text) < width * 0.8)


def _width(lines: Sequence[ContentLine]) -> int:
    """The column at which this text was wrapped; very large where it was not wrapped at all."""
    lengths = sorted(line.indent + line.end - line.start for line in lines)
    if len(lengths) < 8:
        return 10_000
    longest = lengths[-1]
    near = sum(1 for length in lengths if length > longest - 15)
    return longest if near >= max(3, len(lengths) // 12) and 55 <= longest <= 180 else 10_000


def content_lines(document: Document, alone: Callable[[str], bool]) -> tuple[ContentLine, ...]:
    """Return the content lines of a document in reading order.

    ``alone(text)`` is true for a line that never continues another and is never continued (a heading, a date).
    """
    lines = _physical(document)
    width, out = _width(lines), list[ContentLine]()
    last: ContentLine | None = None
    for line in lines:
        if out and last is not None and _continues(last, line, width, alone):
            out[-1] = replace(out[-1], end=line.end, text=_glue(out[-1].text, line.text))
        else:
            out.append(line)
        last = line
    return tuple(out)


def _glue(above: str, below: str) -> str:
    return f"{above} {below}"
