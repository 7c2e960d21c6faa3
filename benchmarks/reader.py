"""The shipped reader on a folder of gold postings: ``python benchmarks/reader.py --gold ../shared/gold [--out FILE]``.

Prints agreement with the truth per posting and the CPU seconds that 20 candidates × 18 criteria take.
On the postings that the reader was tuned on the figures are no forecast (that stands in training/report.json); on other
postings they are a measurement.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))

import figures as agreement
import gold
import numpy as np
from numpy.typing import NDArray

from matcher.justify.reader import ReaderJudge, Similarity
from matcher.justify.reader_lines import Reading
from matcher.models import Criteria


def similarity_of(spec: str, cache: Path) -> Similarity:
    """Return a callable over texts from the index's embedder."""
    import index

    embedder = index.open_embedder(spec, cache=cache)

    def similarity(asked: list[str], lines: list[str]) -> NDArray[np.float32]:
        return embedder.embed(asked, role="query") @ embedder.embed(lines, role="document").T

    return similarity


NOTHING = Reading((), np.zeros((0, 4), np.float32), np.zeros(0, np.float32))
GOLD = Path(__file__).resolve().parents[2] / "shared" / "gold"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--gold", type=Path, default=GOLD)
    parser.add_argument("--embedder", default="minilm")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "matcher-bench")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    judge = ReaderJudge(similarity=similarity_of(options.embedder, options.cache))
    figures: dict[str, dict] = {}
    tested, verdicts, seconds, cells = [], [], 0.0, 0
    for folder in sorted(p for p in options.gold.iterdir() if p.is_dir()):
        asked, mine, said = gold.criteria(folder), [], []
        for person in gold.candidates(folder):
            mine_now = tuple(c for c in asked if c.id in person.truth["verdicts"])
            criteria = Criteria(posting=f"doc:{folder.name}", title=folder.name, criteria=mine_now)
            begun = time.process_time()
            made = judge.read(person.view, criteria)
            seconds += time.process_time() - begun
            cells += len(made)
            said += agreement.checked(person, list(mine_now), made)
            mine += [agreement.Example(folder.name, person, criterion, NOTHING, ()) for criterion in mine_now]
        figures[folder.name] = agreement.measure(mine, said)
        agreement.show(folder.name, figures[folder.name])
        tested += mine
        verdicts += said
    mean = float(np.mean([f["rho"] for f in figures.values()]))
    figures["pooled"] = agreement.measure(tested, verdicts) | {"rho": mean}
    agreement.show("pooled", figures["pooled"])
    cost = seconds / cells * 20 * 18
    print(
        f"{seconds:.1f} CPU s for {cells} cells; 20 candidates × 18 criteria: {cost:.1f} CPU s (first loading included)"
    )
    if options.out:
        made_json = json.dumps({"figures": figures, "cpu_seconds_20x18": cost}, indent=1)
        options.out.write_text(made_json + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
