"""Replies in the workspace, on a connection of their own, so that worker threads never share a transaction."""

from __future__ import annotations

import threading
from pathlib import Path

from matcher.workspace import Workspace


class WorkspaceStore:
    """The reply table of a workspace as a Store. Thread-safe; ``close()`` it."""

    def __init__(self, path: Path) -> None:
        self._workspace = Workspace.open(path, "read")
        self._lock = threading.Lock()

    def __enter__(self) -> WorkspaceStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, key: str) -> bytes | None:
        """Return the stored bytes, or None."""
        with self._lock:
            return self._workspace.reply(key)

    def put(self, key: str, body: bytes, meta: dict[str, object], candidate: str | None) -> None:
        """Keep the bytes, committed when this returns; the first under a key stays."""
        with self._lock:
            self._workspace.put_reply(key, body, meta, candidate)

    def close(self) -> None:
        """Close the connection."""
        self._workspace.close()
