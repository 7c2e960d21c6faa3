"""Go on from trained weights with whole jobs and the newer dense files, and add what was learnt to tuned weights.

``python training/extend.py --start DIR/reader.pt --out DIR`` writes DIR/extended.pt. No gold posting is seen here, so
the difference between extended and start may be added to weights that were tuned without a posting, and these still
have not seen it: ``--add DIR/tuned-A.pt DIR/tuned-B.pt`` writes DIR/tuned-A-extended.pt and so on, and their mean as
DIR/shipped.pt: it reads as the networks do that were measured (``--only-add``: no training, DIR/extended.pt is there).
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import corpus
import torch
from corpus import Row
from learning import Steps, batches
from model import Reader
from train import base_model, length, loss_on, measured, merge_mates, predict, vectors
from transformers import AutoTokenizer

NEW = "d,e,f,g,h"
"""Dense files that the first training did not hold; what is labelled in them is read twice."""


def rows_of(train: list[Row], options: argparse.Namespace, rng: random.Random) -> tuple[list[Row], list[Row]]:
    """Return the rows of the run, and those among them that another line may be merged into."""
    old, new = corpus.dense(only=("a", "b", "c")), corpus.dense(only=options.new.split(","))
    jobs = corpus.positions([*train, *old, *new])
    labelled = {id(row) for row in [*old, *new] if max(row.target) == 1.0}
    silent = [row for row in [*old, *new] if id(row) not in labelled]
    marked = [row for row in [*old, *new, *new] if id(row) in labelled]
    chosen = [*marked, *rng.sample(silent, options.silent), *jobs]
    return [*chosen, *rng.sample(train, options.replay)], chosen


def extended(options: argparse.Namespace) -> dict[str, torch.Tensor]:
    """Train one pass and return the weights."""
    torch.manual_seed(options.seed)
    rng = random.Random(options.seed)
    train, held = corpus.split(corpus.written())
    rows, mixed = rows_of(train, options, rng)
    mates = merge_mates(mixed, vectors([text for r in mixed for text in (r.criterion, r.line)]))
    tokenizer, model = AutoTokenizer.from_pretrained(base_model()), Reader(base_model())
    model.load_state_dict(torch.load(options.start, map_location="cpu", weights_only=True))
    steps = math.ceil(len(rows) / options.batch)
    print(len(rows), "rows", len(mixed), "mixed", steps, "steps", flush=True)
    down = Steps(model, options.rate, 2e-4, steps, warm=0.08, every=10)
    for batch in batches([corpus.vary(row, mates, rng) for row in rows], options.batch, rng, length):
        down.take(loss_on(model, tokenizer, batch, "cpu"))
    torch.save(model.state_dict(), options.out / "extended.pt")
    print(measured(predict(model, tokenizer, held, "cpu"), held), flush=True)
    return dict(model.state_dict())


def mean(every: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
    """Return the mean of several sets of weights."""
    first = every[0]
    return {k: torch.stack([w[k] for w in every]).mean(0) if v.is_floating_point() else v for k, v in first.items()}


def main() -> None:
    """Extend, and add."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--add", type=Path, nargs="*", default=[])
    parser.add_argument("--only-add", action="store_true")
    parser.add_argument("--new", default=NEW, help="newer dense files used, for a learning curve")
    parser.add_argument("--replay", type=int, default=1500)
    parser.add_argument("--silent", type=int, default=700)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    grown = (
        torch.load(options.out / "extended.pt", map_location="cpu", weights_only=True)
        if options.only_add
        else extended(options)
    )
    start = torch.load(options.start, map_location="cpu", weights_only=True)
    every = []
    for path in options.add:
        tuned = torch.load(path, map_location="cpu", weights_only=True)
        every.append({k: v + (grown[k] - start[k]) if v.is_floating_point() else v for k, v in tuned.items()})
        torch.save(every[-1], options.out / f"{path.stem}-extended.pt")
    if every:
        torch.save(mean(every), options.out / "shipped.pt")


if __name__ == "__main__":
    main()
