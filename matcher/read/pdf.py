"""PDF → text in reading order, with a box for every word, and without what a person cannot see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from matcher.models import HiddenReason
from matcher.read import ocr
from matcher.read.draft import Draft
from matcher.read.limits import Limits, Unreadable
from matcher.read.pdf_open import open_pdf, without_actual_text
from matcher.read.pdf_order import Block, line_height, order
from matcher.read.pdf_visible import Sight, replacement_texts
from matcher.read.pdf_words import Word, frame_of, words_of
from matcher.read.pdf_write import write_pages

_REPLACED_CHARS = 25
"""Replacement texts (ActualText) up to this length name icons, links and ligatures; longer ones are checked."""
_ALIKE = 0.6
"""Share of the words of a replacement text that must be painted on the page."""
_OVERLAP = 0.6
_FLATTENED = (3, 13, 20)
"""Annotations that show text on the page: free text, stamp, form field."""


@dataclass
class ReadPage:
    """One page as read: its size in points, its visible blocks in reading order, its hidden words."""

    width: float
    height: float
    blocks: list[Block] = field(default_factory=list)
    line: float = 10.0
    hidden: list[tuple[Word, HiddenReason]] = field(default_factory=list)
    layer: bool = False
    """The text is a machine-readable layer over a scan."""
    scan: list[Block] = field(default_factory=list)
    """Recognised from the picture of the page."""
    missing: bool = False
    """A picture that could not be recognised, because no program for it is installed."""
    by_layout: bool = False


def read_pdf(data: bytes, draft: Draft, limits: Limits) -> date | None:
    """Add the visible text of a PDF and return the day on which it says it was changed.

    Raises:
        Unreadable: ``encrypted``, ``damaged``, ``limit``, ``ocr_missing``.
    """
    import pypdfium2

    pdf = open_pdf(data, draft)
    try:
        replaced = list(_long_replacements(pdf, limits))
        if replaced:
            painted = without_actual_text(data)
            if painted is not None:
                pdf.close()
                pdf = pypdfium2.PdfDocument(painted)
        pages = list(_pages(pdf, draft, limits))
        if any(p.missing for p in pages) and not any(p.blocks for p in pages):
            raise Unreadable("ocr_missing", ocr.MISSING)
        write_pages(pages, draft)
        _report_replaced(replaced, pages, draft)
        return _modified(pdf.get_metadata_dict())
    except pypdfium2.PdfiumError as error:
        raise Unreadable("damaged", "A page of the PDF cannot be loaded.") from error
    finally:
        pdf.close()


def _modified(metadata: dict[str, str]) -> date | None:
    stamp = (metadata.get("ModDate") or metadata.get("CreationDate") or "").removeprefix("D:")[:8]
    try:
        return date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8])) if stamp.isdigit() else None
    except ValueError:
        return None


# --- pages -----------------------------------------------------------------------------------------------------------


def _pages(pdf: Any, draft: Draft, limits: Limits) -> Iterator[ReadPage]:
    import pypdfium2

    count, deadline, recognised = len(pdf), ocr.Deadline(limits), 0
    for number in range(1, count + 1):
        if number > limits.pages or (number > 1 and deadline.near()):
            draft.find("limit_reached", f"The file has {count} pages; the first {number - 1} were read.")
            return
        try:
            page = _read_page(pdf, number, draft, limits, recognised < limits.ocr_pages)
        except pypdfium2.PdfiumError:
            if count == 1:
                raise
            draft.find("repaired", "A page is damaged and was left out.", number)
            page = ReadPage(0.0, 0.0)
        recognised += bool(page.scan)
        yield page


def _read_page(pdf: Any, number: int, draft: Draft, limits: Limits, may_recognise: bool) -> ReadPage:
    from pypdfium2 import raw

    page = _flattened(raw, pdf, number)
    frame = frame_of(page)
    result = ReadPage(*frame.size)
    text_page = page.get_textpage()
    try:
        if text_page.count_chars() > limits.page_characters:
            raise Unreadable("limit", f"Page {number} holds more than {limits.page_characters} characters.")
        words = list(words_of(raw, text_page, frame))
        sight = Sight(raw, page, frame, limits, bool(words))
        if words and not sight.checked:
            draft.find("limit_reached", "The page is too large to draw: covered text was not looked for.", number)
        visible = _sort_out(words, sight, result)
        found = order(visible)
        result.blocks, result.by_layout, result.line = found.blocks, found.by_layout, line_height(visible)
        if not visible and sight.scan:
            _recognise(page, result, limits, may_recognise)
    finally:
        text_page.close()
        page.close()
    return result


def _flattened(raw: Any, pdf: Any, number: int) -> Any:
    """Load a page; what its form fields and notes show is made part of it."""
    page = pdf[number - 1]
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), 1000)):
        note = raw.FPDFPage_GetAnnot(page.raw, index)
        kind = raw.FPDFAnnot_GetSubtype(note)
        raw.FPDFPage_CloseAnnot(note)
        if kind in _FLATTENED:
            raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
            page.close()
            return pdf[number - 1]
    return page


def _sort_out(words: list[Word], sight: Sight, page: ReadPage) -> list[Word]:
    """Return the words that are seen, each once: bold print and shadows draw a word twice in one place."""
    visible: list[Word] = []
    printed: dict[str, list[Word]] = defaultdict(list)
    for word in words:
        reason = sight.hidden(word)
        if reason is not None:
            page.hidden.append((word, reason))
            continue
        if any(_same_place(word, other) for other in printed[word.text]):
            continue
        printed[word.text].append(word)
        visible.append(word)
        page.layer = page.layer or sight.is_layer(word)
    return visible


def _same_place(one: Word, other: Word) -> bool:
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return across > _OVERLAP * (one.x1 - one.x0) and down > _OVERLAP * (one.y1 - one.y0)


def _recognise(page: Any, result: ReadPage, limits: Limits, allowed: bool) -> None:
    if not ocr.available():
        result.missing = True
    elif allowed:
        scale = min(ocr.DPI / 72, (limits.render_pixels / max(1.0, result.width * result.height)) ** 0.5)
        picture = page.render(scale=scale, grayscale=True).to_pil()
        result.scan = ocr.recognise(picture, 72 * scale, limits)


# --- replacement texts -----------------------------------------------------------------------------------------------


def _long_replacements(pdf: Any, limits: Limits) -> Iterator[tuple[int, str]]:
    """Page and text of every ActualText that is longer than a name for an icon or a link."""
    from pypdfium2 import raw

    for number in range(1, min(len(pdf), limits.pages) + 1):
        page = pdf[number - 1]
        for text in dict.fromkeys(replacement_texts(raw, page)):
            if len(text) > _REPLACED_CHARS and len(text.split()) > 2:
                yield number, text
        page.close()


def _report_replaced(replaced: list[tuple[int, str]], pages: list[ReadPage], draft: Draft) -> None:
    for number, text in replaced:
        if number > len(pages):
            continue
        painted = {_squash(w.text) for block in pages[number - 1].blocks for line in block for w in line}
        words = [w for w in map(_squash, text.split()) if w]
        if sum(w in painted for w in words) < _ALIKE * len(words):
            draft.hide(text, "actual_text", page=number)
            draft.find("text_render_mismatch", "The file gives programs another text than it shows to people.", number)


def _squash(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
