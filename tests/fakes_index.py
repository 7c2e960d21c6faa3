"""Invented items for the index: words of several trades, drawn with a seed."""

from __future__ import annotations

import math
import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index import HashEmbedder, Index, Item, Passage, Policy
from index.words import words

TRADES = {
    "data": [
        "python",
        "sql",
        "kafka",
        "airflow",
        "pipelines",
        "warehouse",
        "dashboards",
        "spark",
        "modelling",
        "lineage",
    ],
    "nurse": [
        "ventilator",
        "triage",
        "charting",
        "icu",
        "medication",
        "handover",
        "wards",
        "patients",
        "acls",
        "family",
    ],
    "teacher": [
        "lessons",
        "reading",
        "grade",
        "classroom",
        "parents",
        "phonics",
        "assessment",
        "curriculum",
        "pupils",
        "recess",
    ],
    "stock": [
        "forecast",
        "inventory",
        "supplier",
        "freight",
        "replenishment",
        "planner",
        "customs",
        "pallets",
        "audit",
        "lead",
    ],
}
COMMON = [
    "team",
    "led",
    "years",
    "improved",
    "worked",
    "with",
    "daily",
    "reports",
    "project",
    "responsible",
    "customers",
    "quality",
]
SMALL = Policy(exact_limit=10_000, cache_from=1)
"""Files are kept however few items there are."""


def item(number: int, seed: int = 0, trade: str | None = None) -> Item:
    """An item of a trade; the same number and seed give the same item."""
    draw = random.Random(f"{number}-{seed}")
    own = TRADES[trade or sorted(TRADES)[number % len(TRADES)]]
    found = []
    for passage in range(draw.randint(1, 5)):
        lines = []
        for line in range(draw.randint(1, 4)):
            text = " ".join(draw.choices(own, k=4) + draw.choices(COMMON, k=4))
            lines.append((f"L{passage * 10 + line}", text))
        found.append(Passage(tuple(lines)))
    return Item(
        id=f"item:{number:04d}",
        passages=tuple(found),
        language="en",
        location=f"Town {number % 3}",
        tags=(sorted(TRADES)[number % len(TRADES)],),
        added=f"2026-0{1 + number % 9}-01",
    )


def items(count: int, seed: int = 0) -> list[Item]:
    """Several items."""
    return [item(number, seed) for number in range(count)]


def open_index(folder: Path, policy: Policy = SMALL, dimension: int = 64) -> Index:
    """An index on a database file in a folder, with the hashing embedder."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / "some.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return Index(connection, folder / "cache", HashEmbedder(dimension), policy)


class CountingEmbedder(HashEmbedder):
    """A hashing embedder that remembers what it was asked."""

    def __init__(self, dimension: int = 64, name: str = "counting") -> None:
        super().__init__(dimension)
        self.fingerprint = name
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], *, role: str) -> np.ndarray:
        self.asked += texts
        return super().embed(texts, role=role)


def naive_bm25(found: Sequence[Item], query: str) -> dict[str, float]:
    """BM25 as the book writes it, one document and one word after another."""
    texts = {one.id: words("\n".join(p.text for p in one.passages)) for one in found}
    mean = sum(map(len, texts.values())) / len(texts)
    out = {}
    for name, text in texts.items():
        score = 0.0
        for word in words(query):
            frequency = sum(word in other for other in texts.values())
            idf = math.log(1 + (len(texts) - frequency + 0.5) / (frequency + 0.5))
            times = Counter(text)[word]
            score += idf * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * len(text) / mean))
        out[name] = score
    return out


def naive_dense(
    found: Sequence[Item], vectors: dict[str, np.ndarray], queries: np.ndarray, top: int
) -> dict[str, list[float]]:
    """Mean of the best passages by plain loops over integers."""
    out = {}
    for one in found:
        row = []
        for query in queries.astype(int).tolist():
            products = sorted(
                (
                    sum(a * b for a, b in zip(passage, query, strict=True))
                    for passage in vectors[one.id].astype(int).tolist()
                ),
                reverse=True,
            )
            best = products[:top]
            row.append(sum(best) / max(len(best), 1) / 16_000_000)
        out[one.id] = row
    return out


def answers(index: Index, query: str = "kafka pipelines and ventilator charting") -> list[tuple[str, float, float]]:
    """Everything that a pool says about a query, as plain values."""
    pool = index.pool()
    lexical = pool.lexical(query)
    dense = pool.dense(pool.embed([query]))[:, 0]
    return [(name, float(a), float(b)) for name, a, b in zip(pool.ids, lexical, dense, strict=True)]
