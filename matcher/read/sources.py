"""Paths as people give them → files to read, found without opening anything that is not a regular file."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matcher.read.limits import Limits, Unreadable

_JUNK = re.compile(r"^(?:\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*)$", re.IGNORECASE)
_ESCAPED = re.compile(r"\\x([89a-f][0-9a-f])")


@dataclass(frozen=True)
class Source:
    """One file to read: a path, and for members of containers the names down to it."""

    path: Path
    chain: tuple[str, ...] = ()
    size: int = 0
    failure: Unreadable | None = None

    @property
    def label(self) -> str:
        """The name in rows and reports: valid Unicode, ``path!member!member``."""
        return "!".join([_label(self.path), *self.chain])

    @property
    def name(self) -> str:
        """The name of the innermost file."""
        return self.chain[-1] if self.chain else _label(self.path).rpartition("/")[2]

    def inner(self, member: str) -> Source:
        """Return a member of this container."""
        return replace(self, chain=(*self.chain, member))


def expand(paths: Sequence[Path], limits: Limits, *, walk: bool = True) -> Iterator[Source]:
    """Yield the files under these paths in a stable order, each once; what cannot be a résumé comes with a failure."""
    seen: set[str] = set()
    for path in paths:
        found = _walk(path) if walk and path.is_dir() else [_source(path, limits, None)]
        for source in found:
            source = _source(source.path, limits, path) if walk and path.is_dir() else source
            if source.label not in seen:
                seen.add(source.label)
                yield source


def _walk(root: Path) -> Iterator[Source]:
    for folder, folders, files in os.walk(root):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in links)
        for name in sorted(files + links):
            if not _JUNK.match(name):
                yield Source(Path(folder, name))


def _source(path: Path, limits: Limits, root: Path | None) -> Source:
    try:
        if root is not None and path.is_symlink() and not _inside(path, root):
            return Source(path, failure=Unreadable("unsupported", "The entry is a link that leads out of the folder."))
        seen = path.stat()
    except (OSError, RuntimeError) as error:
        words = getattr(error, "strerror", None) or "a loop of links"
        return Source(path, failure=Unreadable("vanished", f"The file cannot be found ({words})."))
    if not stat.S_ISREG(seen.st_mode):
        return Source(path, failure=Unreadable("unsupported", "The entry is not a regular file."))
    if seen.st_size > limits.archive_bytes:
        detail = f"The file is larger than {limits.archive_bytes // 1_000_000} MB."
        return Source(path, size=seen.st_size, failure=Unreadable("too_large", detail))
    return Source(path, size=seen.st_size)


def _inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return True  # dangling or looping: said as such by the caller


def _label(path: Path) -> str:
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def locate(file: str) -> Source:
    """Return the source that a label names.

    Raises:
        Unreadable: ``vanished`` where no such file is there.
    """
    places = [len(file), *(m.start() for m in reversed(list(re.finditer("!", file))))]
    for place in places:
        for path in (Path(file[:place]), _unescaped(file[:place])):
            if path.is_file():
                rest = file[place + 1 :]
                return Source(path, chain=(rest,) if rest else (), size=path.stat().st_size)
    raise Unreadable("vanished", "The file is not there any more.")


def _unescaped(label: str) -> Path:
    raw = _ESCAPED.sub(lambda m: chr(0xDC00 + int(m.group(1), 16)), label)
    return Path(raw)
