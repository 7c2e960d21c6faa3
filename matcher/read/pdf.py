"""PDF → text in reading order, with a box for every word, and without what a person cannot see."""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from datetime import date
from typing import Any

from matcher.read.draft import Draft
from matcher.read.limits import Limits, Unreadable
from matcher.read.pdf_order import Block, Line, line_height, order
from matcher.read.pdf_visible import Sight
from matcher.read.pdf_words import Word, frame_of, words_of

_LARGE = 1.15
_HEADING_CHARS = 60
_PASSWORD_ERROR = 4


def read_pdf(data: bytes, draft: Draft, limits: Limits) -> date | None:
    """Add the visible text of a PDF and return the day on which it says it was changed.

    Raises:
        Unreadable: ``encrypted``, ``damaged``.
    """
    import pypdfium2
    from pypdfium2 import raw

    pdf = open_pdf(data, draft)
    try:
        count = len(pdf)
        if count > limits.pages:
            draft.find("limit_reached", f"The file has {count} pages; the first {limits.pages} were read.")
        pages = [_Page(raw, pdf, n, draft, limits) for n in range(min(count, limits.pages))]
        _write(pages, draft)
        return _modified(pdf.get_metadata_dict())
    except pypdfium2.PdfiumError as error:
        raise Unreadable("damaged", "A page of the PDF cannot be loaded.") from error
    finally:
        pdf.close()


def open_pdf(data: bytes, draft: Draft) -> Any:
    """Open a PDF.

    Raises:
        Unreadable: ``encrypted``, ``damaged``.
    """
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_ERROR or "assword" in str(error):
            raise Unreadable("encrypted", "The PDF is locked with a password: ask for a copy without one.") from error
        raise Unreadable("damaged", "The PDF is damaged or cut short.") from error


def _modified(metadata: dict[str, str]) -> date | None:
    stamp = (metadata.get("ModDate") or metadata.get("CreationDate") or "").removeprefix("D:")[:8]
    try:
        return date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8])) if stamp.isdigit() else None
    except ValueError:
        return None


class _Page:
    """One page: its visible blocks in reading order and its hidden words."""

    def __init__(self, raw: Any, pdf: Any, number: int, draft: Draft, limits: Limits) -> None:
        page = pdf[number]
        frame = frame_of(page)
        self.size = frame.size
        text_page = page.get_textpage()
        if text_page.count_chars() > limits.characters:
            raise Unreadable("limit", f"Page {number + 1} holds more than {limits.characters} characters.")
        words = list(words_of(raw, text_page, frame))
        self.hidden: list[tuple[Word, Any]] = []
        self.layer = False
        visible: list[Word] = []
        if words:
            sight = Sight(raw, page, frame, limits)
            if not sight.checked:
                draft.find("limit_reached", "The page is too large to draw, so covered text was not looked for.",
                           number + 1)  # fmt: skip
            for word in words:
                reason = sight.hidden(word)
                if reason is None:
                    visible.append(word)
                    self.layer = self.layer or sight.is_layer(word)
                else:
                    self.hidden.append((word, reason))
        self.order = order(visible)
        self.height = line_height(visible)
        text_page.close()
        page.close()


def _write(pages: list[_Page], draft: Draft) -> None:
    sizes = [w.style.size for p in pages for b in p.order.blocks for line in b for w in line for _ in w.text[:8]]
    body = statistics.median(sizes) if sizes else 10.0
    ranks = {
        size: rank for rank, size in enumerate(sorted({round(s) for s in sizes if s >= _LARGE * body}, reverse=True), 1)
    }
    for number, page in enumerate(pages, 1):
        draft.page(*page.size)
        for word, reason in page.hidden:
            draft.hide(word.text, reason, word.box)
        with ExitStack() as stack:
            if page.layer:
                stack.enter_context(draft.marked("ocr"))
                draft.find(
                    "ocr_text", "The text is a machine-readable layer over a scan; compare it with the image.", number
                )
            for block in page.order.blocks:
                _write_block(block, page.height, body, ranks, draft)


def _write_block(block: Block, height: float, body: float, ranks: dict[int, int], draft: Draft) -> None:
    last: Line | None = None
    for line in block:
        if last is not None and min(w.y0 for w in line) - max(w.y1 for w in last) > 0.9 * height:
            draft.block()
        if not (last is not None and last[-1].soft):
            draft.line()
        with ExitStack() as stack:
            size = statistics.median(w.style.size for w in line)
            text = " ".join(w.text for w in line)
            rank = ranks.get(round(size), 0) if size >= _LARGE * body else 0
            bold = all(w.style.bold for w in line)
            if rank:
                stack.enter_context(draft.marked("large", rank))
            if len(text) <= _HEADING_CHARS and sum(map(str.isalpha, text)) >= 3 and (rank or bold or text.isupper()):
                stack.enter_context(draft.marked("heading", rank or 9))
            _write_line(line, height, draft)
        last = line
    draft.block()


def _write_line(line: Line, height: float, draft: Draft) -> None:
    last: Word | None = None
    for word in line:
        if last is not None and not word.glued:
            draft.gap("\t" if word.x0 - last.x1 > 1.3 * height else " ")
        with ExitStack() as stack:
            if word.style.bold:
                stack.enter_context(draft.marked("bold"))
            draft.add(word.text, word.box)
        last = word
