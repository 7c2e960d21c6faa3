"""How results look on a terminal, or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matcher.cli import shared
from matcher.cli.shared import say, say_json, table

if TYPE_CHECKING:
    from matcher.config import Settings
    from matcher.models import Entry, FileRow, HardFacts
    from matcher.pipeline.intake import Intake
    from matcher.pipeline.matching import Job
    from matcher.pipeline.run import Outcome
    from matcher.pipeline.session import Progress
    from matcher.pipeline.stages import RankedPool, SearchHit

MOST_ROWS = 100
"""How much of a fit order a terminal shows; JSON shows everyone."""
_MARKS = {"met": "●", "partial": "◐", "not_shown": "○", "contradicted": "✕"}


def outcome(made: Outcome, as_json: bool, quiet: bool) -> int:
    """Show a shortlist and where it lies; return the exit code."""
    from matcher import report

    if as_json:
        say(report.render_json(made.shortlist).decode())
        return made.exit_code
    if not quiet:
        _shortlist(made)
    for note in made.notes:
        say(f'Look at {note.criterion}: "{note.words}" ({note.level}). {note.advice}')
    if made.stopped is not None:
        say(str(made.stopped))
    say(f"Report: {made.paths['shortlist.html']}")
    return made.exit_code


_KINDS = (("responsibility", "Duties"), ("minimum", "Minimum"), ("preferred", "Nice to have"))


def _shortlist(made: Outcome) -> None:
    listed = made.shortlist
    groups = [(name, [c.id for c in listed.criteria.criteria if c.kind == kind]) for kind, name in _KINDS]
    groups = [(name, ids) for name, ids in groups if ids]
    rows = [
        (_rank(entry), _name(entry.file), "–" if entry.score is None else entry.score,
         *(_marks(entry, ids) for _, ids in groups))
        for entry in listed.entries
        if entry.justifications
    ]  # fmt: skip
    heads = [f"{name} {ids[0]}–{ids[-1]}" if len(ids) > 1 else f"{name} {ids[0]}" for name, ids in groups]
    table(("Rank", "File", "Score", *heads), rows, title=listed.criteria.title)
    say("● met  ◐ partial  ○ not shown  ✕ contradicted  · not assessed; one mark per criterion, in order.")
    unsure = sum(cell.unsure for entry in listed.entries for cell in entry.justifications)
    if unsure:
        say(f"{unsure} cells are marked unsure: a person should read those first.")
    say(listed.run.judge_note)
    below = sum(entry.status == "below_cut" for entry in listed.entries)
    say(_accounting(listed.files) + (f" {below} candidates stand below the cut of --top." if below else ""))


def _name(file: str) -> str:
    return file.rsplit("/", 1)[-1]


def _rank(entry: Entry) -> str:
    if entry.rank is None:
        return "–"
    return f"{entry.rank}{'=' if entry.tied else ''}"


def _marks(entry: Entry, ids: Sequence[str]) -> str:
    cells = {cell.criterion: cell for cell in entry.justifications}
    verdicts = [cells[key].verdict if key in cells else None for key in ids]
    return "".join("·" if verdict is None else _MARKS[verdict] for verdict in verdicts)


def _accounting(rows: Sequence[FileRow]) -> str:
    unread = [row for row in rows if row.status == "unreadable"]
    text = f"{len(rows)} files: {sum(r.status == 'read' for r in rows)} read, "
    text += f"{sum(r.status == 'duplicate' for r in rows)} duplicate, {len(unread)} unreadable."
    if unread:
        text += " Not read: " + "; ".join(f"{_name(row.file)} ({row.reason})" for row in unread[:5])
        text += f" and {len(unread) - 5} more." if len(unread) > 5 else "."
    return text


def intake(taken: Intake, as_json: bool, quiet: bool) -> int:
    """Show what came of the files; exit code 3 when one was not read."""
    if as_json:
        say_json({"added": taken.added, "files": [row.model_dump(mode="json") for row in taken.rows]})
    elif not quiet:
        odd = [row for row in taken.rows if row.status != "read"]
        if odd:
            table(
                ("File", "Status", "Reason", "Detail"),
                [(row.file, row.status, row.reason or "", row.detail or row.duplicate_of or "") for row in odd],
            )
        say(f"{_accounting(taken.rows)} {taken.added} new in the workspace.")
    return 0 if taken.complete else 3


def criteria(made: Job, text: str, out: Path | None, as_json: bool) -> int:
    """Show or write criteria.toml."""
    if as_json:
        say_json({**made.criteria.model_dump(mode="json"), "notes": [note.model_dump() for note in made.notes]})
    elif out is None:
        say(text)
    if out is not None:
        out.write_text(text, "utf-8")
        say(f"{len(made.criteria.criteria)} criteria in {out}: edit, put your name into approved_by, then run with it.")
    for note in made.notes if out is not None else ():
        say(f'Look at {note.criterion}: "{note.words}" ({note.level}). {note.advice}')
    return 0


def ranking(ranked: RankedPool, as_json: bool, quiet: bool) -> int:
    """Show the fit order."""
    code = 3 if ranked.missing else 0
    if as_json:
        say_json(_ranking_json(ranked))
        return code
    if not quiet:
        rows = [
            (entry.order, ranked.files[entry.candidate], f"{entry.fit:.3f}", *_stated(ranked.facts[entry.candidate]))
            for entry in ranked.ranking.ranked[:MOST_ROWS]
        ]
        table(("Order", "File", "Fit", "Years", "Degree", "Languages", "Place", "May work"), rows, title=ranked.title)
        say(ranked.ranking.policy)
        say("Fit compares candidates of this posting only, and decides nothing but who is read first.")
    return code


def _stated(facts: HardFacts) -> tuple[str, ...]:
    """Hard facts beside the fit, as stated; an empty field says that nothing was."""
    years = "" if facts.years is None else f"{facts.years:g}"
    return (years, facts.degree or "", ", ".join(facts.languages), facts.location or "", facts.work_authorisation or "")


def _ranking_json(ranked: RankedPool) -> dict[str, Any]:
    return {
        "schema": "matcher.ranking/1",
        "posting": ranked.title,
        "embedding": ranked.ranking.embedding,
        "policy": ranked.ranking.policy,
        "candidates": [
            {
                "id": entry.candidate,
                "file": ranked.files[entry.candidate],
                "order": entry.order,
                "fit": entry.fit,
                "lexical": entry.lexical,
                "dense": entry.dense,
                "margin": entry.margin,
                "slot_of": entry.slot_of,
                "facts": ranked.facts[entry.candidate].model_dump(mode="json"),
                "nearest": [
                    {"criterion": near.criterion, "similarity": near.similarity,
                     "lines": ranked.lines(entry.candidate, near.lines)}
                    for near in entry.nearest
                ],
            }
            for entry in ranked.ranking.ranked
        ],
    }  # fmt: skip


def search(hits: Sequence[SearchHit], as_json: bool) -> int:
    """Show what a search found."""
    if as_json:
        say_json({"candidates": [{"id": h.candidate, "file": h.file, "score": h.score, "line": h.line} for h in hits]})
        return 0
    if not hits:
        say("Nothing found: try fewer or other words.")
        return 0
    table(("File", "Line", "Candidate"), [(hit.file, hit.line, hit.candidate) for hit in hits])
    return 0


def batch(requests: int, path: Path) -> int:
    """Say what a batch file holds and what to do with it."""
    say(f"{requests} requests in {path}: run them as a batch, then `matcher justify … --batch-replies OUTPUT`.")
    return 0


def estimate(settings: Settings, posting: Path, resumes: Sequence[Path], progress: Progress) -> int:
    """Show what a run would cost, before anything is asked."""
    from matcher.pipeline.stages import estimate as make

    made = make(settings, posting, resumes, progress)
    for name, value in made:
        say(f"{name}: {value}")
    return 0


__all__ = ["batch", "criteria", "estimate", "intake", "outcome", "ranking", "search", "shared"]
