"""ZIP containers opened with care: members are counted while they inflate, never written, never trusted by header."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter
from typing import IO

from matcher.read.limits import Limits, Unreadable

_CHUNK = 1 << 16
_ENCRYPTED = 0x1
_PARTS = 4000
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError)


class Parts:
    """The parts of one document that is a ZIP (DOCX, ODT); what they inflate to counts against one budget."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._zip = open_zip(io.BytesIO(data), _PARTS)
        self._limits = limits
        self._left = limits.inflated_bytes
        names = Counter(info.filename for info in self._zip.infolist())
        self.names = frozenset(names)
        self.repeated = frozenset(name for name, count in names.items() if count > 1)

    def read(self, name: str) -> bytes | None:
        """Return one part, or None where there is none.

        Raises:
            Unreadable: ``limit`` beyond the budget, ``damaged``, ``encrypted``.
        """
        if name in self.repeated:
            raise Unreadable("damaged", f"The file holds two parts named {name}: no program can say which one counts.")
        if name not in self.names:
            return None
        data = inflate(self._zip, self._zip.getinfo(name), min(self._left, self._limits.part_bytes))
        self._left -= len(data)
        return data


def open_zip(file: IO[bytes], most: int) -> zipfile.ZipFile:
    """Open a ZIP of at most ``most`` members.

    Raises:
        Unreadable: ``damaged`` or ``limit``.
    """
    try:
        opened = zipfile.ZipFile(file)
    except _READ_ERRORS as error:
        raise Unreadable("damaged", "The ZIP container is damaged or cut short.") from error
    if len(opened.filelist) > most:
        raise Unreadable("limit", f"The container holds more than {most} members.")
    return opened


def inflate(opened: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """Return a member, counting its bytes while they come.

    Raises:
        Unreadable: ``limit`` beyond ``most`` bytes, ``encrypted``, ``damaged`` (checksum, length, method).
    """
    if info.flag_bits & _ENCRYPTED:
        raise Unreadable("encrypted", "The file is locked with a password: ask for a copy without one.")
    if info.file_size > most:
        raise Unreadable("limit", f"A part of the file inflates to more than {most // 1_000_000} MB.")
    out = io.BytesIO()
    try:
        with opened.open(info) as member:
            while chunk := member.read(_CHUNK):
                if out.tell() + len(chunk) > most:
                    raise Unreadable("limit", f"A part of the file inflates to more than {most // 1_000_000} MB.")
                out.write(chunk)
    except _READ_ERRORS as error:
        raise Unreadable("damaged", "A part of the ZIP container is damaged.") from error
    return out.getvalue()
