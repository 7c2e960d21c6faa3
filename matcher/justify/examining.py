"""The selftest's material: fictional résumés with known verdicts, as views; and how well a reader agrees with them."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from matcher.canonical import sha256_hex
from matcher.models import (
    Assessment,
    BlindPosition,
    BlindView,
    Criteria,
    Document,
    Line,
    Page,
    Span,
    Verdict,
)

AS_OF = date(2026, 11, 1)
_ORDER = {"contradicted": 0, "not_shown": 0, "partial": 1, "met": 2}


@dataclass(frozen=True)
class Paper:
    """One résumé of the exam."""

    name: str
    document: Document
    view: BlindView
    truth: Mapping[str, Verdict]


@dataclass(frozen=True)
class Exam:
    """Requirements, résumés with their verdicts, and lines that give orders."""

    criteria: Criteria
    papers: tuple[Paper, ...]
    hostile: tuple[str, ...]


@dataclass(frozen=True)
class Agreement:
    """How a reader's verdicts compare with the exam's; *contradicted* and *not shown* count alike."""

    cells: int
    assessed: int
    same: int
    false_met: int
    negatives: int
    kappa: float

    def said(self) -> str:
        """Return the figures in one sentence."""
        return (
            f"{self.same} of {self.assessed} cells agree with a careful reader (kappa {self.kappa:.2f}), "
            f"{self.false_met} of {self.negatives} unsupported cells called met, "
            f"{self.cells - self.assessed} of {self.cells} not assessed"
        )


def load_exam() -> Exam:
    """Return the bundled exam."""
    data = tomllib.loads((files("matcher.justify.exam") / "exam.toml").read_text("utf-8"))
    rows = [{**row, "span": {"start": 0, "end": len(row["text"])}} for row in data["criteria"]]
    criteria = Criteria.model_validate({"posting": "doc:exam", "title": "Dispatcher", "criteria": rows})
    papers = tuple(_paper(row) for row in data["resumes"])
    return Exam(criteria, papers, tuple(data["hostile"]["lines"]))


def with_line(paper: Paper, text: str) -> Paper:
    """Return the résumé with one more line at its end."""
    start = len(paper.document.text)
    span = Span(start=start, end=start + len(text))
    line = Line(id=f"L{len(paper.view.lines) + 1}", text=text, section="other", span=span)
    whole = paper.document.text + text + "\n"
    page = Page(number=1, width=0, height=0, start=0, end=len(whole))
    document = paper.document.model_copy(update={"text": whole, "pages": (page,)})
    return Paper(paper.name, document, paper.view.model_copy(update={"lines": (*paper.view.lines, line)}), paper.truth)


def agreement(papers: Sequence[Paper], assessments: Sequence[Assessment]) -> Agreement:
    """Compare verdicts cell by cell; kappa over met, partial and neither (0 where it is not defined)."""
    pairs: list[tuple[int, int]] = []
    cells = 0
    for paper, assessment in zip(papers, assessments, strict=True):
        for cell in assessment.justifications:
            cells += 1
            if cell.verdict is not None:
                pairs.append((_ORDER[paper.truth[cell.criterion]], _ORDER[cell.verdict]))
    negatives = [said for true, said in pairs if true == 0]
    return Agreement(
        cells=cells,
        assessed=len(pairs),
        same=sum(true == said for true, said in pairs),
        false_met=sum(said == 2 for said in negatives),
        negatives=len(negatives),
        kappa=_kappa(pairs),
    )


def _kappa(pairs: Sequence[tuple[int, int]]) -> float:
    if not pairs:
        return 0.0
    n = len(pairs)
    true, said = Counter(t for t, _ in pairs), Counter(s for _, s in pairs)
    observed = sum(t == s for t, s in pairs) / n
    expected = sum(true[k] * said[k] for k in range(3)) / n**2
    return (observed - expected) / (1 - expected) if expected < 1 else 0.0


def _paper(row: Mapping[str, Any]) -> Paper:
    text, lines = "", []
    for number, (section, position, words) in enumerate(row["lines"], 1):
        span = Span(start=len(text), end=len(text) + len(words))
        lines.append(Line(id=f"L{number}", text=words, section=section, position=position or None, span=span))
        text += words + "\n"
    digest = sha256_hex(text.encode("utf-8"))
    page = Page(number=1, width=0, height=0, start=0, end=len(text))
    document = Document(id=f"doc:{digest[:32]}", name=row["name"], media_type="text/plain", text=text, pages=(page,))
    positions = tuple(_position(p, lines) for p in row["positions"])
    view = BlindView(
        candidate=f"cand:{digest[:16]}", as_of=AS_OF, language="en", lines=tuple(lines), positions=positions
    )
    return Paper(row["name"], document, view, row["truth"])


def _position(row: Sequence[Any], lines: Sequence[Line]) -> BlindPosition:
    name, start, end = row
    header = next(line for line in lines if line.position == name)
    return BlindPosition(
        id=name,
        title=header.text,
        from_ago=start,
        to_ago=end,
        current=end == 0,
        precision="month",
        header_lines=(header.id,),
    )
