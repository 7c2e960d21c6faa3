"""Measure the shipped reader: ``python training/report.py --gold GOLD --readings DIR --out training/report.json``.

Lines: the eight held-out occupations, per label, kind, type and language, calibration, and tests for shortcuts.
Cells: the gold postings, one left out at a time, beside similarity alone and beside the first experiment's step from
lines to a cell on the same readings.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import aggregate
import corpus
import numpy as np
from corpus import Row
from figures import ORDER, Example, Said, kappa, measure
from model import shown

from matcher.justify.reader_network import Network

NOT_ENGLISH = re.compile(
    r"Berufserfahrung|Erfahrung|Ausbildung|Kenntnisse|Profil\b|Sprachen|Zertifikate|Experiencia|Formación|Perfil|Idiomas|Expérience|Formation|Langues|Compétences|Sonstiges|Erfahrung"
)


def read(network: Network, rows: Sequence[Row]) -> np.ndarray:
    """Return probabilities of rows from the shipped network."""
    return network.probabilities([(r.criterion, shown(r.context, r.line)) for r in rows])


def accuracy(rows: Sequence[Row], shares: np.ndarray) -> dict:
    """Accuracy, recall per label, kappa-free, with the number of rows."""
    truth, said = np.array([r.label for r in rows]), shares.argmax(-1)
    recall = {name: float((said[truth == i] == i).mean()) for i, name in enumerate(corpus.LABELS) if (truth == i).any()}
    precision = {
        name: float((truth[said == i] == i).mean()) for i, name in enumerate(corpus.LABELS) if (said == i).any()
    }
    return {"rows": len(rows), "accuracy": float((truth == said).mean()), "recall": recall, "precision": precision}


def by(rows: Sequence[Row], shares: np.ndarray, key: Callable[[Row], str]) -> dict:
    """Figures for each group of rows."""
    groups: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        groups.setdefault(key(row), []).append(i)
    return {name: accuracy([rows[i] for i in index], shares[index]) for name, index in sorted(groups.items())}


def calibration(rows: Sequence[Row], shares: np.ndarray) -> dict:
    """Expected calibration error over ten bins of the highest probability, and the bins."""
    top, right = shares.max(-1), shares.argmax(-1) == np.array([r.label for r in rows])
    bins, error = [], 0.0
    for low in np.arange(0, 1, 0.1):
        inside = (top > low) & (top <= low + 0.1)
        if inside.any():
            bins.append(
                {
                    "from": round(float(low), 1),
                    "rows": int(inside.sum()),
                    "said": float(top[inside].mean()),
                    "right": float(right[inside].mean()),
                }
            )
            error += inside.mean() * abs(float(top[inside].mean() - right[inside].mean()))
    return {"expected_error": float(error), "bins": bins}


def language_matched(rows: Sequence[Row], rng: random.Random) -> tuple[list[int], list[int]]:
    """Return the rows that are not English, and for each label five English ones for each of them."""
    other = [i for i, r in enumerate(rows) if NOT_ENGLISH.search(r.context)]
    times, same = 5, []
    for label in range(len(corpus.LABELS)):
        english = [i for i, r in enumerate(rows) if i not in set(other) and r.label == label]
        wanted = times * sum(rows[i].label == label for i in other)
        same += rng.sample(english, min(wanted, len(english)))
    return other, same


def shortcuts(network: Network, rows: list[Row], rng: random.Random) -> dict:
    """Figures when something that should not matter is changed, and when something that must matter is taken away."""
    titles = [r.context.split("·")[0].strip() if "·" in r.context else "" for r in rows]
    criteria: dict[str, list[str]] = {}
    for row in rows:
        if row.criterion not in criteria.setdefault(row.occupation, []):
            criteria[row.occupation].append(row.criterion)
    plain = read(network, rows)
    section = read(network, [replace(r, context=t) for r, t in zip(rows, titles, strict=True)])
    positive = [r for r in rows if r.label == 2]
    swapped = [
        replace(r, criterion=rng.choice([c for c in criteria[r.occupation] if c != r.criterion])) for r in positive
    ]
    blank = read(network, [replace(r, line="") for r in rows])
    long = [(i, r) for i, r in enumerate(rows) if 60 <= len(r.line) <= 110]
    full = np.array([r.label == 2 for r in rows])
    swap = read(network, swapped)
    other, same = language_matched(rows, rng)
    return {
        "as written": accuracy(rows, plain),
        "section removed": accuracy(rows, section),
        "lines of 60 to 110 characters only": accuracy([r for _, r in long], plain[[i for i, _ in long]]),
        "language matched: not English": accuracy([rows[i] for i in other], plain[other]),
        "language matched: English, as many of each label": accuracy([rows[i] for i in same], plain[same]),
        "criterion swapped within the occupation: full lines still read as full": {
            "rows": len(swapped),
            "share": float((swap.argmax(-1) == 2).mean()),
            "none": float((swap.argmax(-1) == 0).mean()),
            "before": float((plain[full].argmax(-1) == 2).mean()),
        },
        "context only, line removed": accuracy(rows, blank),
    }


def pooled(every: dict[str, list[Example]], verdicts: dict[str, list[Said]]) -> dict:
    """Figures per posting and pooled."""
    figures = {name: measure(every[name], verdicts[name]) for name in every}
    tested = [e for name in every for e in every[name]]
    rho = float(np.mean([figures[name]["rho"] for name in every]))
    figures["pooled"] = measure(tested, [v for name in every for v in verdicts[name]]) | {"rho": rho}
    return figures


def similarity_alone(every: dict[str, list[Example]]) -> dict:
    """Two thresholds on the nearest line's similarity, chosen on the other postings: a tool that does not read."""
    grid = np.arange(0.1, 0.8, 0.02)

    def verdict(e: Example, low: float, high: float) -> str:
        near = float(e.reading.similarities.max()) if len(e.reading.lines) else 0.0
        return "met" if near >= high else "partial" if near >= low else "not_shown"

    said = {}
    for name in every:
        train = [e for other in every if other != name for e in every[other]]
        low, high = max(
            ((a, b) for a in grid for b in grid if a <= b),
            key=lambda pair: kappa([(e.truth, verdict(e, *pair)) for e in train]),
        )
        said[name] = [Said(verdict(e, low, high), False, nearest(e, e.reading.similarities)) for e in every[name]]
    return pooled(every, said)


def nearest(e: Example, worth: np.ndarray) -> tuple[str, ...]:
    """Return the three lines of the highest worth, as they stand in the file."""
    order = np.argsort(-worth, kind="stable")[:3]
    return tuple(e.candidate.original(e.reading.lines[int(i)]) for i in order)


def first_experiment(every: dict[str, list[Example]]) -> dict:
    """The first experiment's seven numbers and its regression: no facts by code, no similarity, nothing of the rest."""
    from sklearn.linear_model import LogisticRegression

    def supports(e: Example) -> np.ndarray:
        return e.reading.probabilities[:, 2] + 0.5 * e.reading.probabilities[:, 1]

    def seven(e: Example) -> list[float]:
        p = e.reading.probabilities if len(e.reading.lines) else np.array([[1.0, 0.0, 0.0, 0.0]])
        top = np.concatenate([np.sort(p[:, 2] + 0.5 * p[:, 1])[::-1], np.zeros(3)])
        return [p[:, 2].max(), p[:, 1].max(), *top[:3], p[:, 3].max(), p[:, 0].min()]

    said = {}
    for name in every:
        train = [e for other in every if other != name for e in every[other]]
        values = np.array([seven(e) for e in train])
        centre, scale = values.mean(0), values.std(0) + 1e-6
        model = LogisticRegression(C=0.5, max_iter=2000, class_weight="balanced")
        model.fit((values - centre) / scale, [ORDER.index(e.truth) for e in train])
        found = model.predict((np.array([seven(e) for e in every[name]]) - centre) / scale)
        said[name] = [Said(ORDER[i], False, nearest(e, supports(e))) for e, i in zip(every[name], found, strict=True)]
    return pooled(every, said)


def by_type(pairs: list[tuple[Example, Said]]) -> dict:
    """Figures per type of criterion, all postings together."""
    groups: dict[str, list[tuple[Example, Said]]] = {}
    for e, v in pairs:
        kind = (
            "years" if e.criterion.min_years else "degree" if e.criterion.degree else corpus.type_of(e.criterion.text)
        )
        groups.setdefault(kind, []).append((e, v))
    result = {}
    for name, members in sorted(groups.items()):
        said = [(e.truth, v.verdict) for e, v in members]
        result[name] = {
            "cells": len(said),
            "accuracy": float(np.mean([a == b for a, b in said])),
            "kappa": kappa(said),
            "false_met": float(np.mean([b == "met" for a, b in said if a == "not_shown"] or [0.0])),
        }
    return result


def main() -> None:
    """Write the figures as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--readings", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=None)
    options = parser.parse_args()
    network = Network(options.weights, threads=2) if options.weights else Network(threads=2)
    _, held = corpus.split(corpus.written())
    shares = read(network, held)
    truth, said = np.array([r.label for r in held]), shares.argmax(-1)
    lines = {
        "all": accuracy(held, shares),
        "confusion (rows truth, columns said; none, partial, full, contradicts)": [
            [int(((truth == i) & (said == j)).sum()) for j in range(4)] for i in range(4)
        ],
        "by kind": by(held, shares, lambda r: r.kind),
        "by type": by(held, shares, lambda r: corpus.type_of(r.criterion)),
        "by language": by(
            held, shares, lambda r: "not English" if NOT_ENGLISH.search(r.context) else "English or unmarked"
        ),
        "calibration": calibration(held, shares),
        "shortcuts": shortcuts(network, held, random.Random(0)),
    }
    cells = {}
    folders = sorted(p for p in options.gold.iterdir() if p.is_dir())
    for label, suffix in (
        ("as shipped, posting left out", ""),
        ("pairs only", "-untuned"),
        ("pairs only, without the newer ones", "-first"),
    ):
        paths = {p.name: options.readings / f"readings-{p.name}{suffix}.json" for p in folders}
        if not all(path.exists() for path in paths.values()):
            continue
        every = {p.name: aggregate.examples(p, paths[p.name]) for p in folders}
        figures = aggregate.cross_validate(every, aggregate.SETTINGS, quiet=True)
        cells[label] = {k: v for k, v in figures.items() if k != "_verdicts"} | {
            "by type": by_type(figures["_verdicts"])
        }
        cells.setdefault("similarity thresholds", similarity_alone(every))
        if suffix == "-first":
            cells["first experiment's step to cells"] = first_experiment(every)
    options.out.write_text(
        json.dumps({"lines": lines, "cells": cells}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    print(json.dumps(lines["all"]), json.dumps({k: v["pooled"] for k, v in cells.items()}, indent=1))


if __name__ == "__main__":
    main()
