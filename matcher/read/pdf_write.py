"""Pages as read → lines of the draft, with marks for headings, bold and large text, page headers and footers."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Protocol

from matcher.models import HiddenReason, MarkKind
from matcher.read.draft import Draft
from matcher.read.ocr import write_recognised
from matcher.read.pdf_order import BULLETS, Block, Line
from matcher.read.pdf_words import Word

_LARGE = 1.15
_HEADING_CHARS = 60
_WORD_GAP = 1.3
_BLOCK_GAP = 1.45
"""Distance of two lines, in usual distances of the block, from which an empty line stands between them."""
_EDGE = 0.09
"""Share of the page height in which page headers and footers stand."""
_PAGE_NUMBER = re.compile(
    r"^(?:[^\d\n]{0,60}\b)?(?:page|seite|sida|página|pagina|strona|s\.)?\s*\d{1,3}(?:\s*(?:/|of|von|av|de|sur|di|z|van)\s*\d{1,3})?$",
    re.IGNORECASE,
)


class Page(Protocol):
    """What is written of a page."""

    width: float
    height: float
    blocks: list[Block]
    line: float
    hidden: list[tuple[Word, HiddenReason]]
    layer: bool
    scan: list[Block]
    missing: bool


def write_pages(pages: Iterable[Page], draft: Draft) -> None:
    """Add all pages."""
    listed = list(pages)
    writer = _Writer(draft, listed)
    for number, page in enumerate(listed, 1):
        draft.page(page.width, page.height)
        for word, reason in page.hidden:
            draft.hide(word.text, reason, word.box)
        if page.missing:
            draft.find("other", "The page is a picture and was not read: install tesseract to have it read.", number)
        with ExitStack() as stack:
            if page.layer:
                stack.enter_context(draft.marked("ocr"))
                detail = "The text is a machine-readable layer over a scan; compare it with the page."
                draft.find("ocr_text", detail, number)
            for block in page.blocks:
                writer.block(block, page)
        write_recognised(page.scan, draft, number)


class _Writer:
    def __init__(self, draft: Draft, pages: list[Page]) -> None:
        self._draft = draft
        sizes = Counter(round(w.style.size, 1) for w in _words(pages) for _ in w.text)
        self._body = statistics.median(sizes.elements()) if sizes else 10.0
        large = sorted({round(s) for s in sizes if s >= _LARGE * self._body}, reverse=True)
        self._ranks = {size: rank for rank, size in enumerate(large, 1)}
        self._repeated = _repeated(pages)
        self._vocabulary = {w.text.lower().strip(".,;:()") for w in _words(pages) if not w.soft}

    def block(self, block: Block, page: Page) -> None:
        """Add one block; a wide gap inside it ends a block too."""
        last: Line | None = None
        heading = False
        pitch = _pitch(block, page.line)
        following = {id(line): after[0].text for line, after in pairwise(block)}
        for line in block:
            if last is not None and _base(line) - _base(last) > _BLOCK_GAP * pitch:
                self._draft.block()
            joined = last is not None and last[-1].soft
            if not joined:
                self._draft.line()
            kinds = self._kinds(line, page)
            if not joined and any(kind == "heading" for kind, _ in kinds) and not heading:
                self._draft.block()
            heading = any(kind == "heading" for kind, _ in kinds)
            with ExitStack() as stack:
                for kind, level in kinds:
                    stack.enter_context(self._draft.marked(kind, level))
                self._line(line, page.line, following.get(id(line), ""))
            last = line
        self._draft.block()

    def _kinds(self, line: Line, page: Page) -> list[tuple[MarkKind, int]]:
        text = " ".join(w.text for w in line)
        edge = self._edge(line, text, page)
        if edge is not None:
            return [(edge, 0)]
        size = statistics.median(w.style.size for w in line)
        rank = self._ranks.get(round(size), 0) if size >= _LARGE * self._body else 0
        kinds: list[tuple[MarkKind, int]] = [("large", rank)] if rank else []
        stands_out = rank or text.isupper() or all(w.style.bold for w in line)
        if stands_out and len(text) <= _HEADING_CHARS and sum(map(str.isalpha, text)) >= 3:
            kinds.append(("heading", rank or len(self._ranks) + 1))
        if text[:1] in BULLETS and len(text) > 2:
            kinds.append(("list", 0))
        return kinds

    def _edge(self, line: Line, text: str, page: Page) -> MarkKind | None:
        if not page.height:
            return None
        middle = (_top(line) + _bottom(line)) / 2 / page.height
        if _EDGE < middle < 1 - _EDGE:
            return None
        if _anonymous(text) in self._repeated or (middle > 0.5 and _PAGE_NUMBER.match(text)):
            return "page_header" if middle < 0.5 else "page_footer"
        return None

    def _line(self, line: Line, height: float, following: str) -> None:
        """Add the words of one line; ``following`` is the first word of the next."""
        last: Word | None = None
        for word in line:
            if last is not None and not word.glued:
                wide = word.x0 - last.x1 > _WORD_GAP * max(height, last.y1 - last.y0)
                self._draft.gap("\t" if wide and last.text not in BULLETS else " ")
            with ExitStack() as stack:
                if word.style.bold:
                    stack.enter_context(self._draft.marked("bold"))
                self._draft.add(self._unbroken(word, following), word.box)
            last = word

    def _unbroken(self, word: Word, following: str) -> str:
        """A word without the hyphen that only breaks the line."""
        if not word.soft or not following:
            return word.text
        first = word.text[:-1].lower()
        second = following.lower().rstrip(".,;:)")
        if f"{first}-{second}" in self._vocabulary or not following[0].islower():
            return word.text
        if first + second in self._vocabulary:
            return word.text[:-1]
        keeps = "-" in first or not first.isalpha() or first.lstrip("(\"“'") in _compounds()
        return word.text if keeps else word.text[:-1]


@cache
def _compounds() -> frozenset[str]:
    lines = files("matcher.read").joinpath("hyphens.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _words(pages: Iterable[Page]) -> Iterable[Word]:
    return (word for page in pages for block in page.blocks for line in block for word in line)


def _repeated(pages: list[Page]) -> set[str]:
    """Lines (without their digits) that stand at the edge of more than one page."""
    seen: Counter[str] = Counter()
    for page in pages:
        edges = {
            _anonymous(" ".join(w.text for w in line))
            for block in page.blocks for line in block
            if page.height and not _EDGE < (_top(line) + _bottom(line)) / 2 / page.height < 1 - _EDGE
        }  # fmt: skip
        seen.update(edges)
    return {text for text, count in seen.items() if count > 1 and text.strip()}


def _anonymous(text: str) -> str:
    return re.sub(r"\d+", "#", text.lower())


def _pitch(block: Block, height: float) -> float:
    """The usual distance of the lines of a block, in points."""
    steps = [b - a for a, b in pairwise([_base(line) for line in block]) if 0.5 * height < b - a < 4 * height]
    return max(statistics.median_low(steps) if steps else 0.0, 1.1 * height)


def _base(line: Line) -> float:
    """Where the letters of a line stand."""
    return statistics.median(w.base for w in line)


def _top(line: Line) -> float:
    return min(w.y0 for w in line)


def _bottom(line: Line) -> float:
    return max(w.y1 for w in line)
