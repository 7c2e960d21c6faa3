"""The reader's network: pairs of criterion and line in, four probabilities out, on onnxruntime.

The same pair gives the same numbers whatever stands beside it: every call holds one pair, unpadded. The network counts
in integers whose scale is taken from the call, so two pairs in one call would change each other; alone it is also the
fastest, because nothing is filled up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ModelMismatch

Pair = tuple[str, str]
"""Criterion, and ``context: line``."""
LABELS = ("none", "partial", "full", "contradicts")
WEIGHTS = Path(__file__).parent / "weights"
MOST_TOKENS = 128


class Network:
    """A cross-encoder on disk, loaded on first use; ``fingerprint`` names its bytes."""

    def __init__(self, folder: Path = WEIGHTS, threads: int = 1) -> None:
        self._folder = folder
        self._threads = threads

    @cached_property
    def sums(self) -> dict[str, str]:
        """SHA-256 per file, as published beside the weights. Raises ModelMismatch where the list is missing."""
        try:
            text = (self._folder / "SHA256SUMS").read_text("utf-8")
        except OSError as error:
            raise ModelMismatch(
                f"The reader's checksums are missing in {self._folder}: install the package again."
            ) from error
        return {name: digest for digest, name in (line.split() for line in text.splitlines())}

    @cached_property
    def fingerprint(self) -> str:
        """Hash over the published checksums: part of every cache key."""
        return hashlib.sha256(repr(sorted(self.sums.items())).encode()).hexdigest()[:16]

    def file(self, name: str) -> bytes:
        """Return the bytes of a file beside the weights. Raises ModelMismatch if they are not those published."""
        try:
            data = (self._folder / name).read_bytes()
        except OSError as error:
            raise ModelMismatch(
                f"{name} of the reader is missing in {self._folder}: install the package again."
            ) from error
        if hashlib.sha256(data).hexdigest() != self.sums.get(name):
            raise ModelMismatch(f"{name} of the reader in {self._folder} is not the published file: install it again.")
        return data

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        return onnxruntime.InferenceSession(self.file("reader.onnx"), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self.file("tokenizer.json").decode("utf-8"))
        tokenizer.enable_truncation(MOST_TOKENS, strategy="longest_first")
        tokenizer.no_padding()
        return tokenizer

    def probabilities(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Return the probability of each label, shape (pairs, 4), rounded to four decimals."""
        result = np.zeros((len(pairs), len(LABELS)), np.float32)
        encoded = self._tokenizer.encode_batch(list(pairs)) if pairs else []
        for row, item in enumerate(encoded):
            result[row] = self._run(item)
        return result

    def _run(self, encoded: Any) -> NDArray[np.float32]:
        given = {
            "input_ids": np.array([encoded.ids], np.int64),
            "attention_mask": np.ones((1, len(encoded.ids)), np.int64),
            "token_type_ids": np.array([encoded.type_ids], np.int64),
        }
        logits = self._session.run(None, given)[0][0]
        grown = np.exp(logits - logits.max())
        shares: NDArray[np.float32] = np.round(grown / grown.sum(), 4).astype(np.float32)
        return shares
