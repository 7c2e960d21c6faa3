"""Drafts for people of a stored run: chosen, drafted, kept and written to files. Nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePath

from matcher import llm, outreach, prompting, sinks
from matcher.config import Settings
from matcher.errors import BudgetReached, InputError, ModelUnreachable
from matcher.models import Entry, Shortlist
from matcher.outreach import Draft, NoDraft, Outreach
from matcher.outreach.company import require
from matcher.outreach.duties import clock
from matcher.outreach.records import Channel, Fact, Language, Tone
from matcher.pipeline.drafts import (
    Desk,
    desk_for,
    facts_of,
    file_name,
    identity,
    key,
    put,
    stored_drafts,
    suppressed,
    write_merge,
)  # fmt: skip
from matcher.pipeline.session import Progress, Session, no_progress, session

_CLOCK = "outreach_clock:"


@dataclass(frozen=True)
class Wish:
    """What was asked for on the command line."""

    channel: Channel = "inmail"
    tone: Tone = "plain"
    language: Language = "en"
    sequence: int = 1
    candidates: tuple[str, ...] = ()
    unreviewed: int = 0
    """How many people may be taken from the head of the list although nobody advanced them."""
    applied: bool = False
    """The people sent their résumés for this role themselves: no Article 14 notice is due."""
    obtained: date | None = None
    run: str | None = None


@dataclass
class Drafted:
    """What came of it: drafts, people without one, files written, and the error that stopped the model, if any."""

    outreach: Outreach
    paths: tuple[Path, ...] = ()
    stopped: BudgetReached | ModelUnreachable | None = None


def draft(
    settings: Settings, wish: Wish, out: Path, progress: Progress = no_progress, *, unapproved: bool = False,
    gateway: llm.Asker | None = None, today: Callable[[], date] = lambda: datetime.now(UTC).date(),
) -> Drafted:  # fmt: skip
    """Draft messages for the people asked for, keep them in the workspace and write them below ``out``.

    Raises:
        CompanyError: company.toml or the suppression file lacks what these drafts need.
        InputError: no such run or candidate, or nobody to write to.
    """
    with session(settings, "write", progress) as opened, desk_for(opened, wish.run, gateway) as desk:
        chosen = _chosen(desk.shortlist, wish)
        day = wish.obtained or today()
        clocks = {entry.candidate: _clock(opened, entry, wish, day) for entry in chosen}
        require(desk.company, wish.channel, notice=any(due.needed for due in clocks.values()))
        earlier = stored_drafts(opened, desk.stored.run.id)
        for done, entry in enumerate(chosen, start=1):
            _draft_one(desk, entry, wish, clocks[entry.candidate], earlier)
            progress("draft", done, len(chosen))
        made = Outreach(drafts=tuple(desk.drafts), none=tuple(desk.none))
        paths = _write(opened, made, desk.company, out, unapproved)
        return Drafted(made, paths, desk.stopped)


def _chosen(shortlist: Shortlist, wish: Wish) -> list[Entry]:
    """The people asked for; those of the head of the list only as far as the flag goes."""
    if wish.candidates:
        return [_named(shortlist, text) for text in dict.fromkeys(wish.candidates)]
    chosen = [entry for entry in shortlist.entries if entry.decision == "advance"]
    open_ones = [entry for entry in shortlist.entries if entry.decision is None and entry.status != "below_cut"]
    chosen += open_ones[: wish.unreviewed]
    if not chosen:
        advice = "advance people with `matcher review`, or take N from the head of the list with --unreviewed N"
        raise InputError(f"Nobody of this run was advanced, so there is nobody to write to: {advice}.")
    return chosen


def _named(shortlist: Shortlist, text: str) -> Entry:
    exact = [entry for entry in shortlist.entries if entry.candidate == text]
    found = exact or [
        entry for entry in shortlist.entries
        if entry.candidate.startswith(text) or text in (entry.file, PurePath(entry.file.replace("!", "/")).name)
    ]  # fmt: skip
    if len(found) != 1:
        problem = "no candidate" if not found else f"{len(found)} candidates"
        raise InputError(f"There is {problem} of this run called {text}: give the id as the shortlist shows it.")
    return found[0]


def _clock(opened: Session, entry: Entry, wish: Wish, day: date) -> outreach.Clock:
    """The person's Article 14 clock; the day on which it began is recorded once and never moves."""
    key = f"{_CLOCK}{entry.candidate}"
    known = opened.workspace.meta(key)
    began = date.fromisoformat(known) if known else day
    due = clock(entry.facts.location, applied=wish.applied, obtained=began)
    if known is None:
        opened.workspace.set_meta(key, began.isoformat())
        opened.log.record(
            "outreach_clock", actor="system", candidate=entry.candidate,
            body={"obtained": began.isoformat(), "due": due.due.isoformat(), "needed": due.needed},
        )  # fmt: skip
    return due


def _draft_one(desk: Desk, entry: Entry, wish: Wish, due: outreach.Clock, earlier: dict[str, Draft]) -> None:
    refusal = _refusal(desk, entry, wish)
    if refusal:
        desk.none.append(_no(entry, wish, refusal))
        return
    facts = facts_of(desk, entry)
    used: list[str] = []
    for step in range(1, _steps(wish) + 1):
        order = _order(desk, entry, wish, due, step, tuple(used))
        kept = earlier.get(key(order.candidate, outreach.draft_id(order.run, order.candidate, order.channel, step)))
        made: Draft | NoDraft = kept if kept is not None and kept.status == "approved" else _make(desk, order, facts)
        if isinstance(made, NoDraft):
            desk.none.append(made)
            return
        desk.drafts.append(made)
        earlier[key(made.candidate, made.id)] = made
        used += [fact.id for fact in made.facts if fact.kind in ("person", "approved")]
        _keep(desk.opened, made)


def _steps(wish: Wish) -> int:
    return 1 if wish.channel == "connection" else wish.sequence


def _refusal(desk: Desk, entry: Entry, wish: Wish) -> str | None:
    """Why this person gets no draft whatever could be said."""
    if suppressed(desk, entry.candidate):
        return "in the suppression file: this person must not be written to"
    if entry.decision == "decline":
        return "declined by a reviewer"
    if entry.decision != "advance" and not wish.unreviewed:
        return "not advanced by a reviewer: decide in `matcher review`, or say --unreviewed 1"
    return None


def _no(entry: Entry, wish: Wish, reason: str) -> NoDraft:
    return NoDraft(candidate=entry.candidate, file=entry.file, channel=wish.channel, reason=reason)


def _order(
    desk: Desk, entry: Entry, wish: Wish, due: outreach.Clock, step: int, used: tuple[str, ...]
) -> outreach.Order:
    emails = [sinks.email_address(text) for text in identity(desk.opened.workspace.resume(entry.candidate), "email")]
    usable = list(dict.fromkeys(text for text in emails if text))
    return outreach.Order(
        run=desk.stored.run.id, candidate=entry.candidate, file=entry.file, channel=wish.channel, tone=wish.tone,
        language=wish.language, step=step, steps=_steps(wish), reviewed=entry.decision == "advance",
        recipient=usable[0] if len(usable) == 1 else None, clock=due, used_facts=used,
    )  # fmt: skip


def _make(desk: Desk, order: outreach.Order, facts: tuple[Fact, ...]) -> Draft | NoDraft:
    stored = stored_drafts(desk.opened, desk.stored.run.id).values()
    others = {draft.id: draft for draft in (*stored, *desk.drafts)}
    material = outreach.Material(facts, desk.stored.criteria, desk.company, tuple(others.values()))
    if desk.gateway is None or desk.stopped is not None:
        return outreach.compose(order, material)
    try:
        writer = GatewayWriter(desk.gateway, order.candidate)
        return outreach.write(order, material, writer, prompting.load("outreach"))
    except (BudgetReached, ModelUnreachable) as error:
        # The people who are still to come get template drafts; the error is told at the end.
        desk.stopped = error
        made = outreach.compose(order, material)
        note = "template: the model could not be asked"
        return made.model_copy(update={"note": note}) if isinstance(made, Draft) else made


class GatewayWriter:
    """The gateway as outreach sees it."""

    def __init__(self, gateway: llm.Asker, candidate: str) -> None:
        self._gateway, self._candidate = gateway, candidate

    def ask(self, instructions: str, material: str) -> str | None:
        """Return what the model says, or None."""
        request = llm.Request(
            system=instructions, user=material, schema_name="outreach", schema=outreach.REPLY_SCHEMA, max_tokens=1500
        )
        reply = self._gateway.ask(request, candidate=self._candidate)
        return reply.text if isinstance(reply, llm.Reply) else None


def _keep(opened: Session, made: Draft) -> None:
    opened.workspace.put("draft", key(made.candidate, made.id), made)
    opened.log.record(
        "outreach_draft", actor="system", candidate=made.candidate,
        body={"draft": made.id, "run": made.run, "channel": made.channel, "step": made.step, "mode": made.author,
              "language": made.language, "reviewed": made.reviewed, "facts": [fact.id for fact in made.facts]},
    )  # fmt: skip


def _write(opened: Session, made: Outreach, company: outreach.Company, out: Path, unapproved: bool) -> tuple[Path, ...]:
    written = [put(opened, out / "drafts.json", outreach.as_json(made))]
    for number, one in enumerate(made.drafts, start=1):
        written.append(put(opened, out / file_name(number, one, "txt"), outreach.as_text(one).encode("utf-8")))
    chosen = tuple(one for one in made.drafts if unapproved or one.status == "approved")
    return (*written, *(write_merge(opened, chosen, company, out) if chosen else ()))
