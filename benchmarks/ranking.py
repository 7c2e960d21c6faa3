"""How well the order agrees with people: human grades, and whether those who fit are read at all.

Grades: ``hr-grades`` (24 requirement lists, about nine graded résumés each) beside four baselines in the same run:
BM25, one MiniLM vector per document, keyword coverage (the "ATS score") and résumé length.
Recall: the postings of ``gold`` over all their résumés as one pool; the share of those with fit ≥ 3 in the head of half
the pool, and, harder, in the head of half of the posting's own fourteen.
Everything goes through the command line: ``matcher add`` and ``matcher rank --json``.

usage: python -m benchmarks.ranking [--shared FOLDER]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import rankdata, spearmanr

RESULTS = Path(__file__).resolve().parent / "results"
SAMPLES = 2000
METHODS = ("matcher", "BM25", "MiniLM document", "keyword coverage", "length", "random")

Scores = Mapping[str, float]


def main(arguments: Sequence[str]) -> dict[str, Any]:
    """Measure, print and store."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2] / "shared")
    shared = parser.parse_args(arguments).shared
    with tempfile.TemporaryDirectory() as work:
        figures = grades(shared / "data" / "hr-grades", Path(work) / "grades")
        found, wanted = gold_recall(shared / "gold", Path(work) / "gold")
        own, _ = gold_recall(shared / "gold", Path(work) / "gold", own=True)
    figures["gold"] = {"wanted": wanted, "in half of the joint pool": found, "in half of the own pool": own}
    for name, row in figures["methods"].items():
        cells = "  ".join(f"{kind} {m:.3f} [{lo:.3f}, {hi:.3f}]" for kind, (m, lo, hi) in row.items())
        print(f"{name:17} {cells}")
    for name, (mean, low, high) in figures["matcher minus"].items():
        print(f"matcher − {name:17} Spearman {mean:+.3f} [{low:+.3f}, {high:+.3f}]")
    print(f"gold: {figures['gold']}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "ranking.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    return figures


def grades(data: Path, work: Path) -> dict[str, Any]:
    """Return agreement with human grades per method: mean over lists with bootstrap 95 % intervals."""
    wanted: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (data / "qrels.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        wanted[row["job"]][row["resume"]] = row["grade"]
    jobs = {job: data / "jobs" / f"{job}.txt" for job in sorted(wanted)}
    texts = {path.stem: path.read_text("utf-8", errors="replace") for path in sorted((data / "resumes").iterdir())}
    add(data / "resumes", work)
    ranked = {
        job: {Path(c["file"]).stem: c["fit"] for c in rank(path, work)["candidates"]} for job, path in jobs.items()
    }
    methods = {"matcher": ranked, **baselines(texts, {job: path.read_text("utf-8") for job, path in jobs.items()})}
    rows = {name: {job: _agreement(methods[name][job], wanted[job]) for job in jobs} for name in METHODS}
    table = {
        name: {kind: interval([r[kind] for r in by_job.values()]) for kind in ("spearman", "auc5", "ndcg5")}
        for name, by_job in rows.items()
    }
    minus = {
        name: interval([_gap(rows["matcher"][job], rows[name][job]) for job in jobs])
        for name in METHODS
        if name != "matcher"
    }
    return {"lists": len(jobs), "resumes": len(texts), "methods": table, "matcher minus": minus}


def gold_recall(gold: Path, work: Path, own: bool = False) -> tuple[int, int]:
    """Return how many of those who fit (≥ 3) stand in the head of half the pool, and how many there are."""
    folders = sorted(path for path in gold.iterdir() if (path / "truth.json").exists())
    found = wanted = 0
    for folder in folders:
        place = work / (folder.name if own else "joint")
        for source in [folder] if own else folders:
            _copy(source, work / f"files-{place.name}")
        add(work / f"files-{place.name}", place)
        truth = json.loads((folder / "truth.json").read_text("utf-8"))
        posting = next(path for path in sorted(folder.iterdir()) if path.stem == "posting")
        rows = rank(posting, place)["candidates"]
        head = {Path(row["file"]).stem for row in rows[: len(rows) // 2]}
        good = {f"{folder.name}-{name}" for name, person in truth.items() if person["fit"] >= 3}
        found += len(good & head)
        wanted += len(good)
    return found, wanted


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.glob("c[0-9]*.*")):
        (target / f"{source.name}-{path.name}").write_bytes(path.read_bytes())


# --- the product ------------------------------------------------------------------------------------------------------


def add(folder: Path, workspace: Path) -> None:
    """Read a folder into a workspace."""
    _run(["add", str(folder), "--workspace", str(workspace), "--quiet"])


def rank(posting: Path, workspace: Path) -> dict[str, Any]:
    """Return the ranking of a workspace as the command prints it."""
    return dict(json.loads(_run(["rank", str(posting), "--workspace", str(workspace), "--json", "--quiet"])))


def _run(arguments: Sequence[str]) -> str:
    program = str(Path(sys.executable).with_name("matcher"))
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, env=environment)
    if done.returncode not in (0, 3):
        raise SystemExit(f"matcher {arguments[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


# --- the baselines ----------------------------------------------------------------------------------------------------


def baselines(texts: Mapping[str, str], jobs: Mapping[str, str]) -> dict[str, dict[str, Scores]]:
    """Return what others would have ordered by, over the same files."""
    import bm25s

    from index import minilm
    from index.words import words

    names = list(texts)
    tokens = [words(texts[name]) for name in names]
    retriever = bm25s.BM25(k1=1.2, b=0.75)
    retriever.index(tokens, show_progress=False)
    model = minilm.MiniLM()
    documents = model.embed([texts[name] for name in names], role="document")
    out: dict[str, dict[str, Scores]] = {name: {} for name in METHODS if name != "matcher"}
    for job, text in jobs.items():
        asked = "\n".join(line.removeprefix("- ") for line in text.splitlines()[1:])
        query = words(asked)
        dice = random.Random(job)
        vector = model.embed([asked], role="query")[0]
        scored: dict[str, Callable[[int], float]] = {
            "MiniLM document": (documents @ vector).__getitem__,
            "BM25": retriever.get_scores(query).__getitem__,
            "keyword coverage": lambda i: len(set(query) & set(tokens[i])) / len(set(query)),  # noqa: B023
            "length": lambda i: float(len(tokens[i])),
            "random": lambda i: dice.random(),  # noqa: B023
        }
        for name, score in scored.items():
            out[name][job] = {one: float(score(i)) for i, one in enumerate(names)}
    return out


# --- agreement --------------------------------------------------------------------------------------------------------


def _agreement(scores: Scores, graded: Mapping[str, int]) -> dict[str, float | None]:
    ids = [name for name in graded if name in scores]
    got, wanted = [scores[name] for name in ids], [graded[name] for name in ids]
    flat = len(set(wanted)) < 2
    rho = None if flat else 0.0 if len(set(got)) < 2 else float(spearmanr(got, wanted).statistic)
    good = [g >= 5 for g in wanted]
    area = None
    if any(good) and not all(good):
        ranks = rankdata(got)
        area = (ranks[good].sum() - sum(good) * (sum(good) + 1) / 2) / (sum(good) * (len(good) - sum(good)))
    gains = [g - 1 for _, g in sorted(zip(got, wanted, strict=True), key=lambda pair: -pair[0])]
    best = _discounted(sorted(gains, reverse=True))
    return {"spearman": rho, "auc5": area, "ndcg5": _discounted(gains) / best if best else None}


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains[:5]))


def _gap(one: Mapping[str, float | None], other: Mapping[str, float | None]) -> float | None:
    a, b = one["spearman"], other["spearman"]
    return None if a is None or b is None else a - b


def interval(values: Sequence[float | None]) -> tuple[float, float, float]:
    """Return mean and bootstrap 95 % interval over lists."""
    known = np.array([value for value in values if value is not None])
    draws = np.sort(np.random.default_rng(0).choice(known, (SAMPLES, len(known))).mean(axis=1))
    return float(known.mean()), float(draws[int(SAMPLES * 0.025)]), float(draws[int(SAMPLES * 0.975)])


if __name__ == "__main__":
    main(sys.argv[1:])
