"""The offline reader: a small model of our own that says whether a line supports a criterion.

It reads blind lines only, the ones nearest to each criterion, and its reasons are made from what it saw.
Years and degrees are decided by code; the reader says which positions count.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.justify import credentials, facts
from matcher.justify.checks import copied_from
from matcher.justify.grounding import keyword_list
from matcher.justify.reader_cells import (
    CONTRADICTS,
    FULL,
    OUTCOMES,
    CellModel,
    Opinion,
    Outcome,
    features,
    joint,
    log_odds,
    strongest,
    support,
)
from matcher.justify.reader_network import LABELS, Network
from matcher.models import BlindPosition, BlindView, Cell, Criteria, Criterion, Line, SectionKind, Verdict

Similarity = Callable[[Sequence[str], Sequence[str]], NDArray[np.float32]]
"""Criterion texts × line texts → cosine similarities, shape (criteria, lines)."""
Get = Callable[[str], bytes | None]
Put = Callable[[str, bytes], None]

LINES_READ = 8
"""Lines read per criterion: the nearest ones."""
LINES_AT_LEAST = 3
NEAR_FROM = 0.15
"""After the first three, a line farther than this (cosine) is not read: a fifth less work, hardly a verdict lost."""
QUOTED = 2
SUBJECT_FROM = 0.75
NEIGHBOURS = re.compile(
    r"related|similar|comparable|relevant|equivalent|verwandt|vergleichbar|connexe|proche|afín", re.IGNORECASE
)
"""Words of a requirement that welcome a neighbouring subject."""
YEARS_NEARNESS = 4.0
CLOSE = 0.7
"""A position whose log odds lie nearer than this to the threshold leaves the cell unsure."""
READ_AS = {"none": "no support", "partial": "partial", "full": "full support", "contradicts": "a denial"}
SECTION: dict[SectionKind, str] = {
    "header": "", "summary": "Summary", "experience": "Experience", "education": "Education",
    "skills": "Skills", "certificates": "Certifications", "languages": "Languages", "projects": "Projects",
    "publications": "Publications", "volunteering": "Volunteering", "awards": "Awards", "interests": "Interests",
    "references": "References", "personal": "Personal details", "other": "Other",
}  # fmt: skip


UNTITLED: frozenset[SectionKind] = frozenset({"header", "other", "summary"})
"""Sections in which a line that stands under a job belongs to the job."""


@dataclass(frozen=True)
class Reading:
    """What was read for one criterion: line ids, probabilities (lines, 4) and similarities (lines,)."""

    lines: tuple[str, ...]
    probabilities: NDArray[np.float32]
    similarities: NDArray[np.float32]

    @property
    def by_support(self) -> list[int]:
        """Indices of the lines, best support first, nearness considered."""
        return [int(i) for i in np.argsort(-joint(self.probabilities, self.similarities), kind="stable")]


def segment(line: Line, positions: dict[str, BlindPosition]) -> str:
    """Return what the network sees of a line: title of the job, section, text."""
    position = positions.get(line.position or "")
    title = position.title if position is not None and line.id not in position.header_lines else ""
    section = "Experience" if position is not None and line.section in UNTITLED else SECTION[line.section]
    context = " · ".join(part for part in (title, section) if part)
    return f"{context}: {line.text}" if context else line.text


@dataclass
class ReaderJudge:
    """Judges with the reader's network, the cell model and facts by code.

    ``similarity`` chooses the lines to read (without it every line is read); ``get`` and ``put`` keep readings by
    content. ``name`` holds the weights' fingerprint, ``note`` their measured agreement.
    Raises ModelMismatch if the files beside the weights are not the published ones (the weights on first reading).
    """

    similarity: Similarity | None = None
    get: Get | None = None
    put: Put | None = None
    network: Network = field(default_factory=Network)
    lines_read: int = LINES_READ

    def __post_init__(self) -> None:
        data = self.network.file("cells.json")
        self._cells = CellModel.from_json(data)
        self.name: str = f"reader/{self.network.fingerprint[:8]}"
        self.note: str = json.loads(data)["note"]

    def read(self, view: BlindView, criteria: Criteria) -> tuple[Cell, ...]:
        """Return one cell per criterion, in their order."""
        readings = self.readings(view, criteria.criteria)
        found = [strongest(reading.probabilities) for reading in readings]
        return tuple(
            cell(criterion, view, reading, self._cells, elsewhere(found, index))
            for index, (criterion, reading) in enumerate(zip(criteria.criteria, readings, strict=True))
        )

    def readings(self, view: BlindView, criteria: Sequence[Criterion]) -> list[Reading]:
        """Read the nearest lines for each criterion."""
        lines = eligible(view, criteria)
        positions = {p.id: p for p in view.positions}
        near = self._near([asked(c) for c in criteria], [line.text for line in lines])
        chosen = [
            to_read(c, view, lines, row, self.lines_read) if self.similarity else list(range(len(lines)))
            for c, row in zip(criteria, near, strict=True)
        ]
        pairs = [(asked(c), segment(lines[i], positions)) for c, row in zip(criteria, chosen, strict=True) for i in row]
        read = self._probabilities(pairs)
        result, start = [], 0
        for row, similarities in zip(chosen, near, strict=True):
            shares = read[start : start + len(row)]
            start += len(row)
            result.append(Reading(tuple(lines[i].id for i in row), shares, similarities[row].astype(np.float32)))
        return result

    def _near(self, criteria: list[str], lines: list[str]) -> NDArray[np.float32]:
        if self.similarity is None or not lines:
            return np.zeros((len(criteria), len(lines)), np.float32)
        return np.round(self.similarity(criteria, lines), 4)

    def _probabilities(self, pairs: list[tuple[str, str]]) -> NDArray[np.float32]:
        """Probabilities of each pair, from the cache where it holds them."""
        result = np.zeros((len(pairs), len(LABELS)), np.float32)
        keys = [self._key(pair) for pair in pairs]
        missing = []
        for index, key in enumerate(keys):
            kept = self.get(key) if self.get else None
            if kept is not None and len(kept) == 4 * len(LABELS):
                result[index] = np.frombuffer(kept, "<f4")
            else:
                missing.append(index)
        fresh = self.network.probabilities([pairs[i] for i in missing])
        for index, shares in zip(missing, fresh, strict=True):
            result[index] = shares
            if self.put:
                self.put(keys[index], shares.astype("<f4").tobytes())
        return result

    def _key(self, pair: tuple[str, str]) -> str:
        text = "\0".join((self.network.fingerprint, *pair))
        return "reader:" + hashlib.sha256(text.encode()).hexdigest()


def asked(criterion: Criterion) -> str:
    """Return the wording that is read."""
    return criterion.neutral or criterion.text


def eligible(view: BlindView, criteria: Sequence[Criterion]) -> list[Line]:
    """Return the lines that can be evidence: no instructions, no keyword lists, no copies of the requirements."""
    copied = copied_from("\n".join(asked(c) for c in criteria))
    return [
        line
        for line in view.lines
        if not line.instruction_like and line.text.strip() and not keyword_list(line) and not copied(line.text)
    ]


def always_read(criterion: Criterion, view: BlindView) -> set[str]:
    """Return the ids of lines that are read however far they lie: every job's name for years, education for degrees."""
    if criterion.min_years is not None:
        return {p.header_lines[0] for p in view.positions if p.header_lines}
    return {e.line for e in view.education} if criterion.degree is not None else set()


def worth_reading(rank: int, similarity: float) -> bool:
    """Say whether the line of this rank (from 0) and cosine is read."""
    return rank < LINES_AT_LEAST or similarity >= NEAR_FROM


def to_read(
    criterion: Criterion, view: BlindView, lines: Sequence[Line], similarities: NDArray[np.float32], count: int
) -> list[int]:
    """Return the indices of the lines to read: the nearest ones, and those that are always read."""
    order = [int(i) for i in np.argsort(-similarities, kind="stable")[:count]]
    chosen = [i for rank, i in enumerate(order) if worth_reading(rank, float(similarities[i]))]
    names = always_read(criterion, view)
    return chosen + [i for i, line in enumerate(lines) if line.id in names and i not in chosen]


def elsewhere(found: Sequence[float], index: int) -> float:
    """Return the mean of the other criteria's strongest support (zero where there is no other)."""
    others = [value for i, value in enumerate(found) if i != index]
    return float(np.mean(others)) if others else 0.0


def described(view: BlindView, reading: Reading, rest: float) -> list[float]:
    """Return the features of one cell."""
    at_work = [view.line(line).position is not None for line in reading.lines]
    return features(reading.probabilities, reading.similarities, at_work, rest)


def cell(criterion: Criterion, view: BlindView, reading: Reading, model: CellModel, rest: float = 0.0) -> Cell:
    """Return the verdict on one criterion from what was read; ``rest`` is the support of the other criteria."""
    if not reading.lines:
        return Cell(criterion=criterion.id, status="done", verdict="not_shown", reason="no line to read", unsure=True)
    plain = credentials.decide(criterion, view)
    if plain is not None:
        return _plain(criterion, reading, plain)
    if criterion.min_years is not None:
        return _years(criterion, view, reading, model, rest)
    opinion = model.opinion(described(view, reading, rest))
    denial = _denial(reading, model)
    if denial is not None and opinion.outcome != "met":
        return _made(criterion, "contradicted", reading, [denial], opinion.unsure)
    return _degree(criterion, view, reading, opinion)


def _plain(criterion: Criterion, reading: Reading, fact: facts.FactDecision) -> Cell:
    """A certificate or a language in plain words: code decides, the reader's nearest lines stand beside it."""
    nearest = tuple(reading.lines[i] for i in reading.by_support[:3])
    return Cell(criterion=criterion.id, verdict=fact.verdict, lines=fact.lines, nearest=nearest, reason=fact.reason)


def _denial(reading: Reading, model: CellModel) -> int | None:
    """Index of a line that denies the criterion, where none supports it in full."""
    strongest = int(np.argmax(reading.probabilities[:, CONTRADICTS]))
    denied = float(reading.probabilities[strongest, CONTRADICTS]) >= model.denied_from
    supported = float(reading.probabilities[:, FULL].max()) >= 0.5
    return strongest if denied and not supported else None


def _degree(criterion: Criterion, view: BlindView, reading: Reading, opinion: Opinion) -> Cell:
    """Let code decide the level of a stated degree, and its subject where the words agree."""
    verdict: Verdict = opinion.outcome
    fact = facts.decide(criterion, view, None)
    if fact is None:
        return _made(criterion, verdict, reading, _carrying(reading, verdict), opinion.unsure)
    unsure = opinion.unsure and not fact.final
    if fact.verdict == "met":
        verdict = "met" if fact.final else _subject(criterion, view, reading, fact)
    elif OUTCOMES.index(opinion.outcome) > OUTCOMES.index(allowed := _outcome(fact.verdict)):
        verdict, unsure = allowed, fact.verdict == "partial"
    made = _made(criterion, verdict, reading, _carrying(reading, verdict), unsure)
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
    """Count the positions whose lines the reader finds to be of the kind asked; code adds up the months."""
    kind = of_kind(view, reading, rest)
    counted = [p.id for p in view.positions if kind.get(p.id, -math.inf) >= model.years_from]
    order = reading.by_support
    cited = [reading.lines[i] for i in order if view.line(reading.lines[i]).position in counted][:QUOTED]
    decision = facts.decide(criterion, view, counted, cited)
    if decision is None:
        raise ValueError(f"no facts about years for {criterion.id}")
    close = any(abs(value - model.years_from) < CLOSE for value in kind.values())
    made = _made(criterion, decision.verdict, reading, order[:1], decision.unsure or close)
    lines = tuple(dict.fromkeys((*cited, *decision.lines))) or made.lines
    if decision.verdict == "not_shown":
        lines = ()
    return made.model_copy(
        update={"lines": lines, "counted": tuple(decision.counted), "reason": f"{decision.reason}; {made.reason}"}
    )


def of_kind(view: BlindView, reading: Reading, rest: float) -> dict[str, float]:
    """Return per position how surely it is of the kind asked: its best line, and how much else of the posting fits.

    In log odds; the line that names the job counts one more, a line near to the requirement four per unit of cosine.
    """
    named = {line for position in view.positions for line in position.header_lines}
    kind: dict[str, float] = {}
    for line, shares, near in zip(reading.lines, support(reading.probabilities), reading.similarities, strict=True):
        position = view.line(line).position
        if position is None:
            continue
        value = log_odds(float(shares), 0.01) + YEARS_NEARNESS * (float(near) - 0.3) + rest + (line in named)
        kind[position] = max(kind.get(position, -math.inf), value)
    return kind


def _carrying(reading: Reading, verdict: Verdict) -> list[int]:
    """Indices of the lines that carry a verdict: the best one, and the next where it supports in full too."""
    if verdict == "not_shown":
        return []
    order = reading.by_support
    return [order[0], *(i for i in order[1:QUOTED] if reading.probabilities[i, FULL] >= 0.5)]


def _made(criterion: Criterion, verdict: Verdict, reading: Reading, carrying: Iterable[int], unsure: bool) -> Cell:
    carrying = list(carrying)
    shown = carrying[0] if carrying else reading.by_support[0]
    label = LABELS[int(np.argmax(reading.probabilities[shown]))]
    return Cell(
        criterion=criterion.id,
        verdict=verdict,
        unsure=unsure,
        lines=tuple(reading.lines[i] for i in carrying) if verdict != "not_shown" else (),
        nearest=tuple(reading.lines[i] for i in reading.by_support[:3]),
        reason=f"closest line {reading.lines[shown]}, read as {READ_AS[label]}",
    )
