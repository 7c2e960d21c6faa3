"""From what was read to a verdict on one criterion.

Years, degrees, certificates and languages in plain words are decided by code; the reader says which jobs count and
whether a subject fits. Everything else goes to the cell model. Reasons are made from what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.justify import credentials, facts
from matcher.justify.reader_cells import (
    CONTRADICTS,
    FULL,
    OUTCOMES,
    CellModel,
    Opinion,
    Outcome,
    Setting,
    features,
    job_features,
    line_features,
    support,
)
from matcher.justify.reader_lines import Reading, foreign
from matcher.justify.reader_network import LABELS
from matcher.models import BlindView, Cell, Criterion, Verdict

QUOTED = 2
LONG = 40
"""Words from which on a line counts as long."""
SUBJECT_FROM = 0.75
DENIES_YEARS = 0.8
"""A line denies years of a kind from this probability on: jobs are spoken of more often than denied."""
NEIGHBOURS = re.compile(
    r"related|similar|comparable|relevant|equivalent|verwandt|vergleichbar|connexe|proche|afín", re.IGNORECASE
)
"""Words of a requirement that welcome a neighbouring subject."""
CLOSE = 0.7
"""A job whose log odds lie nearer than this to the threshold leaves the cell unsure."""
READ_AS = {"none": "no support", "partial": "partial", "full": "full support", "contradicts": "a denial"}


def elsewhere(found: Sequence[float], index: int) -> float:
    """Return the mean of the other criteria's strongest support (zero where there is no other)."""
    others = [value for i, value in enumerate(found) if i != index]
    return float(np.mean(others)) if others else 0.0


def described(criterion: Criterion, view: BlindView, reading: Reading, rest: float) -> list[float]:
    """Return the features of one cell."""
    lines = [view.line(line) for line in reading.lines]
    at_work = [line.position is not None for line in lines]
    words = [len(line.text.split()) for line in lines]
    setting = Setting(rest, foreign(view), criterion.kind)
    return features(reading.probabilities, reading.similarities, at_work, words, setting)


def lines_described(criterion: Criterion, view: BlindView, reading: Reading) -> NDArray[np.float64]:
    """Return the features that order the lines of one cell."""
    named = {line for position in view.positions for line in position.header_lines}
    years = criterion.min_years is not None
    places = [
        (
            line.section == "header",
            line.section == "summary",
            line.section == "skills",
            line.id in named and not years,
            line.id in named and years,
            line.position is not None,
            min(len(line.text.split()), LONG) / LONG,
            foreign(view),
        )
        for line in map(view.line, reading.lines)
    ]
    return line_features(reading.probabilities, reading.similarities, np.array(places, np.float64).reshape(-1, 8))


def jobs_described(view: BlindView, reading: Reading, rest: float) -> NDArray[np.float64]:
    """Return the features that say which jobs count towards the years of one cell."""
    best = dict.fromkeys(reading.jobs, 0.0)
    for line, share in zip(reading.lines, support(reading.probabilities), strict=True):
        position = view.line(line).position
        if position in best:
            best[position] = max(best[position], float(share))
    return job_features(reading.job_probabilities, reading.job_similarities, list(best.values()), rest)


def ordered(criterion: Criterion, view: BlindView, reading: Reading, model: CellModel) -> list[int]:
    """Return the indices of the lines, the best evidence first."""
    worth = model.lines.of(lines_described(criterion, view, reading))
    return [int(i) for i in np.argsort(-worth, kind="stable")]


def cell(criterion: Criterion, view: BlindView, reading: Reading, model: CellModel, rest: float = 0.0) -> Cell:
    """Return the verdict on one criterion from what was read; ``rest`` is the support of the other criteria."""
    if not reading.lines:
        return Cell(criterion=criterion.id, status="done", verdict="not_shown", reason="no line to read", unsure=True)
    order = ordered(criterion, view, reading, model)
    plain = credentials.decide(criterion, view)
    if plain is not None:
        return _plain(criterion, reading, plain, order)
    if criterion.min_years is not None:
        return _years(criterion, view, reading, model, rest)
    opinion = model.opinion(described(criterion, view, reading, rest))
    denial = _denial(reading, model)
    if denial is not None and opinion.outcome != "met":
        return _made(criterion, "contradicted", reading, [denial], order, opinion.unsure)
    return _degree(criterion, view, reading, opinion, order)


def _plain(criterion: Criterion, reading: Reading, fact: facts.FactDecision, order: list[int]) -> Cell:
    """A certificate or a language in plain words: code decides, the reader's nearest lines stand beside it."""
    nearest = tuple(reading.lines[i] for i in order[:3])
    return Cell(criterion=criterion.id, verdict=fact.verdict, lines=fact.lines, nearest=nearest, reason=fact.reason)


def _denial(reading: Reading, model: CellModel) -> int | None:
    """Index of a line that denies the criterion, where none supports it in full."""
    strongest = int(np.argmax(reading.probabilities[:, CONTRADICTS]))
    denied = float(reading.probabilities[strongest, CONTRADICTS]) >= model.denied_from
    supported = float(reading.probabilities[:, FULL].max()) >= 0.5
    return strongest if denied and not supported else None


def _degree(criterion: Criterion, view: BlindView, reading: Reading, opinion: Opinion, order: list[int]) -> Cell:
    """Let code decide the level of a stated degree, and its subject where the words agree."""
    verdict: Verdict = opinion.outcome
    fact = facts.decide(criterion, view, None)
    if fact is None:
        return _made(criterion, verdict, reading, _carrying(reading, verdict, order), order, opinion.unsure)
    unsure = opinion.unsure and not fact.final
    if fact.verdict == "met":
        verdict = "met" if fact.final else _subject(criterion, view, reading, fact)
    elif OUTCOMES.index(opinion.outcome) > OUTCOMES.index(allowed := _outcome(fact.verdict)):
        verdict, unsure = allowed, fact.verdict == "partial"
    made = _made(criterion, verdict, reading, _carrying(reading, verdict, order), order, unsure)
    lines = fact.lines if fact.lines and verdict != "not_shown" else made.lines
    return made.model_copy(update={"lines": lines, "reason": f"{fact.reason}; {made.reason}"})


def _subject(criterion: Criterion, view: BlindView, reading: Reading, fact: facts.FactDecision) -> Verdict:
    """Say whether a degree of the level asked is in a fitting subject, whose name is not in the requirement.

    It must be read in full; in the same language it is *met* only where neighbouring subjects are welcome.
    """
    full = max((_full(reading, line) for line in fact.lines), default=0.0)
    if full < SUBJECT_FROM:
        return "not_shown"
    return "met" if NEIGHBOURS.search(criterion.text) or view.language != "en" else "partial"


def _outcome(verdict: Verdict) -> Outcome:
    return "not_shown" if verdict == "contradicted" else verdict


def _full(reading: Reading, line: str) -> float:
    return float(reading.probabilities[reading.lines.index(line), FULL]) if line in reading.lines else 0.0


def _years(criterion: Criterion, view: BlindView, reading: Reading, model: CellModel, rest: float) -> Cell:
    """Count the jobs that the reader finds to be of the kind asked; code adds up the months."""
    kind = dict(zip(reading.jobs, model.jobs.of(jobs_described(view, reading, rest)), strict=True))
    counted = [name for name in reading.jobs if kind[name] >= model.years_from]
    order = ordered(criterion, view, reading, model)
    named = _names(view, sorted(kind, key=lambda name: -kind[name]))
    proof = [reading.lines[i] for i in order if view.line(reading.lines[i]).position in counted][:QUOTED]
    cited = tuple(dict.fromkeys((*[x for x in named if view.line(x).position in counted][:QUOTED], *proof)))
    decision = facts.decide(criterion, view, counted, cited)
    if decision is None:
        raise ValueError(f"no facts about years for {criterion.id}")
    denial = int(np.argmax(reading.probabilities[:, CONTRADICTS]))
    if float(reading.probabilities[denial, CONTRADICTS]) >= DENIES_YEARS and not _whole(reading):
        return _made(criterion, "contradicted", reading, [denial], order, True)
    close = any(abs(value - model.years_from) < CLOSE for value in kind.values())
    made = _made(criterion, decision.verdict, reading, order[:1], order, decision.unsure or close)
    return made.model_copy(
        update={
            "lines": () if decision.verdict == "not_shown" else cited or made.lines,
            "nearest": tuple(dict.fromkeys((*named[:QUOTED], *made.nearest)))[:3],
            "counted": tuple(decision.counted),
            "reason": f"{decision.reason}; {made.reason}",
        }
    )


def _whole(reading: Reading) -> bool:
    """Say whether a job is read as surely of the kind asked, whatever a line denies."""
    return bool(len(reading.jobs)) and float(reading.job_probabilities[:, FULL].max()) >= SUBJECT_FROM


def _names(view: BlindView, positions: Iterable[str]) -> list[str]:
    """Return the first line that names each position."""
    first = {p.id: p.header_lines[0] for p in view.positions if p.header_lines}
    return [first[name] for name in positions if name in first]


def _carrying(reading: Reading, verdict: Verdict, order: Sequence[int]) -> list[int]:
    """Indices of the lines that carry a verdict: the best one, and the next where it supports in full too."""
    if verdict == "not_shown":
        return []
    return [order[0], *(i for i in order[1:QUOTED] if reading.probabilities[i, FULL] >= 0.5)]


def _made(
    criterion: Criterion,
    verdict: Verdict,
    reading: Reading,
    carrying: Iterable[int],
    order: Sequence[int],
    unsure: bool,
) -> Cell:
    carrying = list(carrying)
    shown = carrying[0] if carrying else order[0]
    label = LABELS[int(np.argmax(reading.probabilities[shown]))]
    return Cell(
        criterion=criterion.id,
        verdict=verdict,
        unsure=unsure,
        lines=tuple(reading.lines[i] for i in carrying) if verdict != "not_shown" else (),
        nearest=tuple(reading.lines[i] for i in order[:3]),
        reason=f"closest line {reading.lines[shown]}, read as {READ_AS[label]}",
    )
