"""What judging costs: calls and tokens for 20, 100 and 500 candidates, and what the shared prefix saves.

    python benchmarks/judging.py [--out benchmarks/judging.json]

Set-up: the bundled example résumés and posting, repeated with a line of their own to the size of the head; a model in
the form of a function that gives every cell two lines and a sentence of 20 words; a provider that keeps the longest
common beginning of the requests of a run, in blocks of 128 tokens, from 1 024 tokens on (the rule that OpenAI
publishes). Tokens are estimated with the product's own rule (UTF-8 bytes / 3.4), which lies above real tokenisers.
Baseline: one call per requirement and candidate, which cannot cache the résumé and repeats the instructions each time.
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path

from matcher import blind, read, structure
from matcher.justify import ModelJudge, justify_all
from matcher.justify.adversaries import asked_ids, entry, shown_lines
from matcher.llm import FunctionLLM, Gateway, Request, estimate_tokens, prompt_tokens
from matcher.models import BlindView, Criteria, Document, Line, Span
from matcher.posting import posting

ROOT = Path(__file__).resolve().parent.parent
SIZES = (20, 100, 500)
BLOCK = 128
AS_OF = date(2026, 11, 1)
SENTENCE = "The cited lines describe this work done for several years, and only the second part of it is missing here."


def material() -> tuple[Criteria, list[tuple[BlindView, Document]]]:
    found = read.read_posting(ROOT / "examples" / "posting.html").document
    assert found is not None
    views = []
    for path in sorted((ROOT / "examples" / "resumes").iterdir()):
        document = read.read_one(path).document
        if document is not None and document.text.strip():
            views.append((blind.blind(document, structure.structure(document), AS_OF), document))
    return posting(found, "posting.html"), views


def pool(views: list[tuple[BlindView, Document]], size: int) -> list[tuple[BlindView, Document]]:
    """Repeat the résumés; each copy gets a line of its own, so that none is answered from the store."""
    out = []
    for number in range(size):
        view, document = views[number % len(views)]
        line = Line(id=f"L{len(view.lines) + 1}", text=f"Reference number {number}", section="other",
                    span=Span(start=0, end=1))  # fmt: skip
        out.append((view.model_copy(update={"candidate": f"cand:{number}", "lines": (*view.lines, line)}), document))
    return out


class Caching:
    """Answers like a model and counts what a provider's prefix cache would have kept."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.llm = FunctionLLM(self.answer)
        self.prompt = self.cached = self.answered = 0

    def answer(self, request: Request) -> str:
        lines = list(shown_lines(request))[:2]
        entries = [entry(name, "partial", lines, reason=SENTENCE) for name in asked_ids(request)]
        text = json.dumps({"answers": entries})
        whole = request.system + request.user
        kept = max((common(whole, other) for other in self.seen[:1]), default=0)
        tokens = int(kept / max(len(whole), 1) * prompt_tokens(request))
        self.cached += tokens // BLOCK * BLOCK if tokens >= 1024 else 0
        self.prompt += prompt_tokens(request)
        self.answered += estimate_tokens(text)
        self.seen.append(whole)
        return text


def common(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def measure(criteria: Criteria, items: list[tuple[BlindView, Document]]) -> dict[str, float]:
    model = Caching()
    gateway = Gateway(model.llm)
    list(justify_all(items, criteria, ModelJudge(gateway), concurrency=1))
    calls, cells = gateway.spending.calls, len(items) * len(criteria.criteria)
    one_by_one = model.prompt * len(criteria.criteria)
    return {
        "candidates": len(items),
        "calls": calls,
        "prompt_tokens": model.prompt,
        "answer_tokens": model.answered,
        "tokens_per_candidate": round((model.prompt + model.answered) / len(items)),
        "answer_tokens_per_cell": round(model.answered / cells, 1),
        "cached_share": round(model.cached / model.prompt, 3),
        "uncached_prompt_tokens_per_candidate": round((model.prompt - model.cached) / len(items)),
        "prompt_tokens_one_call_per_requirement": one_by_one,
        "times_fewer": round(one_by_one / model.prompt, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "judging.json")
    options = parser.parse_args()
    criteria, views = material()
    system = estimate_tokens(ModelJudge(FunctionLLM(lambda _: "")).requests(views[0][0], criteria)[0].system)
    rows = [measure(criteria, pool(views, size)) for size in SIZES]
    figures = {"requirements": len(criteria.criteria), "resumes": len(views), "prefix_tokens": system, "rows": rows}
    options.out.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
