"""Prove to one person, or their counsel, what the log holds about them, without showing anybody else's records.

A proof is self-contained: the records, for each its path to the root of a signed checkpoint, the person's key, and the
texts behind the commitments. ``check_proof.py`` (standard library, at most 150 lines) checks it without this product.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from matcher.audit.events import JSON, subject
from matcher.audit.keys import Keys, commit
from matcher.audit.merkle import inclusion_paths
from matcher.audit.note import Checkpoint, parse_note
from matcher.audit.verify import Event, events
from matcher.errors import InputError, LogError

SCHEMA = "matcher.proof/1"


def prove(folder: Path, candidate: str, checkpoint: Checkpoint, texts: Iterable[str] = ()) -> dict[str, JSON]:
    """Return the proof that the records about ``candidate`` stand in the log of ``checkpoint``.

    Args:
        folder: the audit folder. checkpoint: the latest seal, or an earlier one that the person was given.
        texts: whatever the workspace holds about the person; those that a record committed to are opened in the proof.

    Raises:
        InputError: nothing in the log is about this candidate. LogError: the log is shorter than the checkpoint.
    """
    key = Keys(folder / "keys.jsonl").find(candidate)
    if key is None:
        raise InputError(f"The log knows nobody as {candidate}: the id is wrong, or the person was erased.")
    lines = list(events(folder))[: checkpoint.size]
    if len(lines) < checkpoint.size:
        raise LogError(f"The log holds {len(lines)} records, the checkpoint {checkpoint.size}: verify the log.")
    who = subject(key, candidate)
    about = [event for event in lines if who.encode() in event.line]
    if not about:
        raise InputError(f"No record before this checkpoint is about {candidate}: seal the log first.")
    paths = inclusion_paths([event.leaf for event in lines], [event.seq for event in about])
    known = tuple(texts)
    records: list[JSON] = [
        {"index": event.seq, "line": event.line.decode(), "path": [step.hex() for step in path],
         "texts": [{"field": field, "text": text} for field, text in _opened(event, key, known)]}
        for event, path in zip(about, paths, strict=True)
    ]  # fmt: skip
    return {
        "schema": SCHEMA, "candidate": candidate, "key": key.hex(), "checkpoint": checkpoint.note,
        "verifier_key": checkpoint.key, "records": records,
    }  # fmt: skip


def latest_checkpoint(folder: Path) -> Checkpoint:
    """Return the last checkpoint of the log.

    Raises:
        LogError: the log was never sealed, or its last checkpoint is not signed by its key.
    """
    notes = sorted((folder / "checkpoints").glob("*.note"))
    if not notes:
        raise LogError(f"The log in {folder} was never sealed: run a job or a review first.")
    return parse_note(notes[-1].read_text("utf-8"), (folder / "verifier.key").read_text("utf-8").strip())


def verifier_script() -> str:
    """Return the text of the script that checks a proof."""
    return resources.files("matcher.audit").joinpath("check_proof.py").read_text("utf-8")


def _opened(event: Event, key: bytes, texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for field, commitment in _commitments("", event.said["body"]):
        for text in texts:
            if commit(key, field, text) == commitment:
                yield field, text
                break


def _commitments(field: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        if set(value) == {"commit"}:
            yield field, str(value["commit"])
            return
        for name, inner in value.items():
            yield from _commitments(name, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _commitments(field, inner)
