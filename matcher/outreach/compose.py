"""Drafts without a model: templates and facts, tried in order of worth until the linter passes one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from matcher.outreach.duties import blocks
from matcher.outreach.evidence import choices
from matcher.outreach.linter import counters, lint
from matcher.outreach.order import Material, Order, titles
from matcher.outreach.phrases import fill, variants
from matcher.outreach.records import Author, Draft, NoDraft, Problem, Sentence, draft_id
from matcher.outreach.snippets import tidy
from matcher.outreach.speak import sentences as speak

_TRIES = 160
_LARGEST = 10_000
_SLACK = 90
"""Characters by which two wordings of the same choice may differ."""


def compose(order: Order, material: Material) -> Draft | NoDraft:
    """Return the best template draft that the linter passes, or the reason why there is none."""
    reason = unwritable(material)
    if reason:
        return NoDraft(
            candidate=order.candidate, file=order.file, channel=order.channel, step=order.step, reason=reason
        )
    last: tuple[Problem, ...] = ()
    room = _LARGEST
    fitting = (choice for choice in choices(order, material) if choice.size <= room)
    for choice in islice(fitting, _TRIES):
        draft = build(order, material, speak(order, material, choice), "template")
        last = lint(draft, material.facts, material.company, material.others)
        if not last:
            return draft
        room = min(room, choice.size - _excess(draft) + _SLACK)
    reason = _why(order, last)
    return NoDraft(
        candidate=order.candidate, file=order.file, channel=order.channel, step=order.step, reason=reason, problems=last
    )


def unwritable(material: Material) -> str | None:
    """Return why nothing can be written whatever the wording, or None."""
    if not material.of("person", "approved"):
        return "no verified evidence about this person: nothing true and specific can be said"
    if not any(fact.source == "title" for fact in material.facts):
        return "the posting's title cannot be used in a message: correct the title of the criteria"
    return None


def _excess(draft: Draft) -> int:
    """Return by how many characters a draft of a short channel is too long; 0 or less where it fits."""
    limits = [counter for counter in counters(draft) if counter.name == "characters"]
    return max((counter.value - counter.high for counter in limits), default=0)


def _why(order: Order, last: tuple[Problem, ...]) -> str:
    if not last and order.step > 1:
        return "nothing new to add: the sequence stops here"
    if not last:
        return "no verified quote reads well in a message of this length"
    if last[0].rule == "length" and order.channel == "connection" and order.clock.needed:
        return "a note of 200 characters has no room for the notice that is due: write by inmail or email"
    return f"every wording was blocked, last because of {last[0].rule}: {last[0].words}"


def build(
    order: Order,
    material: Material,
    sentences: Sequence[Sentence],
    author: Author,
    *,
    prompt: str | None = None,
    note: str = "",
) -> Draft:
    """Return a draft around these sentences: fixed blocks below, subject above, cited facts beside."""
    title = titles(order, material)[0]
    fixed = blocks(order.channel, order.step, order.language, order.clock, title.text, material.company)
    senders = tuple(fact.id for fact in material.of("sender"))
    below = tuple(Sentence(text=text, part=part, facts=senders) for part, text in fixed)
    cited = {i for sentence in (*sentences, *below) for i in sentence.facts} | {title.id}
    return Draft(
        id=draft_id(order.run, order.candidate, order.channel, order.step),
        run=order.run, candidate=order.candidate, file=order.file, channel=order.channel, step=order.step,
        steps=order.steps, tone=order.tone, language=order.language, author=author, reviewed=order.reviewed,
        subject=_subject(order, material), sentences=(*sentences, *below),
        facts=tuple(fact for fact in material.facts if fact.id in cited), recipient=order.recipient,
        clock=order.clock, prompt=prompt, note=note,
    )  # fmt: skip


def _subject(order: Order, material: Material) -> str:
    """The first subject that fits and holds nothing but the role and the employer; empty where there is none."""
    limit = {"email": 60, "inmail": 200, "connection": 0}[order.channel]
    employer = material.company.employer.name
    for phrase in variants(order.language, "subject", "first" if order.step == 1 else "again"):
        for title in (fact.text for fact in material.facts if fact.source == "title"):
            text = tidy(fill(phrase, {"title": title, "employer": employer}))
            if len(text) <= limit:
                return text
    return ""
