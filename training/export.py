"""Write the trained reader as one ONNX file: ``python training/export.py CHECKPOINT DIR``.

The matrices of the layers are stored and multiplied as integers of seven bits, a scale for each column; what flows
between them is scaled anew for every call, so a call must hold one pair. Seven bits and not eight: processors without
the newer instructions would saturate on eight and give other numbers. The embeddings are stored as fp16 and cast to
fp32 when the file is loaded. Beside the graph come the tokenizer and ``SHA256SUMS``.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import onnx
import torch
from model import Reader, encode
from onnx import TensorProto, helper, numpy_helper
from train import base_model
from transformers import AutoTokenizer

LARGE = 100_000
"""Numbers from which on a tensor is stored as fp16: the embeddings."""
FARTHEST = 0.1
"""Probability by which a probe may differ from torch."""
PROBES = (
    ("Fluent German.", "Languages: English native, German C1"),
    (
        "Lead a team of eight.",
        "Head of Operations · Experience: Seven report to me and I see each of them on Tuesdays.",
    ),
    ("Forklift licence.", "Additional information: Never trained on trucks; moved pallets by hand jack"),
)


def graph(model: Reader, path: Path) -> None:
    """Trace the model to ONNX with free batch and length."""
    tokenizer = AutoTokenizer.from_pretrained(base_model())
    tensors = encode(tokenizer, [p[0] for p in PROBES], [p[1] for p in PROBES])
    names = ["input_ids", "attention_mask", "token_type_ids"]
    torch.onnx.export(
        model,
        tuple(tensors[name] for name in names),
        str(path),
        input_names=names,
        output_names=["logits"],
        dynamic_axes={name: {0: "batch", 1: "length"} for name in names} | {"logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


def integers(path: Path) -> None:
    """Replace the matrices of the layers by integers, column by column."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger().setLevel(logging.ERROR)  # it advises a pass that changes nothing here
    quantize_dynamic(
        path, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True, op_types_to_quantize=["MatMul"],
        extra_options={"MatMulConstBOnly": True},
    )  # fmt: skip


def halve(path: Path) -> None:
    """Store every large weight that is left as fp16 behind a cast to fp32."""
    model = onnx.load(str(path))
    casts = []
    for tensor in list(model.graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < LARGE:
            continue
        half = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name + "_half")
        casts.append(helper.make_node("Cast", [half.name], [tensor.name], to=TensorProto.FLOAT))
        model.graph.initializer.remove(tensor)
        model.graph.initializer.append(half)
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def write(model: Reader, folder: Path) -> None:
    """Write graph, tokenizer and checksums into ``folder``. Raises RuntimeError if onnxruntime disagrees with torch."""
    import onnxruntime

    folder.mkdir(parents=True, exist_ok=True)
    model.eval()
    path = folder / "reader.onnx"
    graph(model, path)
    integers(path)
    halve(path)
    tokenizer = AutoTokenizer.from_pretrained(base_model())
    shutil.copyfile(Path(base_model()) / "tokenizer.json", folder / "tokenizer.json")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    difference = 0.0
    for criterion, line in PROBES:
        tensors = encode(tokenizer, [criterion], [line])
        with torch.no_grad():
            expected = model(**tensors).softmax(-1).numpy()
        logits = session.run(None, {name: value.numpy() for name, value in tensors.items()})[0]
        grown = np.exp(logits - logits.max(-1, keepdims=True))
        difference = max(difference, float(np.abs(grown / grown.sum(-1, keepdims=True) - expected).max()))
    if difference > FARTHEST:
        raise RuntimeError(f"onnxruntime differs from torch by a probability of {difference:.4f} on the probes")
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, greatest difference to torch {difference:.4f}")


def seal(folder: Path) -> None:
    """Write ``SHA256SUMS`` over the files that the judge loads."""
    names = sorted(p.name for p in folder.iterdir() if p.suffix in {".onnx", ".json"})
    sums = "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")


def main() -> None:
    """Export one checkpoint."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    model = Reader(base_model())
    model.load_state_dict(torch.load(options.checkpoint, map_location="cpu", weights_only=True))
    write(model, options.folder)
    seal(options.folder)


if __name__ == "__main__":
    main()
