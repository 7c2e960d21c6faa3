"""Checks that code makes on every cell of every judge, and what becomes of a cell that fails one.

A failed check first becomes a complaint (the judge may answer once more); what fails again is lowered by rule or is
not assessed, always visibly in ``checks``:

- unknown ids are dropped; *met*, *partial* or *contradicted* without a line left is not assessed (check_failed), or
  not shown where every line named was no evidence (addressed to the reader, copied from the posting, a keyword list);
- a reason that names a number, name or title which stands nowhere is withheld and the cell marked unsure;
- a length of time below the minimum lowers *met* to *partial*; *met* without a position that counts becomes *partial*;
- a degree below the one asked, or a licence whose only line says that it has lapsed, lowers *met* to *partial*;
- a verdict that plain words about a certificate or a language speak against is marked unsure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from matcher.justify import credentials, facts
from matcher.justify.grounding import keyword_list, pattern, ungrounded
from matcher.models import BlindView, Cell, Check, Criterion, Line

SHINGLE = 6
COPIED_SHARE = 0.6
_WORD = re.compile(r"\w+", re.UNICODE)


@dataclass(frozen=True)
class Material:
    """What the checks of one candidate need: the view, and a test for lines copied from the posting."""

    view: BlindView
    copied: Callable[[str], bool] = field(default=lambda _: False)

    def line(self, line_id: str) -> Line | None:
        """Return a line, or None where there is none of this id."""
        return next((line for line in self.view.lines if line.id == line_id), None)


@dataclass(frozen=True)
class Outcome:
    """A cell after the checks: what it becomes if nobody answers again, and the complaint, if there is one."""

    cell: Cell
    complaint: str | None = None
    years: float | None = None


def copied_from(posting: str) -> Callable[[str], bool]:
    """Return a test for lines that repeat the posting: at least 60 % of their six-word shingles stand in it."""
    known = _shingles(posting)

    def copied(text: str) -> bool:
        own = _shingles(text)
        return len(own) > 1 and sum(s in known for s in own) >= COPIED_SHARE * len(own)

    return copied


def check(cell: Cell, criterion: Criterion, material: Material) -> Outcome:
    """Return what becomes of one cell, with every check that was made."""
    if cell.status != "done":
        complaint = cell.reason if cell.why_not_assessed == "reply_invalid" else None
        return Outcome(cell, complaint)
    state = _State(cell, criterion, material)
    for step in (_ids, _eligible, _present, _years, _degree, _licence, _credentials, _reason):
        step(state)
    return Outcome(state.result(), "; ".join(state.complaints) or None, state.years)


@dataclass
class _State:
    """The cell on its way through the checks."""

    cell: Cell
    criterion: Criterion
    material: Material
    checks: list[Check] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    years: float | None = None

    def note(self, name: str, passed: bool, detail: str = "") -> None:
        self.checks.append(Check(name=name, passed=passed, detail=detail))

    def change(self, **update: object) -> None:
        self.cell = Cell.model_validate({**self.cell.model_dump(), **update})

    def lower(self, verdict: str) -> None:
        gone = {"lines": (), "counted": ()} if verdict == "not_shown" else {}
        self.change(verdict=verdict, unsure=True, **gone)

    def fail(self) -> None:
        self.change(
            status="not_assessed", verdict=None, why_not_assessed="check_failed", reason="", lines=(), counted=()
        )

    def cited(self) -> list[Line]:
        found = (self.material.line(name) for name in self.cell.lines)
        return [line for line in found if line is not None]

    def claims(self) -> bool:
        return self.cell.verdict in ("met", "partial", "contradicted")

    def result(self) -> Cell:
        return self.cell.model_copy(update={"checks": (*self.cell.checks, *self.checks)})


def _ids(state: _State) -> None:
    view, cell = state.material.view, state.cell
    lines, positions = {line.id for line in view.lines}, {p.id for p in view.positions}
    unknown = sum(name not in lines for name in cell.lines) + sum(name not in positions for name in cell.counted)
    keep_lines = tuple(dict.fromkeys(name for name in cell.lines if name in lines))
    keep = tuple(dict.fromkeys(name for name in cell.counted if name in positions))
    state.note("ids exist", unknown == 0, f"{unknown} ids that do not exist were dropped" if unknown else "")
    if unknown:
        state.complaints.append("you named ids of lines or positions that do not exist")
    if cell.verdict == "not_shown":
        keep_lines, keep = (), ()
    if state.criterion.min_years is None:
        keep = ()
    state.change(lines=keep_lines, counted=keep, unsure=cell.unsure or unknown > 0)


def _eligible(state: _State) -> None:
    if not state.claims() or not state.cell.lines:
        return
    refused: list[str] = []
    reasons: set[str] = set()
    for line in state.cited():
        why = _no_evidence(line, state)
        if why:
            refused.append(line.id)
            reasons.add(why)
    state.note("lines are evidence", not refused, "; ".join(sorted(reasons)))
    if not refused:
        return
    state.complaints.append("some lines that you named are no evidence: " + "; ".join(sorted(reasons)))
    left = tuple(name for name in state.cell.lines if name not in refused)
    if left:
        state.change(lines=left, unsure=True)
    else:
        state.lower("not_shown")


def _no_evidence(line: Line, state: _State) -> str | None:
    if line.instruction_like:
        return "a line addresses the reader"
    if state.material.copied(line.text):
        return "a line repeats the posting"
    if state.cell.verdict != "contradicted" and keyword_list(line) and not _may_be_listed(state.criterion, line):
        return "a list of keywords shows nothing done"
    return None


def _may_be_listed(criterion: Criterion, line: Line) -> bool:
    """Tools and languages may stand in a list; licences only in a section of their own; deeds and years never."""
    if _asks_for_deeds(criterion):
        return False
    asks_licence = pattern("licence").search(criterion.text.lower()) is not None
    return not asks_licence or line.section in ("certificates", "education", "languages")


def _asks_for_deeds(criterion: Criterion) -> bool:
    asked = criterion.kind == "responsibility" or criterion.min_years is not None
    return asked or pattern("experience").search(criterion.text.lower()) is not None


def _present(state: _State) -> None:
    if not state.claims():
        return
    state.note("evidence is named", bool(state.cell.lines))
    if not state.cell.lines:
        state.complaints.append(f"{state.cell.verdict} needs at least one line")
        state.fail()


def _years(state: _State) -> None:
    if state.criterion.min_years is None or state.cell.status != "done":
        return
    cell = state.cell
    decision = facts.decide(state.criterion, state.material.view, cell.counted, cell.lines)
    if decision is None:
        return
    state.years = decision.years
    if cell.verdict not in ("met", "partial"):
        return
    if cell.verdict == "met" and not cell.counted:
        state.note("positions count", False, "no position was named that counts")
        state.complaints.append("met needs the ids of the positions that count")
        state.lower("partial")
        return
    enough = decision.verdict == "met" or cell.verdict == "partial"
    state.note("years", enough, decision.reason)
    quotes = tuple(dict.fromkeys((*cell.lines, *decision.lines[:2])))
    state.change(lines=quotes, unsure=cell.unsure or decision.unsure)
    if not enough:
        state.change(verdict="partial")


def _degree(state: _State) -> None:
    asked, cell = state.criterion.degree, state.cell
    if asked is None or cell.verdict != "met" or facts.allows_equivalent(state.criterion.text):
        return
    stated = [e for e in state.material.view.education if e.line in cell.lines and e.level is not None]
    if not stated or len({e.line for e in stated}) < len(cell.lines):
        return
    enough = any(e.complete and facts.at_least(e.level, asked) for e in stated)
    state.note("degree", enough, "" if enough else f"the cited line does not state a complete {asked} degree")
    if not enough:
        state.complaints.append("the cited line does not state a complete degree of the level asked")
        state.lower("partial")


def _licence(state: _State) -> None:
    cell = state.cell
    if cell.verdict != "met" or pattern("licence").search(state.criterion.text.lower()) is None:
        return
    cited = state.cited()
    void = bool(cited) and all(facts.lapsed(line.text) for line in cited)
    state.note("in force", not void, "the cited line says that something has lapsed" if void else "")
    if void:
        state.complaints.append("the cited line says that something has lapsed")
        state.lower("partial")


def _credentials(state: _State) -> None:
    """Plain words about a certificate or a language against the verdict: a difference is asked about and marked."""
    decision = credentials.decide(state.criterion, state.material.view)
    if decision is None or state.cell.status != "done":
        return
    held, said = decision.verdict in ("met", "partial"), state.cell.verdict in ("met", "partial")
    state.note("plain words agree", held == said, "" if held == said else decision.reason)
    if held != said:
        state.complaints.append(f"read again: {decision.reason}")
        state.change(unsure=True)


def _reason(state: _State) -> None:
    cell = state.cell
    if cell.status != "done" or not cell.reason:
        return
    wrong = ungrounded(cell, state.criterion, state.material.view)
    state.note("reason is grounded", not wrong, "; ".join(wrong))
    if wrong:
        state.complaints.append("the reason names what the cited lines do not say: " + "; ".join(wrong))
        state.change(reason="", unsure=True)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = [word.lower() for word in _WORD.findall(text)]
    return {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
