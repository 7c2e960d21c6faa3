"""Cache files that prove themselves before they are read, and that may vanish at any time.

A file is read only if its SHA-256 is the one that the store remembers for it; otherwise it is set aside and built
again. So a torn write, a flipped bit, a file of another model or a foreign file is never parsed, and never a reason to
fail. Writing goes to a temporary file, is flushed, read back and checked, and renamed; the store learns the hash last.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreFull
from index.store import Store

_MAGIC = b"ixcache1"
_SUFFIX = ".ixc"
Arrays = Mapping[str, NDArray[Any]]


class Stamped:
    """The cache folder of one store."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder, self._store = folder, store

    def read(self, name: str) -> dict[str, NDArray[Any]] | None:
        """Return the arrays of a cache file, or None where there is none that can be trusted."""
        path = self._folder / (name + _SUFFIX)
        expected = self._store.cache_hash(name)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        if expected is None or hashlib.sha256(content).digest() != expected:
            self._set_aside(path)
            return None
        return _parse(content)

    def write(self, name: str, arrays: Arrays) -> bool:
        """Write a cache file; False where it cannot be written, which costs time and nothing else."""
        path = self._folder / (name + _SUFFIX)
        content = _render(arrays)
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._sweep(name)
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if part.read_bytes() != content:
                raise OSError("the file does not hold what was written")
            part.replace(path)
            _sync_folder(self._folder)
            self._store.put_cache_hash(name, hashlib.sha256(content).digest())
        except (OSError, StoreFull, sqlite3.OperationalError):
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            return False
        return True

    def remove(self) -> None:
        """Delete every cache file, those set aside included: nothing of an erased item stays."""
        for pattern in (f"*{_SUFFIX}", f"*{_SUFFIX}.aside*", "*.part"):
            for path in self._folder.glob(pattern):
                with contextlib.suppress(OSError):
                    path.unlink()

    def _set_aside(self, path: Path) -> None:
        taken = len(list(self._folder.glob(f"{path.name}.aside*")))
        with contextlib.suppress(OSError):
            path.replace(path.with_name(f"{path.name}.aside{taken + 1}"))

    def _sweep(self, name: str) -> None:
        """Delete temporary files of processes that are gone."""
        for left in self._folder.glob(f"{name}.*.part"):
            owner = left.suffixes[-2].lstrip(".")
            if owner.isdigit() and not Path(f"/proc/{owner}").exists():
                with contextlib.suppress(OSError):
                    left.unlink()


def _render(arrays: Arrays) -> bytes:
    entries, blobs = [], []
    for name, array in arrays.items():
        flat = np.ascontiguousarray(array)
        entries.append([name, flat.dtype.str, list(flat.shape)])
        blobs.append(flat.tobytes())
    header = json.dumps(entries).encode()
    return b"".join([_MAGIC, len(header).to_bytes(4, "little"), header, *blobs])


def _parse(content: bytes) -> dict[str, NDArray[Any]]:
    """Read what ``_render`` wrote; only called on content whose hash the store knows."""
    start = len(_MAGIC) + 4
    size = int.from_bytes(content[len(_MAGIC) : start], "little")
    at = start + size
    arrays = {}
    for name, kind, shape in json.loads(content[start:at]):
        count = int(np.prod(shape))
        array = np.frombuffer(content, np.dtype(kind), count, at).reshape(shape)
        arrays[name] = array
        at += array.nbytes
    return arrays


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
