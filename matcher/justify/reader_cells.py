"""From lines to a cell: what the reader makes of all lines that it read for one criterion.

A few numbers describe the readings of one cell; a multinomial logistic model, fitted by cross-validation over postings,
turns them into the probability of not shown, partial and met. Between two thresholds the cell is unsure: the most
likely verdict is given and marked for a person to read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Outcome = Literal["not_shown", "partial", "met"]
OUTCOMES: tuple[Outcome, ...] = ("not_shown", "partial", "met")
NONE, PARTIAL, FULL, CONTRADICTS = range(4)
FEATURES = ("full", "support", "second", "denial", "nearest", "joint", "at_work", "elsewhere")
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


def features(
    probabilities: NDArray[np.float32], similarities: NDArray[np.float32], at_work: Sequence[bool], elsewhere: float
) -> list[float]:
    """Return the numbers that describe one cell, in the order of ``FEATURES``.

    ``probabilities`` has shape (lines, 4), ``similarities`` (lines,), ``at_work`` says for each line whether it stands
    under a job, ``elsewhere`` is the mean of ``strongest`` over the posting's other criteria: the same words support
    more where the rest of the résumé is of that trade. A cell without lines is all silence.
    """
    if not len(probabilities):
        return [-CLIP, -CLIP, -CLIP, -CLIP, 0.0, -2 * CLIP, 0.0, elsewhere]
    together = joint(probabilities, similarities)
    strength = np.sort(support(probabilities))[::-1]
    second = float(strength[1]) if len(strength) > 1 else 0.0
    return [
        log_odds(float(probabilities[:, FULL].max())),
        strongest(probabilities),
        log_odds(second),
        log_odds(float(probabilities[:, CONTRADICTS].max())),
        float(similarities.max()),
        float(together.max()),
        float(at_work[int(np.argmax(together))]),
        elsewhere,
    ]


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
    """A position counts towards "N years in X" from this support on."""
    denied_from: float
    """A line denies the criterion from this probability on, where no line supports it."""

    @classmethod
    def from_json(cls, data: bytes) -> CellModel:
        """Build the model from ``cells.json``."""
        raw: dict[str, Any] = json.loads(data)
        fields: dict[str, Any] = {name: _tuple(value) for name, value in raw["model"].items()}
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
