"""Impact tables: rates of selection by group, their ratio to the highest, and how sure that is.

Groups come only from self-reported data that the user supplies; nobody's group is ever guessed.
People whose group is not stated are counted and never compared; groups under 2 % are kept and marked and cannot be the
benchmark. Every sentence about a row comes from a fixed table (``impact.toml``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from statistics import median
from typing import Any, Literal

from matcher.audit import statistics as st
from matcher.audit.rules import rule
from matcher.models import Record

UNKNOWN = "not stated"
LEVEL = 0.05
_SMALL_SHARE = "nyc-impact"

Case = Literal[
    "benchmark", "level_not_significant", "level_significant", "below_significant", "below_not_significant",
    "too_small", "nobody", "unknown", "empty",
]  # fmt: skip


class Row(Record):
    """One group of a table. Rates, ratios and p are unrounded; ``expected_shortfall`` is in people."""

    group: str
    selected: int
    total: int
    share: float
    """Share of everyone whose group is stated."""
    under_share: bool = False
    """Under the share below which a rule lets a group be left out (it is not left out here)."""
    rate: float | None = None
    rate_interval: tuple[float, float] = (0.0, 1.0)
    ratio: float | None = None
    ratio_interval: tuple[float, float] | None = None
    z: float | None = None
    p: float | None = None
    fisher: float | None = None
    mid_p: float | None = None
    shortfall: int = 0
    expected_shortfall: float = 0.0
    flip_flop: float | None = None
    small: bool = False
    case: Case
    says: str


class Table(Record):
    """One measure by one attribute. ``benchmark`` is None where nobody could be compared."""

    measure: str
    attribute: str
    benchmark: str | None
    rows: tuple[Row, ...]
    unknown_selected: int = 0
    unknown_total: int = 0
    note: str = ""

    @property
    def totals(self) -> tuple[int, int]:
        """Selected and total over all rows and those whose group is not stated."""
        selected = sum(row.selected for row in self.rows) + self.unknown_selected
        return selected, sum(row.total for row in self.rows) + self.unknown_total

    def row(self, group: str) -> Row:
        """Return the row of a group. Raises KeyError."""
        for row in self.rows:
            if row.group == group:
                return row
        raise KeyError(group)


Counts = Mapping[str, tuple[int, int]]
"""Selected and total per group."""


@cache
def words() -> Mapping[str, Mapping[str, Any]]:
    """Return the fixed sentences, the words for *not stated*, and the names of columns."""
    return tomllib.loads(resources.files("matcher.audit").joinpath("impact.toml").read_text("utf-8"))


def table(measure: str, attribute: str, counts: Counts, unknown: tuple[int, int] = (0, 0), note: str = "") -> Table:
    """Return the table of these counts.

    Args:
        counts: selected and total per group, in the order in which they are shown. unknown: of people whose group is
            not stated.
    """
    known = sum(total for _, total in counts.values())
    least = float(rule(_SMALL_SHARE).value or 0)
    best = _benchmark(counts, known, least)
    rows = tuple(
        _row(group, selected, total, known, least, counts, best) for group, (selected, total) in counts.items()
    )
    return Table(
        measure=measure, attribute=attribute, benchmark=best, rows=rows, unknown_selected=unknown[0],
        unknown_total=unknown[1], note=note,
    )  # fmt: skip


def tabulate(
    measure: str, attribute: str, groups: Mapping[str, str], selected: Mapping[str, bool], note: str = ""
) -> Table:
    """Return the table of people: ``groups`` and ``selected`` by candidate; who has no group is not stated."""
    counts: dict[str, tuple[int, int]] = dict.fromkeys(sorted(set(groups.values()) - {UNKNOWN}), (0, 0))
    unknown = (0, 0)
    for candidate, chosen in selected.items():
        group = groups.get(candidate, UNKNOWN)
        before = unknown if group == UNKNOWN else counts[group]
        after = (before[0] + int(chosen), before[1] + 1)
        if group == UNKNOWN:
            unknown = after
        else:
            counts[group] = after
    return table(measure, attribute, counts, unknown, note)


class Scoring(Record):
    """Who scored strictly above the median, and how much a different median would matter."""

    median: float
    above: tuple[tuple[str, bool], ...]
    ties_at_median: float
    """Share of all scores that equal the median: large means that the rate says little."""
    median_of_stated: float | None = None
    """The median without people whose group is not stated, where it differs."""


def above_median(scores: Mapping[str, float], stated: Sequence[str] = ()) -> Scoring | None:
    """Return who scored strictly above the median of everyone assessed (6 RCNY 5-301); None of nobody."""
    if not scores:
        return None
    middle = float(median(scores.values()))
    known = [scores[candidate] for candidate in stated if candidate in scores]
    other = float(median(known)) if known else middle
    return Scoring(
        median=middle,
        above=tuple((candidate, score > middle) for candidate, score in scores.items()),
        ties_at_median=sum(score == middle for score in scores.values()) / len(scores),
        median_of_stated=other if other != middle else None,
    )


def reconcile(tables: Sequence[Table]) -> tuple[str, ...]:
    """Return a warning for each measure whose tables do not add up to the same people."""
    first: dict[str, Table] = {}
    warnings = []
    for one in tables:
        other = first.setdefault(one.measure, one)
        if other.totals != one.totals:
            warnings.append(
                f"{one.measure}: {other.attribute} adds up to {other.totals[0]} of {other.totals[1]},"
                f" {one.attribute} to {one.totals[0]} of {one.totals[1]}; check the data behind them."
            )
    return tuple(warnings)


def _benchmark(counts: Counts, known: int, least: float) -> str | None:
    able = {group: (x, n) for group, (x, n) in counts.items() if n and n / known >= least}
    if not able or not any(x for x, _ in able.values()):
        return None
    return max(able, key=lambda group: (able[group][0] / able[group][1], able[group][1]))


def _row(group: str, selected: int, total: int, known: int, least: float, counts: Counts, best: str | None) -> Row:
    share = total / known if known else 0.0
    row: dict[str, Any] = {
        "group": group, "selected": selected, "total": total, "share": share, "under_share": share < least,
        "rate": st.rate(selected, total), "rate_interval": st.wilson(selected, total),
    }  # fmt: skip
    if total == 0 or best is None:
        return _said(row, "empty" if total == 0 else "nobody", least)
    top, size = counts[best]
    if group == best:
        return _said(row | {"ratio": 1.0}, "benchmark", least)
    row |= _compared(selected, total, top, size)
    return _said(row, _case(row), least)


def _compared(selected: int, total: int, top: int, size: int) -> dict[str, Any]:
    z, p = st.two_proportions(selected, total, top, size) or (None, None)
    exact, mid = st.fisher(selected, total, top, size)
    return {
        "ratio": st.impact_ratio(selected, total, top, size), "ratio_interval": st.katz(selected, total, top, size),
        "z": z, "p": p, "fisher": exact, "mid_p": mid,
        "shortfall": st.shortfall_to_four_fifths(selected, total, top, size),
        "expected_shortfall": st.expected_shortfall(selected, total, top, size),
        "flip_flop": st.flip_flop(selected, total, top, size), "small": st.is_small(selected, total, top, size),
    }  # fmt: skip


def _case(row: Mapping[str, Any]) -> Case:
    line = float(rule("four-fifths").value or 0)
    leading = row["fisher"] if row["small"] or row["p"] is None else row["p"]
    below = row["ratio"] < line - 1e-12
    if leading < LEVEL:
        return "below_significant" if below else "level_significant"
    flipped = row["flip_flop"]
    if row["small"] or (below and flipped is not None and flipped >= line):
        return "too_small"
    return "below_not_significant" if below else "level_not_significant"


def _said(row: dict[str, Any], case: Case, least: float) -> Row:
    return Row(**row, case=case, says=words()["says"][case].format(share=f"{least * 100:g}"))
