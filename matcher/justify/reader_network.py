"""The reader's network: pairs of criterion and line in, four probabilities out, on onnxruntime.

The same pair gives the same numbers whatever stands beside it: every call holds one pair, unpadded. The network counts
in integers whose scale is taken from the call, so two pairs in one call would change each other; alone it is also the
fastest, because nothing is filled up.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.weights import Weights

Pair = tuple[str, str]
"""Criterion, and ``context: line``."""
LABELS = ("none", "partial", "full", "contradicts")
WEIGHTS = Path(__file__).parent / "weights"
MOST_TOKENS = 128


class Network(Weights):
    """The reader's cross-encoder and the files beside it."""

    def __init__(self, folder: Path = WEIGHTS, threads: int = 1) -> None:
        super().__init__(folder, "reader.onnx", "reader", threads)

    @cached_property
    def _pairs(self) -> Any:
        self.tokenizer.enable_truncation(MOST_TOKENS, strategy="longest_first")
        return self.tokenizer

    def probabilities(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Return the probability of each label, shape (pairs, 4), rounded to four decimals."""
        result = np.zeros((len(pairs), len(LABELS)), np.float32)
        encoded = self._pairs.encode_batch(list(pairs)) if pairs else []
        for row, item in enumerate(encoded):
            result[row] = np.round(self.shares(item), 4)
        return result
