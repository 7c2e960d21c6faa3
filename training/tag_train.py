"""Train the tagger: ``python training/tag_train.py --out DIR`` (seeded; two cores, or a GPU where there is one).

Writes DIR/tagger.pt. With ``--rounds`` the held-out rounds that have been measured are learned from as well.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.path.insert(0, str(Path(__file__).parent))

import tag_material as material
import torch
from learning import Steps, batches
from tag_material import Row
from torch import nn
from train import base_model
from transformers import AutoTokenizer

from matcher.blind.tagger import CATEGORIES, MOST_TOKENS

LABELS = ("", *CATEGORIES)
IGNORED = -100


class Network(nn.Module):
    """The encoder's first layers and one linear layer: logits for each word piece."""

    def __init__(self, base: str, layers: int) -> None:
        from transformers import AutoModel

        super().__init__()
        self.encoder = AutoModel.from_pretrained(base, add_pooling_layer=False, attn_implementation="sdpa")
        self.encoder.encoder.layer = self.encoder.encoder.layer[:layers]
        self.encoder.config.num_hidden_layers = layers
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(self.encoder.config.hidden_size, len(LABELS)))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Return logits, shape (batch, length, labels)."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        logits: torch.Tensor = self.head(states)
        return logits


def encoded(tokenizer: object, rows: Sequence[Row]) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """Return the padded tensors of kind and text, and a label for each word piece of the text."""
    made = tokenizer(  # type: ignore[operator]
        [r.kind for r in rows], [r.text for r in rows], padding=True, truncation=True, max_length=MOST_TOKENS,
        return_tensors="pt", return_offsets_mapping=True,
    )  # fmt: skip
    offsets = made.pop("offset_mapping").tolist()
    target = torch.full(made["input_ids"].shape, IGNORED)
    for number, row in enumerate(rows):
        of = material.labels(row)
        for at, ((start, end), part) in enumerate(zip(offsets[number], made.sequence_ids(number), strict=True)):
            if part == 1 and end > start:
                names = [c for c in of[start:end] if c] or [""]
                target[number, at] = IGNORED if names[0] == material.UNSURE else LABELS.index(names[0])
    return dict(made), target


def loss_on(model: Network, tokenizer: object, batch: Sequence[Row], device: str) -> torch.Tensor:
    """Return the loss of one batch: cross-entropy over the word pieces of the lines."""
    tensors, target = encoded(tokenizer, batch)
    with torch.autocast(device, dtype=torch.bfloat16):
        logits = model(**{k: v.to(device) for k, v in tensors.items()})
    return nn.functional.cross_entropy(
        logits.float().flatten(0, 1), target.to(device).flatten(), ignore_index=IGNORED, label_smoothing=0.02
    )


def options_of() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="weights of an earlier training to go on from")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--rounds", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    """Train with the given options."""
    options = options_of()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rng = random.Random(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    lines = [*material.written(), *material.rounds(options.rounds)]
    entries, work = material.inventory(), material.work_lines()
    tokenizer = AutoTokenizer.from_pretrained(base_model())
    model = Network(base_model(), options.layers).to(device)
    if options.start is not None:
        model.load_state_dict(torch.load(options.start, map_location=device, weights_only=True))
    per_epoch = len(list(material.epoch(lines, entries, work, random.Random(0))))
    down = Steps(model, options.rate, 1e-3, options.epochs * math.ceil(per_epoch / options.batch))
    for _ in range(options.epochs):
        rows = list(material.epoch(lines, entries, work, rng))
        for batch in batches(rows, options.batch, rng, lambda row: len(row.text)):
            down.take(loss_on(model, tokenizer, batch, device))
        torch.save(model.state_dict(), options.out / "tagger.pt")


if __name__ == "__main__":
    main()
