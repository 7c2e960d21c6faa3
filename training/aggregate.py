"""Fit the step from lines to a cell and measure it, leaving one posting out at a time.

``python training/aggregate.py --gold GOLD --readings DIR [--suffix untuned] [--out cells.json]`` reads
``readings-POSTING.json`` as ``tune.py`` writes them.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import gold
import numpy as np
from figures import ORDER, Example, measure, said, show
from sklearn.linear_model import LogisticRegression

from matcher.justify import credentials, reader_verdicts, standing
from matcher.justify.reader_cells import FEATURES, CellModel, Weighing, strongest
from matcher.justify.reader_lines import LINES_READ, Reading, to_read


def examples(folder: Path, readings: Path, count: int = LINES_READ) -> list[Example]:
    """Join one posting's readings with its truth; only the lines that the judge would read are used."""
    raw = json.loads(readings.read_text("utf-8"))
    people = {c.name: c for c in gold.candidates(folder)}
    asked = {c.id: c for c in gold.criteria(folder)}
    found = []
    for key, cell in raw.items():
        name, identifier = key.split("|")
        person, criterion = people[name], asked[identifier]
        near = np.array(cell["near"], np.float32)
        lines = [person.view.line(line) for line in cell["lines"]]
        rows = to_read(criterion, person.view, lines, near, count)
        reading = Reading(
            tuple(cell["lines"][i] for i in rows),
            np.array(cell["shares"], np.float32).reshape(-1, 4)[rows],
            near[rows],
            tuple(cell["jobs"]),
            np.array(cell["job_shares"], np.float32).reshape(-1, 4),
            np.array(cell["job_near"], np.float32),
        )
        found.append(Example(folder.name, person, criterion, reading, tuple(cell["hit"][i] for i in rows)))
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
            result[i] = replace(found[i], rest=reader_verdicts.elsewhere(values, at))
    return result


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
    values = np.array([reader_verdicts.described(e.criterion, e.candidate.view, e.reading, e.rest) for e in used])[
        :, columns
    ]
    centre, scale = values.mean(0), values.std(0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=3000).fit(
        (values - centre) / scale, [ORDER.index(e.truth) for e in used]
    )
    return CellModel(
        names, rounded(centre), rounded(scale),
        tuple(rounded(row) for row in model.coef_), rounded(model.intercept_),  # type: ignore[arg-type]
        met_from, sure_from, years_from, denied_from, lines_of(train), jobs_of(train),
    )  # fmt: skip


def rounded(values: np.ndarray) -> tuple[float, ...]:
    """Return numbers as they are published."""
    return tuple(float(v) for v in np.round(values, 5))


def weighing(values: np.ndarray, truth: list[bool], strength: float) -> Weighing:
    """Fit a logistic model of two outcomes."""
    centre, scale = values.mean(0), values.std(0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=3000).fit((values - centre) / scale, truth)
    return Weighing(rounded(centre), rounded(scale), rounded(model.coef_[0]), round(float(model.intercept_[0]), 5))


def lines_of(train: list[Example]) -> Weighing:
    """Fit the order of the lines: is a line one of the truth's evidence lines?"""
    used = [e for e in train if e.candidate.truth["verdicts"][e.criterion.id]["evidence"] and e.reading.lines]
    values = np.concatenate([reader_verdicts.lines_described(e.criterion, e.candidate.view, e.reading) for e in used])
    return weighing(values, [hit for e in used for hit in e.hit], 0.3)


def jobs_of(train: list[Example]) -> Weighing:
    """Fit which jobs count: does a job hold evidence of the years asked?"""
    used = [e for e in train if e.reading.jobs]
    values = np.concatenate([reader_verdicts.jobs_described(e.candidate.view, e.reading, e.rest) for e in used])
    return weighing(values, [counts(e, job) for e in used for job in e.reading.jobs], 0.1)


def counts(example: Example, job: str) -> bool:
    """Say whether a job holds one of the truth's evidence lines."""
    evidence = example.candidate.truth["verdicts"][example.criterion.id]["evidence"]
    mine = (line for line in example.candidate.view.lines if line.position == job)
    return any(gold.supports(example.candidate.original(line.id), evidence) for line in mine)


def by_code(example: Example) -> bool:
    """Say whether code decides this cell without the cell model."""
    view, criterion = example.candidate.view, example.criterion
    return (
        criterion.min_years is not None
        or credentials.decide(criterion, view) is not None
        or standing.decide(criterion, view, example.candidate.document) is not None
    )


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
    "years_from": -0.5,
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
    parser.add_argument("--count", type=int, default=LINES_READ)
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
