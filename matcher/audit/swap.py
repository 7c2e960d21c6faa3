"""Swap tests: change who a résumé is about, leave what it says about work, and measure what moves.

Pure: takes texts, a generator of variants and a function that assesses a whole pool, and returns numbers. One résumé is
changed at a time, the rest of the pool stays. A change alone proves little: a harmless line of equal length moves an
embedding as much as a telling one, so every change stands beside its control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple, TypeVar

from matcher.audit import statistics as st
from matcher.audit.variants import Variant
from matcher.models import Record


class Assessed(NamedTuple):
    """What the product made of a pool: per candidate the score, the fit, both places, and the verdict of each cell."""

    scores: Mapping[str, int | None]
    fits: Mapping[str, float]
    ranks: Mapping[str, int | None]
    orders: Mapping[str, int]
    verdicts: Mapping[str, tuple[str, ...]]


Text = TypeVar("Text")
Assess = Callable[[Mapping[str, Text]], Assessed]
Make = Callable[[Text], Iterable[Variant[Text]]]


class Change(Record):
    """What one variant moved for the one résumé that was changed; positive means better for the person."""

    candidate: str
    group: str
    label: str
    score: int
    fit: float
    rank: int
    order: int
    cells: int
    flips: int
    """Cells whose verdict differs."""
    crossed: int
    """1: into the first ``cut`` of the fit order, −1: out of them, 0: neither."""
    inside: bool
    """Within the cut after the change."""
    others: int = 0
    """Other candidates whose score, rank, fit or verdicts moved."""


class Effect(Record):
    """All changes of one kind, in numbers."""

    changes: int
    cells: int
    """Verdicts compared."""
    mean_score: float
    max_score: int
    mean_fit: float
    max_fit: float
    rank_changes: int
    order_changes: int
    max_order: int
    flips: int
    up: int
    """Changes that raised the fit, and those that lowered it."""
    down: int
    crossed_in: int
    crossed_out: int
    p: float | None
    """Wilcoxon (Pratt) over the mean change of fit per résumé, two-sided."""


class SwapReport(Record):
    """One kind of swap with its control."""

    kind: str
    resumes: int
    cut: int
    effect: Effect
    control: Effect | None = None
    p_against_control: float | None = None
    """Wilcoxon (Pratt) over the differences between change and control per résumé."""
    group_rates: tuple[tuple[str, float], ...] = ()
    """Share within the cut per group, over the same résumés."""
    impact_ratio: float | None = None
    """Lowest group rate ÷ highest."""
    others_moved: int = 0

    @property
    def verdict_agreement(self) -> float:
        """Share of the verdicts that stayed the same."""
        return 1 - self.effect.flips / self.effect.cells if self.effect.cells else 1.0

    @property
    def nothing_moved(self) -> bool:
        """Whether no score, fit, place or verdict of anybody changed at all."""
        one = self.effect
        moved = (one.max_score, one.max_fit, one.rank_changes, one.order_changes, one.flips, self.others_moved)
        return not any(moved)


def merge(kind: str, parts: Sequence[tuple[Sequence[Change], int]], cut: int) -> SwapReport:
    """Return one report over the changes of several pools (changes and number of résumés of each)."""
    changes = [change for some, _ in parts for change in some]
    return _report(kind, sum(count for _, count in parts), cut, changes, [])


def swap(kind: str, documents: Mapping[str, Text], make: Make[Text], assess: Assess[Text], cut: int) -> SwapReport:
    """Change one résumé at a time in every way that ``make`` knows, and report what moved.

    Args:
        documents: texts by candidate. make: gives the variants of one text. assess: judges a whole pool.
        cut: how many of the fit order count as *inside*.
    """
    changes, controls = measure(documents, make, assess, cut)
    return _report(kind, len(documents), cut, changes, controls)


def measure(
    documents: Mapping[str, Text], make: Make[Text], assess: Assess[Text], cut: int
) -> tuple[list[Change], list[Change]]:
    """Return every change and every control, one résumé at a time."""
    changes: list[Change] = []
    controls: list[Change] = []
    for candidate, text in documents.items():
        for variant in make(text):
            before = assess({**documents, candidate: variant.base})
            after = assess({**documents, candidate: variant.text})
            changes.append(_change(candidate, variant, before, after, cut))
            if variant.control is not None:
                beside = assess({**documents, candidate: variant.control})
                controls.append(_change(candidate, variant, before, beside, cut))
    return changes, controls


def _report(kind: str, resumes: int, cut: int, changes: Sequence[Change], controls: Sequence[Change]) -> SwapReport:
    rates = _group_rates(changes)
    return SwapReport(
        kind=kind,
        resumes=resumes,
        cut=cut,
        effect=_effect(changes),
        control=_effect(controls) if controls else None,
        p_against_control=_against(changes, controls),
        group_rates=rates,
        impact_ratio=_lowest_to_highest([rate for _, rate in rates]),
        others_moved=sum(change.others for change in changes),
    )


def _change(candidate: str, variant: Variant[Text], before: Assessed, after: Assessed, cut: int) -> Change:
    was, now = before.orders[candidate] <= cut, after.orders[candidate] <= cut
    return Change(
        candidate=candidate,
        group=variant.group,
        label=variant.label,
        score=(after.scores[candidate] or 0) - (before.scores[candidate] or 0),
        fit=after.fits[candidate] - before.fits[candidate],
        rank=(before.ranks[candidate] or 0) - (after.ranks[candidate] or 0),
        order=before.orders[candidate] - after.orders[candidate],
        cells=len(before.verdicts[candidate]),
        flips=sum(
            one != other for one, other in zip(before.verdicts[candidate], after.verdicts[candidate], strict=True)
        ),
        crossed=int(now) - int(was),
        inside=now,
        others=sum(_moved(other, before, after) for other in before.orders if other != candidate),
    )


def _moved(candidate: str, before: Assessed, after: Assessed) -> bool:
    return any(one[candidate] != other[candidate] for one, other in zip(before, after, strict=True))


def _effect(changes: Sequence[Change]) -> Effect:
    return Effect(
        changes=len(changes),
        cells=sum(change.cells for change in changes),
        mean_score=fmean(change.score for change in changes) if changes else 0.0,
        max_score=max((abs(change.score) for change in changes), default=0),
        mean_fit=fmean(change.fit for change in changes) if changes else 0.0,
        max_fit=max((abs(change.fit) for change in changes), default=0.0),
        rank_changes=sum(change.rank != 0 for change in changes),
        order_changes=sum(change.order != 0 for change in changes),
        max_order=max((abs(change.order) for change in changes), default=0),
        flips=sum(change.flips for change in changes),
        up=sum(change.fit > 0 for change in changes),
        down=sum(change.fit < 0 for change in changes),
        crossed_in=sum(change.crossed > 0 for change in changes),
        crossed_out=sum(change.crossed < 0 for change in changes),
        p=st.wilcoxon(list(_per_resume(changes).values())) if changes else None,
    )


def _per_resume(changes: Iterable[Change]) -> dict[str, float]:
    fits: dict[str, list[float]] = {}
    for change in changes:
        fits.setdefault(change.candidate, []).append(change.fit)
    return {candidate: fmean(values) for candidate, values in fits.items()}


def _against(changes: Sequence[Change], controls: Sequence[Change]) -> float | None:
    if not controls:
        return None
    one, other = _per_resume(changes), _per_resume(controls)
    return st.wilcoxon([one[candidate] - other[candidate] for candidate in other])


def _lowest_to_highest(rates: Sequence[float]) -> float | None:
    highest = max(rates, default=0.0)
    return min(rates) / highest if highest else None


def _group_rates(changes: Iterable[Change]) -> tuple[tuple[str, float], ...]:
    inside: dict[str, list[bool]] = {}
    for change in changes:
        inside.setdefault(change.group, []).append(change.inside)
    return tuple((group, sum(values) / len(values)) for group, values in inside.items())
