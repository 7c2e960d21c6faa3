"""What the page sends: JSON read into requests, strictly; whatever does not fit is refused with a sentence."""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import Field, ValidationError

from matcher.errors import InputError
from matcher.models import ReasonCode, Record, Span, Verdict
from matcher.review.acts import Request, Reviewer, Role
from matcher.review.cell_view import lit_places
from matcher.review.desk import Desk, plain_name
from matcher.review.page_text import Mark, selection, text_lines
from matcher.review.plan import CellKey, Order, Scope

ActKind = Literal[
    "first_look", "verdict", "agree", "flag", "unblind", "advance", "hold", "decline", "second_look", "adjudicate",
    "reviewed_below_cut",
]  # fmt: skip


R = TypeVar("R", bound=Record)


class End(Record):
    """One end of a selection."""

    line: int = Field(ge=0, le=1_000_000)
    offset: int = Field(ge=0, le=10_000_000)


class Evidence(Record):
    """A chosen quote: one of the lit places by number, or a selection."""

    quote: int | None = Field(default=None, ge=0, le=10_000)
    first: End | None = None
    last: End | None = None


class Act(Record):
    """One act as sent."""

    kind: ActKind
    candidate: str = Field(max_length=200)
    criterion: str | None = Field(default=None, max_length=200)
    verdict: Verdict | None = None
    reason_code: ReasonCode | None = None
    text: str = Field(default="", max_length=4000)
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20)
    seconds: float = Field(default=0.0, ge=0, le=86_400)


class Start(Record):
    """Who sits down."""

    name: str = Field(min_length=1, max_length=120)
    role: Role = "reviewer"
    order: Order = "criterion"
    scope: Scope = "all"


class Sign(Record):
    """The seal: the person's name typed again."""

    name: str = Field(max_length=120)


def read_start(body: bytes, desk: Desk) -> Reviewer:
    """Return the person who sits down, under the name that is known already. Raises InputError."""
    start = _read(Start, body)
    name = desk.known(start.name)
    if not name:
        raise InputError("Type your name: every decision is kept under it.")
    return Reviewer(name=name, role=start.role, order=start.order, scope=start.scope)


def read_sign(body: bytes, who: Reviewer) -> Request:
    """Return the request to seal. Raises InputError unless the person's own name was typed."""
    if plain_name(_read(Sign, body).name).casefold() != who.name.casefold():
        raise InputError(f"Type your name as you gave it ({who.name}) to sign.")
    return Request("sign", "")


def read_act(body: bytes, desk: Desk, who: Reviewer) -> Request:
    """Return the request behind an act, its evidence as ranges of the text. Raises InputError."""
    act = _read(Act, body)
    return Request(
        kind=act.kind, candidate=act.candidate, criterion=act.criterion, verdict=act.verdict,
        reason_code=act.reason_code, text=act.text, seconds=act.seconds, evidence=_spans(act, desk, who),
    )  # fmt: skip


def _spans(act: Act, desk: Desk, who: Reviewer) -> tuple[Span, ...]:
    if not act.evidence:
        return ()
    if act.criterion is None:
        raise InputError("Evidence belongs to one requirement.")
    key = CellKey(act.candidate, act.criterion)
    if desk.machine(key) is None:
        raise InputError("There is no such cell on this list: go back to the list.")
    masked = act.candidate not in desk.book.unblinded(who.name)
    lines = text_lines(desk.case, act.candidate, masked=masked)
    places = {place.index: place.span for place in lit_places(desk, who, key)}
    spans = []
    for chosen in act.evidence:
        if chosen.quote is not None and chosen.quote in places:
            spans.append(places[chosen.quote])
        elif chosen.first is not None and chosen.last is not None:
            ends = (Mark(e.line, e.offset) for e in (chosen.first, chosen.last))
            spans.append(selection(lines, *ends))
        else:
            raise InputError("Select words in the text on the left.")
    return tuple(spans)


def _read(model: type[R], body: bytes) -> R:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise InputError("The page sent something that does not fit: reload it and try again.") from error
