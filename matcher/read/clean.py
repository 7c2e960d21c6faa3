"""Characters that a person cannot see are taken out of a piece of text and reported; the rest is composed (NFC).

Kept: joiners inside emoji and inside scripts that need them, tags of flag emoji, one variation selector after a
visible character. Dropped without a word: soft hyphens, direction marks beside right-to-left letters, controls.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from matcher.models import HiddenReason

Removed = tuple[int, str, HiddenReason]
"""Offset in the cleaned text, the removed characters made legible where they carry text, and the reason."""

_Judgement = Literal["visible", "quiet", "unicode_tags", "zero_width", "bidi_control"]

_SPECIAL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u1680"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\ufb00-\ufb06\U000e0000-\U000e0fff\ud800-\udfff\ue000-\uf8ff]"
)
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
              "\ufb05": "st", "\ufb06": "st"}  # fmt: skip
_SPACES = frozenset("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000")
_LINE_ENDS = frozenset("\x0b\x0c\r\x85\u2028\u2029\x1c\x1d\x1e")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS = frozenset("\u200e\u200f\u061c")
_JOINERS = frozenset("\u200c\u200d")
_QUIET = frozenset("\u00ad\ufffc")
_BLACK_FLAG = "\U0001f3f4"
_CANCEL_TAG = 0xE007F
_TOLERATED = 8
"""Stray zero-width characters of copied text; more of them in one piece carry something."""


def clean(text: str) -> tuple[str, list[Removed]]:
    """Return the visible text (NFC, ligatures spelled out, one kind of space) and what was taken out of it."""
    if text.isascii() and text.isprintable():
        return text, []
    if not _SPECIAL.search(text):
        return unicodedata.normalize("NFC", text), []
    kept: list[str] = []
    removed: list[Removed] = []
    for index, char in enumerate(text):
        reason: _Judgement = _judge(text, index, char) if _SPECIAL.match(char) else "visible"
        if reason == "visible":
            kept.append(_LIGATURES.get(char, " " if char in _SPACES else "\n" if char in _LINE_ENDS else char))
        elif reason in ("unicode_tags", "zero_width", "bidi_control"):
            removed.append((len(kept), char, reason))
    return _compose(kept, removed)


def _judge(text: str, index: int, char: str) -> _Judgement:
    code = ord(char)
    if char in _SPACES or char in _LINE_ENDS or char in _LIGATURES:
        return "visible"
    if 0xE0000 <= code <= 0xE007F:
        return "visible" if _in_flag(text, index) else "unicode_tags"
    if char in _BIDI:
        return "bidi_control"
    if char in _JOINERS:
        return "visible" if _joins(text, index) else "zero_width"
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return "visible" if _selects(text, index) else "zero_width"
    if char in _QUIET or char in _MARKS or unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs"):
        return "quiet"
    return "zero_width"


def _in_flag(text: str, index: int) -> bool:
    start = index
    while start > 0 and 0xE0020 <= ord(text[start]) <= _CANCEL_TAG and index - start < 8:
        start -= 1
    return text[start] == _BLACK_FLAG


def _joins(text: str, index: int) -> bool:
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    if not before or not after:
        return False
    if before == "\ufe0f" and index > 1:
        before = text[index - 2]
    return all(ord(c) >= 0x1F000 or 0x2600 <= ord(c) <= 0x27BF or _needs_joiner(c) for c in (before, after))


def _needs_joiner(char: str) -> bool:
    code = ord(char)
    return 0x0600 <= code <= 0x08FF or 0x0900 <= code <= 0x0DFF or 0x1000 <= code <= 0x18AF


def _selects(text: str, index: int) -> bool:
    before = text[index - 1 : index]
    if not before or before.isspace() or 0xFE00 <= ord(before) <= 0xFE0F or 0xE0100 <= ord(before) <= 0xE01EF:
        return False
    code = ord(text[index])
    if code >= 0xE0100:
        return 0x2E80 <= ord(before) <= 0x9FFF or ord(before) >= 0x20000
    return not before.isascii() or before in "0123456789#*"


def _compose(kept: list[str], removed: list[Removed]) -> tuple[str, list[Removed]]:
    visible = unicodedata.normalize("NFC", "".join(kept))
    ends = [0]
    for piece in kept:
        ends.append(ends[-1] + len(piece))
    shrink = len(visible) / ends[-1] if ends[-1] else 0.0
    grouped: list[Removed] = []
    for offset, char, reason in removed:
        place = min(len(visible), round(ends[offset] * shrink))
        if grouped and grouped[-1][2] == reason and grouped[-1][0] == place:
            grouped[-1] = (place, grouped[-1][1] + char, reason)
        else:
            grouped.append((place, char, reason))
    return visible, grouped


def legible(removed: str, reason: HiddenReason) -> str:
    """Return removed characters as text where they carry some (Unicode tags), else their code points."""
    if reason == "unicode_tags":
        return "".join(chr(ord(c) - 0xE0000) for c in removed if 0xE0020 <= ord(c) < _CANCEL_TAG)
    shown = " ".join(f"U+{ord(c):04X}" for c in removed[:16])
    return shown + (" …" if len(removed) > 16 else "")


def suspicious(counts: dict[HiddenReason, int]) -> frozenset[HiddenReason]:
    """Return the reasons worth a finding, given how many characters were removed for each in one document."""
    return frozenset(r for r, n in counts.items() if r != "zero_width" or n > _TOLERATED)
