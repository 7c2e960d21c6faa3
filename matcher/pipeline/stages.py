"""The stages one by one, for people who go step by step: add, criteria, rank, justify, search, estimate."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index import Filter
from matcher import rank, structure
from matcher.config import Settings
from matcher.errors import ConfigError, InputError
from matcher.models import BlindView, Criteria, FileRow, HardFacts, Ranked, Ranking
from matcher.pipeline import intake, judges, judging, matching
from matcher.pipeline.run import Outcome, assess
from matcher.pipeline.session import Progress, Session, no_progress, session
from matcher.posting import file as criteria_file
from matcher.workspace import Workspace


@dataclass(frozen=True)
class Wanted:
    """Which candidates a ranking is about and how it is made."""

    like: str | None = None
    location: str | None = None
    languages: tuple[str, ...] = ()
    since: str | None = None
    ids: tuple[str, ...] = ()
    exact: bool = False
    engine: str = "local"
    shards: Path | None = None
    address: str | None = None
    rows: int | None = None
    """How many of a local fit order are wanted, best first (None: everyone); likeness and shards have their own."""

    @property
    def filter(self) -> Filter:
        """The restriction as the index library takes it."""
        return Filter(
            ids=self.ids or None, languages=self.languages or None, location=self.location, added_since=self.since
        )


@dataclass(frozen=True)
class RankedPool:
    """A ranking with what a person needs to read it."""

    title: str
    ranking: Ranking
    files: dict[str, str]
    facts: dict[str, HardFacts]
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: tuple[int, ...] = ()
    """Shards that did not answer: the list is then not complete."""

    def lines(self, candidate: str, names: Sequence[str]) -> list[str]:
        """Return the texts of lines by their ids."""
        known = self.texts.get(candidate, {})
        return [known[name] for name in names if name in known]


@dataclass(frozen=True)
class SearchHit:
    """A candidate that a search found, with the line that fits best."""

    candidate: str
    file: str
    score: float
    line: str


def add(
    settings: Settings,
    paths: Sequence[Path],
    progress: Progress = no_progress,
    *,
    engine: str = "local",
    address: str | None = None,
) -> intake.Intake:
    """Read résumés into the workspace. Raises ConfigError for an unknown engine."""
    day = settings.as_of or matching.today()
    if engine == "ray":
        from matcher.pipeline import on_ray

        if len(paths) != 1:
            raise InputError("With --engine ray give one folder, or one address such as s3://bucket/resumes.")
        source = str(paths[0]).replace(":/", "://", 1) if ":/" in str(paths[0]) else str(paths[0])
        return on_ray.add(settings, source, day, progress, address=address)
    if engine != "local":
        raise ConfigError(f"There is no engine {engine}: use local or ray.")
    with session(settings, "write", progress) as opened:
        return intake.add(opened, paths, day)


def draft_criteria(settings: Settings, posting: Path, approver: str | None) -> tuple[matching.Job, str]:
    """Return the job of a posting and its criteria.toml; a name given approves it, which is an event in the log."""
    job = matching.read_job(posting)
    if approver is None:
        return job, criteria_file.write(job.criteria, job.notes)
    approved = job.criteria.model_copy(update={"approved_by": approver})
    with session(settings, "write") as opened:
        opened.workspace.put("criteria", approved.hash, approved)
        opened.log.record(
            "criteria_approved",
            actor=f"human:{approver}",
            body={"criteria": approved.hash, "notes": [[note.criterion, note.level] for note in job.notes]},
        )
    return matching.Job(approved, job.text, job.notes), criteria_file.write(approved, job.notes)


def rank_workspace(
    settings: Settings, posting: Path | None, wanted: Wanted, progress: Progress = no_progress
) -> RankedPool:
    """Return the fit order of the workspace under the filters of ``wanted``.

    Raises:
        InputError: neither a posting nor a candidate to compare with, or an empty workspace.
    """
    if posting is None and wanted.like is None:
        raise InputError("Name a posting, or a candidate with --like.")
    if wanted.engine not in ("local", "ray"):
        raise ConfigError(f"There is no engine {wanted.engine}: use local or ray.")
    job = matching.read_job(posting) if posting is not None else None
    if wanted.engine == "ray":
        return _ranked_shards(settings, job, wanted, progress)
    with session(settings, "write", progress) as opened:
        rows = [row for row in opened.workspace.files() if row.status == "read" and row.candidate]
        if not rows:
            raise InputError("The workspace holds no résumé yet: add some with `matcher add`.")
        if job is not None:
            ranking = rank.rank(
                job.criteria, job.text, opened.index,
                head=settings.top, wanted=wanted.filter, exact=wanted.exact, rows=wanted.rows,
            )  # fmt: skip
            return _ranked_pool(opened, job.criteria, ranking, rows)
        like = find_candidate(opened.workspace, wanted.like or "")
        return _ranked_pool(opened, None, rank.like(like, opened.index, wanted=wanted.filter), rows)


def _ranked_shards(settings: Settings, job: matching.Job | None, wanted: Wanted, progress: Progress) -> RankedPool:
    from matcher.pipeline import on_ray, ray_shards

    if job is None:
        raise InputError("With --engine ray name a posting.")
    folder = wanted.shards or settings.workspace / "parts"
    with on_ray.cluster(wanted.address) as ray:
        ranking, known, missing = ray_shards.rank_shards(
            ray, settings, job, folder, wanted.filter, progress, as_of=settings.as_of
        )
    files = {candidate: file for candidate, (file, _) in known.items()}
    facts = {candidate: found for candidate, (_, found) in known.items()}
    return RankedPool(job.criteria.title, ranking, files, facts, missing=missing)


def _ranked_pool(opened: Session, criteria: Criteria | None, ranking: Ranking, rows: Sequence[FileRow]) -> RankedPool:
    day = opened.settings.as_of or matching.today()
    facts: dict[str, HardFacts] = {}
    texts: dict[str, dict[str, str]] = {}
    for entry in ranking.ranked:
        document = opened.workspace.document(entry.candidate)
        resume = opened.workspace.resume(entry.candidate)
        facts[entry.candidate] = structure.hard_facts(document, resume, day)
        if entry.nearest:
            texts[entry.candidate] = _indexed_lines(opened, entry.candidate)
    files = {row.candidate: row.file for row in reversed(rows) if row.candidate}
    return RankedPool(criteria.title if criteria else "Candidates alike", ranking, files, facts, texts)


def find_candidate(workspace: Workspace, name: str) -> str:
    """Return the candidate that an id, a unique beginning of one, or a file name means.

    Raises:
        InputError: nobody or several are meant.
    """
    rows = [row for row in workspace.files() if row.candidate]
    wanted = name if name.startswith("cand:") else f"cand:{name}"
    found = {row.candidate for row in rows if row.candidate and row.candidate.startswith(wanted)}
    found |= {row.candidate for row in rows if row.candidate and row.file.rsplit("/", 1)[-1] == name}
    if len(found) == 1:
        return found.pop()
    if not found:
        raise InputError(f"There is no candidate {name}: give an id from the list, its beginning, or a file name.")
    raise InputError(f"{name} means {len(found)} candidates: give more of the id.")


def justify_workspace(
    settings: Settings, posting: Path, out: Path, progress: Progress = no_progress, replies: Path | None = None
) -> Outcome:
    """Rank and justify what the workspace holds already; ``replies`` is the output of a batch to take in first.

    Raises:
        InputError: an empty workspace, or a file that is no batch output.
    """
    job = matching.read_job(posting)
    with session(settings, "write", progress) as opened:
        rows = _filled(opened)
        if replies is not None:
            with judges.store(opened) as kept:
                judging.batch_read(settings, job.criteria, _head_views(opened, job, rows), kept, replies)
        return assess(opened, job, rows, out)


def batch_file(settings: Settings, posting: Path, path: Path, progress: Progress = no_progress) -> int:
    """Write the questions that no kept reply answers as a Batch API file; return how many."""
    job = matching.read_job(posting)
    with session(settings, "write", progress) as opened, judges.store(opened) as kept:
        views = _head_views(opened, job, _filled(opened))
        return judging.batch_write(settings, job.criteria, views, kept, path)


def _filled(opened: Session) -> tuple[FileRow, ...]:
    rows = opened.workspace.files()
    if not any(row.status == "read" for row in rows):
        raise InputError("The workspace holds no résumé yet: add some with `matcher add`.")
    return rows


def _head_views(opened: Session, job: matching.Job, rows: Sequence[FileRow]) -> list[BlindView]:
    """The views of those whom the judge would read."""
    day = matching.as_of(opened.settings, opened.workspace, job.criteria)
    linked = intake.linked(opened, rows)
    allowed = {row.candidate for row in linked if row.status == "read" and row.candidate}
    ranking = matching.rank_pool(opened, job, allowed)
    return [matching.view_of(opened, candidate, day)[0] for candidate in matching.head(ranking)]


def search_workspace(settings: Settings, text: str, limit: int) -> list[SearchHit]:
    """Return whom a search finds, best first.

    Raises:
        InputError: an expression that cannot be read.
    """
    with session(settings, "write") as opened:
        files = {row.candidate: row.file for row in reversed(opened.workspace.files()) if row.candidate}
        found = rank.search(text, opened.index, limit=limit).ranked
        return [
            SearchHit(entry.candidate, files.get(entry.candidate, ""), entry.fit, _nearest(opened, entry))
            for entry in found
        ]


def _nearest(opened: Session, entry: Ranked) -> str:
    """The line of a candidate that lies nearest to what was searched, where there is one."""
    names = [name for near in entry.nearest for name in near.lines]
    return _indexed_lines(opened, entry.candidate)[names[0]] if names else ""


def _indexed_lines(opened: Session, candidate: str) -> dict[str, str]:
    """The lines of a candidate as they were masked when they went into the index, by their ids."""
    return {name: text for passage in opened.index.passages(candidate) for name, text in passage.lines}


def estimate(
    settings: Settings, posting: Path, paths: Sequence[Path], progress: Progress = no_progress
) -> list[tuple[str, str]]:
    """Return what a run would ask and cost, as names and values; nothing is asked and nothing is kept."""
    job = matching.read_job(posting)
    with tempfile.TemporaryDirectory() as folder:
        aside = settings.model_copy(update={"workspace": Path(folder) / "estimate"})
        with session(aside, "write", progress) as opened:
            day = matching.as_of(aside, opened.workspace, job.criteria)
            taken = intake.add(opened, paths, day)
            views = [matching.view_of(opened, candidate, day)[0] for candidate in taken.candidates[: settings.top]]
            return judging.estimate(settings, job.criteria, views)
