"""The desk: takes one act of a named person at a time, checks it, keeps it, and says what comes next.

Invariants:

- An act is in the workspace and in the audit log, or in neither; nothing is acknowledged before both have it.
- No act without a name; nothing is decided by default and nothing for more than one person at a time.
- An act that contradicts a shown verdict carries a reason code; *met* and *partial* carry a quote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Protocol

from pydantic import ValidationError

from matcher.errors import InputError
from matcher.models import Decision, Justification, Shortlist
from matcher.report.view import short_labels
from matcher.review import rules
from matcher.review.acts import Request, Reviewer
from matcher.review.case import Case
from matcher.review.ledger import Answers, Ledger, ledger
from matcher.review.plan import CellKey, Order, Plan, Policy, Scope, drawn, plan
from matcher.review.settle import machine_verdicts, settle


class Store(Protocol):
    """Where acts are kept; the workspace is one."""

    def next_seq(self) -> int:
        """Number of the next act."""
        ...

    def put_decision(self, decision: Decision) -> None:
        """Append an act."""
        ...

    def decisions(self, run: str | None = None) -> tuple[Decision, ...]:
        """All acts of a run."""
        ...

    def transaction(self) -> AbstractContextManager[Any]:
        """All or nothing."""
        ...


class Recorder(Protocol):
    """Where acts are mirrored; the audit log is one."""

    def record(
        self,
        kind: str,
        *,
        actor: str,
        candidate: str | None = None,
        criterion: str | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> int:
        """Append one event. Raises LogError."""
        ...  # fmt: skip


class Desk:
    """All state of a review: the acts. Everything else is worked out from them.

    Args:
        case: the run. store: keeps acts. recorder: mirrors them. clock: the time as ISO 8601 UTC. policy: seed and
        shares.
    """

    def __init__(
        self, case: Case, store: Store, recorder: Recorder, clock: Callable[[], str], policy: Policy | None = None
    ) -> None:
        self.case = case
        self.policy = policy or Policy(seed=case.pool.run.id)
        self._store = store
        self._recorder = recorder
        self._clock = clock
        self._run = case.pool.run.id
        self.book: Ledger = ledger(store.decisions(self._run))
        self.files = {row.candidate: row.file for row in case.pool.files if row.status == "read" and row.candidate}
        self.shorts = short_labels(list(self.files))
        self._machine = machine_verdicts(case.pool)
        self._cells = {
            CellKey(c, cell.criterion): cell for c, a in case.pool.assessments.items() for cell in a.justifications
        }
        self._plans: dict[tuple[Order, Scope], Plan] = {}
        self._settled: tuple[int, Shortlist] | None = None

    # --- what is there -------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Take in what another process has added."""
        if self._store.next_seq() != (self.book.acts[-1].seq + 1 if self.book.acts else 1):
            self.book = ledger(self._store.decisions(self._run))

    def begin(self, who: Reviewer) -> None:
        """Record that a person sits down, and how the review is set up."""
        body = {
            "run": self._run, "role": who.role, "order": who.order, "scope": who.scope, "seed": self.policy.seed,
            "blind_share": self.policy.blind_share, "below_sample": self.policy.below_sample,
            "cells": len(self.plan(who).cells), "blind_cells": len(self.plan(who).blind_first),
        }  # fmt: skip
        self._recorder.record("review_started", actor=f"human:{who.name}", body=body)

    def plan(self, who: Reviewer) -> Plan:
        """Return the cells that this person goes through, in order."""
        key = (who.order, who.scope)
        if key not in self._plans:
            self._plans[key] = plan(self.case.pool, self.policy, order=who.order, scope=who.scope)
        made = self._plans[key]
        if who.role != "second":
            return made
        others = [key for key, rows in self.book.said.items() if any(name != who.name for name, _ in rows)]
        asked = set(drawn(others, self.policy.second_share, self.policy.seed + "|second")) if others else set()
        every = self._plans.setdefault(("criterion", "all"), plan(self.case.pool, self.policy))
        return replace(every, cells=tuple(key for key in every.cells if key in asked))

    def shortlist(self) -> Shortlist:
        """Return the shortlist as the acts leave it (worked out again only when an act came in)."""
        size = len(self.book.acts)
        if self._settled is None or self._settled[0] != size:
            self._settled = size, settle(self.case.pool, self.book.acts, self.case.quote)
        return self._settled[1]

    def machine(self, key: CellKey) -> Justification | None:
        """Return the machine's cell."""
        return self._cells.get(key)

    def answers(self, who: Reviewer, key: CellKey) -> Answers:
        """Return what this person has said about a cell."""
        return self.book.of(who.name, key)

    def machine_shown(self, who: Reviewer, key: CellKey) -> bool:
        """Return whether the machine's verdict may be shown to this person now."""
        answers = self.answers(who, key)
        if who.role == "second":
            return answers.second is not None
        if who.role == "adjudicator":
            return key in self.book.adjudicated
        hidden_first = key in self.plan(who).blind_first and key in self._machine
        return not hidden_first or answers.first is not None or answers.standing is not None

    def done(self, who: Reviewer, key: CellKey) -> bool:
        """Return whether this person has finished a cell."""
        answers = self.answers(who, key)
        return (answers.second if who.role == "second" else answers.standing) is not None

    def next_open(self, who: Reviewer, after: CellKey | None = None) -> CellKey | None:
        """Return the next cell that this person has not finished, going round once, or None."""
        cells = self.plan(who).cells
        start = cells.index(after) + 1 if after in cells else 0
        return next((key for key in (*cells[start:], *cells[:start]) if not self.done(who, key)), None)

    def known(self, name: str) -> str:
        """Return a name as it was first written here, however its capitals and spaces are typed now."""
        wanted = plain_name(name).casefold()
        return next((kept for kept in self.book.people if kept.casefold() == wanted), plain_name(name))

    def progress(self, who: Reviewer) -> tuple[int, int]:
        """Return how many cells of the plan are finished, and of how many."""
        cells = self.plan(who).cells
        return sum(self.done(who, key) for key in cells), len(cells)

    # --- acts ----------------------------------------------------------------------------------------------------

    def act(self, who: Reviewer, request: Request) -> Decision:
        """Check, keep and return one act.

        Raises:
            InputError: the act is not possible as it stands; the message says what is missing.
            LogError, WorkspaceError: it could not be kept; then nothing of it is there.
        """
        key = CellKey(request.candidate, request.criterion) if request.criterion else None
        rules.check(self, who, request, key)
        self._withdraw(who, request, key)
        return self._keep(who, request, key, None)

    def undo(self, who: Reviewer) -> Decision:
        """Take back this person's last act and return that act. Raises InputError if there is none that can be."""
        latest, last = self.book.latest(who.name), self.book.last_of(who.name)
        if latest is not None and latest.kind == "first_look":
            raise InputError("Your first answer stays: the machine's has been shown since. Now give your final answer.")
        if last is None:
            raise InputError("There is nothing to undo.")
        key = CellKey(last.candidate, last.criterion) if last.criterion else None
        self._keep(who, Request("undo", last.candidate, last.criterion), key, last.seq)
        return last

    def _withdraw(self, who: Reviewer, request: Request, key: CellKey | None) -> None:
        """Agreeing takes back an earlier change of verdict by the same person: the machine's verdict stands again."""
        if request.kind != "agree" or key is None:
            return
        before = self.book.of(who.name, key).standing
        if before is not None and before.kind == "verdict":
            self._keep(who, Request("undo", request.candidate, request.criterion), key, before.seq)

    def _keep(self, who: Reviewer, request: Request, key: CellKey | None, undoes: int | None) -> Decision:
        verdict = self._machine.get(key) if request.kind == "agree" and key else request.verdict
        shown = key is not None and self.machine_shown(who, key) and key in self._machine
        try:
            decision = Decision(
                seq=self._store.next_seq(), run=self._run, candidate=request.candidate, criterion=request.criterion,
                kind=request.kind, verdict=verdict, reason_code=request.reason_code, text=request.text.strip(),
                evidence=tuple(request.evidence), who=who.name, role=who.role, when=self._clock(),
                blind=request.candidate not in self.book.unblinded(who.name), machine_shown=shown,
                seconds=round(request.seconds, 1), undoes=undoes,
            )  # fmt: skip
        except ValidationError as error:
            raise InputError("This act is not complete: reload the page and try again.") from error
        with self._store.transaction():
            self._store.put_decision(decision)
            self._recorder.record(
                _EVENTS.get(decision.kind, f"human_{decision.kind}"), actor=f"human:{who.name}",
                candidate=decision.candidate or None, criterion=decision.criterion, body=_body(decision),
            )  # fmt: skip
        self.book = Ledger((*self.book.acts, decision))
        return decision


def plain_name(name: str) -> str:
    """Return a name with its spaces set straight."""
    return " ".join(name.split())


_EVENTS: dict[str, str] = {"sign": "shortlist_sealed", "unblind": "unblinded"}


def _body(act: Decision) -> dict[str, Any]:
    body: dict[str, Any] = {
        "run": act.run, "decision_seq": act.seq, "kind": act.kind, "verdict": act.verdict, "role": act.role,
        "reason_code": act.reason_code, "text": act.text, "blind": act.blind, "machine_shown": act.machine_shown,
        "seconds": act.seconds, "undoes": act.undoes,
        "evidence": [{"start": span.start, "end": span.end} for span in act.evidence],
    }  # fmt: skip
    return {name: value for name, value in body.items() if value not in (None, "", [])}
