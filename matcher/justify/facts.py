"""What code can decide without reading: lengths of time and levels of degrees, for every judge alike.

Years: whole months of the counted positions, overlaps once, clipped to the window that a requirement names ("within
the last five years") and to the month that a cited line names ("Kafka from 2018"); divided by 12, one decimal.
A length is enough from ``min_years`` less one month, because months are counted by subtraction (January to December
of three years is 35); where only years were written, from half a year less, and then the cell is marked unsure.

Degrees: secondary < vocational < associate < bachelor < master < doctorate; only complete degrees count.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from matcher.models import BlindEducation, BlindPosition, BlindView, Criterion, DegreeLevel, Line, Verdict
from matcher.timeline import find_ranges, months_ago, union_months

FactKind = Literal["years", "degree", "certificate", "language"]
ORDER: tuple[DegreeLevel, ...] = ("secondary", "vocational", "associate", "bachelor", "master", "doctorate")
MONTH_TOLERANCE = 1
YEAR_TOLERANCE = 6
_BEFORE = re.compile(r"\b([^\W\d_]{4,})[ -](?:programs?|programmes?|degrees?|diplomas?)\b")
_FIELD = re.compile(r"(?:\bin\b|\bof (?:science|arts|engineering)\b|\(|\ben\b|\bim\b|\bder\b).*")


@dataclass(frozen=True)
class FactDecision:
    """What code says about one criterion.

    ``final``: code alone decides; otherwise ``verdict`` is the most that the facts allow, and somebody must read.
    """

    kind: FactKind
    verdict: Verdict
    reason: str
    lines: tuple[str, ...] = ()
    years: float | None = None
    counted: tuple[str, ...] = ()
    final: bool = True
    unsure: bool = False


@dataclass(frozen=True)
class Length:
    """Time covered by positions: whole months, and how well it is known."""

    months: int
    undated: tuple[str, ...] = ()
    rough: bool = False

    @property
    def years(self) -> float:
        """Years, rounded to one decimal."""
        return round(self.months / 12, 1)

    def reaches(self, minimum: float) -> bool:
        """Say whether this is at least ``minimum`` years within the stated tolerance."""
        tolerance = YEAR_TOLERANCE if self.rough else MONTH_TOLERANCE
        return self.months + tolerance >= minimum * 12


def decide(
    criterion: Criterion,
    view: BlindView,
    counted_positions: Sequence[str] | None = None,
    lines: Sequence[str] = (),
) -> FactDecision | None:
    """Return what facts say about a criterion, or None where they say nothing.

    ``counted_positions`` are the positions that a reader says are of the kind asked; without them nothing is said
    about years. ``lines`` are the lines that the reader cites.
    """
    if criterion.min_years is not None and counted_positions is not None:
        return _decide_years(criterion, view, counted_positions, lines)
    if criterion.degree is not None:
        return _decide_degree(criterion, criterion.degree, view)
    return None


def years(view: BlindView, counted: Iterable[str], *, window: int | None = None, lines: Iterable[str] = ()) -> Length:
    """Return the time that positions cover, inside the last ``window`` months where one is given."""
    wanted = set(counted)
    cited = [line for line in view.lines if line.id in set(lines)]
    spans, undated, rough = [], [], False
    for position in view.positions:
        if position.id not in wanted:
            continue
        span = _span(position, view, cited)
        if span is None:
            undated.append(position.id)
            continue
        rough = rough or position.precision == "year"
        clipped = (min(span[0], window), span[1]) if window is not None else span
        if clipped[0] > clipped[1]:
            spans.append(clipped)
    return Length(union_months(spans), tuple(undated), rough)


def window_months(text: str) -> int | None:
    """Return the months of a window such as "within the last five years" in a requirement, or None."""
    found = _words().window.search(text.lower())
    if found is None:
        return None
    number = next(group for group in found.groups() if group)
    value = int(number) if number.isdigit() else _words().numbers[number]
    return value * 12


def without_length(text: str) -> str:
    """Return a requirement without the length of time that it names: what a position must be to count."""
    bare = _words().lengths.sub(" ", _words().window_words.sub(" ", text))
    bare = re.sub(r"\s+", " ", bare).strip(" ,;:.")
    return bare or text


def allows_equivalent(text: str) -> bool:
    """Say whether a requirement lets experience stand for the degree."""
    return _words().equivalent.search(text.lower()) is not None


def denies(text: str) -> bool:
    """Say whether a line holds a word of denial."""
    return _words().denied.search(text.lower()) is not None


def lapsed(text: str) -> bool:
    """Say whether a line says that something is no longer in force."""
    return _words().lapsed.search(text.lower()) is not None


def underway(text: str) -> bool:
    """Say whether a line says that something is only studied for, booked or planned."""
    return _words().underway.search(text.lower()) is not None


def _decide_years(criterion: Criterion, view: BlindView, counted: Sequence[str], lines: Sequence[str]) -> FactDecision:
    minimum = criterion.min_years or 0.0
    known = tuple(p.id for p in view.positions if p.id in set(counted))
    length = years(view, known, window=window_months(criterion.text), lines=lines)
    headers = tuple(line for p in view.positions if p.id in known for line in p.header_lines[:1])
    detail = f"{length.years:g} years counted from {len(known)} positions, {minimum:g} asked"
    if length.undated:
        detail += f"; {len(length.undated)} of them carry no dates"
    enough = length.reaches(minimum)
    unsure = (bool(length.undated) and not enough) or (
        length.rough and abs(length.months - minimum * 12) <= YEAR_TOLERANCE
    )
    verdict: Verdict = "met" if enough else "partial" if known else "not_shown"
    return FactDecision("years", verdict, detail, headers, length.years, known, final=True, unsure=unsure)


def _decide_degree(criterion: Criterion, asked: DegreeLevel, view: BlindView) -> FactDecision | None:
    stated = [e for e in view.education if e.level is not None]
    complete = [e for e in stated if e.complete]
    best = max(complete, key=_rank, default=None)
    high = [e for e in complete if at_least(e.level, asked)]
    clear = next((e for e in high if _field_is_clear(criterion.text, e, view)), None)
    if clear is not None:
        return FactDecision("degree", "met", f"a complete {clear.level} degree is stated", (clear.line,))
    if allows_equivalent(criterion.text) or not stated:
        return None
    if high:
        detail = f"a complete {high[0].level} degree is stated, its field must be read"
        return FactDecision("degree", "met", detail, (high[0].line,), final=False)
    if any(at_least(e.level, asked) for e in stated) or any(e.level is None for e in view.education):
        return FactDecision("degree", "partial", "the degree asked is not stated as complete", final=False)
    detail = f"the highest degree stated is {best.level if best else 'none'}; {asked} is asked"
    return FactDecision("degree", "not_shown", detail, final=False)


def _field_is_clear(text: str, education: BlindEducation, view: BlindView) -> bool:
    """True where the requirement names no field, or a word of the field of study stands in it.

    The field is what was read as such and what stands before the first comma of the line: "B.S. Business (evenings),
    Salt River State". Words are the same if they share six letters: computing and computer, mathematics and maths.
    """
    asked = _asked_field(text.lower())
    if asked is None:
        return True
    line = next((line.text for line in view.lines if line.id == education.line), "")
    studied = f"{education.field or ''} {line.split(',')[0]}".lower()
    return bool(_stems(studied) & _stems(asked))


def _asked_field(text: str) -> str | None:
    """The words that name a field: after "in", or before "degree" or "program"."""
    found = _FIELD.search(text)
    before = [word for word in _BEFORE.findall(text) if word not in _words().no_field]
    parts = [*([found[0]] if found else []), *before]
    return " ".join(parts) if parts else None


def _stems(text: str) -> set[str]:
    """First six letters of the words that name a field; usual abbreviations are written out."""
    words = (_words().fields.get(word, word) for word in re.findall(r"\w+", text))
    return {word[:6] for word in words if len(word) >= 4 and word not in _words().vague}


def at_least(level: DegreeLevel | None, asked: DegreeLevel) -> bool:
    """Say whether a degree of this level includes the one asked."""
    return level is not None and ORDER.index(level) >= ORDER.index(asked)


def _rank(education: BlindEducation) -> int:
    return ORDER.index(education.level) if education.level is not None else -1


def _span(position: BlindPosition, view: BlindView, cited: Iterable[Line]) -> tuple[int, int] | None:
    """Months ago from and to, clipped by a cited line of the position that says since when and no other time."""
    if position.from_ago is None or position.to_ago is None:
        return None
    start = position.from_ago
    for line in cited:
        if line.position != position.id:
            continue
        ranges = find_ranges(line.text)
        if len(ranges) == 1 and ranges[0].kind == "since" and ranges[0].first is not None:
            start = min(start, max(months_ago(ranges[0].first, view.as_of), position.to_ago))
    return start, position.to_ago


@dataclass(frozen=True)
class _Words:
    window: re.Pattern[str]
    window_words: re.Pattern[str]
    lengths: re.Pattern[str]
    numbers: dict[str, int]
    equivalent: re.Pattern[str]
    denied: re.Pattern[str]
    lapsed: re.Pattern[str]
    underway: re.Pattern[str]
    vague: frozenset[str]
    no_field: frozenset[str]
    fields: dict[str, str]


@cache
def _words() -> _Words:
    data: dict[str, Any] = tomllib.loads((files("matcher.justify") / "facts.toml").read_text("utf-8"))
    number = r"(\d{1,2}|" + "|".join(data["numbers"]) + ")"
    windows = "|".join(pattern.replace("{n}", number) for pattern in data["windows"])
    lengths = "|".join(pattern.replace("{n}", number) for pattern in data["lengths"])
    return _Words(
        window=re.compile(windows),
        window_words=re.compile(rf"(?:{windows})", re.IGNORECASE),
        lengths=re.compile(rf"\b(?:{lengths})", re.IGNORECASE),
        numbers=data["numbers"],
        equivalent=any_word(data["equivalent"]),
        denied=any_word(data["denied"]),
        lapsed=any_word(data["lapsed"]),
        underway=any_word(data["underway"]),
        vague=frozenset(data["vague"]),
        no_field=frozenset(data["no_field"]),
        fields=data["fields"],
    )


def any_word(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of these words or phrases, whole, in lower-case text."""
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)")
