"""Files → workspace: read, structure, blind, index; every file ends in exactly one row.

A file that is known by its bytes is not parsed again; what was stored stays stored when the run is interrupted.
Parsing goes on in workers while passages are embedded here; at most a few files wait in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path

from index import Item, Passage
from matcher import blind, duplicates, rank, read, structure
from matcher.config import Settings
from matcher.errors import InputError
from matcher.models import BlindView, Document, FileRow, Resume, candidate_id
from matcher.pipeline.session import Session
from matcher.read import Reading
from matcher.workspace import Workspace

BATCH = 16


@dataclass
class Intake:
    """What came of some input paths: one row per file, and how many were new."""

    rows: list[FileRow] = field(default_factory=list)
    added: int = 0

    @property
    def candidates(self) -> tuple[str, ...]:
        """Candidates that were read, in input order."""
        return tuple(row.candidate for row in self.rows if row.status == "read" and row.candidate)

    @property
    def complete(self) -> bool:
        """Whether every file was read or is a duplicate."""
        return all(row.status != "unreadable" for row in self.rows)


@dataclass(frozen=True)
class _New:
    """A résumé that is not stored yet."""

    row: FileRow
    document: Document
    resume: Resume
    text_hash: str


def add(session: Session, paths: Sequence[Path], as_of: date) -> Intake:
    """Read résumés into the workspace and return their rows, in input order.

    Raises:
        InputError: a path that does not exist, or nothing to read under the paths.
    """
    missing = [str(path) for path in paths if not path.exists() and not path.is_symlink()]
    if missing:
        raise InputError(f"There is no {missing[0]}: correct the path (nothing was read).")
    placing = Placing(session.workspace)
    readings = read.read(paths, workers=session.settings.workers, skip=placing.by_bytes.__contains__)
    intake = take(session, readings, placing, as_of)
    if not intake.rows:
        raise InputError(
            f"There is no file under {', '.join(map(str, paths))}: name files, folders, ZIPs or mailboxes."
        )
    return intake


def take(
    session: Session,
    readings: Iterable[Reading],
    placing: Placing,
    as_of: date,
    structured: Callable[[Document], Resume] = structure.structure,
) -> Intake:
    """Store readings as they come, a batch at a time; ``structured`` may know structures that were made elsewhere."""
    intake = Intake()
    placed = (_place(session, reading, placing, structured) for reading in readings)
    for batch in _batches(placed):
        new = [item for item in batch if isinstance(item, _New)]
        _store(session, [row if isinstance(row, FileRow) else row.row for row in batch], new, as_of)
        intake.rows += [item if isinstance(item, FileRow) else item.row for item in batch]
        intake.added += len(new)
        session.progress("read", len(intake.rows), None)
    return intake


class Placing:
    """Decides for each reading which candidate it is, and whether this run has it already."""

    def __init__(self, workspace: Workspace) -> None:
        self.by_bytes, self.by_text = workspace.known_hashes()
        self.seen: dict[str, str] = {}

    def place(self, reading: Reading, text_hash: str | None) -> FileRow:
        """Return the row of a reading that was read or is known."""
        sha = reading.sha256 or ""
        known = self.by_bytes.get(sha)
        same_text = self.by_text.get(text_hash) if text_hash else None
        candidate = known or same_text or candidate_id(sha)
        self.by_bytes.setdefault(sha, candidate)
        if text_hash:
            self.by_text.setdefault(text_hash, candidate)
        base = {"file": reading.file, "sha256": sha, "size": reading.size}
        if candidate in self.seen:
            why = "same_bytes" if self.seen[candidate] == sha else "same_text"
            values = {"status": "duplicate", "reason": why, "duplicate_of": candidate}
            return FileRow.model_validate(base | values)
        self.seen[candidate] = sha
        return FileRow.model_validate(base | {"status": "read", "candidate": candidate})


def _place(
    session: Session, reading: Reading, placing: Placing, structured: Callable[[Document], Resume]
) -> FileRow | _New:
    if reading.status == "unreadable":
        return FileRow(file=reading.file, status="unreadable", reason=reading.reason, detail=reading.detail,
                       sha256=reading.sha256, size=reading.size)  # fmt: skip
    if reading.document is None:
        return placing.place(reading, None)
    if reading.sha256 and is_erased(session.workspace, reading.sha256):
        return FileRow(file=reading.file, status="unreadable", reason="erased", sha256=None, size=reading.size,
                       detail="This person was erased; `matcher erase --allow` lifts that.")  # fmt: skip
    text_hash = duplicates.text_hash(reading.document.text)
    stored = reading.sha256 in placing.by_bytes or text_hash in placing.by_text
    row = placing.place(reading, text_hash)
    if stored or row.status != "read" or row.candidate is None:
        return row
    resume = structured(reading.document).model_copy(update={"candidate": row.candidate})
    return _New(row, reading.document, resume, text_hash)


def is_erased(workspace: Workspace, sha256: str) -> bool:
    """Tell whether the person behind these bytes was erased and may not be added again."""
    import hmac

    key = hmac.new(workspace.secret(), sha256.encode(), "sha256").hexdigest()
    return workspace.connection.execute("SELECT 1 FROM tombstone WHERE hash = ?", (key,)).fetchone() is not None


def _batches(items: Iterator[FileRow | _New]) -> Iterator[list[FileRow | _New]]:
    while batch := list(islice(items, BATCH)):
        yield batch


def _store(session: Session, rows: Sequence[FileRow], new: Sequence[_New], as_of: date) -> None:
    """One transaction: documents, file rows, passages and vectors of a batch, or nothing; then the log."""
    workspace = session.workspace
    items = [_item(session, item, as_of) for item in new]
    with workspace.transaction():
        for item in new:
            workspace.put_document(item.document, item.resume, item.row.sha256 or "", item.text_hash, item.row.file)
        for row in rows:
            workspace.put_file(row)
        session.index.add(items)
    for row in rows:
        session.log.record(
            "document_ingested",
            actor="system",
            candidate=row.candidate or row.duplicate_of,
            body={"status": row.status, "reason": row.reason},
        )


def _item(session: Session, new: _New, as_of: date) -> Item:
    """What the index keeps of a résumé: blind passages, and facets to filter by."""
    view = blind_view(session, new.document, new.resume, as_of)
    facts = structure.hard_facts(new.document, new.resume, as_of)
    return replace(rank.passages(view), location=facts.location, added=as_of.isoformat())


def blind_view(session: Session, document: Document, resume: Resume, as_of: date) -> BlindView:
    """Return the blind view under the configured masks."""
    return masked_view(session.settings, document, resume, as_of)


def masked_view(settings: Settings, document: Document, resume: Resume, as_of: date) -> BlindView:
    """Return the blind view under the masks of these settings."""
    return blind.blind(
        document, resume, as_of, mask_schools=settings.mask_schools, mask_affinity=settings.mask_affinity
    )


def passages(view: BlindView) -> tuple[Passage, ...]:
    """Return what is embedded of a view."""
    return rank.passages(view).passages


def linked(session: Session, rows: Sequence[FileRow]) -> tuple[FileRow, ...]:
    """Return the rows with proposals of copies and versions among them.

    An older version of the same person's résumé (same contact and name, much the same text, a known order in time)
    gives way to the newest and stands linked; everything weaker is a proposal on the row, and nobody is merged.
    """
    candidates = [row.candidate for row in rows if row.status == "read" and row.candidate]
    entries = [_entry(session.workspace, candidate) for candidate in candidates]
    proposed = duplicates.links(entries)
    older = duplicates.versions(entries, proposed)
    near: dict[str, list[str]] = {}
    for link in proposed:
        near.setdefault(link.one, []).append(link.other)
        near.setdefault(link.other, []).append(link.one)
    return tuple(_with_links(row, near, older) for row in rows)


def _with_links(row: FileRow, near: Mapping[str, Sequence[str]], older: Mapping[str, str]) -> FileRow:
    if row.status != "read" or row.candidate is None:
        return row
    links = tuple(near.get(row.candidate, ()))
    if row.candidate not in older:
        return row.model_copy(update={"links": links})
    values = {"status": "duplicate", "reason": "older_version", "duplicate_of": older[row.candidate], "links": links}
    return FileRow.model_validate(row.model_dump() | values)


def _entry(workspace: Workspace, candidate: str) -> duplicates.Entry:
    """What is compared of a candidate, made once and kept."""
    kept = workspace.get("compared", candidate, duplicates.Entry)
    if kept is None:
        kept = duplicates.entry(candidate, workspace.document(candidate), workspace.resume(candidate))
        workspace.put("compared", candidate, kept)
    return kept
