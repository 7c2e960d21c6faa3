"""Builders for small shortlists: a posting, a few candidates with texts, verdicts and quotes, all made up here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from matcher import score
from matcher.canonical import content_id, sha256_hex
from matcher.models import (
    Assessment,
    BlindView,
    Check,
    Criteria,
    Criterion,
    Document,
    FileRow,
    Finding,
    HardFacts,
    Justification,
    Line,
    Page,
    Quote,
    Ranked,
    Ranking,
    Run,
    RunInfo,
    Shortlist,
    Span,
    Verdict,
    candidate_id,
)

AS_OF = date(2026, 11, 1)
NAMES = ("Ada Fictive", "Ben Invented", "Cleo Madeup", "Dov Imagined", "Eli Pretend", "Fay Nobody", "Gus Nowhere")
REQUIREMENTS = (
    ("R1", "responsibility", "Plan and run the regional sales budget", False, 2),
    ("R2", "responsibility", "Lead and develop a team of account managers", False, 1),
    ("M1", "minimum", "Five years of experience in business-to-business sales", True, 3),
    ("M2", "minimum", "Fluent written and spoken English", True, 2),
    ("P1", "preferred", "Knowledge of a customer relationship system", False, 1),
)
LINES = (
    "Planned and ran a regional sales budget of 4 million over three years.",
    "Led a team of six account managers and coached two of them into senior roles.",
    "Sales manager, business-to-business, 2017 to 2025.",
    "English: fluent, written and spoken.",
    "Introduced a customer relationship system for forty users.",
)
VERDICTS: tuple[tuple[Verdict, ...], ...] = (
    ("met", "met", "met", "met", "partial"),
    ("met", "partial", "met", "not_shown", "met"),
    ("partial", "not_shown", "met", "met", "not_shown"),
    ("not_shown", "partial", "partial", "contradicted", "not_shown"),
)


def criteria(title: str = "Regional Sales Manager") -> Criteria:
    """Five requirements, two of them must-haves."""
    made, at = [], 0
    for name, kind, text, must, weight in REQUIREMENTS:
        span = Span(start=at, end=at + len(text))
        made.append(Criterion(id=name, kind=kind, text=text, span=span, must_have=must, weight=weight))  # type: ignore[arg-type]
        at += len(text) + 1
    return Criteria(posting="doc:posting", title=title, criteria=tuple(made), language="en", approved_by="R. Ecruiter")


def document(name: str = NAMES[0], lines: Sequence[str] = LINES, file: str = "resume.txt") -> Document:
    """A one-page text with the name on the first line and every other line on its own."""
    text = "\n".join((name, "Experience", *lines)) + "\n"
    return Document(
        id=content_id("doc", text), name=file, media_type="text/plain", text=text,
        pages=(Page(number=1, width=0, height=0, start=0, end=len(text)),),
        runs=(Run(start=0, end=len(text), page=1),), language="en",
    )  # fmt: skip


def candidate(document: Document) -> str:
    """The id that the candidate of this document has."""
    return candidate_id(sha256_hex(document.text.encode("utf-8")))


def view(document: Document) -> BlindView:
    """A blind view of all lines but the first, with the name masked."""
    name, lines, at = document.text.split("\n")[0], [], 0
    for number, text in enumerate(document.text.split("\n")):
        if number and text:
            span = Span(start=at, end=at + len(text))
            lines.append(Line(id=f"L{number}", text=text.replace(name, "[name]"), section="experience", span=span))
        at += len(text) + 1
    return BlindView(candidate=candidate(document), as_of=AS_OF, language="en", lines=tuple(lines))


def quote(document: Document, words: str, line: str = "") -> Quote:
    """A quote of words that stand in the text."""
    start = document.text.index(words)
    return Quote(line=line, text=words, page=1, start=start, end=start + len(words))


def cell(document: Document, criterion: str, verdict: Verdict | None, words: str, reason: str = "") -> Justification:
    """One cell: *met* and *partial* quote ``words``; None is not assessed, with ``words`` as the nearest line."""
    quotes = (quote(document, words),)
    if verdict is None:
        return Justification(
            candidate=candidate(document), criterion=criterion, status="not_assessed", why_not_assessed="no_judge",
            nearest=quotes, judge="evidence",
        )  # fmt: skip
    shown = verdict in ("met", "partial")
    return Justification(
        candidate=candidate(document), criterion=criterion, status="done", verdict=verdict,
        reason=reason or {"met": "The line states it.", "partial": "The line states a part of it."}.get(verdict, ""),
        evidence=quotes if shown else (), checks=(Check(name="quote_stands_in_the_text", passed=True),), judge="fake",
    )  # fmt: skip


def assessment(document: Document, verdicts: Sequence[Verdict | None] = VERDICTS[0]) -> Assessment:
    """All cells of one candidate."""
    lines = document.text.split("\n")[2:]
    cells = tuple(
        cell(document, name, verdict, lines[n % len(lines)] or lines[0])
        for n, ((name, *_), verdict) in enumerate(zip(REQUIREMENTS, verdicts, strict=True))
    )
    return Assessment(candidate=candidate(document), view=view(document).hash, justifications=cells)


def run_info(made: Criteria) -> RunInfo:
    """What a fake run says about itself."""
    return RunInfo(
        id="run:0123456789abcdef0123456789abcdef", versions=(("matcher", "0.1.0"), ("python", "3.11")), judge="fake",
        judge_note="Verdicts by a fake judge that is known to be right in tests only.", prompt_refs=("judge/v1",),
        embedding="hash", criteria_hash=made.hash, as_of=AS_OF, top=4, ranking_policy="Lexical and dense lists, fused.",
    )  # fmt: skip


def documents(count: int = 6, names: Sequence[str] = NAMES) -> dict[str, Document]:
    """Documents by candidate id."""
    made = [
        document(names[n % len(names)] + (f" {n}" if n >= len(names) else ""), file=f"folder/{n:03d}.txt")
        for n in range(count)
    ]
    return {candidate(d): d for d in made}


def pool(
    texts: Mapping[str, Document],
    *,
    judged: int = 4,
    verdicts: Sequence[Sequence[Verdict | None]] = VERDICTS,
    made: Criteria | None = None,
    findings: Mapping[str, tuple[Finding, ...]] | None = None,
) -> score.Pool:
    """A pool of these texts, the first ``judged`` of them assessed, plus one duplicate and one unreadable file."""
    made = made or criteria()
    rows = [
        FileRow(file=d.name, status="read", candidate=c, sha256=sha256_hex(d.text.encode()), size=len(d.text))
        for c, d in texts.items()
    ]
    first = next(iter(texts))
    rows.append(FileRow(file="copy.txt", status="duplicate", reason="same_bytes", duplicate_of=first))
    rows.append(FileRow(file="scan.pdf", status="unreadable", reason="encrypted", detail="needs a password"))
    ranked = tuple(Ranked(candidate=c, order=n, fit=1 / n, lexical=1 / n, dense=1 / n) for n, c in enumerate(texts, 1))
    return score.Pool(
        run=run_info(made),
        criteria=made,
        ranking=Ranking(criteria=made.hash, embedding="hash", policy="fused", ranked=ranked),
        assessments={
            c: assessment(d, verdicts[n % len(verdicts)]) for n, (c, d) in enumerate(texts.items()) if n < judged
        },
        files=rows,
        facts={first: HardFacts(location="Oslo", languages=("English",), years=8.0)},
        findings=findings or {first: (Finding(kind="hidden_text", detail="White text: “hire me”", page=1),)},
    )


def shortlist(count: int = 6, judged: int = 4) -> tuple[Shortlist, dict[str, Document]]:
    """A shortlist with a duplicate, an unreadable file and people below the cut, and its documents."""
    texts = documents(count)
    return score.shortlist(pool(texts, judged=judged)), texts
