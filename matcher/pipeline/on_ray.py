"""Beyond one machine: the same partitions, worked on by Ray; the same laptop, one cluster, no change of code.

The driver may die: finished parts are files, and a new driver skips them. A node may die: Ray tries its partitions
elsewhere, a finite number of times. A partition that fails for good is named, never left out in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from index import Embedder
from matcher.config import Settings
from matcher.errors import ConfigError, Partial
from matcher.models import Document, Resume
from matcher.pipeline import intake, partitions
from matcher.pipeline.partitions import Partition
from matcher.pipeline.session import Progress, Session, open_embedder, session
from matcher.read import Reading

MOST_TRIES = 3
"""Tries of a partition after its first failure (a killed node, a lost worker)."""


@contextmanager
def cluster(address: str | None) -> Iterator[Any]:
    """Connect to a cluster, or start one on this machine, and yield the ray module.

    Raises:
        ConfigError: Ray is not installed, or nothing answers at the address.
    """
    try:
        import ray
    except ImportError as error:
        raise ConfigError("The engine ray needs the extra: pip install 'candidate-matcher[ray]'.") from error
    mine = not ray.is_initialized()
    if mine:
        try:
            ray.init(address=address, include_dashboard=False, log_to_driver=False, configure_logging=False)
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise ConfigError(f"No Ray cluster answers at {address}: start one with `ray start --head`.") from error
    try:
        yield ray
    finally:
        if mine:
            ray.shutdown()


def make_parts(
    ray: Any, plan: Sequence[Partition], out: Path, settings: Settings, progress: Progress
) -> tuple[list[Path], list[str]]:
    """Work off the partitions that have no part yet; return the parts, and what failed for good, by number.

    Finished parts are neither read nor made again.
    """
    out.mkdir(parents=True, exist_ok=True)
    task = ray.remote(max_retries=MOST_TRIES, num_cpus=1)(partitions.work)
    waiting = {
        task.remote(partition, str(out), settings): partition
        for partition in plan
        if not (out / partition.name).exists()
    }
    done, failed = len(plan) - len(waiting), []
    progress("parts", done, len(plan))
    while waiting:
        ready, _ = ray.wait(list(waiting), num_returns=1)
        partition = waiting.pop(ready[0])
        try:
            ray.get(ready[0])
        except ray.exceptions.RayError as error:
            failed.append(f"partition {partition.number} ({len(partition.files)} files): {type(error).__name__}")
        done += 1
        progress("parts", done, len(plan))
    return [out / p.name for p in plan if (out / p.name).exists()], failed


def add(
    settings: Settings, source: str, as_of: date, progress: Progress, *, address: str | None = None,
    parts: Path | None = None, files: int = partitions.FILES,
) -> intake.Intake:  # fmt: skip
    """Read everything under ``source`` on a cluster and import it into the workspace.

    Raises:
        Partial: a partition failed for good; everything else is in the workspace.
    """
    out = parts or settings.workspace / "parts"
    plan = partitions.plan(source, open_embedder(settings).fingerprint, as_of, files)
    with cluster(address) as ray:
        made, failed = make_parts(ray, plan, out, settings, progress)
    with session(settings, "write", progress) as opened:
        taken = bring_in(opened, made, as_of)
    if failed:
        raise Partial(f"{len(failed)} of {len(plan)} partitions failed, run again to retry: {'; '.join(failed[:3])}.")
    return taken


def bring_in(opened: Session, parts: Sequence[Path], as_of: date) -> intake.Intake:
    """Import parts into the workspace; what is there already is recognised by its bytes."""
    known = KnownVectors(opened.embedder)
    opened.use_embedder(known)
    resumes: dict[str, Resume] = {}

    def readings() -> Iterator[Reading]:
        for part in parts:
            for row in partitions.load(part):
                known.learn(row.passages, row.vectors)
                if row.resume is not None and row.reading.document is not None:
                    resumes[row.reading.document.id] = row.resume
                yield row.reading

    def structured(document: Document) -> Resume:
        return resumes.pop(document.id)

    placing = intake.Placing(opened.workspace)
    return intake.take(opened, readings(), placing, as_of, structured)


@dataclass
class KnownVectors:
    """An embedder that has seen some texts already and asks the real one for the others."""

    real: Embedder

    def __post_init__(self) -> None:
        self._seen: dict[str, np.ndarray] = {}

    @property
    def fingerprint(self) -> str:
        """That of the real embedder: the vectors are its own."""
        return self.real.fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.real.dimension

    @property
    def languages(self) -> frozenset[str] | None:
        """Languages the real embedder reads."""
        return self.real.languages

    def learn(self, texts: Sequence[str], vectors: np.ndarray) -> None:
        """Take in vectors that the same model made elsewhere."""
        if len(self._seen) > 20_000:
            self._seen.clear()
        self._seen.update(zip(texts, vectors, strict=True))

    def embed(self, texts: Sequence[str], *, role: str) -> np.ndarray:
        """Return one unit row per text."""
        missing = [text for text in texts if text not in self._seen or role != "document"]
        made = dict(zip(missing, self.real.embed(missing, role=role), strict=True)) if missing else {}  # type: ignore[arg-type]
        return np.stack([made[text] if text in made else self._seen[text] for text in texts])
