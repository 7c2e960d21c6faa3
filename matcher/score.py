"""Pure: verdicts × weights × decisions → Shortlist, in integers that anybody can recompute by hand.

The rule. A criterion of weight *w* is worth 2*w* points: *met* earns 2*w*, *partial* *w*, *not shown* and
*contradicted* nothing. The score is points ÷ possible points over the cells that were assessed, per mille, rounded
half up. A cell that was not assessed is neither zero nor full: it widens the interval ``score_low … score_high``
instead. A candidate of whom less than half of the weight was assessed has no score.

The order: score, then the weight of the must-haves that are met, then a hash of the candidate id seeded with the
criteria, so that neither file name nor alphabet decides. Equal score and equal must-haves are shown as a tie and
share a rank. No number here depends on any other candidate.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from matcher.canonical import content_id
from matcher.models import (
    Assessment,
    Criteria,
    Criterion,
    Decision,
    Entry,
    EntryStatus,
    FileRow,
    Finding,
    Gate,
    HardFacts,
    Justification,
    Quote,
    Ranked,
    Ranking,
    RunInfo,
    Shortlist,
    Span,
    Verdict,
)

POINTS: dict[Verdict, int] = {"met": 2, "partial": 1, "not_shown": 0, "contradicted": 0}
MIN_COVERAGE = 500
"""Per mille of the weight that must be assessed before a score is stated."""

QuoteSpan = Callable[[str, Span], Quote]


@dataclass(frozen=True)
class Score:
    """A candidate's score with its interval and coverage, all per mille; ``value`` is None below MIN_COVERAGE."""

    value: int | None
    low: int
    high: int
    coverage: int
    must_weight: int


@dataclass(frozen=True)
class Pool:
    """Everything the shortlist is made of; ``quote`` cuts a quote from a candidate's document (for overrides)."""

    run: RunInfo
    criteria: Criteria
    ranking: Ranking | None
    assessments: Mapping[str, Assessment]
    files: Sequence[FileRow]
    facts: Mapping[str, HardFacts] = field(default_factory=dict)
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)


def score(justifications: Iterable[Justification], criteria: Criteria) -> Score:
    """Return the score of one candidate from the cells alone (the rule stands in the module docstring)."""
    cells = {cell.criterion: cell for cell in justifications}
    points = low = high = assessed = total = must = 0
    for criterion in criteria.criteria:
        cell, weight = cells.get(criterion.id), criterion.weight
        total += weight
        if cell is None or cell.status != "done" or cell.verdict is None:
            high += 2 * weight
            continue
        assessed += weight
        points += POINTS[cell.verdict] * weight
        worst, best = _bounds(cell)
        low += worst * weight
        high += best * weight
        must += weight if criterion.must_have and cell.verdict == "met" else 0
    coverage = _per_mille(assessed, total)
    value = _per_mille(points, 2 * assessed) if assessed and coverage >= MIN_COVERAGE else None
    return Score(value, _per_mille(low, 2 * total), _per_mille(high, 2 * total), coverage, must)


def gates(justifications: Iterable[Justification], criteria: Criteria) -> tuple[Gate, ...]:
    """Return where a candidate stands on each must-have; silence is *open*, never a failure."""
    cells = {cell.criterion: cell for cell in justifications}
    return tuple(_gate(criterion, cells.get(criterion.id)) for criterion in criteria.criteria if criterion.must_have)


def apply_decisions(
    assessments: Mapping[str, Assessment], decisions: Iterable[Decision], quote: QuoteSpan
) -> tuple[dict[str, Assessment], dict[str, tuple[str, ...]], dict[str, Decision]]:
    """Return the assessments with people's verdicts in place, the overridden criteria and each person's last state.

    An adjudication stands above a verdict; a later act replaces an earlier one of its rank; undone acts do not count.

    Raises:
        ValueError: a person's *met* or *partial* without a quote, neither chosen nor already there.
    """
    acts = standing(decisions)
    changed = dict(assessments)
    overridden: dict[str, list[str]] = {}
    states: dict[str, Decision] = {}
    for act in acts:
        if act.kind in ("advance", "hold", "decline"):
            states[act.candidate] = act
    for (candidate, criterion), act in _last_verdicts(acts).items():
        assessment = changed.get(candidate)
        if assessment is None or criterion not in {c.criterion for c in assessment.justifications}:
            continue
        cells = tuple(_override(c, act, quote) if c.criterion == criterion else c for c in assessment.justifications)
        before = next(c for c in assessment.justifications if c.criterion == criterion)
        changed[candidate] = assessment.model_copy(update={"justifications": cells})
        if before.verdict != act.verdict:
            overridden.setdefault(candidate, []).append(criterion)
    return changed, {k: tuple(v) for k, v in overridden.items()}, states


def shortlist(pool: Pool, decisions: Iterable[Decision] = (), quote: QuoteSpan | None = None) -> Shortlist:
    """Return the shortlist of a pool: everyone of it, every file, and counts that add up.

    Raises:
        ValueError: files and candidates that do not add up (a defect, never a user's mistake).
    """
    assessments, overridden, states = (
        apply_decisions(pool.assessments, decisions, quote) if quote else (dict(pool.assessments), {}, {})
    )
    candidates = _candidates(pool)
    scores = {c: score(assessments[c].justifications, pool.criteria) for c in candidates if c in assessments}
    order = _order(candidates, scores, pool)
    ranks = _ranks(order, scores)
    ranked = {r.candidate: r for r in pool.ranking.ranked} if pool.ranking else {}
    rows = {row.candidate: row for row in pool.files if row.status == "read"}
    bare = [
        _entry(c, rows[c], ranked.get(c), pool, assessments.get(c), scores.get(c)).model_copy(
            update={
                "rank": ranks[c][0] if c in ranks else None,
                "tied": c in ranks and ranks[c][1],
                "status": _status(c in ranks, c in assessments),
                "overridden": overridden.get(c, ()),
                "decision": states[c].kind if c in states else None,
            }
        )
        for c in order
    ]
    entries = _with_ranges(bare)
    return Shortlist(
        run=pool.run,
        criteria=pool.criteria,
        entries=entries,
        files=tuple(pool.files),
        counts=_counts(pool.files, entries),
    )


# --- one candidate ---------------------------------------------------------------------------------------------------


def _per_mille(part: int, whole: int) -> int:
    return (2000 * part + whole) // (2 * whole) if whole else 0


def _bounds(cell: Justification) -> tuple[int, int]:
    said = [v for v in (cell.verdict, *cell.votes) if v is not None]
    points = [POINTS[v] for v in said]
    return min(points), max(points)


def _gate(criterion: Criterion, cell: Justification | None) -> Gate:
    if cell is None or cell.status != "done" or cell.verdict is None:
        return Gate(criterion=criterion.id, state="not_assessed")
    if cell.verdict == "not_shown":
        return Gate(criterion=criterion.id, state="open")
    return Gate(criterion=criterion.id, state=cell.verdict)


# --- decisions -------------------------------------------------------------------------------------------------------


def standing(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the acts that count, by number: not undone, and no undoing (an undoing can be undone as well)."""
    acts = sorted(decisions, key=lambda act: act.seq)
    undone: set[int] = set()
    for act in reversed(acts):
        if act.kind == "undo" and act.seq not in undone and act.undoes is not None:
            undone.add(act.undoes)
    return tuple(act for act in acts if act.kind != "undo" and act.seq not in undone)


def _last_verdicts(acts: Iterable[Decision]) -> dict[tuple[str, str], Decision]:
    last: dict[tuple[str, str], Decision] = {}
    for act in acts:
        if act.kind not in ("verdict", "adjudicate") or act.criterion is None or act.verdict is None:
            continue
        key = (act.candidate, act.criterion)
        if key in last and last[key].kind == "adjudicate" and act.kind == "verdict":
            continue
        last[key] = act
    return last


def _override(cell: Justification, act: Decision, quote: QuoteSpan) -> Justification:
    chosen = tuple(quote(cell.candidate, span) for span in act.evidence)
    evidence = chosen or cell.evidence
    if act.verdict in ("met", "partial") and not evidence:
        raise ValueError("met and partial need a quote: select the words in the text first")
    return Justification.model_validate(
        cell.model_dump()
        | {
            "status": "done",
            "verdict": act.verdict,
            "why_not_assessed": None,
            "evidence": [q.model_dump() for q in evidence] if act.verdict in ("met", "partial") else [],
            "unsure": False,
            "votes": (),
            "second": None,
            "judge": f"person ({act.role})",
            "reason": act.text or cell.reason,
        }
    )


# --- the list --------------------------------------------------------------------------------------------------------


def _candidates(pool: Pool) -> list[str]:
    read = [row.candidate for row in pool.files if row.status == "read" and row.candidate]
    seen = dict.fromkeys(read)
    if pool.ranking is not None:
        unknown = {r.candidate for r in pool.ranking.ranked} - set(seen)
        if unknown:
            raise ValueError(f"{len(unknown)} ranked candidates have no file")
    return list(seen)


def _order(candidates: Collection[str], scores: Mapping[str, Score], pool: Pool) -> list[str]:
    fit = {r.candidate: r.order for r in pool.ranking.ranked} if pool.ranking else {}

    def key(candidate: str) -> tuple[int, int, int, str]:
        made = scores.get(candidate)
        tie = content_id("tie", pool.run.criteria_hash + candidate)
        if made is not None and made.value is not None:
            return 0, -made.value, -made.must_weight, tie
        return 1, fit.get(candidate, len(candidates) + 1), 0, tie

    return sorted(candidates, key=key)


def _ranks(order: Sequence[str], scores: Mapping[str, Score]) -> dict[str, tuple[int, bool]]:
    """Competition ranks ("1, 2, 2, 4") of those with a score, and whether the rank is shared."""
    keys = [(c, (s.value, s.must_weight)) for c in order if (s := scores.get(c)) is not None and s.value is not None]
    shared = Counter(key for _, key in keys)
    first: dict[object, int] = {}
    for place, (_, key) in enumerate(keys, start=1):
        first.setdefault(key, place)
    return {candidate: (first[key], shared[key] > 1) for candidate, key in keys}


def _status(has_rank: bool, was_read: bool) -> EntryStatus:
    if has_rank:
        return "ranked"
    return "not_assessed" if was_read else "below_cut"


def _entry(
    candidate: str,
    row: FileRow,
    ranked: Ranked | None,
    pool: Pool,
    assessment: Assessment | None,
    made: Score | None,
) -> Entry:
    cells = assessment.justifications if assessment else ()
    return Entry(
        candidate=candidate,
        file=row.file,
        status="below_cut",
        score=made.value if made else None,
        score_low=made.low if made else None,
        score_high=made.high if made else None,
        coverage=made.coverage if made else 0,
        fit=ranked.fit if ranked else None,
        fit_order=ranked.order if ranked else None,
        gates=gates(cells, pool.criteria) if assessment else (),
        facts=pool.facts.get(candidate, HardFacts()),
        findings=(*pool.findings.get(candidate, ()), *(assessment.findings if assessment else ())),
        links=row.links,
        justifications=cells,
    )


def _with_ranges(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Best and worst rank that the intervals allow, among those who have a score."""
    scored = [e for e in entries if e.rank is not None]
    lows = sorted(_int(e.score_low) for e in scored)
    highs = sorted(_int(e.score_high) for e in scored)
    made = []
    for entry in entries:
        if entry.rank is None:
            made.append(entry)
            continue
        best = 1 + len(lows) - bisect_right(lows, _int(entry.score_high))
        worst = len(highs) - bisect_left(highs, _int(entry.score_low))
        made.append(entry.model_copy(update={"rank_low": min(best, entry.rank), "rank_high": max(worst, entry.rank)}))
    return tuple(made)


def _int(value: int | None) -> int:
    return -1 if value is None else value


def _counts(files: Sequence[FileRow], entries: Sequence[Entry]) -> tuple[tuple[str, int], ...]:
    counts = {
        "files": len(files),
        "read": sum(row.status == "read" for row in files),
        "duplicate": sum(row.status == "duplicate" for row in files),
        "unreadable": sum(row.status == "unreadable" for row in files),
        "candidates": len(entries),
        "ranked": sum(entry.status == "ranked" for entry in entries),
        "below_cut": sum(entry.status == "below_cut" for entry in entries),
        "not_assessed": sum(entry.status == "not_assessed" for entry in entries),
        "cells_not_assessed": sum(c.status == "not_assessed" for e in entries for c in e.justifications),
    }
    if counts["files"] != counts["read"] + counts["duplicate"] + counts["unreadable"]:
        raise ValueError("the files do not add up")
    if counts["candidates"] != counts["ranked"] + counts["below_cut"] + counts["not_assessed"]:
        raise ValueError("the candidates do not add up")
    return tuple(counts.items())
