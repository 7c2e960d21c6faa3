"""The reader's network: pairs of criterion and line in, four probabilities out, on onnxruntime.

The same pair gives the same numbers whatever stands beside it: every batch has a fixed number of rows and one of few
fixed lengths, short batches are filled up, and the length of a row depends on that row alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
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
LENGTHS = (24, 32, 40, 48, 56, 64, 80, 96, 128)
ROWS = 2


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
        tokenizer.enable_truncation(LENGTHS[-1], strategy="longest_first")
        tokenizer.no_padding()
        return tokenizer

    def probabilities(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Return the probability of each label, shape (pairs, 4), rounded to four decimals."""
        result = np.zeros((len(pairs), len(LABELS)), np.float32)
        encoded = self._tokenizer.encode_batch(list(pairs)) if pairs else []
        for length, members in _buckets([len(e.ids) for e in encoded]):
            for start in range(0, len(members), ROWS):
                rows = members[start : start + ROWS]
                result[rows] = self._run([encoded[i] for i in rows], length)[: len(rows)]
        return result

    def _run(self, encoded: Sequence[Any], length: int) -> NDArray[np.float32]:
        ids = np.zeros((ROWS, length), np.int64)
        mask, types = ids.copy(), ids.copy()
        for row in range(ROWS):
            # a short batch is filled with its first row: the shape, and so the arithmetic, stays the same
            item = encoded[row] if row < len(encoded) else encoded[0]
            size = len(item.ids)
            ids[row, :size], mask[row, :size], types[row, :size] = item.ids, 1, item.type_ids
        logits = self._session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": types})[0]
        shifted = np.exp(logits - logits.max(-1, keepdims=True))
        shares: NDArray[np.float32] = np.round(shifted / shifted.sum(-1, keepdims=True), 4).astype(np.float32)
        return shares


def _buckets(sizes: Sequence[int]) -> Iterable[tuple[int, list[int]]]:
    """Yield (padded length, indices) for every length that occurs."""
    members: dict[int, list[int]] = {}
    for index, size in enumerate(sizes):
        members.setdefault(next(length for length in LENGTHS if size <= length), []).append(index)
    return sorted(members.items())


Similarity = Callable[[Sequence[str], Sequence[str]], NDArray[np.float32]]
"""Criterion texts × line texts → cosine similarities, shape (criteria, lines)."""
