"""The stage: a judge reads, code checks every cell, quotes are cut from the document.

Invariants: one justification per criterion, in their order; every quote is an exact span of the candidate's own
visible text, found by line id; nothing about one candidate depends on another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from matcher.justify import checks, standing
from matcher.justify.judge import Correctable, Judge
from matcher.models import (
    Assessment,
    BlindView,
    Cell,
    Check,
    Criteria,
    Criterion,
    Document,
    Finding,
    Justification,
    Nearest,
    NotAssessedReason,
    Quote,
    Span,
    Verdict,
)

MOST_QUOTES = 5


class SecondReader(Protocol):
    """Somebody else who reads the cited lines; disagreement marks a cell, it never changes a verdict."""

    def second(self, view: BlindView, criteria: Criteria, cells: Sequence[Cell]) -> Mapping[str, Verdict]:
        """Return a verdict per criterion id, for those it can judge."""
        ...


class AsSecond:
    """Makes a second reader of any judge: it reads the whole view again and its verdicts are compared."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge

    def second(self, view: BlindView, criteria: Criteria, cells: Sequence[Cell]) -> Mapping[str, Verdict]:
        """Return the verdicts of the judge's own reading."""
        return {cell.criterion: cell.verdict for cell in self.judge.read(view, criteria) if cell.verdict is not None}


def justify(
    view: BlindView,
    document: Document,
    criteria: Criteria,
    judge: Judge,
    *,
    copied: Callable[[str], bool] | None = None,
    nearest: Sequence[Nearest] = (),
    second: SecondReader | None = None,
) -> Assessment:
    """Return the checked cells of one candidate.

    ``copied`` tests a line for text of the posting (``checks.copied_from``); ``nearest`` are the lines that stand
    beside cells nobody decided.

    Raises:
        BudgetReached, ModelUnreachable: the run must stop; nothing about this candidate is lost, its replies are kept.
    """
    material = checks.Material(view, copied or (lambda _: False))
    outcomes = _checked(_complete(judge.read(view, criteria), criteria), criteria, material)
    complaints = {name: outcome.complaint for name, outcome in outcomes.items() if outcome.complaint}
    if complaints and isinstance(judge, Correctable):
        outcomes |= _again(judge, view, criteria, complaints, outcomes, material)
    cells = [outcomes[c.id].cell for c in criteria.criteria]
    if second is not None:
        cells = _compared(cells, second.second(view, criteria, cells))
    close = {n.criterion: n.lines for n in nearest}
    read = [
        _justification(cell, outcomes[cell.criterion].years, view, document, judge, close.get(cell.criterion, ()))
        for cell in cells
    ]
    justifications = tuple(_stated(cell, criteria.get(cell.criterion), view, document) for cell in read)
    return Assessment(
        candidate=view.candidate,
        view=view.hash,
        justifications=justifications,
        findings=tuple(_findings(view, material)),
    )


def unread(view: BlindView, criteria: Criteria, judge: Judge, why: NotAssessedReason, detail: str = "") -> Assessment:
    """Return an assessment in which every cell is not assessed, for a candidate that could not be read."""
    cells = tuple(
        Justification(
            candidate=view.candidate,
            criterion=criterion.id,
            status="not_assessed",
            why_not_assessed=why,
            reason=detail,
            judge=judge.name,
        )
        for criterion in criteria.criteria
    )
    return Assessment(candidate=view.candidate, view=view.hash, justifications=cells)


def _complete(cells: Sequence[Cell], criteria: Criteria) -> list[Cell]:
    """One cell per criterion, in their order, whatever the judge returned."""
    given = {cell.criterion: cell for cell in reversed(cells)}
    missing = {
        "status": "not_assessed",
        "why_not_assessed": "reply_invalid",
        "reason": "this requirement was not answered",
    }
    return [given.get(c.id) or Cell.model_validate({"criterion": c.id, **missing}) for c in criteria.criteria]


def _checked(cells: Sequence[Cell], criteria: Criteria, material: checks.Material) -> dict[str, checks.Outcome]:
    return {cell.criterion: checks.check(cell, criteria.get(cell.criterion), material) for cell in cells}


def _again(
    judge: Correctable,
    view: BlindView,
    criteria: Criteria,
    complaints: Mapping[str, str],
    before: Mapping[str, checks.Outcome],
    material: checks.Material,
) -> dict[str, checks.Outcome]:
    """Ask once more about the cells that failed; a second answer that fails worse does not replace the first."""
    improved: dict[str, checks.Outcome] = {}
    for cell in judge.read_again(view, criteria, complaints):
        if cell.criterion not in complaints:
            continue
        old = before[cell.criterion].cell
        asked = Check(name="asked again", passed=True, detail=complaints[cell.criterion])
        kept = cell.model_copy(update={"votes": old.votes or cell.votes, "unsure": cell.unsure, "checks": (asked,)})
        outcome = checks.check(kept, criteria.get(cell.criterion), material)
        if outcome.cell.status == "done" or old.status != "done":
            improved[cell.criterion] = outcome
    return improved


def _stated(cell: Justification, criterion: Criterion, view: BlindView, document: Document) -> Justification:
    """Residence and permission to work are decided by code, whatever a judge of the blind view says."""
    decision = standing.decide(criterion, view, document)
    if decision is None:
        return cell
    same = cell.verdict == decision.verdict
    detail = "" if same else f"decided by code from stated words; the reader said {cell.verdict or 'nothing'}"
    return Justification(
        candidate=cell.candidate,
        criterion=cell.criterion,
        status="done",
        verdict=decision.verdict,
        reason=decision.reason,
        evidence=tuple(_quote_at(span, view, document) for span in decision.spans),
        checks=(Check(name="stated facts", passed=True, detail=detail),),
        judge=cell.judge,
        prompt=cell.prompt,
        reply=cell.reply,
        votes=cell.votes,
    )


def _quote_at(span: Span, view: BlindView, document: Document) -> Quote:
    """A quote of a place that the blind view may not show; ``line`` is *document* where it does not."""
    line = next((line.id for line in view.lines if line.span.start <= span.start < line.span.end), "document")
    text = document.text[span.start : span.end]
    return Quote(line=line, text=text, page=document.page_at(span.start), start=span.start, end=span.end)


def _compared(cells: Sequence[Cell], other: Mapping[str, Verdict]) -> list[Cell]:
    out = []
    for cell in cells:
        verdict = other.get(cell.criterion)
        if verdict is None or cell.status != "done":
            out.append(cell)
            continue
        agree = verdict == cell.verdict
        note = Check(name="second reader", passed=agree, detail="" if agree else f"the second reader says {verdict}")
        update = {"second": verdict, "unsure": cell.unsure or not agree, "checks": (*cell.checks, note)}
        out.append(cell.model_copy(update=update))
    return out


def _justification(
    cell: Cell, years: float | None, view: BlindView, document: Document, judge: Judge, close: tuple[str, ...]
) -> Justification:
    done = cell.status == "done"
    return Justification(
        candidate=view.candidate,
        criterion=cell.criterion,
        status=cell.status,
        verdict=cell.verdict,
        why_not_assessed=cell.why_not_assessed,
        reason=_shown_reason(cell),
        evidence=_quotes(cell.lines, view, document) if done else (),
        nearest=() if done and cell.lines else _quotes(cell.nearest or close, view, document),
        counted=cell.counted,
        years=years,
        checks=cell.checks,
        judge=judge.name,
        prompt=cell.prompt,
        reply=cell.reply,
        votes=cell.votes,
        unsure=cell.unsure,
        second=cell.second,
    )


def _shown_reason(cell: Cell) -> str:
    if cell.reason or cell.status != "done":
        return cell.reason
    return "The reader's own words did not pass the checks and are withheld: read the quotes."


def _quotes(lines: Sequence[str], view: BlindView, document: Document) -> tuple[Quote, ...]:
    quotes = []
    spans = {line.id: line.span for line in view.lines}
    for name in [name for name in lines if name in spans][:MOST_QUOTES]:
        span = spans[name]
        text = document.text[span.start : span.end]
        quotes.append(Quote(line=name, text=text, page=document.page_at(span.start), start=span.start, end=span.end))
    return tuple(quotes)


def _findings(view: BlindView, material: checks.Material) -> list[Finding]:
    found = []
    for line in view.lines:
        if material.copied(line.text):
            detail = "A line repeats the posting: it is not evidence."
            span = line.span
            found.append(Finding(kind="copied_from_posting", detail=detail, start=span.start, end=span.end))
    return found


def flip_rates(assessments: Sequence[Assessment], criteria: Criteria) -> dict[str, float]:
    """Return per criterion the share of cells whose votes were not unanimous (0 where nobody voted twice)."""
    rates = {}
    for criterion in criteria.criteria:
        votes = [_cell_of(a, criterion).votes for a in assessments]
        voted = [v for v in votes if len(v) > 1]
        rates[criterion.id] = sum(len(set(v)) > 1 for v in voted) / len(voted) if voted else 0.0
    return rates


def _cell_of(assessment: Assessment, criterion: Criterion) -> Justification:
    return next(j for j in assessment.justifications if j.criterion == criterion.id)
