"""DOC (Word 97–2003) through antiword or catdoc where one is installed, and a clear reason where none is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from matcher.read.draft import Draft
from matcher.read.limits import Limits, Unreadable

_PROGRAMS = (
    ("antiword", ("antiword", "-w", "0", "-m", "UTF-8.txt", "{}")),
    ("catdoc", ("catdoc", "-w", "-d", "utf-8", "{}")),
)
_MISSING = "The file is in the old Word format: install antiword or catdoc, or ask for DOCX or PDF."
_SECONDS = 20.0
_WORD = "W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0".encode("latin-1")
_ENCRYPTED = "E\0n\0c\0r\0y\0p\0t\0".encode("latin-1")
_CELL = re.compile(r"\s*\|\s*")
_RULE = re.compile(r"^[\s|+\-=]*$")


def read_doc(data: bytes, draft: Draft, limits: Limits) -> None:
    """Add the text of a DOC file; hidden text cannot be told apart in this format, and a finding says so.

    Raises:
        Unreadable: ``unsupported`` (no program, or no Word file), ``encrypted``, ``damaged``, ``limit``.
    """
    if _ENCRYPTED in data:
        raise Unreadable("encrypted", "The file is locked with a password: ask for a copy without one.")
    if _WORD not in data:
        raise Unreadable("unsupported", "The file is an old Office file without a Word document in it.")
    found = [command for name, command in _PROGRAMS if shutil.which(name)]
    if not found:
        raise Unreadable("unsupported", _MISSING)
    text = next((t for command in found if (t := _convert(data, command)).strip()), "")
    if not text.strip():
        raise Unreadable("damaged", "The old Word file cannot be read: ask for DOCX or PDF.")
    draft.find("other", "The old Word format does not show which text is hidden: look at the original.")
    draft.page()
    for line in text.split("\n"):
        _write_line(line, draft)


def _convert(data: bytes, command: tuple[str, ...]) -> str:
    """Run a program on the bytes; they stand in anonymous memory, nothing is written to disk."""
    handle = os.memfd_create("document")
    try:
        with _allowed_to_write(len(data)), os.fdopen(os.dup(handle), "wb") as file:
            file.write(data)
        done = subprocess.run([part.format(f"/proc/self/fd/{handle}") for part in command], capture_output=True,
                              timeout=_SECONDS, pass_fds=[handle], check=False)  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Unreadable("limit", "Converting the old Word file takes too long.") from error
    except OSError:
        return ""
    finally:
        os.close(handle)
    return done.stdout.decode("utf-8", "replace")


@contextmanager
def _allowed_to_write(size: int) -> Iterator[None]:
    """Lift the limit on file size for a moment; anonymous memory counts as a file."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard if hard >= 0 and hard < size else size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _write_line(line: str, draft: Draft) -> None:
    if _RULE.match(line):
        draft.block()
        return
    cells = [cell for cell in _CELL.split(line.strip().strip("|")) if cell]
    for index, cell in enumerate(cells if line.strip().startswith("|") else [line]):
        if index:
            draft.gap("\t")
        draft.add(cell)
    draft.line()
