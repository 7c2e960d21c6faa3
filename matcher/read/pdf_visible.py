"""Which words of a PDF page a person can see: the page is drawn twice, with and without its text.

A word whose place does not change when text is taken away is not seen, whatever the trick. Render mode, transparency,
size and place are checked first, because they name the reason.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.models import Box, HiddenReason
from matcher.read.css import contrast
from matcher.read.limits import Limits
from matcher.read.pdf_words import Frame, RawObject, Word

Pixels = NDArray[np.uint8]
_Kind = TypeVar("_Kind", np.uint8, np.bool_)

_SCALE = 1.5
_LEAST_SCALE = 0.5
_CHANGED = np.uint32(int.from_bytes(bytes((0xF0, 0xF0, 0xF0, 0)), sys.byteorder))
"""A pixel has changed where one of its three colours differs by 16 steps of 255 (1.15 in contrast on white)."""
_LEAST_COLUMNS = 0.25
_LEAST_POINTS = 3.0
_LEAST_WIDTH = 0.5
"""Points per letter."""
_LEAST_ALPHA = 16
_INVISIBLE_MODE = 3
_NESTING = 12
_SCAN_AREA = 0.5
_INK = 60
_LONGEST_REPLACEMENT = 100_000


class Sight:
    """What is seen on one page."""

    def __init__(self, raw: Any, page: Any, frame: Frame, limits: Limits, has_text: bool) -> None:
        self._raw = raw
        self._frame = frame
        width, height = frame.size
        self._width, self._height = width, height
        self._scale = min(_SCALE, (limits.render_pixels / max(1.0, width * height)) ** 0.5)
        self.checked = self._scale >= _LEAST_SCALE
        """Whether the page could be drawn; a page too large to draw is judged by attributes alone."""
        self.scan = _image_area(raw, page) >= _SCAN_AREA * width * height
        """Whether one picture fills most of the page."""
        if self.checked and has_text:
            self._draw(page)
            self._shapes = list(_shape_boxes(raw, page, frame))

    def _draw(self, page: Any) -> None:
        self._with = _render(page, self._scale)
        texts = list(_objects(self._raw, page, self._raw.FPDF_PAGEOBJ_TEXT))
        for item in texts:
            self._raw.FPDFPageObj_SetIsActive(item, False)
        self._ground = _render(page, self._scale)
        for item in texts:
            self._raw.FPDFPageObj_SetIsActive(item, True)
        change = np.maximum(self._with, self._ground) - np.minimum(self._with, self._ground)
        self._change = (change.view(np.uint32)[:, :, 0] & _CHANGED) != 0

    def hidden(self, word: Word) -> HiddenReason | None:
        """Return why a word is not seen, or None."""
        by_style = self._by_style(word)
        if by_style is not None:
            return None if by_style == "render_mode" and self.is_layer(word) else by_style
        if not self.checked or self._changes(word) or self.is_layer(word):
            return None
        return self._why(word)

    def is_layer(self, word: Word) -> bool:
        """Return whether a word is the machine-readable layer over (or under) a scanned word that is seen."""
        if not self.scan or (word.style.mode != _INVISIBLE_MODE and self._changes(word)):
            return False
        place = self._cut(self._ground, word)
        return place.size > 0 and int(place[:, :, :3].max()) - int(place[:, :, :3].min()) >= _INK

    def _by_style(self, word: Word) -> HiddenReason | None:
        if word.style.mode == _INVISIBLE_MODE:
            return "render_mode"
        if word.x1 <= 0 or word.y1 <= 0 or word.x0 >= self._width or word.y0 >= self._height:
            return "off_page"
        if word.style.alpha < _LEAST_ALPHA and word.style.mode in (0, 4):
            return "transparent"
        if _is_tiny(word):
            return "actual_text" if word.raw and any(_replacements(self._raw, word.raw)) else "tiny"
        return None

    def _changes(self, word: Word) -> bool:
        place = self._cut(self._change, word)
        if place.size == 0:
            return False
        seen = place.any(axis=0)
        return bool(seen.mean() >= _LEAST_COLUMNS) if len(word.text) >= 4 else bool(seen.any())

    def _cut(self, picture: NDArray[_Kind], word: Word) -> NDArray[_Kind]:
        s = self._scale
        x0, y0 = max(0, int(word.x0 * s) - 1), max(0, int(word.y0 * s) - 1)
        return picture[y0 : int(word.y1 * s) + 2, x0 : int(word.x1 * s) + 2]

    def _why(self, word: Word) -> HiddenReason:
        if self._layer_off(word.raw):
            return "hidden_layer"
        place = self._cut(self._ground, word)
        if place.size == 0:
            return "off_page"
        middle = np.median(place.reshape(-1, place.shape[-1]), axis=0)
        ground = (int(middle[2]), int(middle[1]), int(middle[0]))
        if contrast(word.style.colour, ground) < 1.3:
            return "white" if word.style.colour == (255, 255, 255) else "near_background"
        if self._clipped(word.raw):
            return "clipped"
        return "invisible" if ground == (255, 255, 255) and not self._drawn_over(word) else "covered"

    def _clipped(self, item: RawObject) -> bool:
        path = self._raw.FPDFPageObj_GetClipPath(item) if item else None
        return bool(path) and self._raw.FPDFClipPath_CountPaths(path) > 0

    def _drawn_over(self, word: Word) -> bool:
        """Whether a shape or a picture lies over the middle of a word."""
        x, y = (word.x0 + word.x1) / 2, word.mid
        return any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in self._shapes)

    def _layer_off(self, item: RawObject) -> bool:
        return bool(item) and "OC" in mark_names(self._raw, item)


def _is_tiny(word: Word) -> bool:
    """Too low to be read, or squeezed to less than a hair per letter."""
    if not any(map(str.isalnum, word.text)):
        return False
    across, down = word.x1 - word.x0, word.y1 - word.y0
    if 0 < word.style.size < _LEAST_POINTS and min(across, down) < _LEAST_POINTS:
        return True
    return len(word.text) >= 2 and max(across, down if word.turned else 0.0) < _LEAST_WIDTH * len(word.text)


def mark_names(raw: Any, item: RawObject) -> list[str]:
    """Return the names of the content marks around an object."""
    names: list[str] = []
    for number in range(raw.FPDFPageObj_CountMarks(item)):
        mark = raw.FPDFPageObj_GetMark(item, number)
        length = ctypes.c_ulong()
        buffer = (ctypes.c_ushort * 64)()
        if mark and raw.FPDFPageObjMark_GetName(mark, buffer, 128, length):
            names.append(bytes(buffer)[: max(0, length.value - 2)].decode("utf-16-le", "replace"))
    return names


def replacement_texts(raw: Any, page: Any) -> Iterator[str]:
    """Yield the replacement texts (ActualText) that the page gives for painted text."""
    for item in _objects(raw, page, raw.FPDF_PAGEOBJ_TEXT):
        yield from _replacements(raw, item)


def _replacements(raw: Any, item: RawObject) -> Iterator[str]:
    for number in range(raw.FPDFPageObj_CountMarks(item)):
        mark = raw.FPDFPageObj_GetMark(item, number)
        length = ctypes.c_ulong()
        if not mark or not raw.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", None, 0, length):
            continue
        size = min(length.value, _LONGEST_REPLACEMENT)
        buffer = (ctypes.c_ushort * (size // 2 + 1))()
        if raw.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", buffer, size + 2, length):
            text = bytes(buffer)[: max(0, length.value - 2)].decode("utf-16-le", "replace")
            yield text.replace("\0", "")


def _objects(raw: Any, page: Any, kind: int) -> Iterator[RawObject]:
    """Every object of a kind on a page, also inside forms."""
    stack = [(raw.FPDFPage_GetObject(page.raw, n), 0) for n in range(raw.FPDFPage_CountObjects(page.raw))]
    while stack:
        item, depth = stack.pop()
        found = raw.FPDFPageObj_GetType(item)
        if found == kind:
            yield item
        elif found == raw.FPDF_PAGEOBJ_FORM and depth < _NESTING:
            stack += [
                (raw.FPDFFormObj_GetObject(item, n), depth + 1) for n in range(raw.FPDFFormObj_CountObjects(item))
            ]


def _image_area(raw: Any, page: Any) -> float:
    largest = 0.0
    for item in _objects(raw, page, raw.FPDF_PAGEOBJ_IMAGE):
        left, bottom, right, top = _bounds(raw, item)
        largest = max(largest, (right - left) * (top - bottom))
    return largest


def _shape_boxes(raw: Any, page: Any, frame: Frame) -> Iterator[Box]:
    for kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
        for item in _objects(raw, page, kind):
            yield frame.box(*_bounds(raw, item))


def _bounds(raw: Any, item: RawObject) -> Box:
    edges = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *edges)
    left, bottom, right, top = (edge.value for edge in edges)
    return left, bottom, right, top


def _render(page: Any, scale: float) -> Pixels:
    """Blue, green, red and an unused byte per pixel."""
    drawn = page.render(scale=scale, may_draw_forms=False, prefer_bgrx=True).to_numpy()
    picture: Pixels = np.ascontiguousarray(drawn)
    return picture
