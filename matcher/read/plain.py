"""Plain text and Markdown in any common encoding: BOM, then strict UTF-8, then UTF-16 by pattern, then one byte."""

from __future__ import annotations

import codecs
import unicodedata
from itertools import pairwise

from matcher.read.draft import Draft
from matcher.read.limits import Limits, Unreadable

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
_CP1252_HOLES = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
_SAMPLE = 4000


def read_plain(data: bytes, draft: Draft, limits: Limits | None = None) -> None:
    """Add the text of a plain file; blank lines end blocks.

    Raises:
        Unreadable: bytes that are no text in any encoding.
    """
    text, guessed = decode(data)
    if _is_noise(text):
        raise Unreadable("unsupported", "The file is neither text nor a known document format.")
    if guessed:
        draft.find("encoding_guessed", f"The encoding was guessed ({guessed}): check names and accents.")
    draft.page()
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.strip():
            draft.add(line.expandtabs(8) if line[:1] == "\t" else line)
            draft.line()
        else:
            draft.block()


def decode(data: bytes) -> tuple[str, str | None]:
    """Return the text, and the name of the encoding where it had to be guessed.

    Raises:
        Unreadable: bytes that are no text in any encoding.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace"), None
    try:
        text = data.decode("utf-8")
        if text.count("\0") * 50 <= len(text):
            return text, None
    except UnicodeDecodeError:
        pass
    return _guess(data)


def _guess(data: bytes) -> tuple[str, str]:
    wide = _wide(data[:_SAMPLE])
    if wide:
        return data.decode(wide, "replace"), wide
    if data.count(0) * 50 > len(data) or _controls(data[:_SAMPLE]) > 0.1:
        raise Unreadable("unsupported", "The file is neither text nor a known document format.")
    almost = data.decode("utf-8", "replace")
    if almost.count("\ufffd") * 20 <= sum(b > 127 for b in data) and almost.count("\ufffd") * 200 <= len(almost):
        return almost, "utf-8 with errors"
    if not any(hole in data for hole in _CP1252_HOLES) and _looks_western(data):
        return data.decode("cp1252"), "cp1252"
    return _ask(data)


def _ask(data: bytes) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    encoding = best.encoding if best is not None else "cp1252"
    return data.decode(encoding, "replace"), encoding


def _wide(sample: bytes) -> str | None:
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _controls(sample: bytes) -> float:
    return sum(b < 32 and b not in b"\t\n\r\x0c\x1b" for b in sample) / max(1, len(sample))


def _is_noise(text: str) -> bool:
    """Whether a text has too few letters, digits and spaces to have been written by a person."""
    sample = [c for c in text[:_SAMPLE] if unicodedata.category(c) != "Cf"]
    written = sum(c.isalnum() or c.isspace() or unicodedata.category(c) in ("Mn", "Mc", "Pd", "Po") for c in sample)
    return written < 0.75 * len(sample) and not text[:_SAMPLE].isascii()


def _looks_western(data: bytes) -> bool:
    """Western text has few bytes above 127, most of them single between ASCII letters."""
    high = [i for i, b in enumerate(data[:20_000]) if b > 127]
    pairs = sum(j == i + 1 for i, j in pairwise(high))
    return len(high) < 0.25 * min(len(data), 20_000) and pairs <= 0.3 * len(high)
