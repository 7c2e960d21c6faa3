"""Characters of a PDF page → words with box, style and text object, in the order in which the file draws them.

Boxes are in points from the top left corner of the page as a person sees it (rotated and cropped).
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from matcher.models import Box

RawObject = Any
"""A handle of the PDF library."""

_BULLETS = dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf076\uf0fc\uf0a8\uf06e\uf071●\uf02d", "•")
_SOFT_BREAKS = (0x02, 0xFFFE)
_SOFT = "\x02"
_CONTROL = 33
_QUARTER = 1.5707963
_TILT = 0.1
_SURROGATES = (0xD800, 0xDFFF)


@dataclass(frozen=True)
class TextStyle:
    """What all characters of one text object share; sizes in points, colours 0–255."""

    key: int
    size: float
    bold: bool
    mode: int
    colour: tuple[int, int, int]
    alpha: int


@dataclass(slots=True)
class Word:
    """Characters without a gap that look alike."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    style: TextStyle
    index: int
    """Place in the drawing order."""
    base: float
    """The height on which its letters stand."""
    raw: RawObject = None
    glued: bool = False
    """No gap before it: it only looks different from the word that it continues."""
    soft: bool = False
    """Ends in a hyphen at the end of a line, which may only break the word."""
    turned: bool = False
    """Drawn at an angle to the lines of the page."""

    @property
    def box(self) -> Box:
        """The box of the word."""
        return (self.x0, self.y0, self.x1, self.y1)

    @property
    def mid(self) -> float:
        """The height of the middle of the word."""
        return (self.y0 + self.y1) / 2


@dataclass
class Frame:
    """How page space maps to what a person sees: crop, then rotation in quarters."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points as seen."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turns % 2 else (width, height)

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return a box as seen from one in page space."""
        one, other = self._point(left, bottom), self._point(right, top)
        return (min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))

    def _point(self, x: float, y: float) -> tuple[float, float]:
        if self.turns == 0:
            return x - self.left, self.top - y
        if self.turns == 1:
            return y - self.bottom, x - self.left
        if self.turns == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x


def frame_of(page: Any) -> Frame:
    """Return how a page is shown."""
    left, bottom, right, top = page.get_bbox()
    return Frame(left, bottom, right, top, (page.get_rotation() // 90) % 4)


@dataclass
class _Reader:
    """Reads single characters through the C interface; keeps the styles of text objects that it has seen."""

    raw: Any
    text: Any
    frame: Frame
    styles: dict[int, TextStyle] = field(default_factory=dict)
    fonts: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._edges = [ctypes.c_double() for _ in range(4)]
        self._rect = self.raw.FS_RECTF()
        self._rgba = [ctypes.c_uint() for _ in range(4)]

    def box(self, index: int) -> Box:
        left, right, bottom, top = self._edges
        self.raw.FPDFText_GetCharBox(self.text, index, left, right, bottom, top)
        return self.frame.box(left.value, bottom.value, right.value, top.value)

    def base(self, index: int) -> float:
        """The height on which a character stands."""
        x, y = self._edges[0], self._edges[1]
        self.raw.FPDFText_GetCharOrigin(self.text, index, x, y)
        return self.frame.box(x.value, y.value, x.value, y.value)[1]

    def style(self, index: int) -> tuple[TextStyle, RawObject]:
        item = self.raw.FPDFText_GetTextObject(self.text, index)
        key = ctypes.cast(item, ctypes.c_void_p).value or 0
        found = self.styles.get(key)
        if found is None:
            found = self.styles[key] = self._measure(index, key, item)
        return found, item

    def _measure(self, index: int, key: int, item: RawObject) -> TextStyle:
        red, green, blue, alpha = self._rgba
        self.raw.FPDFText_GetFillColor(self.text, index, red, green, blue, alpha)
        self.raw.FPDFText_GetLooseCharBox(self.text, index, self._rect)
        box = self.frame.box(self._rect.left, self._rect.bottom, self._rect.right, self._rect.top)
        turned = self.turned(index)
        size = (box[2] - box[0]) if turned else (box[3] - box[1])
        mode = self.raw.FPDFTextObj_GetTextRenderMode(item) if item else 0
        return TextStyle(key, size, self._bold(item), mode, (red.value, green.value, blue.value), alpha.value)

    def _bold(self, item: RawObject) -> bool:
        font = self.raw.FPDFTextObj_GetFont(item) if item else None
        if not font:
            return False
        key = ctypes.cast(font, ctypes.c_void_p).value or 0
        if key not in self.fonts:
            buffer = ctypes.create_string_buffer(256)
            length = self.raw.FPDFFont_GetBaseFontName(font, buffer, 256)
            name = buffer.raw[: max(0, min(length, 256) - 1)].decode("latin-1").lower()
            named = any(part in name for part in ("bold", "black", "heavy", "semibold", "-bd", "cmbx"))
            self.fonts[key] = bool(named or self.raw.FPDFFont_GetWeight(font) >= 600)
        return self.fonts[key]

    def turned(self, index: int) -> bool:
        """Whether a character does not stand upright on the page as seen."""
        angle = self.raw.FPDFText_GetCharAngle(self.text, index)
        quarters = (angle / _QUARTER + self.frame.turns) % 4  # the angle counts clockwise
        return bool(angle >= 0 and min(quarters, 4 - quarters) > _TILT)


def words_of(raw: Any, text_page: Any, frame: Frame) -> Iterator[Word]:
    """Yield the words of a page in drawing order."""
    reader = _Reader(raw, text_page.raw, frame)
    current: Word | None = None
    for index, char in _characters(raw, text_page):
        if not char or char == _SOFT:
            if current is not None:
                if char == _SOFT:
                    _extend(current, "-", reader.box(index))
                    current.soft = True
                yield current
            current = None
            continue
        box = reader.box(index)
        style, item = reader.style(index)
        if current is not None and _continues(current, box, style):
            _extend(current, char, box)
            continue
        if current is not None:
            yield current
        glued = current is not None and _touches(current, box)
        turned = current.turned if current and current.style is style else reader.turned(index)
        current = Word(_BULLETS.get(char, char), *box, style, index, reader.base(index), item, glued, turned=turned)
    if current is not None:
        yield current


def _characters(raw: Any, text_page: Any) -> Iterator[tuple[int, str]]:
    """Every character with its index; "" for white space and controls, a mark of its own for a soft line break."""
    high = ""
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page.raw, index)
        if _SURROGATES[0] <= code <= _SURROGATES[1]:
            if high:
                yield index, (high + chr(code)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            high = "" if high else chr(code)
        elif code in _SOFT_BREAKS:
            yield index, _SOFT
        else:
            yield index, "" if code < _CONTROL or chr(code).isspace() else chr(code)


def _continues(word: Word, box: Box, style: TextStyle) -> bool:
    same: bool = word.style is style or _alike(word.style, style)
    return same and (word.turned or _touches(word, box))


def _alike(one: TextStyle, other: TextStyle) -> bool:
    return bool(
        one.colour == other.colour and one.alpha == other.alpha and one.mode == other.mode
        and one.bold == other.bold and abs(one.size - other.size) <= 0.3 * max(one.size, other.size)
    )  # fmt: skip


def _touches(word: Word, box: Box) -> bool:
    height = max(word.y1 - word.y0, box[3] - box[1], 1.0)
    height = max(height, min(word.style.size, 2 * height) * 0.7)
    if box[0] - word.x1 > 0.6 * height or box[2] < word.x0 - 0.6 * height:
        return False
    if box[0] < word.x0 - 0.5 * height and not _leftwards(word.text[-1]):
        return False
    return abs((box[1] + box[3]) / 2 - word.mid) <= 0.8 * height


def _leftwards(char: str) -> bool:
    return not char.isascii() and unicodedata.bidirectional(char) in ("R", "AL", "NSM")


def _extend(word: Word, char: str, box: Box) -> None:
    word.text += char
    word.x0, word.y0 = min(word.x0, box[0]), min(word.y0, box[1])
    word.x1, word.y1 = max(word.x1, box[2]), max(word.y1, box[3])
