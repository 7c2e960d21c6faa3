"""Second step: a short training on lines of the gold postings, always leaving postings out, and their readings.

``python training/tune.py --gold GOLD --start DIR/reader.pt --out DIR --leave A,B`` writes DIR/tuned-A-B.pt and the
readings of A and B. Without ``--leave`` all postings are used: that is the model which is shipped.
``--rounds 0`` reads without training. Readings are made by the exported network, as the judge runs it, of every line.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import corpus
import export
import gold
import numpy as np
import torch
from corpus import Row
from learning import Steps, batches
from model import Reader
from train import base_model, length, loss_on, vectors
from transformers import AutoTokenizer

from matcher.justify.reader import Similarity, read_view
from matcher.justify.reader_lines import eligible, questions, segment, to_read, wordings
from matcher.justify.reader_network import Network
from matcher.models import Criterion

NEAREST = 12
"""Lines of a cell from which rows are drawn."""

SILENT_ROWS = 3
SILENT = {"met": (0.88, 0.08, 0.04, 0.0), "partial": (0.9, 0.09, 0.01, 0.0), "not_met": (0.96, 0.03, 0.01, 0.0)}
"""Target of a line that is not among the evidence, by the verdict of its cell: others may help a little."""


def split_segment(text: str) -> tuple[str, str]:
    """Return context and line of a segment as the judge builds it."""
    context, mark, line = text.partition(": ")
    return (context, line) if mark and len(context) < 90 else ("", text)


def rows_of(
    criterion: Criterion, candidate: gold.Candidate, near: dict[str, np.ndarray], rng: random.Random
) -> list[Row]:
    """Return rows for one cell: every evidence line, and some of the nearest other lines."""
    truth = candidate.truth["verdicts"].get(criterion.id)
    if truth is None or not candidate.view.lines:
        return []
    lines = candidate.view.lines
    positions = {p.id: p for p in candidate.view.positions}
    similarities = np.array([float(near[line.text] @ near[criterion.text]) for line in lines])
    carrying = {line.id for line in lines if gold.supports(candidate.original(line.id), truth["evidence"])}
    at = {line.position for line in lines if line.id in carrying}
    label = "full" if truth["verdict"] == "met" or criterion.min_years is not None else "partial"
    rows, silent = [], []
    for index in to_read(criterion, candidate.view, lines, similarities, NEAREST):
        line = lines[index]
        target = corpus.one_hot(label) if line.id in carrying else SILENT[truth["verdict"]]
        if line.id not in carrying and criterion.min_years is not None and line.position in at - {None}:
            continue
        context, text = split_segment(segment(line, positions))
        row = Row(candidate.posting, criterion.text, criterion.kind, context, text, target, "gold")
        (rows if line.id in carrying else silent).append(row)
    return rows + rng.sample(silent, min(SILENT_ROWS, len(silent)))


COUNTS_NOT = {"met": (0.8, 0.12, 0.08, 0.0), "partial": (0.85, 0.1, 0.05, 0.0), "not_met": (0.95, 0.04, 0.01, 0.0)}
"""Target of a job that holds no evidence of the years asked, by the verdict of its cell."""


def rows_of_jobs(asked: list[Criterion], candidate: gold.Candidate, similarity: Similarity) -> list[Row]:
    """Return a row for every job of a candidate beside every requirement about years."""
    lines = eligible(candidate.view, asked)
    if not lines:
        return []
    near = similarity(wordings(asked), [line.text for line in lines])
    rows = []
    for criterion, question in zip(asked, questions(candidate.view, asked, lines, near), strict=True):
        truth = candidate.truth["verdicts"].get(criterion.id)
        for position, text, _ in question.jobs if truth is not None else ():
            mine = (line.id for line in candidate.view.lines if line.position == position)
            held = any(gold.supports(candidate.original(line), truth["evidence"]) for line in mine)
            target = corpus.one_hot("full") if held else COUNTS_NOT[truth["verdict"]]
            context, shown = split_segment(text)
            rows.append(Row(candidate.posting, question.job_wording, criterion.kind, context, shown, target, "gold"))
    return rows


def similarity_of(near: dict[str, np.ndarray]) -> Similarity:
    """Return the cosine of texts whose vectors are known."""

    def similarity(wanted: list[str], lines: list[str]) -> np.ndarray:
        if not lines:
            return np.zeros((len(wanted), 0), np.float32)
        rows = np.stack([near[text] for text in wanted]) @ np.stack([near[text] for text in lines]).T
        return np.round(rows.astype(np.float32), 4)

    return similarity


def main() -> None:
    """Tune and read."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--leave", default="")
    parser.add_argument("--read", default=None, help="postings to read (default: those left out)")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--replay", type=int, default=1800)
    parser.add_argument("--rate", type=float, default=3e-5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--suffix", default="untuned", help="of the readings' names, where nothing is trained")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rng = random.Random(options.seed)
    left = [name for name in options.leave.split(",") if name]
    folders = sorted(p for p in options.gold.iterdir() if p.is_dir())
    postings = {p.name: (gold.criteria(p), gold.candidates(p)) for p in folders}
    texts = [text for cr, _ in postings.values() for text in wordings(cr)]
    texts += [line.text for _, cs in postings.values() for c in cs for line in c.view.lines]
    train, _ = corpus.split(corpus.written())
    near = vectors(texts)
    tokenizer = AutoTokenizer.from_pretrained(base_model())
    model = Reader(base_model())
    model.load_state_dict(torch.load(options.start, map_location="cpu", weights_only=True))
    if options.rounds:
        dense = corpus.dense()
        replay = [*train, *[r for r in dense if max(r.target) == 1.0], *dense[::3], *corpus.positions([*train, *dense])]
        own = [
            row
            for name, (asked, people) in postings.items()
            if name not in left
            for candidate in people
            for criterion in asked
            for row in rows_of(criterion, candidate, near, rng)
        ]
        for name, (asked, people) in postings.items():
            for candidate in people if name not in left else ():
                own += 2 * rows_of_jobs(asked, candidate, similarity_of(near))
        fit(model, tokenizer, own, replay, options, rng)
        name = "-".join(["tuned", *left]) if left else "tuned"
        torch.save(model.state_dict(), options.out / f"{name}.pt")
    end = [options.suffix] if not options.rounds and options.suffix else []
    folder = options.out / "-".join(["network", *left, *end])
    export.write(model, folder)
    export.seal(folder)
    network = Network(folder, threads=options.threads)
    for name in options.read.split(",") if options.read else left:
        readings = read_posting(network, *postings[name], similarity_of(near))
        without = ["without", *left] if options.rounds and len(left) > 1 else []
        (options.out / f"{'-'.join(['readings', name, *without, *end])}.json").write_text(json.dumps(readings))


def fit(
    model: Reader, tokenizer: object, own: list[Row], replay: list[Row], options: argparse.Namespace, rng: random.Random
) -> None:
    """Train on gold rows and a random part of the pairs."""
    size = 24
    steps = options.rounds * math.ceil((len(own) + options.replay) / size)
    print(len(own), "gold rows", steps, "steps", flush=True)
    down = Steps(model, options.rate, 2e-4, steps, warm=0.1)
    model.train()
    for _ in range(options.rounds):
        rows = [corpus.vary(row, {}, rng) for row in [*own, *rng.sample(replay, options.replay)]]
        for batch in batches(rows, size, rng, length):
            down.take(loss_on(model, tokenizer, batch, "cpu"))


def read_posting(
    network: Network, asked: list[Criterion], people: list[gold.Candidate], similarity: Similarity
) -> dict:
    """Return for every cell all lines with similarity and probabilities, and the jobs of those about years."""
    cells = {}
    for candidate in people:
        mine = [c for c in asked if c.id in candidate.truth["verdicts"]]
        for criterion, reading in zip(
            mine, read_view(candidate.view, mine, similarity, network.probabilities, None), strict=True
        ):
            evidence = candidate.truth["verdicts"][criterion.id]["evidence"]
            cells[f"{candidate.name}|{criterion.id}"] = {
                "lines": reading.lines,
                "near": reading.similarities.round(4).tolist(),
                "shares": reading.probabilities.round(4).tolist(),
                "hit": [gold.supports(candidate.original(line), evidence) for line in reading.lines],
                "jobs": reading.jobs,
                "job_near": reading.job_similarities.round(4).tolist(),
                "job_shares": reading.job_probabilities.round(4).tolist(),
            }
    return cells


if __name__ == "__main__":
    main()
