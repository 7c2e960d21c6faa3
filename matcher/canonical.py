"""Canonical bytes and tagged content hashes: the one way to make an id.

Canonical JSON: UTF-8, keys sorted, no white space, no NaN or infinity; the same value always gives the same bytes.
An id is ``tag:hex``, the first hexadecimal digits of SHA-256 over the tag, a zero byte and the content.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

_ID_DIGITS = 32


def canonical_json(value: Any) -> bytes:
    """Return the canonical bytes of a JSON value (dicts, lists, tuples, str, int, float, bool, None).

    Raises:
        ValueError: for NaN or infinity. TypeError: for anything that is not JSON.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8")


def sha256_hex(content: bytes) -> str:
    """Return the SHA-256 of ``content`` as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def content_id(tag: str, content: bytes | str, digits: int = _ID_DIGITS) -> str:
    """Return ``tag:`` followed by ``digits`` hexadecimal digits of SHA-256(tag ‖ 0x00 ‖ content)."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    return f"{tag}:{sha256_hex(tag.encode() + bytes(1) + data)[:digits]}"
