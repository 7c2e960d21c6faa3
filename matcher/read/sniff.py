"""What a file is, by its bytes; the name decides only between formats that are all plain text."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import PurePath
from typing import Literal

Kind = Literal[
    "pdf", "docx", "odt", "zip", "ole", "rtf", "html", "json", "eml", "mbox", "image", "plain", "xlsx", "pages",
    "unknown",
]  # fmt: skip

MEDIA_TYPES: dict[Kind, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "ole": "application/msword", "rtf": "application/rtf", "html": "text/html", "json": "application/json",
    "eml": "message/rfc822", "mbox": "application/mbox", "zip": "application/zip", "image": "image/*",
    "plain": "text/plain",
}  # fmt: skip

_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF8", b"BM")
_HTML = re.compile(
    rb"^\s*(?:<!doctype\s+html|<html|<head|<body|<\?xml[^>]{0,200}\?>\s*<(?:!doctype )?html)", re.IGNORECASE
)
_HTML_PART = re.compile(rb"<(?:div|p|h[1-6]|ul|table|body|span|br|section|article)\b[^>]{0,500}>", re.IGNORECASE)
_HEADER = re.compile(rb"^(?:[A-Za-z][A-Za-z0-9\-]{0,60}:[^\r\n]{0,900}\r?\n(?:[ \t][^\r\n]{0,900}\r?\n)*){2,}")
_MAIL_HEADER = re.compile(rb"^(?:from|to|subject|date|received|return-path|mime-version|delivered-to|message-id):",
                          re.IGNORECASE | re.MULTILINE)  # fmt: skip
_EXPECTED: dict[str, tuple[Kind, ...]] = {
    ".pdf": ("pdf",), ".docx": ("docx",), ".docm": ("docx",), ".dotx": ("docx",), ".odt": ("odt",),
    ".doc": ("ole",), ".rtf": ("rtf",), ".html": ("html",), ".htm": ("html",), ".zip": ("zip",),
    ".png": ("image",), ".jpg": ("image",), ".jpeg": ("image",), ".tif": ("image",), ".tiff": ("image",),
    ".eml": ("eml",), ".mbox": ("mbox",), ".json": ("json",),
}  # fmt: skip


def sniff(data: bytes, name: str) -> Kind:
    """Return the kind of a file from its first bytes and, for plain text formats, its name."""
    head = data[:1024]
    if b"%PDF-" in head:
        return "pdf"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_kind(data)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    if head.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if _is_image(head):
        return "image"
    return _sniff_text(data, PurePath(name).suffix.lower())


def expected(kind: Kind, name: str) -> bool:
    """Return whether the ending of the name promises this kind (or nothing at all)."""
    suffix = PurePath(name).suffix.lower()
    return suffix not in _EXPECTED or kind in _EXPECTED[suffix]


def promised(name: str) -> bool:
    """Return whether the ending of the name promises a format that is not plain text."""
    return PurePath(name).suffix.lower() in _EXPECTED


def _zip_kind(data: bytes) -> Kind:
    """What a ZIP is, by its list of members; a list that cannot be read leaves it a ZIP."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            names = {info.filename for info in opened.filelist}
            mimetype = opened.read("mimetype")[:80] if "mimetype" in names else b""
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError):
        return "docx" if b"word/" in data[:4096] else "zip"
    if b"opendocument.text" in mimetype:
        return "odt"
    if "[Content_Types].xml" in names:
        return "xlsx" if any(n.startswith(("xl/", "ppt/")) for n in names) else "docx"
    if mimetype or "Index/Document.iwa" in names or "Index.zip" in names:
        return "pages" if not mimetype else "xlsx"
    return "docx" if "word/document.xml" in names else "zip"


def _is_image(head: bytes) -> bool:
    return head.startswith(_IMAGES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def _sniff_text(data: bytes, suffix: str) -> Kind:
    head = data[:4096].lstrip(b"\xef\xbb\xbf")
    if head.startswith(b"From ") and _MAIL_HEADER.search(head):
        return "mbox"
    if suffix in (".eml", ".mht") or (_HEADER.match(head) and len(_MAIL_HEADER.findall(head)) >= 2):
        return "eml" if _MAIL_HEADER.search(head) else "plain"
    if suffix == ".json" or (head.lstrip()[:1] == b"{" and b'"basics"' in data[:20_000]):
        return "json"
    if _HTML.match(head) or (suffix in (".html", ".htm", ".xhtml")):
        return "html"
    if suffix not in (".txt", ".md", ".markdown", ".text") and len(_HTML_PART.findall(data[:20_000])) >= 3:
        return "html"
    return "plain"
