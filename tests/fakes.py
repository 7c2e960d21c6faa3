"""Small builders that several tests share."""

from datetime import date

from matcher.models import (
    Assessment,
    Criteria,
    Criterion,
    FileRow,
    Justification,
    Quote,
    Ranked,
    Ranking,
    RunInfo,
    Span,
    Verdict,
)

AS_OF = date(2026, 11, 1)


def criterion(key: str, weight: int = 1, must: bool = False, text: str = "Lead the team") -> Criterion:
    return Criterion(
        id=key, kind="minimum", text=text, span=Span(start=0, end=len(text)), weight=weight, must_have=must
    )


def criteria(*items: Criterion) -> Criteria:
    return Criteria(posting="doc:x", title="A role", criteria=items or (criterion("Q1"), criterion("Q2")))


def cell(candidate: str, key: str, verdict: Verdict | None, **extra: object) -> Justification:
    values: dict[str, object] = {"candidate": candidate, "criterion": key, "judge": "test", **extra}
    if verdict is None:
        values |= {"status": "not_assessed", "why_not_assessed": "call_failed"}
    else:
        values |= {"status": "done", "verdict": verdict}
    if verdict in ("met", "partial"):
        values.setdefault("evidence", (Quote(line="L1", text="led", page=1, start=0, end=3),))
    return Justification.model_validate(values)


def assessment(candidate: str, **verdicts: Verdict | None) -> Assessment:
    cells = tuple(cell(candidate, key, verdict) for key, verdict in verdicts.items())
    return Assessment(candidate=candidate, view="blind:x", justifications=cells)


def row(candidate: str) -> FileRow:
    return FileRow(file=f"{candidate}.pdf", status="read", candidate=candidate)


def run_info(wanted: Criteria) -> RunInfo:
    return RunInfo(id="run:x", versions=(("matcher", "0"),), judge="test", judge_note="A test reads.",
                   embedding="hash", criteria_hash=wanted.hash, as_of=AS_OF, top=50)  # fmt: skip


def ranking(*candidates: str) -> Ranking:
    ranked = tuple(
        Ranked(candidate=c, order=i, fit=1 / i, lexical=0.0, dense=0.0) for i, c in enumerate(candidates, start=1)
    )
    return Ranking(criteria="crit:x", embedding="hash", policy="test", ranked=ranked)
