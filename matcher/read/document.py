"""Bytes of one file → ``Document``: the kind is sniffed, the reader for it runs, and every failure has a reason.

Runs inside a worker (see ``matcher.read.sandbox``); the bytes are hostile until read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from matcher.models import Document
from matcher.read.draft import Draft
from matcher.read.limits import Limits, Unreadable
from matcher.read.sniff import MEDIA_TYPES, Kind, expected, sniff

_Reader = Callable[[bytes, Draft, Limits], date | None]


def read_document(data: bytes, name: str, limits: Limits) -> Document:
    """Return the document in these bytes.

    Raises:
        Unreadable: with the closed reason and one sentence.
    """
    if not data:
        raise Unreadable("empty", "The file is empty.")
    kind = sniff(data, name)
    reader = _READERS.get(kind)
    if reader is None:
        raise Unreadable("unsupported", _UNSUPPORTED.get(kind, "The file is no document that can be read."))
    draft = Draft(limits)
    if not expected(kind, name):
        draft.find("type_mismatch", f"The name promises another format than the content has ({kind}).")
    modified = reader(data, draft, limits)
    return draft.build(data, name, MEDIA_TYPES[kind], modified)


def _pdf(data: bytes, draft: Draft, limits: Limits) -> date | None:
    from matcher.read.pdf import read_pdf

    return read_pdf(data, draft, limits)


def _docx(data: bytes, draft: Draft, limits: Limits) -> None:
    from matcher.read.docx import read_docx

    read_docx(data, draft, limits)


def _odt(data: bytes, draft: Draft, limits: Limits) -> None:
    from matcher.read.odt import read_odt

    read_odt(data, draft, limits)


def _html(data: bytes, draft: Draft, limits: Limits) -> None:
    from matcher.read.html import read_html

    read_html(data, draft)


def _plain(data: bytes, draft: Draft, limits: Limits) -> None:
    from matcher.read.plain import read_plain

    read_plain(data, draft)


_READERS: dict[Kind, _Reader] = {"pdf": _pdf, "docx": _docx, "odt": _odt, "html": _html, "plain": _plain}
_UNSUPPORTED: dict[Kind, str] = {
    "ole": "The file is in the old Word format: install antiword or catdoc, or save it as DOCX or PDF.",
    "xlsx": "The file is a spreadsheet: ask for the résumé as PDF or DOCX.",
    "pages": "The file was made by Pages: ask for the résumé as PDF or DOCX.",
    "zip": "The file is a ZIP inside another container: unpack it first.",
    "unknown": "The file is no document that can be read.",
}
