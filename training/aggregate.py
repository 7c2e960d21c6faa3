"""Fit the step from lines to a cell and measure it, leaving one posting out at a time.

``python training/aggregate.py --gold GOLD --readings DIR [--suffix untuned] [--out cells.json]`` reads
``readings-POSTING.json`` as ``tune.py`` writes them.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import gold
import numpy as np
from sklearn.linear_model import LogisticRegression

from matcher.justify import copied_from, credentials, justify, reader, standing
from matcher.justify.reader_cells import FEATURES, CellModel, strongest
from matcher.models import BlindView, Cell, Criteria, Criterion

NEAREST = 12
"""Nearest lines per cell in the readings; for years the lines that name a job follow them."""
ORDER = ("not_shown", "partial", "met")
TRUTH = {"not_met": "not_shown", "partial": "partial", "met": "met"}


@dataclass(frozen=True)
class Example:
    """One cell with its reading and its truth."""

    posting: str
    candidate: gold.Candidate
    criterion: Criterion
    reading: reader.Reading
    hit: tuple[bool, ...]
    rest: float = 0.0
    """Mean support of the candidate's other criteria."""

    @property
    def truth(self) -> str:
        """The true verdict, in the product's words."""
        return TRUTH[self.candidate.truth["verdicts"][self.criterion.id]["verdict"]]


def examples(folder: Path, readings: Path, count: int) -> list[Example]:
    """Join one posting's readings with its truth; only the nearest ``count`` lines are used."""
    raw = json.loads(readings.read_text("utf-8"))
    people = {c.name: c for c in gold.candidates(folder)}
    asked = {c.id: c for c in gold.criteria(folder)}
    eligible = {
        name: {line.id for line in reader.eligible(person.view, list(asked.values()))}
        for name, person in people.items()
    }
    found = []
    for key, cell in raw.items():
        name, identifier = key.split("|")
        kept = [i for i, line in enumerate(cell["lines"]) if line in eligible[name]]
        near = {i for rank, i in enumerate(kept[:count]) if reader.worth_reading(rank, cell["near"][i])}
        rows = [i for i in kept if i in near or cell["names"][i]]
        reading = reader.Reading(
            tuple(cell["lines"][i] for i in rows),
            np.array([cell["shares"][i] for i in rows], np.float32).reshape(-1, 4),
            np.array([cell["near"][i] for i in rows], np.float32),
        )
        hit = tuple(cell["hit"][i] for i in rows)
        found.append(Example(folder.name, people[name], asked[identifier], reading, hit))
    return with_rest(found)


def with_rest(found: list[Example]) -> list[Example]:
    """Fill in what the other criteria of the same candidate found."""
    by_candidate: dict[str, list[int]] = {}
    for i, e in enumerate(found):
        by_candidate.setdefault(e.candidate.name, []).append(i)
    result = list(found)
    for members in by_candidate.values():
        values = [strongest(found[i].reading.probabilities) for i in members]
        for at, i in enumerate(members):
            result[i] = replace(found[i], rest=reader.elsewhere(values, at))
    return result


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


def fit(
    train: list[Example],
    strength: float,
    names: tuple[str, ...],
    met_from: float,
    sure_from: float,
    years_from: float,
    denied_from: float,
) -> CellModel:
    """Fit the cell model on the examples that it decides: not years, plain certificates, residence, permission."""
    used = [e for e in train if not by_code(e)]
    columns = [FEATURES.index(name) for name in names]
    values = np.array([reader.described(e.candidate.view, e.reading, e.rest) for e in used])[:, columns]
    centre, scale = values.mean(0), values.std(0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=3000).fit(
        (values - centre) / scale, [ORDER.index(e.truth) for e in used]
    )
    return CellModel(
        names, tuple(map(float, centre.round(5))), tuple(map(float, scale.round(5))),
        tuple(tuple(map(float, row.round(5))) for row in model.coef_), tuple(map(float, model.intercept_.round(5))),  # type: ignore[arg-type]
        met_from, sure_from, years_from, denied_from,
    )  # fmt: skip


def by_code(example: Example) -> bool:
    """Say whether code decides this cell without the cell model."""
    view, criterion = example.candidate.view, example.criterion
    return (
        criterion.min_years is not None
        or credentials.decide(criterion, view) is not None
        or standing.decide(criterion, view, example.candidate.document) is not None
    )


@dataclass(frozen=True)
class Given:
    """A judge that hands over cells made before: the stage then checks them as it checks every judge's."""

    cells: tuple[Cell, ...]
    name: str = "given"
    note: str = ""

    def read(self, view: BlindView, criteria: Criteria) -> tuple[Cell, ...]:
        """Return the cells."""
        return self.cells


def said(tested: list[Example], model: CellModel) -> list[tuple[str, bool]]:
    """Return the verdict of the whole stage for each example, and whether it is unsure."""
    groups: dict[str, list[int]] = {}
    for i, e in enumerate(tested):
        groups.setdefault(e.candidate.name, []).append(i)
    result = [("not_shown", False)] * len(tested)
    for members in groups.values():
        person, asked = tested[members[0]].candidate, [tested[i].criterion for i in members]
        cells = tuple(
            reader.cell(e.criterion, person.view, e.reading, model, e.rest) for e in (tested[i] for i in members)
        )
        criteria = Criteria(posting="doc:gold", title=person.posting, criteria=tuple(asked))
        copied = copied_from("\n".join(c.text for c in asked))
        made = justify(person.view, person.document, criteria, Given(cells), copied=copied)
        for i, cell in zip(members, made.justifications, strict=True):
            verdict = cell.verdict if cell.verdict in ORDER else "not_shown"
            result[i] = (str(verdict), cell.unsure)
    return result


def measure(tested: list[Example], verdicts: list[tuple[str, bool]]) -> dict:
    """Return the figures for one posting or several."""
    pairs = [(e.truth, v) for e, (v, _) in zip(tested, verdicts, strict=True)]
    silent = [v for t, v in pairs if t == "not_shown"]
    sure = [p for p, (_, unsure) in zip(pairs, verdicts, strict=True) if not unsure]
    evidence = [e for e in tested if e.candidate.truth["verdicts"][e.criterion.id]["evidence"]]
    top = {n: np.mean([any(e.hit[i] for i in e.reading.by_support[:n]) for e in evidence]) for n in (1, 3)}
    score: dict[str, list[float]] = {}
    for e, (v, _) in zip(tested, verdicts, strict=True):
        score.setdefault(e.candidate.name, []).append(ORDER.index(v) / 2)
    fit_grade = {e.candidate.name: e.candidate.fit for e in tested}
    means = {name: float(np.mean(values)) for name, values in score.items()}
    one = len({e.posting for e in tested}) == 1
    return {
        "cells": len(pairs),
        "accuracy": float(np.mean([a == b for a, b in pairs])),
        "kappa": kappa(pairs),
        "weighted_kappa": kappa(pairs, True),
        "false_met": float(np.mean([v == "met" for v in silent])),
        "top1": float(top[1]),
        "top3": float(top[3]),
        "rho": spearman(list(means.values()), [float(fit_grade[name]) for name in means]) if one else math.nan,
        "sure": len(sure) / len(pairs),
        "sure_accuracy": float(np.mean([a == b for a, b in sure])) if sure else math.nan,
        "sure_false_met": float(np.mean([b == "met" for a, b in sure if a == "not_shown"])) if sure else math.nan,
    }


def show(name: str, f: dict) -> None:
    """Print one line of figures."""
    keys = ("accuracy", "kappa", "weighted_kappa", "false_met", "top1", "top3", "rho", "sure", "sure_accuracy")
    print(f"{name:24s} {f['cells']:4d} cells " + " ".join(f"{key} {f[key]:.3f}" for key in keys))


def cross_validate(
    every: dict[str, list[Example]], settings: dict, inner: dict | None = None, quiet: bool = False
) -> dict[str, dict]:
    """Fit on all postings but one and test on that one; ``inner`` gives other readings of the training postings."""
    figures, tested, verdicts = {}, [], []
    for name in every:
        train = [e for other in every if other != name for e in (inner[name][other] if inner else every[other])]
        model = fit(train, **settings)
        mine = said(every[name], model)
        figures[name] = measure(every[name], mine)
        tested += every[name]
        verdicts += mine
    figures["pooled"] = measure(tested, verdicts)
    figures["pooled"]["rho"] = float(np.mean([figures[n]["rho"] for n in every]))
    if not quiet:
        for name, f in figures.items():
            show(name, f)
    figures["_verdicts"] = list(zip(tested, verdicts, strict=True))  # type: ignore[assignment]
    return figures


SETTINGS = {
    "strength": 0.03,
    "names": FEATURES,
    "met_from": 0.6,
    "sure_from": 0.6,
    "years_from": 1.0,
    "denied_from": 0.6,
}


def note(figures: dict[str, dict]) -> str:
    """Return the sentence that the report prints."""
    f = figures["pooled"]
    return (
        "Read by the offline reader, a small model of our own. On four postings, each left out of its fitting in turn, "
        f"it agrees with a careful reader at κ {f['kappa']:.2f} (weighted {f['weighted_kappa']:.2f}), calls "
        f"{f['false_met']:.0%} of the unmet requirements met, and orders candidates at ρ {f['rho']:.2f}; elsewhere "
        "expect somewhat less. Cells marked unsure should be read by a person."
    )


def main() -> None:
    """Measure and, if asked, write the cell model fitted on all postings."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--readings", type=Path, required=True)
    parser.add_argument("--suffix", default="")
    parser.add_argument("--count", type=int, default=reader.LINES_READ)
    parser.add_argument("--write", type=Path, help="folder of the weights: writes cells.json and seals it")
    options = parser.parse_args()
    end = f"-{options.suffix}" if options.suffix else ""
    folders = sorted(p for p in options.gold.iterdir() if p.is_dir())
    every = {p.name: examples(p, options.readings / f"readings-{p.name}{end}.json", options.count) for p in folders}
    figures = cross_validate(every, SETTINGS)
    if options.write:
        from export import seal

        model = fit([e for members in every.values() for e in members], **SETTINGS)
        made = {"note": note(figures), "model": asdict(model)}
        text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
        (options.write / "cells.json").write_text(text, encoding="utf-8")
        seal(options.write)


if __name__ == "__main__":
    main()
