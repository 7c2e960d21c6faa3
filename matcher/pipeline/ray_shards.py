"""Ranking over shards on a Ray cluster: parts stay where they are, the merge is exact, a missing shard is said."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from index import Filter, Index
from index.shards import Shard, ShardedIndex
from matcher import rank, structure
from matcher.config import Settings
from matcher.errors import InputError
from matcher.models import HardFacts, Ranking
from matcher.pipeline import intake, matching, partitions
from matcher.pipeline.on_ray import MOST_TRIES, KnownVectors
from matcher.pipeline.session import Progress, open_embedder

MOST_RESTARTS = 4
WAIT = 600.0
"""Seconds after which a shard that does not answer counts as missing."""


class Holder:
    """What one actor holds: some parts, as an index in memory, and the facts of their candidates."""

    def __init__(self, parts: Sequence[str], settings: Settings, as_of: date) -> None:
        known = KnownVectors(open_embedder(settings))
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._index = Index(connection, Path(mkdtemp(prefix="matcher-shard-")), known)
        self._files: dict[str, tuple[str, HardFacts]] = {}
        for part in parts:
            for row in partitions.load(Path(part)):
                known.learn(row.passages, row.vectors)
                if row.resume is None or row.reading.document is None or row.resume.candidate in self._files:
                    continue
                view = intake.masked_view(settings, row.reading.document, row.resume, as_of)
                facts = structure.hard_facts(row.reading.document, row.resume, as_of)
                item = replace(rank.passages(view), location=facts.location, added=as_of.isoformat())
                self._index.add([item])
                self._files[row.resume.candidate] = (row.reading.file, facts)
        self._shard = Shard(self._index)

    def ask(self, method: str, arguments: tuple[Any, ...]) -> Any:
        """Answer a question to the shard."""
        return getattr(self._shard, method)(*arguments)

    def files(self, candidates: Sequence[str]) -> dict[str, tuple[str, HardFacts]]:
        """Return file and facts of those of these candidates that are here."""
        return {name: self._files[name] for name in candidates if name in self._files}


def rank_shards(
    ray: Any, settings: Settings, job: matching.Job, folder: Path, wanted: Filter, progress: Progress,
    *, holders: int = 0, as_of: date | None = None,
) -> tuple[Ranking, dict[str, tuple[str, HardFacts]], tuple[int, ...]]:  # fmt: skip
    """Return the ranking over all parts of a folder, files and facts of the ranked, and the shards that are missing.

    Raises:
        InputError: no part in the folder.
    """
    parts = sorted(folder.glob("part-*.parquet"))
    if not parts:
        raise InputError(f"There is no part in {folder}: make some with `matcher add --engine ray`.")
    count = min(len(parts), holders or max(1, int(ray.cluster_resources().get("CPU", 1))))
    day = as_of or matching.today()
    remote = ray.remote(max_restarts=MOST_RESTARTS, max_task_retries=MOST_TRIES, num_cpus=1)(Holder)
    actors = [remote.remote([str(part) for part in parts[start::count]], settings, day) for start in range(count)]
    progress("shards", 0, count)
    lost = (ray.exceptions.RayError,)

    def ask(number: int, method: str, arguments: tuple[Any, ...]) -> Any:
        answer = ray.get(actors[number].ask.remote(method, arguments), timeout=WAIT)
        if method == "outline":
            progress("shards", number + 1, count)
        return answer

    local = Index(sqlite3.connect(":memory:", isolation_level=None), folder, open_embedder(settings))
    index = ShardedIndex(ask, count, local, lost)
    ranking = rank.rank(
        job.criteria, job.text, index, head=settings.top, wanted=wanted, exact=True  # type: ignore[arg-type]
    )  # fmt: skip
    known: dict[str, tuple[str, HardFacts]] = {}
    names = [entry.candidate for entry in ranking.ranked]
    for number, actor in enumerate(actors):
        if number not in index.missing:
            known |= ray.get(actor.files.remote(names), timeout=WAIT)
    return ranking, known, index.missing
