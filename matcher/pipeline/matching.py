"""Posting × workspace → ranking → justifications → shortlist: the main job, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

from matcher import __version__, justify, rank, read, score, structure
from matcher.audit.lint import lint
from matcher.canonical import canonical_json, content_id
from matcher.config import Settings
from matcher.errors import InputError, MatcherError, PostingError
from matcher.justify import Judge, SecondReader
from matcher.models import (
    Assessment,
    BlindView,
    Criteria,
    Document,
    FileRow,
    LintNote,
    Quote,
    Ranking,
    RunInfo,
    Shortlist,
    Span,
    StoredRun,
)
from matcher.pipeline import intake
from matcher.pipeline.session import Session
from matcher.posting import file as criteria_file
from matcher.posting import posting
from matcher.review.settle import settle
from matcher.workspace import Workspace

_LIBRARIES = ("faiss-cpu", "numpy", "onnxruntime", "openai", "pypdfium2")


@dataclass(frozen=True)
class Job:
    """A posting as it is judged: its criteria, its text for retrieval, and notes on the wording."""

    criteria: Criteria
    text: str
    notes: tuple[LintNote, ...]


def read_job(path: Path) -> Job:
    """Return the job of a posting file, or of an edited criteria.toml.

    Raises:
        InputError: no such file. PostingError: not a posting, unreadable, or without requirements.
        CriteriaError: a criteria file that cannot be used.
    """
    if not path.exists():
        raise InputError(f"There is no {path}: correct the path of the posting.")
    if path.suffix == ".toml":
        criteria = criteria_file.read(path)
        return Job(criteria, "\n".join([criteria.title, *(c.text for c in criteria.criteria)]), lint(criteria))
    reading = read.read_posting(path)
    if reading.document is None:
        raise PostingError(f"{path} cannot be read as a posting: {reading.reason} {reading.detail}".rstrip(" .") + ".")
    criteria = posting(reading.document, str(path))
    return Job(criteria, reading.document.text, lint(criteria))


def today() -> date:
    """Return the day of the clock (UTC)."""
    return datetime.now(UTC).date()


def as_of(settings: Settings, workspace: Workspace, criteria: Criteria) -> date:
    """Return the day durations are counted to: the one given, else the one this posting was first judged on.

    It is pinned so that tomorrow's run, with twenty more files, asks nothing again about the files of today.
    """
    key = f"as_of:{criteria.question_hash}"
    pinned = workspace.meta(key)
    day = settings.as_of or (date.fromisoformat(pinned) if pinned else today())
    if pinned != day.isoformat():
        workspace.set_meta(key, day.isoformat())
    return day


def rank_pool(session: Session, job: Job, allowed: Collection[str] | None) -> Ranking:
    """Return the fit order of the pool (None: the whole workspace)."""
    session.progress("rank", 0, None)
    return rank.rank(job.criteria, job.text, session.index, allowed=allowed, head=session.settings.top)


def head(ranking: Ranking) -> tuple[str, ...]:
    """Return whom the judge reads: the first slots, near-duplicates beside the better placed one."""
    return tuple(entry.candidate for entry in ranking.ranked[: ranking.cut])


@dataclass(frozen=True)
class Read:
    """What the judge made of the head of the list, and why it stopped early, if it did."""

    assessments: dict[str, Assessment]
    views: dict[str, BlindView]
    stopped: MatcherError | None = None


def judge_head(
    session: Session,
    job: Job,
    ranking: Ranking,
    judge: Judge,
    day: date,
    second: SecondReader | None = None,
    scout: Judge | None = None,
) -> Read:
    """Let the judge read the head of the list; a stop for budget or endpoint keeps what is done.

    A ``scout`` that costs nothing reads first: those in whom it finds most come first, so that a stop costs least.
    """
    pairs = [view_of(session, candidate, day) for candidate in head(ranking)]
    if scout is not None:
        pairs = _promising_first(session, job, pairs, scout)
    done: dict[str, Assessment] = {}
    stops: list[MatcherError] = []

    def note(assessment: Assessment) -> None:
        done[assessment.candidate] = assessment
        _log_assessment(session, assessment)
        session.progress("justify", len(done), len(pairs))

    session.progress("justify", 0, len(pairs))
    for _ in justify.justify_all(
        pairs,
        job.criteria,
        judge,
        concurrency=session.settings.concurrency,
        copied=justify.copied_from(job.text),
        nearest={entry.candidate: entry.nearest for entry in ranking.ranked},
        second=second,
        on_done=note,
        on_stop=stops.append,
    ):
        pass
    return Read(done, {view.candidate: view for view, _ in pairs}, stops[0] if stops else None)


def _promising_first(
    session: Session, job: Job, pairs: Sequence[tuple[BlindView, Document]], scout: Judge
) -> list[tuple[BlindView, Document]]:
    """Order by the points of what the scout finds; equals keep the order of the ranking."""
    found: dict[str, int] = {}
    for number, (view, _) in enumerate(pairs):
        session.progress("sort", number, len(pairs))
        cells = scout.read(view, job.criteria)
        found[view.candidate] = sum(score.POINTS[cell.verdict] for cell in cells if cell.verdict)
    return sorted(pairs, key=lambda pair: -found[pair[0].candidate])


def view_of(session: Session, candidate: str, day: date) -> tuple[BlindView, Document]:
    """Return what a judge may see of a candidate, and the document that quotes are cut from."""
    document, resume = session.workspace.document(candidate), session.workspace.resume(candidate)
    return intake.blind_view(session, document, resume, day), document


def _log_assessment(session: Session, assessment: Assessment) -> None:
    for cell in assessment.justifications:
        session.log.record(
            "verdict",
            actor=f"model:{cell.judge}",
            candidate=assessment.candidate,
            criterion=cell.criterion,
            body={
                "status": cell.status,
                "verdict": cell.verdict,
                "why_not_assessed": cell.why_not_assessed,
                "reason": cell.reason,
                "quotes": [[quote.start, quote.end] for quote in cell.evidence],
                "checks": [[check.name, check.passed] for check in cell.checks],
                "prompt": cell.prompt,
                "reply": cell.reply,
                "unsure": cell.unsure,
            },
        )


def stored_run(
    session: Session, job: Job, ranking: Ranking, made: Read, judge: Judge, rows: Sequence[FileRow], day: date
) -> StoredRun:
    """Put together everything a shortlist is made of, under an id that depends on nothing else."""
    candidates = [row.candidate for row in rows if row.status == "read" and row.candidate]
    order = [c for c in candidates if c in made.assessments]
    info = _run_info(session, job, ranking, made, judge, rows, day)
    facts, findings = [], []
    for candidate in candidates:
        document, resume = session.workspace.document(candidate), session.workspace.resume(candidate)
        facts.append((candidate, structure.hard_facts(document, resume, day)))
        findings.append((candidate, (*document.findings, *resume.findings)))
    return StoredRun(
        run=info,
        criteria=job.criteria,
        posting_text=job.text,
        ranking=ranking,
        assessments=tuple(made.assessments[c] for c in order),
        views=tuple(made.views[c] for c in order),
        files=tuple(rows),
        facts=tuple(facts),
        findings=tuple(findings),
    )


def _run_info(
    session: Session, job: Job, ranking: Ranking, made: Read, judge: Judge, rows: Sequence[FileRow], day: date
) -> RunInfo:
    cells = [cell for assessment in made.assessments.values() for cell in assessment.justifications]
    prompts = tuple(sorted({cell.prompt for cell in cells if cell.prompt}))
    seen = [
        job.criteria.hash, ranking.embedding, judge.name, prompts, day.isoformat(), session.settings.top, __version__,
        [row.model_dump(mode="json") for row in rows],
        sorted((c, content_id("cells", a.model_dump_json())) for c, a in made.assessments.items()),
    ]  # fmt: skip
    return RunInfo(
        id=content_id("run", canonical_json(seen), digits=16),
        versions=(("matcher", __version__), *((name, version(name)) for name in _LIBRARIES)),
        judge=judge.name,
        judge_note=judge.note,
        prompt_refs=prompts,
        embedding=ranking.embedding,
        criteria_hash=job.criteria.hash,
        as_of=day,
        top=session.settings.top,
        ranking_policy=ranking.policy,
    )


def pool_of(stored: StoredRun) -> score.Pool:
    """Return what the shortlist of a stored run is computed from."""
    return score.Pool(
        run=stored.run,
        criteria=stored.criteria,
        ranking=stored.ranking,
        assessments={assessment.candidate: assessment for assessment in stored.assessments},
        files=stored.files,
        facts=dict(stored.facts),
        findings=dict(stored.findings),
    )


def quoter(stored: StoredRun, document: Callable[[str], Document]) -> score.QuoteSpan:
    """Return the function that cuts a person's chosen words from a candidate's text."""
    views: Mapping[str, BlindView] = {view.candidate: view for view in stored.views}

    def quote(candidate: str, span: Span) -> Quote:
        text = document(candidate)
        lines = views[candidate].lines if candidate in views else ()
        line = next((one.id for one in lines if one.span.start <= span.start < one.span.end), "")
        page = text.page_at(span.start)
        return Quote(line=line, text=text.text[span.start : span.end], page=page, start=span.start, end=span.end)

    return quote


def shortlist_of(workspace: Workspace, stored: StoredRun) -> Shortlist:
    """Return the shortlist of a stored run with people's acts in place; the machine's own where there are none."""
    decisions = workspace.decisions(stored.run.id)
    return settle(pool_of(stored), decisions, quoter(stored, workspace.document))
