"""Views, criteria and models for the tests of the judge: small, fictional, built by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from matcher.canonical import sha256_hex
from matcher.llm import FunctionLLM
from matcher.models import (
    BlindEducation,
    BlindPosition,
    BlindView,
    Criteria,
    Criterion,
    Document,
    Line,
    Page,
    SectionKind,
    Span,
)

AS_OF = date(2026, 11, 1)
Row = tuple[str, SectionKind, str | None]


def document_and_view(
    rows: Sequence[Row],
    positions: Sequence[BlindPosition] = (),
    education: Sequence[BlindEducation] = (),
    candidate: str | None = None,
    instruction_like: Sequence[int] = (),
) -> tuple[Document, BlindView]:
    """Return a document with one row a line, and its view (lines L1, L2, …)."""
    text, lines = "", []
    for number, (row, section, position) in enumerate(rows, 1):
        span = Span(start=len(text), end=len(text) + len(row))
        flag = number in instruction_like
        lines.append(
            Line(id=f"L{number}", text=row, section=section, position=position, span=span, instruction_like=flag)
        )
        text += row + "\n"
    digest = sha256_hex(text.encode())
    page = Page(number=1, width=0, height=0, start=0, end=len(text))
    document = Document(id=f"doc:{digest[:32]}", name="cv.txt", media_type="text/plain", text=text, pages=(page,))
    view = BlindView(
        candidate=candidate or f"cand:{digest[:16]}",
        as_of=AS_OF,
        language="en",
        lines=tuple(lines),
        positions=tuple(positions),
        education=tuple(education),
    )
    return document, view


def baker(candidate: str | None = None, extra: Sequence[Row] = ()) -> tuple[Document, BlindView]:
    """Return a pastry cook: one position of 40 months, one of 20 months before it, a diploma, a skills line."""
    rows: list[Row] = [
        ("Pastry Cook, Hotel Belvoir, July 2023 to now", "experience", "P1"),
        ("Every night I bake for 240 breakfasts; waste fell by 18%.", "experience", "P1"),
        ("Two apprentices learn the laminated doughs from me.", "experience", "P1"),
        ("Kitchen Porter, Café Lund, November 2021 to June 2023", "experience", "P2"),
        ("Washed up and helped the pastry section on Sundays.", "experience", "P2"),
        ("Bachelor of Arts, History, Marsh College", "education", None),
        ("Forklift licence, lapsed in spring", "certificates", None),
        ("baking, patience, sourdough, teamwork, allergens, stock control", "skills", None),
        *extra,
    ]
    positions = (
        BlindPosition(
            id="P1", title="Pastry Cook", organisation="Hotel Belvoir", from_ago=40, to_ago=0, current=True,
            precision="month", header_lines=("L1",),
        ),
        BlindPosition(
            id="P2", title="Kitchen Porter", organisation="Café Lund", from_ago=60, to_ago=41, precision="month",
            header_lines=("L4",),
        ),
    )  # fmt: skip
    education = (BlindEducation(level="bachelor", field="History", line="L6"),)
    return document_and_view(rows, positions, education, candidate)


def bakery_criteria() -> Criteria:
    """Return five requirements of a bakery."""

    def one(name: str, kind: str, text: str, **more: Any) -> Criterion:
        return Criterion.model_validate(
            {"id": name, "kind": kind, "text": text, "span": {"start": 0, "end": len(text)}, **more}
        )

    return Criteria(
        posting="doc:posting",
        title="Head pastry cook",
        criteria=(
            one("R1", "responsibility", "Bake the morning range for about 250 guests"),
            one("R2", "responsibility", "Train apprentices"),
            one("Q1", "minimum", "3+ years as a pastry cook", min_years=3.0, must_have=True),
            one("Q2", "minimum", "A master's degree in food science", degree="master"),
            one("F1", "preferred", "Valid forklift licence"),
        ),
    )


def answer(
    name: str, verdict: str, lines: Sequence[str] = (), positions: Sequence[str] = (), reason: str = "See the lines."
) -> dict[str, Any]:
    """Return one entry of a reply."""
    return {"id": name, "reason": reason, "verdict": verdict, "lines": list(lines), "positions": list(positions)}


HONEST = (
    answer("R1", "met", ["L2"], reason="Bakes for 240 breakfasts every night."),
    answer("R2", "met", ["L3"], reason="Two apprentices learn from this person."),
    answer("Q1", "met", ["L1"], ["P1"], reason="The current position is pastry work."),
    answer("Q2", "not_shown", reason="No degree in food science is stated."),
    answer("F1", "contradicted", ["L7"], reason="The licence has lapsed."),
)


def says(entries: Sequence[Mapping[str, Any]]) -> FunctionLLM:
    """Return a model that always gives these entries."""
    return FunctionLLM(lambda _: {"answers": list(entries)})


def scripted(replies: Sequence[Any]) -> FunctionLLM:
    """Return a model that gives these answers one after another, then the last one for ever."""
    left = list(replies)
    return FunctionLLM(lambda _: left.pop(0) if len(left) > 1 else left[0])


def view_of_text(text: str, candidate: str | None = None) -> tuple[Document, BlindView]:
    """Return a plain text as one line of evidence per line, nothing masked, nothing flagged: the worst case."""
    rows: list[Row] = [(line.strip(), "other", None) for line in text.splitlines() if line.strip()]
    return document_and_view(rows or [("-", "other", None)], candidate=candidate)
