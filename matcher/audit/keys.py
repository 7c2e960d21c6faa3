"""Secret keys of the people in the log: a commitment without its key says nothing about anybody.

One random key per candidate and per acting person, in ``audit/keys.jsonl`` (mode 0600), appended and read under the
log's lock. Forgetting a key overwrites its line with blanks in place; what the log says of the person then stays
verifiable and can no longer be tied to them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import IO

from matcher.canonical import canonical_json
from matcher.errors import LogError

LOG_SUBJECT = "log"
"""The subject whose key commits to what belongs to no single person."""


class Keys:
    """The keys of one log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, bytes] = {}
        self._read = 0
        self._seen = (0, 0)

    def find(self, subject: str) -> bytes | None:
        """Return the key of a subject, or None where there is none (never seen, or forgotten)."""
        self._refresh()
        return self._keys.get(subject)

    def make(self, subject: str) -> bytes:
        """Return the key of a subject, made on first use.

        Raises:
            LogError: the key file cannot be written.
        """
        known = self.find(subject)
        if known is not None:
            return known
        key = secrets.token_bytes(32)
        line = canonical_json({"key": key.hex(), "subject": subject}) + b"\n"
        try:
            with self._open(os.O_WRONLY | os.O_CREAT | os.O_APPEND) as file:
                torn = file.seek(0, os.SEEK_END) > self._read
                file.write(b"\n" + line if torn else line)
                file.flush()
        except OSError as error:
            raise LogError(
                f"The key file {self._path} cannot be written: {error.strerror}. Free space, then go on."
            ) from error
        self._take(subject, key)
        return key

    def sync(self) -> None:
        """Bring the keys to the disk."""
        if self._path.exists():
            with self._open(os.O_RDWR) as file:
                os.fsync(file.fileno())

    def forget(self, subject: str) -> bool:
        """Destroy the key of a subject; returns whether there was one."""
        if not self._path.exists():
            return False
        found = False
        with self._open(os.O_RDWR) as file:
            offset = 0
            for line in file.read().splitlines(keepends=True):
                if _parse(line)[0] == subject:
                    file.seek(offset)
                    file.write(b" " * (len(line.rstrip(b"\n"))))
                    found = True
                offset += len(line)
            file.flush()
            os.fsync(file.fileno())
        self._keys.pop(subject, None)
        return found

    def _refresh(self) -> None:
        try:
            state = self._path.stat()
        except FileNotFoundError:
            return
        if (state.st_size, state.st_mtime_ns) == self._seen:
            return
        with self._open(os.O_RDONLY) as file:
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._keys = {subject: key for subject, key in map(_parse, whole.splitlines()) if subject}
        self._read = len(whole)
        self._seen = (state.st_size, state.st_mtime_ns)

    def _take(self, subject: str, key: bytes) -> None:
        """Remember a key just written, without reading the file again."""
        state = self._path.stat()
        self._keys[subject] = key
        self._read, self._seen = state.st_size, (state.st_size, state.st_mtime_ns)

    def _open(self, flags: int) -> IO[bytes]:
        mode = {os.O_RDONLY: "rb", os.O_RDWR: "r+b"}.get(flags, "ab")
        return os.fdopen(os.open(self._path, flags, 0o600), mode)


def commit(key: bytes, role: str, text: str) -> str:
    """Return the commitment to a text: HMAC-SHA256 under the subject's key over role ‖ 0x00 ‖ text, in hexadecimal."""
    return hmac.new(key, role.encode() + b"\x00" + text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _parse(line: bytes) -> tuple[str, bytes]:
    try:
        entry = json.loads(line)
        return entry["subject"], bytes.fromhex(entry["key"])
    except (ValueError, KeyError, TypeError):
        return "", b""
