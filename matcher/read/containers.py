"""Files that hold files: ZIP, mailbox, mail with attachments. Opened inside a worker, one member at a time."""

from __future__ import annotations

import io
import re
import zipfile
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from matcher.read.archive import inflate, open_zip
from matcher.read.limits import Limits, Unreadable
from matcher.read.sniff import sniff

_JUNK = re.compile(r"(?:^|/)(?:__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$|~\$)", re.IGNORECASE)
_LINE = 1 << 20
_SIGNATURE_IMAGE = 40_000
"""Bytes below which a picture in a mail is a logo, not a scanned page."""


class Container(Protocol):
    """Named members of a file."""

    def names(self) -> list[str]:
        """Return the names of the members in order."""
        ...

    def read(self, name: str) -> bytes:
        """Return the bytes of a member. Raises Unreadable."""
        ...


def open_path(path: str, limits: Limits) -> Container:
    """Open the container at a path; the last one stays open, because its members are asked for one after another.

    Raises:
        Unreadable: no container, or one that cannot be opened.
    """
    try:
        seen = Path(path).stat()
    except OSError as error:
        raise Unreadable("vanished", "The file was there and cannot be opened any more.") from error
    return _open_path(path, seen.st_mtime_ns, seen.st_size, limits)


@lru_cache(maxsize=1)
def _open_path(path: str, _changed: int, size: int, limits: Limits) -> Container:
    if size > limits.archive_bytes:
        raise Unreadable("too_large", f"The file is larger than {limits.archive_bytes // 1_000_000} MB.")
    file = Path(path).open("rb")  # noqa: SIM115 - stays open as long as the container is kept
    head = file.read(4096)
    file.seek(0)
    if head.startswith(b"PK"):
        return ZipContainer(file, limits)
    if sniff(head, path) == "mbox":
        return MailboxContainer(file, limits)
    if size <= limits.file_bytes:
        opened = open_container(file.read(), path, limits)
        if opened is not None:
            return opened
    raise Unreadable("too_large", f"The file is larger than {limits.file_bytes // 1_000_000} MB.")


def open_container(data: bytes, name: str, limits: Limits) -> Container | None:
    """Return the container in these bytes, or None where they are a document (a mail without attachments is one)."""
    kind = sniff(data, name)
    if kind == "zip":
        return ZipContainer(io.BytesIO(data), limits)
    if kind == "mbox":
        return MailboxContainer(io.BytesIO(data), limits)
    if kind == "eml":
        mail = MailContainer(data, limits)
        return mail if mail.names() else None
    return None


class ZipContainer:
    """A ZIP of documents; folders and the junk of file managers are passed over."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        self._zip = open_zip(file, limits.members)
        self._limits = limits
        self._infos: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            if not info.is_dir() and not _JUNK.search(info.filename):
                self._infos[_unused(_printable(info.filename), self._infos)] = info

    def names(self) -> list[str]:
        """Return the names of the members in order; a repeated name gets a number."""
        return list(self._infos)

    def read(self, name: str) -> bytes:
        """Return the bytes of a member. Raises Unreadable."""
        info = self._infos.get(name)
        if info is None:
            raise Unreadable("vanished", "The member is not in the container any more.")
        if (info.external_attr >> 28) == 0xA:
            raise Unreadable("unsupported", "The member is a link to another file.")
        return inflate(self._zip, info, self._limits.file_bytes)


class MailboxContainer:
    """An mbox file: one member per message, found by its ``From `` lines without loading the file."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._places = list(_messages(file, limits))

    def names(self) -> list[str]:
        """Return one name per message, numbered in order."""
        return [f"message-{number:05d}.eml" for number in range(1, len(self._places) + 1)]

    def read(self, name: str) -> bytes:
        """Return the bytes of a message. Raises Unreadable."""
        digits = name.removeprefix("message-").removesuffix(".eml")
        number = int(digits) if digits.isdigit() else 0
        if not 1 <= number <= len(self._places):
            raise Unreadable("vanished", "The message is not in the mailbox any more.")
        start, end = self._places[number - 1]
        if end - start > 2 * self._limits.file_bytes:
            raise Unreadable("too_large", "The message is too large.")
        self._file.seek(start)
        return re.sub(rb"(?m)^>(>*From )", rb"\1", self._file.read(end - start))


def _messages(file: IO[bytes], limits: Limits) -> list[tuple[int, int]]:
    starts: list[tuple[int, int]] = []
    ends: list[int] = []
    at, blank = 0, True
    while line := file.readline(_LINE):
        if blank and line.startswith(b"From "):
            ends.append(at)
            starts.append((at + len(line), 0))
            if len(starts) > limits.members:
                raise Unreadable("limit", f"The mailbox holds more than {limits.members} messages.")
        at += len(line)
        blank = line in (b"\n", b"\r\n")
    return [(start, end) for (start, _), end in zip(starts, [*ends[1:], at], strict=True)]


class MailContainer:
    """A mail; its attached documents are the members, its own text is not."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._limits = limits
        self._parts: dict[str, EmailMessage] = {}
        for number, part in enumerate(parse_mail(data).walk(), 1):
            name = _attachment_name(part, number)
            if name and len(self._parts) < limits.members:
                self._parts[_unused(name, self._parts)] = part

    def names(self) -> list[str]:
        """Return the names of the attached documents."""
        return list(self._parts)

    def read(self, name: str) -> bytes:
        """Return the bytes of an attachment. Raises Unreadable."""
        part = self._parts.get(name)
        if part is None:
            raise Unreadable("vanished", "The attachment is not in the mail any more.")
        return _payload(part)


def parse_mail(data: bytes) -> EmailMessage:
    """Return a mail; the parser of the standard library repairs what it can and never fails."""
    message = BytesParser(policy=policy.default.clone(raise_on_defect=False)).parsebytes(data)
    assert isinstance(message, EmailMessage)
    return message


def _attachment_name(part: EmailMessage, number: int) -> str:
    if part.is_multipart() and part.get_content_type() != "message/rfc822":
        return ""
    name = part.get_filename() or ""
    kind = part.get_content_type()
    if part.get_content_disposition() != "attachment" and not (name and part.get_content_maintype() != "text"):
        return ""
    if kind.startswith("image/") and (part.get("Content-ID") or len(_payload(part)) < _SIGNATURE_IMAGE):
        return ""
    if kind in ("application/pgp-signature", "application/pkcs7-signature", "text/calendar", "text/x-vcard"):
        return ""
    return PurePosixPath(_printable(name).replace("\\", "/")).name or f"attachment-{number}"


def _payload(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        return b"".join(m.as_bytes() for m in inner if isinstance(m, Message)) if isinstance(inner, list) else b""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _printable(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _unused(name: str, taken: dict[str, zipfile.ZipInfo] | dict[str, EmailMessage]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name}#{number}", number + 1
    return found
