"""Bytes of one file → ``Document``: the kind is sniffed, the reader for it runs, and every failure has a reason.

Runs inside a worker (see ``matcher.read.sandbox``); the bytes are hostile until read.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import cast

from matcher.models import Document
from matcher.read.draft import Draft
from matcher.read.limits import Limits, Unreadable
from matcher.read.sniff import MEDIA_TYPES, Kind, expected, promised, sniff

_Reader = Callable[[bytes, Draft, Limits], date | None]

_READERS: dict[Kind, str] = {
    "pdf": "pdf:read_pdf", "docx": "docx:read_docx", "odt": "odt:read_odt", "html": "html:read_html",
    "plain": "plain:read_plain", "rtf": "rtf:read_rtf", "ole": "doc:read_doc", "eml": "mail:read_mail",
    "json": "jsonresume:read_json", "image": "ocr:read_image",
}  # fmt: skip
"""Module and function; loaded when first needed, because most files are of two or three kinds."""

_UNSUPPORTED: dict[Kind, str] = {
    "xlsx": "The file is a spreadsheet or a presentation: ask for the résumé as PDF or DOCX.",
    "pages": "The file was made by Pages: ask for the résumé as PDF or DOCX.",
    "zip": "The file holds several files: add it as a whole, or name one of them.",
    "mbox": "The file is a mailbox: add it as a whole, or name one of its messages.",
}


def read_document(data: bytes, name: str, limits: Limits) -> Document:
    """Return the document in these bytes.

    Raises:
        Unreadable: with the closed reason and one sentence.
    """
    if not data:
        raise Unreadable("empty", "The file is empty.")
    kind = sniff(data, name)
    if kind not in _READERS:
        raise Unreadable("unsupported", _UNSUPPORTED.get(kind, "The file is no document that can be read."))
    draft = Draft(limits)
    if not expected(kind, name):
        draft.find("type_mismatch", f"The name promises another format than the content has ({kind}).")
    try:
        modified = _reader(kind)(data, draft, limits)
    except Unreadable as error:
        if kind == "plain" and error.reason == "unsupported" and promised(name):
            raise Unreadable("damaged", "The content is not of the format that the name promises.") from error
        raise
    return draft.build(data, name, MEDIA_TYPES[kind], modified)


def _reader(kind: Kind) -> _Reader:
    module, _, function = _READERS[kind].partition(":")
    return cast(_Reader, getattr(import_module(f"matcher.read.{module}"), function))
