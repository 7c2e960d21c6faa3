"""Texts per second of the embedding paths, as a ratio to plain sentence-transformers in the same run.

The texts are the hand-written lines of ``training/data`` joined to passages, with a seed. Every way runs on the same
texts, one after the other, best of the rounds; CPU seconds of the process at as many threads as the way takes itself.

usage: python -m benchmarks.embedding [--texts N] [--rounds N]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import pool
from index import minilm
from index.fixed import cosine, to_fixed
from index.reference import Reference

RESULTS = Path(__file__).resolve().parent / "results"


def passages(count: int, seed: int = 1) -> list[str]:
    """Return texts of two to seven lines of one occupation."""
    dice = random.Random(seed)
    jobs = pool.occupations()
    chosen = [dice.choice(jobs) for _ in range(count)]
    return ["\n".join(row["line"] for row in dice.sample(rows, min(len(rows), dice.randint(2, 7)))) for rows in chosen]


def main(arguments: Sequence[str]) -> dict[str, Any]:
    """Measure, print and store."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    texts = passages(options.texts)
    start = time.perf_counter()
    fast = minilm.MiniLM()
    cold_fast = time.perf_counter() - start
    ways: dict[str, Callable[[], np.ndarray]] = {
        "matcher (one text at a time)": lambda: fast.embed(texts, role="document")
    }
    start = time.perf_counter()
    plain = Reference(str(minilm.folder()))
    cold_plain = time.perf_counter() - start
    bf16 = Reference(str(minilm.folder()), "bf16")
    ways["sentence-transformers, batches of 32"] = lambda: plain._model.encode(
        texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False
    )
    ways["sentence-transformers, one at a time"] = lambda: plain.embed(texts, role="document")
    ways["bf16, one at a time"] = lambda: bf16.embed(texts, role="document")
    taken: dict[str, tuple[float, float]] = {}
    vectors = {name: way() for name, way in ways.items()}
    for _ in range(options.rounds):
        for name, way in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            way()
            now = (time.perf_counter() - wall, time.process_time() - cpu)
            taken[name] = min(taken.get(name, now), now)
    base = taken["sentence-transformers, batches of 32"]
    truth = vectors["sentence-transformers, batches of 32"]
    figures: dict[str, Any] = {"texts": len(texts), "start, ratio": round(cold_plain / cold_fast, 2), "ways": {}}
    for name, (wall, cpu) in taken.items():
        same = float((vectors[name] * truth).sum(axis=1).min())
        figures["ways"][name] = {
            "throughput ratio, wall": round(base[0] / wall, 3),
            "throughput ratio, CPU": round(base[1] / cpu, 3),
            "texts per second, wall": round(len(texts) / wall, 1),
            "least cosine with the reference": round(same, 6),
            "top 10 in common": round(_overlap(vectors[name], truth), 4),
        }
        print(f"{name:40} {figures['ways'][name]}")
    print(f"start of sentence-transformers / start of the fast path: {figures['start, ratio']}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "embedding.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    return figures


def _overlap(rows: np.ndarray, truth: np.ndarray) -> float:
    """Share of the first ten neighbours that two sets of vectors have in common, after fixed point."""
    first, second = (
        np.argsort(-cosine(v, v), axis=1, kind="stable")[:, :10] for v in (to_fixed(rows), to_fixed(truth))
    )
    return float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(first.tolist(), second.tolist(), strict=True)]))


if __name__ == "__main__":
    main(sys.argv[1:])
