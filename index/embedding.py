"""Embedders: text in, unit vectors out, each with a fingerprint that says which model made them.

Invariant: the vector of a text does not depend on the other texts of the call; every embedder here either takes one
text at a time or is pure arithmetic.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import BadVectors, IndexFailure, ModelUnavailable, WrongWeights
from index.words import words

Floats = NDArray[np.float32]
Role = Literal["query", "document"]
Precision = Literal["fp32", "bf16"]
EmbedTexts = Callable[[str, Sequence[str]], Sequence[Sequence[float]]]
"""Takes a model name and texts, returns one vector per text in order: the door to a remote model."""

_UNIT_TOLERANCE = 2e-3


class Embedder(Protocol):
    """Turns texts into unit vectors. ``fingerprint`` names model, weights, runtime and precision."""

    @property
    def fingerprint(self) -> str:
        """What made the vectors; vectors of two fingerprints are never compared."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def languages(self) -> frozenset[str] | None:
        """Languages (ISO 639-1) the model reads, or None where it is meant for many."""

    def embed(self, texts: Sequence[str], *, role: Role) -> Floats:
        """Return one unit row per text, float32, shape (n, dimension)."""


def open_embedder(
    spec: str, *, cache: Path, precision: str = "fp32", embed: EmbedTexts | None = None,
    notice: Callable[[str], None] | None = None,
) -> Embedder:  # fmt: skip
    """Open the embedder that ``spec`` names.

    Args:
        spec: ``minilm`` (packaged weights), ``st:NAME-OR-FOLDER`` (sentence-transformers, safetensors only),
            ``openai:MODEL`` (through ``embed``) or ``hash`` (no model, for tests).
        cache: folder for files that can be rebuilt; created when first needed.
        precision: ``fp32``, or ``bf16`` on request (faster on some processors, vectors equal to about four digits).
        embed: the call that reaches a remote model. notice: told in one sentence when a slower path is taken.

    Raises:
        ModelUnavailable: unknown spec, no such model on this machine, or one that is not safe to load.
        WrongWeights: the packaged weights are not the expected ones.
    """
    kind, _, name = spec.partition(":")
    if precision not in ("fp32", "bf16"):
        raise ModelUnavailable(f"There is no precision {precision!r}: use fp32 or bf16.")
    if spec == "hash":
        return HashEmbedder()
    if spec == "minilm":
        return _minilm(precision, notice or (lambda _: None))
    if kind == "st" and name:
        from index.reference import Reference

        return Reference(name, precision)
    if kind == "openai" and name:
        if embed is None:
            raise ModelUnavailable(f"The embedding model {name} needs an endpoint: give the call that reaches it.")
        return RemoteEmbedder(name, embed)
    raise ModelUnavailable(f"There is no embedder {spec!r}: use minilm, st:NAME-OR-FOLDER, openai:MODEL or hash.")


def _minilm(precision: str, notice: Callable[[str], None]) -> Embedder:
    from index import minilm

    if precision == "fp32":
        try:
            fast = minilm.MiniLM()
            if agrees_with_reference(fast):
                return fast
            reason = "its vectors differ from the reference"
        except WrongWeights:
            raise
        except (ImportError, RuntimeError, ValueError, KeyError) as error:
            reason = f"it cannot be started ({type(error).__name__})"
        notice(f"The fast embedding path is not used because {reason}: sentence-transformers takes over, slower.")
    from index.reference import Reference

    return Reference(str(minilm.folder()), precision, expected_sha256=minilm.WEIGHTS_SHA256, languages=("en",))


def agrees_with_reference(embedder: Embedder, least: float = 0.99999) -> bool:
    """Tell whether an embedder gives the vectors of the reference on the stored probe texts (cosine ≥ ``least``)."""
    stored = json.loads(Path(__file__).with_name("probes.json").read_text("utf-8"))
    texts = [probe["text"] for probe in stored["probes"]]
    expected = np.array([probe["vector"] for probe in stored["probes"]], dtype=np.float32)
    found = embedder.embed(texts, role="document")
    return found.shape == expected.shape and bool((np.sum(found * expected, axis=1) >= least).all())


class HashEmbedder:
    """Vectors from hashed words and word pairs: no model, deterministic everywhere, for tests and examples.

    Texts that share words are near each other; it knows nothing of meaning.
    """

    languages: frozenset[str] | None = None

    def __init__(self, dimension: int = 256) -> None:
        self.dimension = dimension
        self.fingerprint = f"hash:{dimension}"

    def embed(self, texts: Sequence[str], *, role: Role) -> Floats:
        """Return one unit row per text; a text without words gets the first unit vector."""
        del role
        out = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            found = words(text)
            for token in [*found, *(f"{a} {b}" for a, b in pairwise(found))]:
                digest = hashlib.blake2b(token.encode("utf-8"), digest_size=8).digest()
                number = int.from_bytes(digest, "little")
                out[row, number % self.dimension] += 1.0 if number >> 63 else -1.0
            norm = float(np.linalg.norm(out[row]))
            if norm == 0.0:
                out[row, 0] = norm = 1.0
            out[row] /= norm
        return out


class RemoteEmbedder:
    """An OpenAI-compatible embedding model, reached through a call that the owner of the connection gives."""

    languages: frozenset[str] | None = None

    def __init__(self, model: str, call: EmbedTexts) -> None:
        self._model, self._call = model, call
        self._dimension: int | None = None
        self.fingerprint = f"openai:{model}"

    @property
    def dimension(self) -> int:
        """Length of a vector, learnt from a first call."""
        if self._dimension is None:
            self._dimension = self.embed(["dimension"], role="document").shape[1]
        return self._dimension

    def embed(self, texts: Sequence[str], *, role: Role) -> Floats:
        """Return one unit row per text. Raises BadVectors, and whatever the call raises."""
        del role
        if not texts:
            return np.empty((0, self._dimension or 0), dtype=np.float32)
        rows = np.array(self._call(self._model, texts), dtype=np.float32)
        if rows.ndim != 2 or len(rows) != len(texts):
            raise BadVectors(f"The model {self._model} did not return one vector per text.")
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        if not np.isfinite(rows).all() or (norms == 0).any():
            raise BadVectors(f"The model {self._model} returned vectors that are not finite.")
        self._dimension = int(rows.shape[1])
        unit: Floats = rows / norms
        return unit


def checked(embedder: Embedder, texts: Sequence[str], role: Role) -> Floats:
    """Embed and check: one finite unit row of the right length per text. Raises BadVectors."""
    rows: Floats = np.asarray(embedder.embed(texts, role=role), dtype=np.float32)
    if rows.shape != (len(texts), embedder.dimension):
        raise BadVectors(f"The model {embedder.fingerprint} returned shape {rows.shape} for {len(texts)} texts.")
    if not np.isfinite(rows).all() or (np.abs(np.linalg.norm(rows, axis=1) - 1.0) > _UNIT_TOLERANCE).any():
        raise BadVectors(f"The model {embedder.fingerprint} returned rows that are not finite unit vectors.")
    return rows


__all__ = [
    "EmbedTexts", "Embedder", "Floats", "HashEmbedder", "IndexFailure", "RemoteEmbedder", "Role", "checked",
    "open_embedder",
]  # fmt: skip
