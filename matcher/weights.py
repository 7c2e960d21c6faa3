"""Published weights on disk: files whose SHA-256 is known, a network and its tokenizer, loaded on first use."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ModelMismatch


class Weights:
    """A folder with ``SHA256SUMS``, one ONNX network and a ``tokenizer.json``; ``fingerprint`` names its bytes.

    ``owner`` says in messages whose weights they are.
    """

    def __init__(self, folder: Path, network: str, owner: str, threads: int = 1) -> None:
        self._folder = folder
        self._name = network
        self._owner = owner
        self._threads = threads

    @cached_property
    def sums(self) -> dict[str, str]:
        """SHA-256 per file, as published beside the weights. Raises ModelMismatch where the list is missing."""
        try:
            text = (self._folder / "SHA256SUMS").read_text("utf-8")
        except OSError as error:
            raise ModelMismatch(
                f"The {self._owner}'s checksums are missing in {self._folder}: install the package again."
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
                f"{name} of the {self._owner} is missing in {self._folder}: install the package again."
            ) from error
        if hashlib.sha256(data).hexdigest() != self.sums.get(name):
            raise ModelMismatch(
                f"{name} of the {self._owner} in {self._folder} is not the published file: install it again."
            )
        return data

    @cached_property
    def session(self) -> Any:
        """The network on onnxruntime, counting the same way every time."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.use_deterministic_compute = True
        return onnxruntime.InferenceSession(self.file(self._name), options, providers=["CPUExecutionProvider"])

    def shares(self, encoded: Any) -> NDArray[np.float32]:
        """Return the probabilities of one encoded text or pair, alone in its call and unpadded (decision 1000)."""
        given = {
            "input_ids": np.array([encoded.ids], np.int64),
            "attention_mask": np.ones((1, len(encoded.ids)), np.int64),
            "token_type_ids": np.array([encoded.type_ids], np.int64),
        }
        logits = self.session.run(None, given)[0][0]
        grown = np.exp(logits - logits.max(-1, keepdims=True))
        shares: NDArray[np.float32] = grown / grown.sum(-1, keepdims=True)
        return shares

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer, without padding or truncation."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self.file("tokenizer.json").decode("utf-8"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer
