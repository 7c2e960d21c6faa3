"""The front door of reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from matcher.canonical import sha256_hex
from matcher.models import Document
from matcher.read.document import read_document
from matcher.read.limits import Limits, Unreadable
from matcher.read.posting import read_posting_document
from matcher.read.reading import Reading


def read(
    paths: Sequence[Path], *, limits: Limits | None = None, workers: int = 2, skip: Callable[[str], bool] | None = None
) -> Iterator[Reading]:
    """Yield one reading per file, in the order of the paths; folders are walked."""
    for path in paths:
        found = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in found:
            yield _read(file, limits or Limits(), read_document, skip)


def read_one(path: Path, *, limits: Limits | None = None) -> Reading:
    """Read one file."""
    return _read(path, limits or Limits(), read_document, None)


def read_posting(path: Path, *, limits: Limits | None = None) -> Reading:
    """Read one posting: the text of the document is its description, one sentence or bullet a line."""
    return _read(path, limits or Limits(), read_posting_document, None)


def fetch(file: str) -> bytes:
    """Return the bytes of a file as named in a reading."""
    return Path(file).read_bytes()


def _read(
    path: Path, limits: Limits, parse: Callable[[bytes, str, Limits], Document], skip: Callable[[str], bool] | None
) -> Reading:
    name = str(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        return Reading(file=name, status="unreadable", reason="vanished", detail=f"Cannot be read: {error.strerror}.")
    sha256 = sha256_hex(data)
    if skip is not None and skip(sha256):
        return Reading(file=name, status="known", sha256=sha256, size=len(data))
    try:
        document = parse(data, path.name, limits)
    except Unreadable as error:
        return Reading(
            file=name, status="unreadable", reason=error.reason, detail=error.detail, sha256=sha256, size=len(data)
        )
    return Reading(file=name, status="read", sha256=sha256, size=len(data), document=document)
