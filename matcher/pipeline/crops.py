"""Pictures of quotes in place for the report: the page as it looks, the words marked, for the first of the list.

Only files whose bytes are still the ones that were read are drawn, in the reader's own killable workers; pictures are
kept beside the replies of the person, so that a re-run draws nothing and erasure removes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcher import read
from matcher.canonical import content_id
from matcher.errors import InputError
from matcher.models import Document, Entry, Quote, Shortlist
from matcher.read.sandbox import Sandbox
from matcher.workspace import Workspace

FIRST = 3
"""Candidates whose quotes are drawn; the desk draws everybody's on demand."""
Crops = dict[tuple[str, int, int], bytes]


def crops(workspace: Workspace, shortlist: Shortlist, first: int = FIRST) -> Crops:
    """Return PNG images of the leading quote of every cell, by candidate, start and end."""
    made: Crops = {}
    chosen = [entry for entry in shortlist.entries if entry.rank is not None][:first]
    with Sandbox() as sandbox:
        for entry in chosen:
            for quote, picture in _of(workspace, entry, sandbox):
                made[entry.candidate, quote.start, quote.end] = picture
    return made


def _of(workspace: Workspace, entry: Entry, sandbox: Sandbox) -> Iterator[tuple[Quote, bytes]]:
    document = workspace.document(entry.candidate)
    if document.media_type != "application/pdf":
        return
    original: bytes | None = None
    for quote in dict.fromkeys(cell.evidence[0] for cell in entry.justifications if cell.evidence):
        key = content_id("crop", f"{document.id}:{quote.start}:{quote.end}")
        picture = workspace.reply(key)
        if picture is None:
            original = original if original is not None else _bytes(document, entry.file)
            picture = _drawn(original, document, quote, sandbox)
            if picture:
                workspace.put_reply(key, picture, {"kind": "crop"}, entry.candidate)
        if picture:
            yield quote, picture


def _bytes(document: Document, file: str) -> bytes:
    """The bytes of the file if they are still the ones that were read, else none."""
    try:
        data = read.fetch(file)
    except InputError:
        return b""
    return data if content_id("doc", data) == document.id else b""


def _drawn(original: bytes, document: Document, quote: Quote, sandbox: Sandbox) -> bytes:
    if not original:
        return b""
    try:
        return read.render_quote(original, document, quote.start, quote.end, sandbox=sandbox)
    except InputError:
        return b""
