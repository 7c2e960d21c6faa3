"""Figures of the reader on the gold postings: what the whole stage says about every cell, and how well it agrees."""

from __future__ import annotations

import math
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import gold
import numpy as np

from matcher.justify import copied_from, justify, reader_verdicts
from matcher.justify.reader_cells import CellModel
from matcher.justify.reader_lines import Reading
from matcher.models import BlindView, Cell, Criteria, Criterion

ORDER = ("not_shown", "partial", "met")
TRUTH = {"not_met": "not_shown", "partial": "partial", "met": "met"}


@dataclass(frozen=True)
class Example:
    """One cell with its reading and its truth."""

    posting: str
    candidate: gold.Candidate
    criterion: Criterion
    reading: Reading
    hit: tuple[bool, ...]
    rest: float = 0.0
    """Mean support of the candidate's other criteria."""

    @property
    def truth(self) -> str:
        """The true verdict, in the product's words."""
        return TRUTH[self.candidate.truth["verdicts"][self.criterion.id]["verdict"]]


def kappa(pairs: list[tuple[str, str]], weighted: bool = False) -> float:
    """Cohen's kappa over (truth, said); quadratic weights if asked."""
    at = {name: i for i, name in enumerate(ORDER)}

    def weight(i: int, j: int) -> float:
        return 1 - ((i - j) / 2) ** 2 if weighted else float(i == j)

    n = len(pairs)
    truth, said = Counter(at[t] for t, _ in pairs), Counter(at[s] for _, s in pairs)
    observed = sum(weight(at[t], at[s]) for t, s in pairs) / n
    expected = sum(weight(i, j) * truth[i] * said[j] for i in range(3) for j in range(3)) / n**2
    return (observed - expected) / (1 - expected) if expected < 1 else math.nan


def spearman(a: list[float], b: list[float]) -> float:
    """Rank correlation with mean ranks for ties."""
    from scipy.stats import spearmanr

    return float(spearmanr(a, b).statistic)


@dataclass(frozen=True)
class Given:
    """A judge that hands over cells made before: the stage then checks them as it checks every judge's."""

    cells: tuple[Cell, ...]
    name: str = "given"
    note: str = ""

    def read(self, view: BlindView, criteria: Criteria) -> tuple[Cell, ...]:
        """Return the cells."""
        return self.cells


@dataclass(frozen=True)
class Said:
    """What the whole stage says about one cell; ``shown`` are the lines in the order in which a person sees them."""

    verdict: str
    unsure: bool
    shown: tuple[str, ...] = ()
    years: float | None = None


def said(tested: list[Example], model: CellModel) -> list[Said]:
    """Return what the whole stage says about each example."""
    groups: dict[str, list[int]] = {}
    for i, e in enumerate(tested):
        groups.setdefault(f"{e.posting} {e.candidate.name}", []).append(i)
    result = [Said("not_shown", False)] * len(tested)
    for members in groups.values():
        mine = [tested[i] for i in members]
        cells = tuple(reader_verdicts.cell(e.criterion, e.candidate.view, e.reading, model, e.rest) for e in mine)
        for i, made in zip(members, checked(mine[0].candidate, [e.criterion for e in mine], cells), strict=True):
            result[i] = made
    return result


def checked(person: gold.Candidate, asked: list[Criterion], cells: tuple[Cell, ...]) -> list[Said]:
    """Let the stage check the cells of one candidate: quotes come first, then the nearest lines."""
    criteria = Criteria(posting="doc:gold", title=person.posting, criteria=tuple(asked))
    copied = copied_from("\n".join(c.text for c in asked))
    made = justify(person.view, person.document, criteria, Given(cells), copied=copied)
    result = []
    for cell, justification in zip(cells, made.justifications, strict=True):
        verdict = justification.verdict if justification.verdict in ORDER else "not_shown"
        quotes = [quote.text for quote in justification.evidence]
        shown = tuple(dict.fromkeys([*quotes, *(person.original(line) for line in cell.nearest)]))
        result.append(Said(str(verdict), justification.unsure, shown, justification.years))
    return result


def measure(tested: list[Example], verdicts: list[Said]) -> dict:
    """Return the figures for one posting or several."""
    both = list(zip(tested, verdicts, strict=True))
    pairs = [(e.truth, s.verdict) for e, s in both]
    silent = [v for t, v in pairs if t == "not_shown"]
    sure = [(e.truth, s.verdict) for e, s in both if not s.unsure]
    truths = [(s, e.candidate.truth["verdicts"][e.criterion.id]["evidence"]) for e, s in both]
    top = {n: np.mean([found(s.shown[:n], evidence) for s, evidence in truths if evidence]) for n in (1, 3)}
    score: dict[str, list[float]] = {}
    for e, s in both:
        score.setdefault(e.candidate.name, []).append(ORDER.index(s.verdict) / 2)
    fit_grade = {e.candidate.name: e.candidate.fit for e in tested}
    means = {name: float(np.mean(values)) for name, values in score.items()}
    one = len({e.posting for e in tested}) == 1
    years = [
        abs(s.years - e.candidate.truth["years"][e.criterion.id]) <= 0.5
        for e, s in both
        if s.years is not None and e.criterion.id in e.candidate.truth.get("years", {})
    ]
    return {
        "cells": len(pairs),
        "accuracy": float(np.mean([a == b for a, b in pairs])),
        "kappa": kappa(pairs),
        "weighted_kappa": kappa(pairs, True),
        "false_met": float(np.mean([v == "met" for v in silent])),
        "top1": float(top[1]),
        "top3": float(top[3]),
        "years": float(np.mean(years)) if years else math.nan,
        "rho": spearman(list(means.values()), [float(fit_grade[name]) for name in means]) if one else math.nan,
        "sure": len(sure) / len(pairs),
        "sure_accuracy": float(np.mean([a == b for a, b in sure])) if sure else math.nan,
        "sure_false_met": float(np.mean([b == "met" for a, b in sure if a == "not_shown"])) if sure else math.nan,
    }


def found(shown: tuple[str, ...], evidence: list[str]) -> bool:
    """Say whether one of the lines shown is one of the truth's."""
    return any(gold.supports(text, evidence) for text in shown)


def show(name: str, f: dict) -> None:
    """Print one line of figures."""
    keys = ("accuracy", "kappa", "weighted_kappa", "false_met", "top1", "top3", "years", "rho", "sure", "sure_accuracy")
    print(f"{name:24s} {f['cells']:4d} cells " + " ".join(f"{key} {f[key]:.3f}" for key in keys))
