"""`matcher run`: everything from files to a delivered shortlist, resumable, in one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matcher import llm
from matcher.canonical import sha256_hex
from matcher.config import Settings
from matcher.errors import MatcherError
from matcher.models import FileRow, LintNote, Shortlist
from matcher.pipeline import deliver, intake, judges, matching
from matcher.pipeline.session import Progress, Session, no_progress, session

PARTIAL = 3


@dataclass(frozen=True)
class Outcome:
    """What a run made: the shortlist, where it lies, what it spent, and the exit code that says how complete it is."""

    shortlist: Shortlist
    paths: dict[str, Path]
    notes: tuple[LintNote, ...]
    spending: llm.Spending | None
    stopped: MatcherError | None
    checkpoint: str

    @property
    def exit_code(self) -> int:
        """0 complete, 3 something was not read or not assessed, else the code of what stopped the judge."""
        if self.stopped is not None:
            return self.stopped.exit_code
        counts = dict(self.shortlist.counts)
        whole = not counts["unreadable"] and not counts["cells_not_assessed"] and not counts["not_assessed"]
        return 0 if whole else PARTIAL


def run(
    settings: Settings, posting: Path, paths: Sequence[Path], out: Path, progress: Progress = no_progress
) -> Outcome:
    """Read, index, rank, justify and deliver; files that are known are not read again.

    Raises:
        MatcherError: any error of the tree; nothing that was finished is lost.
    """
    job = matching.read_job(posting)
    with session(settings, "write", progress) as opened:
        return run_in(opened, job, posting, paths, out)


def run_in(
    opened: Session,
    job: matching.Job,
    posting: Path,
    paths: Sequence[Path],
    out: Path,
    gateway: llm.Gateway | None = None,
) -> Outcome:
    """Run in a session that is open already; ``gateway`` answers instead of the configured model."""
    _log_start(opened, job, posting)
    day = matching.as_of(opened.settings, opened.workspace, job.criteria)
    taken = intake.add(opened, paths, day)
    return assess(opened, job, taken.rows, out, gateway)


def assess(
    opened: Session,
    job: matching.Job,
    rows: Sequence[FileRow],
    out: Path,
    gateway: llm.Gateway | None = None,
) -> Outcome:
    """Rank, justify, score and deliver the candidates of these rows."""
    day = matching.as_of(opened.settings, opened.workspace, job.criteria)
    rows = intake.linked(opened, rows)
    allowed = {row.candidate for row in rows if row.status == "read" and row.candidate}
    ranking = matching.rank_pool(opened, job, allowed)
    opened.log.record("ranked", actor="system", body={"embedding": ranking.embedding, "candidates": len(allowed)})
    with judges.readers(opened, ranking, gateway) as readers:
        made = matching.judge_head(opened, job, ranking, readers.judge, day, readers.second, readers.scout)
    stored = matching.stored_run(opened, job, ranking, made, readers.judge, rows, day)
    opened.workspace.put("run", stored.run.id, stored)
    opened.workspace.set_meta("last_run", stored.run.id)
    shortlist = matching.shortlist_of(opened.workspace, stored)
    opened.log.record("shortlist", actor="system",
                      body={"run": stored.run.id, "counts": [list(pair) for pair in shortlist.counts]})  # fmt: skip
    checkpoint = opened.log.seal("run")
    opened.progress("deliver", 0, None)
    written = deliver.deliver(opened.workspace, stored, shortlist, out)
    for path in written.values():
        remember_export(opened, path)
    return Outcome(
        shortlist=shortlist,
        paths=written,
        notes=job.notes,
        spending=readers.gateway.spending if readers.gateway else None,
        stopped=made.stopped,
        checkpoint=checkpoint.note,
    )


def remember_export(opened: Session, path: Path) -> None:
    """Record where a file with personal data was written, so that erasure finds it again."""
    opened.workspace.set_meta(f"export:{path.resolve()}", sha256_hex(path.read_bytes()))


def _log_start(opened: Session, job: matching.Job, posting: Path) -> None:
    opened.log.record(
        "run_started",
        actor="system",
        body={
            "posting": sha256_hex(posting.read_bytes()),
            "criteria": job.criteria.hash,
            "approved": job.criteria.approved_by is not None,
            "judge": opened.settings.llm,
            "top": opened.settings.top,
        },
    )
