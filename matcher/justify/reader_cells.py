"""From lines to a cell: what the reader makes of all lines that it read for one criterion.

A few numbers describe the readings of one cell; a multinomial logistic model, fitted by cross-validation over postings,
turns them into the probability of not shown, partial and met. Between two thresholds the cell is unsure: the most
likely verdict is given and marked for a person to read. Two small logistic models of the same kind order the lines and
say which jobs count towards years.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from matcher.models import CriterionKind

Outcome = Literal["not_shown", "partial", "met"]
OUTCOMES: tuple[Outcome, ...] = ("not_shown", "partial", "met")
NONE, PARTIAL, FULL, CONTRADICTS = range(4)
FEATURES = (
    "full", "support", "second", "denial", "nearest", "joint", "at_work", "elsewhere",
    "partial", "words", "foreign", "preferred", "responsibility",
)  # fmt: skip
CLIP = 4.0
NEARNESS = 8.0


def support(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much each line supports the criterion: full counts whole, partial half; shape (lines,)."""
    return probabilities[:, FULL] + 0.5 * probabilities[:, PARTIAL]


def joint(probabilities: NDArray[np.float32], similarities: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what orders the lines: log odds of the support plus ``NEARNESS`` times the similarity, rounded.

    Reader and similarity err on different lines: together they name the truth's line first more often than either.
    """
    shares = np.clip(support(probabilities).astype(np.float64), 1e-3, 1 - 1e-3)
    return np.asarray(np.round(np.log(shares / (1 - shares)) + NEARNESS * similarities, 4))


def log_odds(share: float, floor: float = 1e-4) -> float:
    """Return the log odds of a share kept ``floor`` away from 0 and 1, at most ``CLIP`` either way."""
    share = min(max(share, floor), 1 - floor)
    return float(np.clip(np.log(share / (1 - share)), -CLIP, CLIP))


def strongest(probabilities: NDArray[np.float32]) -> float:
    """Return the log odds that the best line supports at all; of silence where there is no line."""
    return log_odds(float((probabilities[:, FULL] + probabilities[:, PARTIAL]).max())) if len(probabilities) else -CLIP


@dataclass(frozen=True)
class Setting:
    """What is known of a cell besides its readings."""

    elsewhere: float = 0.0
    """Mean of ``strongest`` over the posting's other criteria: the same words support more in a résumé of the trade."""
    foreign: bool = False
    """The résumé is not in English: there the network sees less support than there is."""
    kind: CriterionKind = "minimum"


def features(
    probabilities: NDArray[np.float32],
    similarities: NDArray[np.float32],
    at_work: Sequence[bool],
    words: Sequence[int],
    setting: Setting,
) -> list[float]:
    """Return the numbers that describe one cell, in the order of ``FEATURES``.

    ``probabilities`` has shape (lines, 4), ``similarities`` (lines,); ``at_work`` says for each line whether it stands
    under a job, ``words`` how long it is. A cell without lines is all silence.
    """
    around = [float(setting.foreign), float(setting.kind == "preferred"), float(setting.kind == "responsibility")]
    if not len(probabilities):
        return [-CLIP, -CLIP, -CLIP, -CLIP, 0.0, -2 * CLIP, 0.0, setting.elsewhere, -CLIP, 0.0, *around]
    together = joint(probabilities, similarities)
    best = int(np.argmax(together))
    strength = np.sort(support(probabilities))[::-1]
    second = float(strength[1]) if len(strength) > 1 else 0.0
    return [
        log_odds(float(probabilities[:, FULL].max())),
        strongest(probabilities),
        log_odds(second),
        log_odds(float(probabilities[:, CONTRADICTS].max())),
        float(similarities.max()),
        float(together.max()),
        float(at_work[best]),
        setting.elsewhere,
        log_odds(float(probabilities[:, PARTIAL].max())),
        float(np.log(words[best] + 1)),
        *around,
    ]


LINE_FEATURES = (
    "support", "full", "near", "denial", "header", "summary", "skills", "names_job", "names_job_years", "at_work",
    "words", "near_foreign", "behind_best", "behind_nearest",
)  # fmt: skip
JOB_FEATURES = ("support", "full", "near", "best_line", "elsewhere")


def log_odds_of(shares: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the log odds of shares kept a thousandth away from 0 and 1."""
    clipped = np.clip(shares.astype(np.float64), 1e-3, 1 - 1e-3)
    return np.asarray(np.log(clipped / (1 - clipped)))


def line_features(
    probabilities: NDArray[np.float32], similarities: NDArray[np.float32], places: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the numbers that order the lines of a cell, shape (lines, ``LINE_FEATURES``).

    ``places`` (lines, 8) says where each line stands and how long it is: the features from *header* to *near_foreign*,
    the last one as one or zero (in other languages than English nearness says less).
    """
    if not len(probabilities):
        return np.zeros((0, len(LINE_FEATURES)))
    odds, full = log_odds_of(support(probabilities)), log_odds_of(probabilities[:, FULL])
    denial = log_odds_of(probabilities[:, CONTRADICTS])
    behind = np.stack([odds - odds.max(), similarities - similarities.max()], -1)
    known = np.concatenate([places[:, :-1], places[:, -1:] * similarities[:, None]], -1)
    return np.concatenate([np.stack([odds, full, similarities, denial], -1), known, behind], -1)


def job_features(
    probabilities: NDArray[np.float32], similarities: NDArray[np.float32], best: Sequence[float], elsewhere: float
) -> NDArray[np.float64]:
    """Return the numbers that say whether a job counts, shape (jobs, ``JOB_FEATURES``).

    ``best`` is the strongest support that a single line of each job gives.
    """
    if not len(probabilities):
        return np.zeros((0, len(JOB_FEATURES)))
    odds, full = log_odds_of(support(probabilities)), log_odds_of(probabilities[:, FULL])
    lines = log_odds_of(np.array(best, np.float32))
    return np.stack([odds, full, similarities.astype(np.float64), lines, np.full(len(odds), elsewhere)], -1)


@dataclass(frozen=True)
class Weighing:
    """A logistic model: standardised features times weights, plus a bias, in log odds."""

    centre: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log odds of each row, rounded to four decimals."""
        if not len(values):
            return np.zeros(0)
        standard = (values - np.array(self.centre)) / np.array(self.scale)
        return np.asarray(np.round((standard * np.array(self.weights)).sum(-1) + self.bias, 4))


@dataclass(frozen=True)
class Opinion:
    """The verdict of a cell before facts are asked, and how likely each outcome was."""

    outcome: Outcome
    unsure: bool
    shares: tuple[float, float, float]


@dataclass(frozen=True)
class CellModel:
    """Standardised features, three rows of weights, and the two thresholds of *met* and *not shown*."""

    names: tuple[str, ...]
    centre: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, float, float]
    met_from: float
    """A cell is met from this probability on; chosen for a false-met rate of at most five per cent."""
    sure_from: float
    """A cell whose likeliest outcome is less likely than this is unsure."""
    years_from: float
    """A job counts towards "N years in X" from these log odds on."""
    denied_from: float
    """A line denies the criterion from this probability on, where no line supports it."""
    lines: Weighing
    """Orders the lines of a cell."""
    jobs: Weighing
    """Says which jobs count."""

    @classmethod
    def from_json(cls, data: bytes) -> CellModel:
        """Build the model from ``cells.json``."""
        raw: dict[str, Any] = json.loads(data)
        fields: dict[str, Any] = {name: _tuple(value) for name, value in raw["model"].items()}
        for name in ("lines", "jobs"):
            parts: dict[str, Any] = {part: _tuple(value) for part, value in fields[name].items()}
            fields[name] = Weighing(**parts)
        return cls(**fields)

    def opinion(self, values: Sequence[float]) -> Opinion:
        """Return the verdict for one cell's features."""
        known = dict(zip(FEATURES, values, strict=True))
        chosen = np.array([known[name] for name in self.names])
        standard = (chosen - np.array(self.centre)) / np.array(self.scale)
        logits = np.array(self.weights) @ standard + np.array(self.bias)
        grown = np.exp(logits - logits.max())
        shares = np.round(grown / grown.sum(), 4)
        return self.decide((float(shares[0]), float(shares[1]), float(shares[2])))

    def decide(self, shares: tuple[float, float, float]) -> Opinion:
        """Return the verdict for given probabilities: *met* needs ``met_from``, the rest goes to the likeliest."""
        best = max(range(3), key=lambda i: shares[i])
        held_back = best == 2 and shares[2] < self.met_from
        if held_back:
            best = 1
        return Opinion(OUTCOMES[best], held_back or max(shares) < self.sure_from, shares)


def _tuple(value: object) -> object:
    return tuple(_tuple(v) for v in value) if isinstance(value, list) else value
