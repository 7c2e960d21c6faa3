"""The gold postings as cells: lines of the blind view beside every criterion, with the truth.

``python training/gold.py GOLD CHECKPOINT OUT`` reads every line with a checkpoint and writes OUT (JSON).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("HF_HUB_OFFLINE", "1")
sys.path.insert(0, str(Path(__file__).parent))

from matcher.models import BlindView, Criterion, Document, Page, Span

if TYPE_CHECKING:
    pass

AS_OF = date(2026, 11, 1)
DEGREES = {
    "ADN": "associate",
    "BSN": "bachelor",
    "BA/BS": "bachelor",
    "MA/MS": "master",
    "MSN": "master",
    "MBA": "master",
    "PhD": "doctorate",
}


@dataclass(frozen=True)
class Candidate:
    """One résumé of a gold posting."""

    posting: str
    name: str
    view: BlindView
    document: Document
    truth: dict
    fit: int

    def original(self, line_id: str) -> str:
        """Return the line as it stands in the file."""
        span = self.view.line(line_id).span
        return self.document.text[span.start : span.end]


def document(path: Path) -> Document:
    """Read a plain-text résumé as a document without pages."""
    text = path.read_text("utf-8")
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    return Document(
        id=f"doc:{sha[:16]}", name=path.name, media_type="text/plain", text=text,
        pages=(Page(number=1, width=0, height=0, start=0, end=len(text)),),
    )  # fmt: skip


def criteria(folder: Path) -> list[Criterion]:
    """Read the criteria of a gold posting."""
    raw = json.loads((folder / "criteria.json").read_text("utf-8"))
    return [
        Criterion(
            id=c["id"], kind=c["kind"], text=c["text"], span=Span(start=0, end=0), must_have=c["must_have"],
            min_years=c["min_years"], degree=DEGREES.get(c["degree"] or ""),
        )
        for c in raw
    ]  # fmt: skip


def candidates(folder: Path) -> list[Candidate]:
    """Read the résumés of a gold posting through structure and the blind view."""
    from matcher.blind import blind
    from matcher.structure import structure

    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    found = []
    for name, facts in truth.items():
        made = document(folder / f"{name}.txt")
        view = blind(made, structure(made), AS_OF)
        found.append(Candidate(folder.name, name, view, made, facts, facts["fit"]))
    return found


def fold(text: str) -> str:
    """Fold case, punctuation and white space, as the scorer of the gold postings does."""
    return re.sub(r"\W+", " ", text.lower()).strip()


def supports(original: str, evidence: list[str]) -> bool:
    """Say whether a line is one of the truth's evidence lines, or a part of one, or holds one."""
    line = fold(original)
    return bool(line) and any(line in fold(e) or fold(e) in line for e in evidence)
