"""The append-only audit log: one canonical JSON object a line, chained, in a Merkle tree, sealed by signed checkpoints.

Invariants:

- A line is ``canonical_json(event)`` with the event's own ``hash``; ``hash`` is the RFC 6962 leaf hash of the event
  without it, ``prev`` the hash of the line before, ``seq`` its number from 0.
- No personal data: people and texts stand as keyed commitments (``matcher.audit.events``); the texts are in the
  workspace, the keys in ``keys.jsonl``.
- An event is in the hands of the operating system when ``record`` returns, and on the disk after every batch, every
  seal, and at once for an act of a person. Several processes may write: each event takes the log's lock.
- A log that cannot be written raises LogError and takes nothing half: what was written of the event is cut off again.
- A last line that a crash left unfinished is recognised, repaired, and the repair is an event.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, Self

from filelock import FileLock, Timeout

from matcher.audit.events import JSON, Clearing, at_once, subject
from matcher.audit.keys import LOG_SUBJECT, Keys
from matcher.audit.merkle import Frontier, leaf_hash
from matcher.audit.note import Checkpoint, Signer
from matcher.canonical import canonical_json
from matcher.errors import LogError

VERSION = 1
GENESIS = "0" * 64
LOG_FILE = "log.jsonl"
CHECKPOINTS = "checkpoints"
_BATCH = 64
_ACTORS = ("human", "model", "system")


class Recorder(Protocol):
    """Where stages that people must be able to check write what they did."""

    def record(
        self,
        kind: str,
        *,
        actor: str,
        candidate: str | None = None,
        criterion: str | None = None,
        body: Mapping[str, JSON] | None = None,
    ) -> int:
        """Append one event and return its number. Raises LogError."""
        ...


def utc_now() -> datetime:
    """Return the time of day; what the log takes as its clock unless told otherwise."""
    return datetime.now(UTC)


class Log:
    """The audit log of one workspace, open for writing. Use as a context manager.

    Attributes:
        folder: where the log, its keys and its checkpoints lie. keys: the keys of the people in it.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self.keys = Keys(folder / "keys.jsonl")
        self._clock = clock
        self._threads = threading.RLock()
        self._lock = FileLock(folder / "log.lock")
        with self._exclusive():  # of several that begin a log at once, one makes the key
            self._signer = Signer.open(folder)
        self._tree = Frontier()
        self._last = GENESIS
        self._offset = 0
        self._unsynced = 0
        self._file = os.open(folder / LOG_FILE, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], datetime] = utc_now) -> Self:
        """Open (or begin) the log in ``folder``; a line left unfinished by a crash is repaired.

        Raises:
            LogError: the folder cannot be written, or the log in it is not a chain.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / CHECKPOINTS).mkdir(mode=0o700, exist_ok=True)
            log = cls(folder, clock)
        except OSError as error:
            raise _unwritable(folder, error) from error
        try:
            with log._exclusive():
                log._catch_up()
        except BaseException:
            os.close(log._file)
            raise
        return log

    @property
    def size(self) -> int:
        """How many events the log holds."""
        return self._tree.size

    @property
    def key(self) -> str:
        """The public key that verifies this log's checkpoints."""
        return self._signer.key

    def record(
        self,
        kind: str,
        *,
        actor: str,
        candidate: str | None = None,
        criterion: str | None = None,
        body: Mapping[str, JSON] | None = None,
    ) -> int:
        """Append one event and return its number.

        Args:
            kind: what happened, a lower-case word. actor: ``human:NAME``, ``model:NAME`` or ``system``.
            candidate: id of the person concerned. criterion: id of the criterion concerned.
            body: whatever a later reader needs; texts are committed to, not stored (``matcher.audit.events``).

        Raises:
            LogError: the log cannot be written: nothing may go on.
        """
        with self._exclusive():
            self._catch_up()
            seq = self._append(kind, actor, candidate, criterion, body or {})
            if at_once(kind) or actor.startswith("human:") or self._unsynced >= _BATCH:
                self._sync()
        return seq

    def flush(self) -> None:
        """Bring everything recorded so far to the disk. Raises LogError."""
        with self._threads:
            self._sync()

    def seal(self, reason: str = "seal") -> Checkpoint:
        """Sign size and root, keep the checkpoint beside the log and return it; nothing new, then the last one again.

        Raises:
            LogError: the log or the checkpoint cannot be written.
        """
        with self._exclusive():
            self._catch_up()
            known = self.folder / CHECKPOINTS / f"{self.size:012d}.note"
            if self.size == 0 or not known.exists():
                self._append("checkpoint", "system", None, None, {"stage": reason})
                known = self.folder / CHECKPOINTS / f"{self.size:012d}.note"
            self._sync()
            checkpoint = self._signer.sign(self.size, self._tree.root())
            _write_whole(known, checkpoint.note)
            _write_whole(self.folder / "verifier.key", self.key + "\n")
        return checkpoint

    def subject(self, candidate: str) -> str:
        """Return what stands in the log for this candidate or ``person:NAME`` (its key is made on first use)."""
        return subject(self.keys.make(candidate), candidate)

    def forget(self, candidate: str) -> bool:
        """Destroy a person's key: their events stay verifiable and can no longer be tied to them."""
        with self._exclusive():
            return self.keys.forget(candidate)

    def close(self) -> None:
        """Bring the log to the disk and close it. Raises LogError."""
        try:
            self.flush()
        finally:
            os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- one event ---------------------------------------------------------------------------------------------

    def _append(
        self, kind: str, actor: str, candidate: str | None, criterion: str | None, body: Mapping[str, JSON]
    ) -> int:
        key = self.keys.make(candidate or LOG_SUBJECT)
        event: dict[str, Any] = {
            "v": VERSION,
            "log": self._signer.origin,
            "seq": self._tree.size,
            "ts": self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "kind": kind,
            "actor": self._actor(actor),
            "body": Clearing(key, self.subject).body(body),
            "prev": self._last,
        }
        if candidate is not None:
            event["candidate"] = self.subject(candidate)
        if criterion is not None:
            event["criterion"] = Clearing(key, self.subject).body({"unit": criterion})["unit"]
        leaf = leaf_hash(canonical_json(event))
        self._write(canonical_json({**event, "hash": leaf.hex()}) + b"\n")
        self._tree.append(leaf)
        self._last = leaf.hex()
        return self._tree.size - 1

    def _actor(self, actor: str) -> dict[str, JSON]:
        kind, _, name = actor.partition(":")
        if kind not in _ACTORS or (kind == "human" and not name):
            raise ValueError("an actor is human:NAME, model:NAME or system")
        if kind == "human":
            return {"kind": kind, "id": self.subject(f"person:{name}")}
        if not name:
            return {"kind": kind}
        return {"kind": kind, "id": Clearing(self.keys.make(LOG_SUBJECT), self.subject).body({"model": name})["model"]}

    # --- the file ----------------------------------------------------------------------------------------------

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with self._threads:
            try:
                with self._lock.acquire(timeout=30):
                    yield
            except Timeout as error:
                raise LogError(
                    f"The audit log in {self.folder} is held by another process: end it, then go on."
                ) from error
            except OSError as error:
                raise _unwritable(self.folder, error) from error

    def _catch_up(self) -> None:
        """Take in what other processes have written, and repair what a crash has left."""
        size = os.fstat(self._file).st_size
        if size == self._offset:
            return
        if size < self._offset:
            raise LogError(
                f"The audit log in {self.folder} was shortened while in use: restore a copy, then verify it."
            )
        data = os.pread(self._file, size - self._offset, self._offset)
        whole = data.rfind(b"\n") + 1
        for line in data[:whole].splitlines(keepends=True):
            self._take(line)
        if whole < len(data):
            self._repair(data[whole:])

    def _take(self, line: bytes) -> None:
        try:
            event = json.loads(line)
            if event["seq"] != self._tree.size or event["prev"] != self._last:
                raise ValueError("not the next event")
            self._tree.append(bytes.fromhex(event["hash"]))
            self._last = event["hash"]
        except (ValueError, KeyError, TypeError) as error:
            where = f"record {self._tree.size} of the audit log in {self.folder}"
            raise LogError(f"{where} does not follow from the one before: run `matcher audit verify`.") from error
        self._offset += len(line)

    def _repair(self, torn: bytes) -> None:
        try:
            complete = bytes.fromhex(json.loads(torn)["hash"]) != b""
        except (ValueError, KeyError, TypeError):
            complete = False
        if complete:
            self._write(b"\n", taken=False)
            self._take(torn + b"\n")
        else:
            os.ftruncate(self._file, self._offset)
        self._append("log_repaired", "system", None, None, {"bytes": len(torn), "kept": complete})
        self._sync()

    def _write(self, data: bytes, taken: bool = True) -> None:
        before = os.fstat(self._file).st_size
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            os.ftruncate(self._file, before)
            raise _unwritable(self.folder, error) from error
        self._unsynced += 1
        if taken:
            self._offset += len(data)

    def _sync(self) -> None:
        if self._unsynced == 0:
            return
        try:
            self.keys.sync()
            os.fsync(self._file)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        self._unsynced = 0


def _write_whole(path: Path, text: str) -> None:
    temporary = path.with_suffix(".part")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _unwritable(folder: Path, error: OSError) -> LogError:
    return LogError(
        f"The audit log in {folder} cannot be written: {error.strerror}. Make room or permission, then go on."
    )
