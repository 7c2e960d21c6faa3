"""Write the trained tagger as one ONNX file: ``python training/tag_export.py CHECKPOINT DIR``.

As with the reader, the matrices of the layers are integers of seven bits, a scale for each column. The table of word
pieces is stored as integers of eight bits, a scale for each row, and stays so in memory: only the rows of a call become
floating point.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import onnx
import torch
from export import integers, seal
from onnx import TensorProto, helper, numpy_helper
from tag_train import Network
from train import base_model
from transformers import AutoTokenizer

FARTHEST = 0.4
"""Probability by which a probe may differ from torch."""
PROBES = (
    ("other", "Father of three, deacon at St Mary's, licence B."),
    ("work", "Supported mothers and newborns on a 24-bed ward."),
    ("profile", "Of Kikuyu stock, I have run tea estates for eleven years; spend down 11 %."),
)
NAMES = ["input_ids", "attention_mask", "token_type_ids"]


def graph(model: Network, path: Path) -> None:
    """Trace the model to ONNX with free batch and length."""
    tokenizer = AutoTokenizer.from_pretrained(base_model())
    tensors = tokenizer([p[0] for p in PROBES], [p[1] for p in PROBES], padding=True, return_tensors="pt")
    torch.onnx.export(
        model,
        tuple(tensors[name] for name in NAMES),
        str(path),
        input_names=NAMES,
        output_names=["logits"],
        dynamic_axes={name: {0: "batch", 1: "length"} for name in [*NAMES, "logits"]},
        opset_version=17,
        dynamo=False,
    )


def table(path: Path) -> None:
    """Store the table of word pieces as rows of eight-bit integers with a scale each."""
    model = onnx.load(str(path))
    weights = max(model.graph.initializer, key=lambda tensor: np.prod(tensor.dims))
    rows = numpy_helper.to_array(weights)
    scale = np.maximum(np.abs(rows).max(1, keepdims=True) / 127, 1e-8).astype(np.float32)
    model.graph.initializer.remove(weights)
    model.graph.initializer.append(numpy_helper.from_array(np.round(rows / scale).astype(np.int8), "pieces"))
    model.graph.initializer.append(numpy_helper.from_array(scale, "scales"))
    nodes = []
    for node in model.graph.node:
        node.doc_string = ""
        if node.op_type == "Gather" and node.input[0] == weights.name:
            index, out = node.input[1], node.output[0]
            nodes += [
                helper.make_node("Gather", ["pieces", index], ["rows"]),
                helper.make_node("Cast", ["rows"], ["rows_float"], to=TensorProto.FLOAT),
                helper.make_node("Gather", ["scales", index], ["row_scales"]),
                helper.make_node("Mul", ["rows_float", "row_scales"], [out]),
            ]
        else:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def farthest(model: Network, path: Path) -> float:
    """Return the greatest difference of a probability between onnxruntime and torch on the probes."""
    import onnxruntime

    tokenizer = AutoTokenizer.from_pretrained(base_model())
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    difference = 0.0
    for kind, text in PROBES:
        tensors = tokenizer(kind, text, return_tensors="pt")
        with torch.no_grad():
            expected = model(**tensors).softmax(-1).numpy()
        logits = session.run(None, {name: tensors[name].numpy() for name in NAMES})[0]
        grown = np.exp(logits - logits.max(-1, keepdims=True))
        difference = max(difference, float(np.abs(grown / grown.sum(-1, keepdims=True) - expected).max()))
    return difference


def main() -> None:
    """Export one checkpoint. Raises RuntimeError if onnxruntime disagrees with torch."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    state = torch.load(options.checkpoint, map_location="cpu", weights_only=True)
    layers = 1 + max(int(name.split(".")[3]) for name in state if name.startswith("encoder.encoder.layer."))
    model = Network(base_model(), layers)
    model.load_state_dict(state)
    model.eval()
    options.folder.mkdir(parents=True, exist_ok=True)
    path = options.folder / "tagger.onnx"
    graph(model, path)
    integers(path)
    table(path)
    shutil.copyfile(Path(base_model()) / "tokenizer.json", options.folder / "tokenizer.json")
    difference = farthest(model, path)
    if difference > FARTHEST:
        raise RuntimeError(f"onnxruntime differs from torch by a probability of {difference:.4f} on the probes")
    seal(options.folder)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB, greatest difference to torch {difference:.4f}")


if __name__ == "__main__":
    main()
