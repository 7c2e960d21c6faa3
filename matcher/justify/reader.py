"""The offline reader: a small model of our own that says whether a line supports a criterion.

It reads blind lines only, the ones nearest to each criterion, and its reasons are made from what it saw.
Years and degrees are decided by code; the reader says which positions count.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.justify.reader_cells import CellModel, strongest
from matcher.justify.reader_lines import LINES_READ, Question, Reading, eligible, questions, segment, wordings
from matcher.justify.reader_network import LABELS, Network
from matcher.justify.reader_verdicts import cell, elsewhere
from matcher.models import BlindView, Cell, Criteria, Criterion, Line

Similarity = Callable[[Sequence[str], Sequence[str]], NDArray[np.float32]]
"""Criterion texts × line texts → cosine similarities, shape (criteria, lines)."""
Get = Callable[[str], bytes | None]
Put = Callable[[str, bytes], None]


@dataclass
class ReaderJudge:
    """Judges with the reader's network, the cell model and facts by code.

    ``similarity`` chooses the lines to read (without it every line is read); ``get`` and ``put`` keep readings by
    content. ``name`` holds the weights' fingerprint, ``note`` their measured agreement.
    Raises ModelMismatch if the files beside the weights are not the published ones (the weights on first reading).
    """

    similarity: Similarity | None = None
    get: Get | None = None
    put: Put | None = None
    network: Network = field(default_factory=Network)
    lines_read: int = LINES_READ

    def __post_init__(self) -> None:
        data = self.network.file("cells.json")
        self._cells = CellModel.from_json(data)
        self.name: str = f"reader/{self.network.fingerprint[:8]}"
        self.note: str = json.loads(data)["note"]

    def read(self, view: BlindView, criteria: Criteria) -> tuple[Cell, ...]:
        """Return one cell per criterion, in their order."""
        readings = self.readings(view, criteria.criteria)
        found = [strongest(reading.probabilities) for reading in readings]
        return tuple(
            cell(criterion, view, reading, self._cells, elsewhere(found, index))
            for index, (criterion, reading) in enumerate(zip(criteria.criteria, readings, strict=True))
        )

    def readings(self, view: BlindView, criteria: Sequence[Criterion]) -> list[Reading]:
        """Read the nearest lines for each criterion, and the jobs for each about years."""
        count = self.lines_read if self.similarity else None
        return read_view(view, criteria, self._near, self._probabilities, count)

    def _near(self, wanted: Sequence[str], lines: Sequence[str]) -> NDArray[np.float32]:
        if self.similarity is None or not lines:
            return np.zeros((len(wanted), len(lines)), np.float32)
        return np.round(self.similarity(wanted, lines), 4)

    def _probabilities(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Probabilities of each pair, from the cache where it holds them."""
        result = np.zeros((len(pairs), len(LABELS)), np.float32)
        keys = [self._key(pair) for pair in pairs]
        missing = []
        for index, key in enumerate(keys):
            kept = self.get(key) if self.get else None
            if kept is not None and len(kept) == 4 * len(LABELS):
                result[index] = np.frombuffer(kept, "<f4")
            else:
                missing.append(index)
        fresh = self.network.probabilities([pairs[i] for i in missing])
        for index, shares in zip(missing, fresh, strict=True):
            result[index] = shares
            if self.put:
                self.put(keys[index], shares.astype("<f4").tobytes())
        return result

    def _key(self, pair: tuple[str, str]) -> str:
        text = "\0".join((self.network.fingerprint, *pair))
        return "reader:" + hashlib.sha256(text.encode()).hexdigest()


def read_view(
    view: BlindView,
    criteria: Sequence[Criterion],
    near: Similarity,
    probabilities: Callable[[Sequence[tuple[str, str]]], NDArray[np.float32]],
    count: int | None,
) -> list[Reading]:
    """Return the reading of each criterion: what ``questions`` chooses, read by ``probabilities`` in one go."""
    lines = eligible(view, criteria)
    positions = {p.id: p for p in view.positions}
    similarities = near(wordings(criteria), [line.text for line in lines])
    wanted = questions(view, criteria, lines, similarities, count)
    pairs = [pair for question in wanted for pair in _pairs(question, [segment(x, positions) for x in lines])]
    read = probabilities(pairs)
    result, start = [], 0
    for row, question in enumerate(wanted):
        middle = start + len(question.lines)
        end = middle + len(question.jobs)
        result.append(_reading(question, lines, similarities[row], read[start:middle], read[middle:end]))
        start = end
    return result


def _pairs(question: Question, segments: Sequence[str]) -> Iterable[tuple[str, str]]:
    yield from ((question.wording, segments[i]) for i in question.lines)
    yield from ((question.job_wording, text) for _, text, _ in question.jobs)


def _reading(
    question: Question,
    lines: Sequence[Line],
    similarities: NDArray[np.float32],
    shares: NDArray[np.float32],
    jobs: NDArray[np.float32],
) -> Reading:
    return Reading(
        tuple(lines[i].id for i in question.lines),
        shares,
        similarities[list(question.lines)].astype(np.float32),
        tuple(name for name, _, _ in question.jobs),
        jobs,
        np.array([near for _, _, near in question.jobs], np.float32),
    )
