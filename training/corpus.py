"""Training rows of the reader: hand-written pairs, and negatives mined from the same occupation.

A résumé mostly holds lines that belong to the occupation and support something else. The hand-written files hold few of
those, so every epoch draws new ones: a line written for one criterion beside another criterion of the same occupation.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matcher.justify.facts import without_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

LABELS = ("none", "partial", "full", "contradicts")
DATA = Path(__file__).parent / "data"
HELD_OUT = 8
"""Occupations kept apart for the figures of the report: the same eight as in the first experiment."""

YEARS = re.compile(
    r"\b(\d+|one|two|three|four|five|six|seven|eight|ten|zwei|drei|vier|fünf|sechs|deux|trois|quatre|cinq|dos|tres|cuatro"
    r"|cinco)\+?[ -]*(or more |full |full-time )?(school )?"
    r"(years?|yrs|months?|seasons?|Jahre|años|ans)\b",
    re.I,
)
CREDENTIAL = re.compile(
    r"degree|bachelor|master|diploma|licen[cs]|certif|registration|registered|chartered|qualified|accredited|PhD|MBA"
    r"|Studium|Abschluss|Ausbildung|visa|authori[sz]|right to work",
    re.I,
)
LANGUAGE = re.compile(
    r"\b(English|German|Spanish|French|Arabic|Deutsch|Englisch|Welsh|Mandarin|Dutch|Italian|fluent|bilingual"
    r"|language skills)\b"
)
SOFT = re.compile(
    r"communicat|interperson|soft skill|attention to detail|organi[sz]ed|organi[sz]ational|team ?player|leadership"
    r"|problem.?solving|self-?motivat|flexib|resilien|patient and|empath|calm|confiden|judg|discretion|adaptab"
    r"|initiative|negotiat|stakeholder|time management|analytical|creativ|reliab|punctual|integrity|proactive"
    r"|independen",
    re.I,
)


@dataclass(frozen=True)
class Row:
    """One criterion beside one line, with the share of each label (soft where the row was mined)."""

    occupation: str
    criterion: str
    kind: str
    context: str
    line: str
    target: tuple[float, float, float, float]
    origin: str = "written"

    @property
    def label(self) -> int:
        """Index of the most likely label."""
        return max(range(4), key=lambda i: self.target[i])


def one_hot(label: str) -> tuple[float, float, float, float]:
    """Return the share of each label for a label that a person wrote."""
    return tuple(float(name == label) for name in LABELS)  # type: ignore[return-value]


def written(folder: Path = DATA) -> list[Row]:
    """Read every hand-written pair. Raises ValueError for a label that is not known."""
    rows = []
    for path in sorted(folder.glob("*.jsonl")):
        for text in path.read_text("utf-8").splitlines():
            raw = json.loads(text)
            if raw["label"] not in LABELS:
                raise ValueError(f"{path.name}: label {raw['label']!r} is not one of {LABELS}")
            rows.append(
                Row(raw["occ"], raw["criterion"], raw["kind"], raw["context"], raw["line"], one_hot(raw["label"]))
            )
    return rows


AT_WORK = re.compile("Experience|Erfahrung|Experiencia|Expérience")
"""Sections whose lines stand under a job."""
SILENT = (0.93, 0.05, 0.02, 0.0)
"""Target of a combination that the writer of a dense file left without a label: not written for it, rarely a help."""


def dense(folder: Path = DATA / "dense", only: Sequence[str] = ()) -> list[Row]:
    """Read the dense files: whole résumés, every line beside every criterion of its posting.

    ``# occupation``, then ``ID | kind | criterion``, then ``@ context`` and under it ``line => ID label, ID label``.
    A combination without a label is *none*, but for "N years" criteria a line under a job may count, so those are left
    out. Raises ValueError for an unknown label or id.
    """
    rows: list[Row] = []
    for path in sorted(p for p in folder.glob("*.txt") if not only or p.stem in only):
        occupation, context, criteria = "", "", {}
        for text in filter(None, map(str.strip, path.read_text("utf-8").splitlines())):
            if text.startswith("# "):
                occupation, criteria = text[2:], {}
            elif text.startswith("@ "):
                context = text[2:]
            elif "=>" in text:
                rows += _dense_line(text, occupation, context, criteria)
            else:
                identifier, kind, criterion = (part.strip() for part in text.split(" | ", 2))
                criteria[identifier] = (kind, criterion)
    return rows


def _dense_line(text: str, occupation: str, context: str, criteria: dict[str, tuple[str, str]]) -> list[Row]:
    line, _, marks = text.rpartition("=>")
    labels = dict(mark.split() for mark in marks.split(",") if mark.strip())
    if unknown := set(labels) - set(criteria) or set(labels.values()) - set(LABELS):
        raise ValueError(f"{occupation}: {unknown} in {text!r}")
    at_work = AT_WORK.search(context)
    rows = []
    for identifier, (kind, criterion) in criteria.items():
        label = labels.get(identifier)
        if label is None and at_work and type_of(criterion) == "years":
            continue
        target = one_hot(label) if label else SILENT
        rows.append(Row(occupation, criterion, kind, context, line.strip(), target, "dense"))
    return rows


def positions(rows: Sequence[Row]) -> list[Row]:
    """Return jobs beside "N years" requirements without their length, as the judge asks about them.

    ``rows`` are written or dense. A written line names the job itself or stands under its title; it counts by its own
    label. A job of a dense file is its first line, where that names it and carries the label, and each line under it.
    """
    found = []
    heads: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        if row.kind == "responsibility" or type_of(row.criterion) != "years" or not AT_WORK.search(row.context):
            continue
        title, _, section = row.context.rpartition(" · ")
        key = (row.occupation, row.criterion, row.context)
        named = row.origin == "dense" and title.split(",")[0].lower() in row.line.lower()
        if named:
            heads.setdefault(key, row)
        head = heads.get(key, row)
        before = head.line if head is not row else title if not named else ""
        text = f"{before}. {row.line}" if before else row.line
        found.append(
            Row(row.occupation, without_length(row.criterion), row.kind, section, text, head.target, "position")
        )
    return found


def type_of(criterion: str) -> str:
    """Return what a criterion asks about, from its wording: years, credential, language, soft or work."""
    for name, pattern in (("years", YEARS), ("credential", CREDENTIAL), ("language", LANGUAGE), ("soft", SOFT)):
        if pattern.search(criterion):
            return name
    return "work"


def split(rows: Sequence[Row], seed: int = 0) -> tuple[list[Row], list[Row]]:
    """Return rows for training and rows of the held-out occupations."""
    occupations = sorted({row.occupation for row in rows})
    random.Random(seed).shuffle(occupations)
    held = set(occupations[:HELD_OUT])
    return [r for r in rows if r.occupation not in held], [r for r in rows if r.occupation in held]


LIMIT = {"work": 0.42, "soft": 0.22, "credential": 0.45, "language": 0.4, "years": 0.0}
"""Similarity above which a line is not mined for a criterion of this type: it may well support it."""
CRITERIA_APART = 0.5
NO_WORK = re.compile(r"Education|Languages|Skills|Certif|Ausbildung|Formación|Formation|Idiomas|Sprachen|Interests")
"""Sections whose lines never count as a job."""


class Miner:
    """Draws lines that support something else, from the same occupation or from another one.

    ``similarity`` tells how near a line is to the other criterion: near lines are the ones a prefilter lets through,
    and the nearest of all may well support it, so they are left out.
    """

    def __init__(self, rows: Sequence[Row], vectors: dict[str, np.ndarray]) -> None:
        self.rows = list(rows)
        self.vectors = vectors
        self.of: dict[str, list[tuple[str, str]]] = {}
        for occupation, criterion, kind in sorted({(r.occupation, r.criterion, r.kind) for r in rows}):
            self.of.setdefault(occupation, []).append((criterion, kind))
        self.candidates = [found for row in self.rows if (found := self._others(row))]

    def _others(self, row: Row) -> list[tuple[Row, float]]:
        found = []
        for criterion, kind in self.of[row.occupation]:
            if criterion == row.criterion:
                continue
            if float(self.vectors[criterion] @ self.vectors[row.criterion]) > CRITERIA_APART:
                continue
            near = float(self.vectors[criterion] @ self.vectors[row.line])
            wanted = type_of(criterion)
            limit = 0.42 if wanted == "years" and NO_WORK.search(row.context) else LIMIT[wanted]
            if near > limit:
                continue
            # a share for "partial" and "full": some of the mined rows do support the other criterion a little
            doubt = 0.02 + max(0.0, near) * 0.25
            target = (1 - doubt, 0.7 * doubt, 0.3 * doubt, 0.0)
            found.append((Row(row.occupation, criterion, kind, row.context, row.line, target, "mined"), near))
        return found

    def draw(self, count: int, rng: random.Random) -> list[Row]:
        """Return ``count`` mined rows; the nearer a line, the likelier it is drawn."""
        drawn = []
        for _ in range(count):
            options = rng.choice(self.candidates)
            drawn.append(max(rng.sample(options, min(2, len(options))), key=lambda pair: pair[1])[0])
        return drawn

    def far(self, count: int, rng: random.Random) -> list[Row]:
        """Return ``count`` rows that pair a criterion with a line of another occupation."""
        drawn: list[Row] = []
        while len(drawn) < count:
            row, other = rng.choice(self.rows), rng.choice(self.rows)
            near = float(self.vectors[row.criterion] @ self.vectors[other.line])
            if row.occupation == other.occupation or near > LIMIT[type_of(row.criterion)]:
                continue
            drawn.append(
                Row(row.occupation, row.criterion, row.kind, other.context, other.line, (0.97, 0.02, 0.01, 0.0), "far")
            )
        return drawn


BULLETS = ("• ", "- ", "▪ ", "* ", "– ")


def vary(row: Row, mates: dict[str, list[str]], rng: random.Random) -> Row:
    """Return the row as another résumé might show it: section or title left out, or the line merged with another.

    Merging balances length (supporting lines are longer in the written pairs) and teaches terse résumés, where one line
    holds many facts. Only lines of *far* criteria of the same occupation are merged, and never with a denial.
    """
    parts = [part.strip() for part in row.context.split("·")]
    title, section = (parts[0], parts[-1]) if len(parts) > 1 else ("", parts[0])
    if rng.random() < 0.3:
        section = ""
    if title and rng.random() < 0.12:
        title = ""
    context = " · ".join(part for part in (title, section) if part)
    line, mate = row.line, mates.get(row.criterion)
    if mate and row.target[3] < 0.5 and rng.random() < (0.5 if row.origin == "position" else 0.15):
        other = rng.choice(mate)
        first = row.origin == "position" or rng.random() < 0.5
        line = f"{line.rstrip('.')}. {other}" if first else f"{other.rstrip('.')}. {line}"
    return Row(row.occupation, row.criterion, row.kind, context, line, row.target, row.origin)
