"""A stored run on the recruiter's desk, compared side by side, and handed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from matcher import read, report
from matcher.canonical import sha256_hex
from matcher.config import Settings
from matcher.errors import InputError
from matcher.models import BlindView, Document, Justification, Shortlist, StoredRun
from matcher.pipeline import deliver, matching
from matcher.pipeline.run import remember_export
from matcher.pipeline.session import Session, session
from matcher.review.case import Case
from matcher.review.desk import Desk
from matcher.review.plan import Policy
from matcher.review.settle import settle

if TYPE_CHECKING:
    from matcher.review.app import Room


@dataclass(frozen=True)
class DeskOptions:
    """How the desk is set up and where its server listens."""

    name: str = ""
    """A name to offer at the start; nobody is signed in by it."""
    blind_share: float = 0.1
    below_sample: int = 10
    second_share: float = 1.0
    seed: str | None = None
    host: str = "127.0.0.1"
    port: int = 0
    allow_network: bool = False
    public_host: str | None = None
    out: Path | None = None
    """Where the hand-over pack is written when the list is signed."""


@dataclass(frozen=True)
class Column:
    """One candidate of a comparison."""

    candidate: str
    file: str
    rank: int | None
    score: int | None
    cells: dict[str, Justification]


def stored_run(opened: Session, run: str | None = None) -> StoredRun:
    """Return a stored run, or the last one.

    Raises:
        InputError: there is none, or none of this id.
    """
    wanted = run or opened.workspace.meta("last_run")
    stored = opened.workspace.get("run", wanted, StoredRun) if wanted else None
    if stored is None:
        known = ", ".join(opened.workspace.keys("run")) or "none yet: make one with `matcher run`"
        raise InputError(f"There is no such run in the workspace {opened.settings.workspace}. Runs: {known}.")
    return stored


def case(opened: Session, stored: StoredRun) -> Case:
    """Return a stored run as the desk takes it; texts are read from the workspace when they are needed."""
    workspace = opened.workspace
    views = {view.candidate: view for view in stored.views}
    rows = {row.candidate: row for row in stored.files if row.status == "read" and row.candidate}

    @cache
    def document(candidate: str) -> Document:
        return workspace.document(candidate)

    @cache
    def view(candidate: str) -> BlindView:
        if candidate in views:
            return views[candidate]
        return matching.view_of(opened, candidate, stored.run.as_of)[0]

    def original(candidate: str) -> bytes | None:
        row = rows.get(candidate)
        if row is None or row.sha256 is None:
            return None
        try:
            data = read.fetch(row.file)
        except (InputError, OSError):
            return None
        return data if sha256_hex(data) == row.sha256 else None

    return Case(pool=matching.pool_of(stored), document=document, view=view, original=original, picture=_picture)


def _picture(data: bytes, document: Document, start: int, end: int) -> bytes | None:
    try:
        return read.render_quote(data, document, start, end)
    except InputError:
        return None


def shortlist_now(opened: Session, stored: StoredRun) -> Shortlist:
    """Return the shortlist of a stored run with people's acts, version, seal and review in place."""
    decisions = opened.workspace.decisions(stored.run.id)
    return settle(matching.pool_of(stored), decisions, case(opened, stored).quote)


# --- the desk --------------------------------------------------------------------------------------------------------


def review(
    settings: Settings,
    run: str | None = None,
    options: DeskOptions | None = None,
    announce: Callable[[str], None] = lambda link: None,
) -> Shortlist:
    """Serve the desk for a stored run until it is interrupted; return the shortlist as it stands then.

    ``announce`` is given the link that opens the desk once.

    Raises:
        InputError: no such run. ConfigError: an address that cannot or may not be used. LogError: the log is broken.
    """  # fmt: skip
    from matcher.review.guard import Keys
    from matcher.review.serve import run as serve

    chosen = options or DeskOptions()
    with session(settings, "read") as opened:
        stored = stored_run(opened, run)
        keys = Keys()
        made = room(opened, stored, chosen, keys.csrf)
        with suppress(KeyboardInterrupt):
            serve(
                made, keys, host=chosen.host, port=chosen.port, allow_network=chosen.allow_network,
                public_host=chosen.public_host, started=announce,
            )  # fmt: skip
        return made.desk.shortlist()


def room(opened: Session, stored: StoredRun, options: DeskOptions, csrf: str) -> Room:
    """Return the desk of a stored run with its pages and what happens when the list is signed."""
    from matcher.review.app import Room
    from matcher.review.pages import Pages

    policy = Policy(
        seed=options.seed or stored.run.id, blind_share=options.blind_share, below_sample=options.below_sample,
        second_share=options.second_share,
    )  # fmt: skip
    made = Desk(case(opened, stored), opened.workspace, opened.log, _now, policy)
    return Room(
        desk=made,
        pages=Pages(made, csrf, options.name, str(options.out or "")),
        pack=lambda name, who: pack_file(opened, stored, made.shortlist(), name, who),
        on_sign=lambda: _signed(opened, stored, made.shortlist(), options.out),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _signed(opened: Session, stored: StoredRun, shortlist: Shortlist, out: Path | None) -> None:
    opened.workspace.put("shortlist", f"{stored.run.id}/v{shortlist.version}", shortlist)
    opened.log.record("sealed_version", actor="system", body={
        "run": stored.run.id, "version": shortlist.version, "shortlist": sha256_hex(report.render_json(shortlist)),
    })  # fmt: skip
    opened.log.seal("sign")
    if out is not None:
        hand_over_in(opened, stored, shortlist, out)


# --- hand over -------------------------------------------------------------------------------------------------------


def hand_over(
    settings: Settings, out: Path, run: str | None = None, *, blind: bool = False
) -> tuple[Shortlist, dict[str, Path]]:
    """Write the hand-over pack of a stored run (with people's acts in place) and return it and its paths.

    Raises:
        InputError: no such run, or the folder cannot be written.
    """
    with session(settings, "read") as opened:
        stored = stored_run(opened, run)
        shortlist = shortlist_now(opened, stored)
        return shortlist, hand_over_in(opened, stored, shortlist, out, blind=blind)


def hand_over_in(
    opened: Session, stored: StoredRun, shortlist: Shortlist, out: Path, *, blind: bool = False
) -> dict[str, Path]:
    """Write the pack of a shortlist; what was written is an event in the log and known to erasure."""
    checkpoint = opened.log.seal("export")
    written = deliver.deliver(opened.workspace, stored, shortlist, out, blind=blind, checkpoint=checkpoint.note)
    for path in written.values():
        remember_export(opened, path)
    opened.log.record("export", actor="system", body={
        "run": stored.run.id, "version": shortlist.version, "blind": blind, "files": len(written),
    })  # fmt: skip
    return written


def pack_file(opened: Session, stored: StoredRun, shortlist: Shortlist, name: str, who: str) -> bytes:
    """Return one file of the pack as bytes; who took it is in the log. Raises KeyError for a name not part of it."""
    documents = {e.candidate: opened.workspace.document(e.candidate) for e in shortlist.entries if e.justifications}
    views = {view.candidate: view for view in stored.views}
    note = opened.log.seal("export").note
    made: dict[str, Callable[[], bytes]] = {
        "shortlist.html": lambda: report.render_html(shortlist, documents, views=views, checkpoint=note).encode(),
        "blind.html": lambda: report.render_html(shortlist, documents, blind=True, views=views).encode(),
        "summary.html": lambda: report.render_summary(shortlist, documents, views=views).encode(),
        "shortlist.xlsx": lambda: report.render_xlsx(shortlist, documents, checkpoint=note),
        "shortlist.csv": lambda: report.render_csv(shortlist, documents).encode(),
        "shortlist.json": lambda: report.render_json(shortlist),
    }
    content = made[name]()
    opened.log.record("export", actor=f"human:{who}", body={"run": stored.run.id, "format": name, "files": 1})
    return content


# --- side by side ----------------------------------------------------------------------------------------------------


def compare(settings: Settings, candidates: Sequence[str], run: str | None = None) -> tuple[Shortlist, list[Column]]:
    """Return two to five candidates of a stored run side by side.

    Raises:
        InputError: another number of candidates, or one that is not on the list.
    """
    from matcher.pipeline.stages import find_candidate

    if not 2 <= len(candidates) <= 5:
        raise InputError("Name two to five candidates to compare.")
    with session(settings, "read") as opened:
        shortlist = shortlist_now(opened, stored_run(opened, run))
        columns = []
        for name in dict.fromkeys(find_candidate(opened.workspace, one) for one in candidates):
            try:
                entry = shortlist.entry(name)
            except KeyError as error:
                raise InputError(f"{name} is not part of this run: choose people from the list.") from error
            cells = {cell.criterion: cell for cell in entry.justifications}
            columns.append(Column(entry.candidate, entry.file, entry.rank, entry.score, cells))
    return shortlist, columns


def comparison(shortlist: Shortlist, columns: Sequence[Column]) -> dict[str, object]:
    """Return a comparison as JSON values."""
    return {
        "run": shortlist.run.id,
        "criteria": [{"id": c.id, "text": c.text} for c in shortlist.criteria.criteria],
        "candidates": [
            {
                "id": column.candidate, "file": column.file, "rank": column.rank, "score": column.score,
                "answers": {name: report.words.answer(cell) for name, cell in column.cells.items()},
                "quotes": {name: [q.text for q in cell.evidence] for name, cell in column.cells.items()},
            }
            for column in columns
        ],
    }  # fmt: skip


def comparison_table(shortlist: Shortlist, columns: Sequence[Column]) -> tuple[list[str], list[list[str]], str]:
    """Return head, rows and title of a comparison for the terminal."""
    head = ["Criterion", *(f"{report.display_name(c.file)} (rank {c.rank or '–'}, score {c.score})" for c in columns)]
    rows = []
    for criterion in shortlist.criteria.criteria:
        row = [f"{criterion.id} {criterion.text}"]
        for column in columns:
            cell = column.cells.get(criterion.id)
            word = report.words.ANSWER[report.words.answer(cell)]
            first = f"\n“{cell.evidence[0].text}”" if cell and cell.evidence else ""
            row.append(f"{word.sign} {word.word}{first}")
        rows.append(row)
    return head, rows, shortlist.criteria.title
