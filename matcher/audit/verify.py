"""Verify a log from its bytes, with or without checkpoints that were kept outside.

The chain alone shows only that nobody changed the log carelessly; a checkpoint kept elsewhere shows that nothing before
it was changed, left out, moved or added. What came after the last outside checkpoint can be dropped unseen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from matcher.audit.log import CHECKPOINTS, GENESIS, LOG_FILE, VERSION
from matcher.audit.merkle import Frontier, leaf_hash
from matcher.audit.note import Checkpoint, parse_note
from matcher.canonical import canonical_json
from matcher.errors import LogError
from matcher.models import Record

Problem = Literal[
    "none", "not_canonical", "wrong_version", "out_of_order", "chain_broken", "changed", "other_log", "shortened",
    "rewritten", "bad_checkpoint", "no_log",
]  # fmt: skip


class Verification(Record):
    """What verification found.

    ``first_bad`` is the number of the first bad record; where only a checkpoint disagrees, it lies somewhere in
    ``first_bad`` … ``last_bad``. ``uncovered`` counts the records after the last outside checkpoint.
    """

    ok: bool
    size: int
    root: str
    problem: Problem = "none"
    detail: str = ""
    first_bad: int | None = None
    last_bad: int | None = None
    torn: bool = False
    """The last line is unfinished, as after a crash; the next command that writes repairs it and says so."""
    own_checkpoints: int = 0
    outside_checkpoints: int = 0
    uncovered: int = 0
    key: str = ""


class Event(Record):
    """One line of the log: its number, its bytes without the line end, and what it says."""

    seq: int
    line: bytes
    said: Mapping[str, Any]

    @property
    def leaf(self) -> bytes:
        """The leaf hash that the line claims."""
        return bytes.fromhex(str(self.said["hash"]))


def events(folder: Path) -> Iterator[Event]:
    """Yield the whole lines of a log in order, unchecked.

    Raises:
        LogError: there is no log, or a line is not JSON.
    """
    for seq, line in enumerate(_lines(folder)[0]):
        try:
            yield Event(seq=seq, line=line, said=json.loads(line))
        except ValueError as error:
            raise LogError(f"Record {seq} of the audit log in {folder} is not JSON: verify the log.") from error


def verify(folder: Path, against: Sequence[str] = (), key: str | None = None) -> Verification:
    """Verify the log in ``folder``.

    Args:
        against: notes of checkpoints that were kept outside. key: the verifier key; as kept in the folder if None.

    Raises:
        LogError: there is no log there.
    """
    lines, torn = _lines(folder)
    key = key or _verifier_key(folder)
    tree, bad = Frontier(), None
    own, own_bad = _own_checkpoints(folder, key)
    outside, outside_bad = _parse_all(against, key)
    wanted = {checkpoint.size for checkpoint in (*own, *outside)}
    roots = {0: tree.root().hex()}
    last = GENESIS
    for seq, line in enumerate(lines):
        problem, leaf = _check_line(line, seq, last, key)
        if problem != "none":
            bad = (problem, seq)
            break
        tree.append(leaf)
        last = leaf.hex()
        if tree.size in wanted:
            roots[tree.size] = tree.root().hex()
    base = {
        "size": tree.size, "root": tree.root().hex(), "torn": torn, "key": key or "", "own_checkpoints": len(own),
        "outside_checkpoints": len(outside),
        "uncovered": max(0, len(lines) - max((c.size for c in outside), default=0)),
    }  # fmt: skip
    if bad is not None:
        return Verification(ok=False, problem=bad[0], first_bad=bad[1], last_bad=bad[1], **base)
    if outside_bad or own_bad:
        return Verification(ok=False, problem="bad_checkpoint", detail=outside_bad or own_bad, **base)
    return _against(base, roots, sorted((*own, *outside), key=lambda checkpoint: checkpoint.size))


def _against(base: dict[str, Any], roots: Mapping[int, str], checkpoints: Sequence[Checkpoint]) -> Verification:
    agreed = 0
    for checkpoint in checkpoints:
        if checkpoint.size > base["size"]:
            first = base["size"]
            return Verification(ok=False, problem="shortened", first_bad=first, last_bad=checkpoint.size - 1, **base)
        if roots[checkpoint.size] != checkpoint.root:
            return Verification(ok=False, problem="rewritten", first_bad=agreed, last_bad=checkpoint.size - 1, **base)
        agreed = checkpoint.size
    return Verification(ok=True, **base)


def _check_line(line: bytes, seq: int, last: str, key: str | None) -> tuple[Problem, bytes]:
    try:
        said = json.loads(line)
        if canonical_json(said) != line or not isinstance(said, dict):
            return "not_canonical", b""
        claimed = said.pop("hash", None)
    except (ValueError, UnicodeDecodeError):
        return "not_canonical", b""
    leaf = leaf_hash(canonical_json(said))
    if claimed != leaf.hex():
        return "changed", b""
    return _check_place(said, seq, last, key), leaf


def _check_place(said: Mapping[str, Any], seq: int, last: str, key: str | None) -> Problem:
    if said.get("v") != VERSION:
        return "wrong_version"
    if said.get("seq") != seq:
        return "out_of_order"
    if said.get("prev") != last:
        return "chain_broken"
    if key is not None and said.get("log") != key.split("+", 1)[0]:
        return "other_log"
    return "none"


def _lines(folder: Path) -> tuple[list[bytes], bool]:
    try:
        data = (folder / LOG_FILE).read_bytes()
    except OSError as error:
        raise LogError(f"There is no audit log in {folder}: {error.strerror}.") from error
    lines = data.split(b"\n")
    return lines[:-1], bool(lines[-1])


def _verifier_key(folder: Path) -> str | None:
    path = folder / "verifier.key"
    return path.read_text("utf-8").strip() if path.exists() else None


def _own_checkpoints(folder: Path, key: str | None) -> tuple[list[Checkpoint], str]:
    notes = [path.read_text("utf-8") for path in sorted((folder / CHECKPOINTS).glob("*.note"))]
    return _parse_all(notes, key)


def _parse_all(notes: Sequence[str], key: str | None) -> tuple[list[Checkpoint], str]:
    if notes and key is None:
        return [], "The public key of the log is missing: restore verifier.key, or give the key that the report prints."
    try:
        return [parse_note(note, key or "") for note in notes], ""
    except LogError as error:
        return [], str(error)
