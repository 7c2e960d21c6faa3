"""The gold postings as a model would answer them: the truth file in the product's own reply form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from matcher.blind import blind
from matcher.canonical import sha256_hex
from matcher.justify import facts
from matcher.justify.adversaries import asked_ids, entry
from matcher.llm import FunctionLLM
from matcher.models import BlindView, Criteria, Criterion, Document, Page
from matcher.structure import structure

AS_OF = date(2026, 11, 1)
POSTINGS = ("data-platform-engineer", "elementary-teacher", "icu-nurse", "supply-chain-analyst")
DEGREES = {"BA/BS": "bachelor", "MA/MS": "master", "ADN": "associate", "BSN": "bachelor"}
TRUTH_WORDS = {"met": "met", "partial": "partial", "not_met": "not_shown"}


@dataclass(frozen=True)
class Gold:
    """One résumé of a gold posting."""

    name: str
    document: Document
    view: BlindView
    truth: Mapping[str, Any]

    def lines_of(self, quotes: Iterable[str]) -> list[str]:
        """Return the ids of the view's lines in which these whole lines of the file stand, best first."""
        out: list[str] = []
        for quote in quotes:
            start = self.document.text.find(quote)
            if start < 0:
                continue
            end = start + len(quote)
            out += [line.id for line in self.view.lines if line.span.start < end and start < line.span.end]
        return list(dict.fromkeys(out))

    def counted(self, criterion: Criterion, lines: Sequence[str]) -> list[str]:
        """Return the positions that give the true years best, among the choices that hold the cited positions."""
        wanted = float(self.truth["years"].get(criterion.id, 0.0))
        if wanted == 0.0:
            return []
        cited = {line.position for line in self.view.lines if line.id in lines and line.position}
        others = [p.id for p in self.view.positions if p.id not in cited]
        window = facts.window_months(criterion.text)
        choices = [
            [p.id for p in self.view.positions if p.id in cited or p.id in extra]
            for size in range(len(others) + 1)
            for extra in combinations(others, size)
        ]

        def miss(chosen: list[str]) -> float:
            return abs(facts.years(self.view, chosen, window=window, lines=lines).years - wanted)

        return min(choices, key=miss)


def criteria_of(folder: Path) -> Criteria:
    """Return the criteria of a gold posting as the product holds them."""
    rows = json.loads((folder / "criteria.json").read_text("utf-8"))
    return Criteria.model_validate(
        {
            "posting": "doc:gold",
            "title": folder.name,
            "criteria": [
                {
                    **{name: row[name] for name in ("id", "kind", "text", "must_have", "min_years")},
                    "degree": DEGREES.get(row["degree"]),
                    "span": {"start": 0, "end": len(row["text"])},
                }
                for row in rows
            ],
        }
    )


def resumes_of(folder: Path) -> list[Gold]:
    """Return the résumés of a gold posting, structured and blinded."""
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    out = []
    for name, row in truth.items():
        data = (folder / f"{name}.txt").read_bytes()
        text = data.decode("utf-8")
        page = Page(number=1, width=0, height=0, start=0, end=len(text))
        digest = sha256_hex(data)
        document = Document(
            id=f"doc:{digest[:32]}", name=f"{name}.txt", media_type="text/plain", text=text, pages=(page,)
        )
        out.append(Gold(name, document, blind(document, structure(document), AS_OF), row))
    return out


def answering(gold: Gold, criteria: Criteria) -> FunctionLLM:
    """Return a model that answers from the truth file: lines by id, positions that count, no years."""

    def answer(request: Any) -> dict[str, Any]:
        return {"answers": [_entry(gold, criteria.get(name)) for name in asked_ids(request)]}

    return FunctionLLM(answer, name="truth")


def _entry(gold: Gold, criterion: Criterion) -> dict[str, Any]:
    cell = gold.truth["verdicts"].get(criterion.id, {"verdict": "not_met", "evidence": []})
    lines = gold.lines_of(cell["evidence"])
    verdict = TRUTH_WORDS[cell["verdict"]]
    counted = gold.counted(criterion, lines) if criterion.min_years is not None and verdict != "not_shown" else []
    short = criterion.min_years is not None and counted and gold.truth["years"][criterion.id] < criterion.min_years
    said = "met" if short else verdict
    return entry(criterion.id, said, lines if said != "not_shown" else [], counted, "The cited lines say so.")
