"""What must be true of an act before it is kept; every refusal says what is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from matcher.errors import InputError
from matcher.models import Span
from matcher.review.acts import Request, Reviewer
from matcher.review.plan import CellKey

if TYPE_CHECKING:
    from matcher.review.desk import Desk


def check(desk: Desk, who: Reviewer, request: Request, key: CellKey | None) -> None:
    """Raise InputError if the act is not possible as it stands."""
    rule = _CHECKS.get(request.kind)
    if rule is not None:
        rule(desk, who, request, key)


def _check_answer(desk: Desk, who: Reviewer, request: Request, key: CellKey | None) -> None:
    if key is None or desk.machine(key) is None:
        raise InputError("There is no such cell on this list: go back to the list.")
    if request.verdict is None:
        raise InputError("Say one of the four: met, partial, not shown, contradicted.")


def _check_first(desk: Desk, who: Reviewer, request: Request, key: CellKey | None) -> None:
    _check_answer(desk, who, request, key)
    if key is not None and desk.machine_shown(who, key):
        raise InputError("The machine's answer has been shown already: reload the page and give your final answer.")


def _check_verdict(desk: Desk, who: Reviewer, request: Request, key: CellKey | None) -> None:
    _check_answer(desk, who, request, key)
    cell = desk.machine(key) if key else None
    if key is None or cell is None:
        return
    if not desk.machine_shown(who, key):
        raise InputError("Answer first, before the machine's verdict is shown.")
    if request.verdict in ("met", "partial") and not request.evidence and not cell.evidence:
        raise InputError("Select the words that show it, press s, then answer: met and partial need a quote.")
    if cell.verdict is not None and request.verdict != cell.verdict and request.reason_code is None:
        raise InputError("Changing a verdict needs a reason: choose one.")
    for span in request.evidence:
        _check_span(desk, key.candidate, span)


def _check_span(desk: Desk, candidate: str, span: Span) -> None:
    try:
        desk.case.quote(candidate, span)
    except ValueError as error:
        raise InputError(f"These words cannot be quoted: {error}.") from error


def _check_agree(desk: Desk, who: Reviewer, request: Request, key: CellKey | None) -> None:
    cell = desk.machine(key) if key else None
    if key is None or cell is None or cell.verdict is None:
        raise InputError("There is no verdict to agree with: answer with 1, 2, 3 or 4.")
    if not desk.machine_shown(who, key):
        raise InputError("Answer first, before the machine's verdict is shown.")


def _check_adjudicate(desk: Desk, who: Reviewer, request: Request, key: CellKey | None) -> None:
    _check_answer(desk, who, request, key)
    cell = desk.machine(key) if key else None
    if key is None or cell is None:
        return
    quoted = request.evidence or cell.evidence
    if request.verdict in ("met", "partial") and not quoted:
        raise InputError("Select the words that show it, press s, then answer: met and partial need a quote.")
    for span in request.evidence:
        _check_span(desk, key.candidate, span)


def _check_person(desk: Desk, who: Reviewer, request: Request, key: CellKey | None) -> None:
    known = {row.candidate for row in desk.case.pool.files if row.status == "read"}
    if request.candidate not in known:
        raise InputError("There is no such candidate on this list: go back to the list.")
    if request.kind in ("decline", "unblind") and not request.text.strip():
        raise InputError("Say why in a sentence: it is kept with your name.")


def _check_below(desk: Desk, who: Reviewer, request: Request, key: CellKey | None) -> None:
    _check_person(desk, who, request, key)
    if request.verdict not in ("met", "partial", "not_shown"):
        raise InputError("Say one of the three: belongs on the list, unclear, stays below.")


def _check_sign(desk: Desk, who: Reviewer, request: Request, key: CellKey | None) -> None:
    if request.candidate:
        raise InputError("A seal concerns the whole list.")
    if desk.shortlist().sealed_by is not None:
        raise InputError("This version is sealed already: a change makes a new one.")


_CHECKS: dict[str, Callable[[Desk, Reviewer, Request, CellKey | None], None]] = {
    "first_look": _check_first, "second_look": _check_answer, "verdict": _check_verdict, "agree": _check_agree,
    "adjudicate": _check_adjudicate, "advance": _check_person, "hold": _check_person, "decline": _check_person,
    "unblind": _check_person, "reviewed_below_cut": _check_below, "sign": _check_sign,
}  # fmt: skip
