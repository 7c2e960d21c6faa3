"""Phrases filled for one choice: sentences, each with the ids of the facts that it rests on."""

from __future__ import annotations

import re

from matcher.canonical import sha256_hex
from matcher.outreach.order import Choice, Material, Order, titles
from matcher.outreach.phrases import Slots, fill, used, variants
from matcher.outreach.records import Fact, Part, Sentence, Tone, layout

_ENOUGH_WORDS = 58
"""A shorter e-mail gets one more sentence."""


def sentences(order: Order, material: Material, choice: Choice) -> tuple[Sentence, ...]:
    """Return greeting, body and signature for one choice."""
    speaker = Speaker(order, material, choice)
    if order.channel == "connection":
        return speaker.note()
    parts: list[Sentence] = [speaker.say("greeting", *speaker.greeting()), *speaker.opening()]
    parts.append(speaker.say("detail", "detail", "any"))
    parts.append(speaker.role())
    if choice.second is not None:
        parts.append(speaker.more(choice.second))
        parts[-1], parts[-2] = parts[-2], parts[-1]
    ending = [speaker.ask(), speaker.signature()]
    if order.channel == "email" and len(layout((*parts, *ending), "email").split()) < _ENOUGH_WORDS:
        parts.append(speaker.say("filler", "filler", "any"))
    return (*parts, *ending)


def frame(order: Order, material: Material, body: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """Return greeting, the given body and signature: what a model writes never holds a name."""
    title = titles(order, material)[0]
    blank = Choice(title, "", title, None, "", None, 0)
    speaker = Speaker(order, material, blank)
    greeting = speaker.say("greeting", *speaker.greeting())
    if order.channel == "connection":
        return (greeting, *body, speaker.sentence("signature", "{sender}"))
    return (greeting, *body, speaker.signature())


class Speaker:
    """Fills phrases for one choice and notes which facts each sentence rests on."""

    def __init__(self, order: Order, material: Material, choice: Choice) -> None:
        self.order, self.material, self.choice = order, material, choice
        company = material.company
        name = next(iter(material.of("name")), None)
        self.slots: Slots = {
            "sender": company.sender.name, "sender_title": company.sender.title, "employer": company.employer.name,
            "organisation": company.organisation, "title": choice.title.text, "quote": choice.quote,
            "task": choice.task_text, "name": _called(name.text, order.tone) if name else "",
        }  # fmt: skip
        self.ids: dict[str, str | None] = {
            **{slot: self._sender(field) for slot, field in _SENDER_FIELDS.items()},
            "title": choice.title.id, "quote": choice.fact.id,
            "task": choice.task.id if choice.task else None, "name": name.id if name else None,
        }  # fmt: skip

    def _sender(self, field: str) -> str | None:
        wanted = f"company.toml, {field}"
        return next((fact.id for fact in self.material.of("sender") if fact.source == wanted), None)

    def pick(self, group: str, key: str) -> str:
        """Return one phrase of a group, the same one for the same turn."""
        found = variants(self.order.language, group, key)
        # Each group turns at its own pace, so that whole drafts do not repeat together.
        turn = int(sha256_hex(f"{self.choice.turn}:{group}".encode())[:8], 16)
        return found[turn % len(found)]

    def say(self, part: Part, group: str, key: str) -> Sentence:
        """Return the chosen phrase of a group as a sentence."""
        return self.sentence(part, self.pick(group, key))

    def sentence(self, part: Part, phrase: str) -> Sentence:
        """Return a phrase with its slots filled, citing the facts that filled them."""
        cited = [self.ids.get(slot) for slot in sorted(used(phrase))]
        return Sentence(text=fill(phrase, self.slots), part=part, facts=tuple(i for i in cited if i))

    def greeting(self) -> tuple[str, str]:
        """Return where the greeting stands: with a name, or without one."""
        return "greeting", self.order.tone if self.slots["name"] else f"{self.order.tone}_unnamed"

    def opening(self) -> list[Sentence]:
        """Return who writes and for whom; in a follow-up, that it is one."""
        order, company = self.order, self.material.company
        if order.step > 1:
            return [self.say("opening", "last" if order.step == order.steps else "again", "any")]
        own = company.organisation == company.employer.name
        return [self.say("opening", "opening" if own else "agency", order.tone)]

    def role(self) -> Sentence:
        """Return the role, with the requirement that the quote answers in the posting's words."""
        if self.choice.task is None:
            return self.say("role", "role", "bare")
        criterion = self.material.criteria.get(self.choice.task.criterion or "")
        kind = "responsibility" if criterion.kind == "responsibility" else "qualification"
        return self.say("role", "role" if self.order.step == 1 else "task", kind)

    def more(self, second: tuple[Fact, str]) -> Sentence:
        """Return a second detail."""
        fact, quote = second
        text = fill(self.pick("more", "any"), {"quote": quote})
        return Sentence(text=text, part="detail", facts=(fact.id,))

    def ask(self) -> Sentence:
        """Return the one question."""
        final = self.order.step > 1 and self.order.step == self.order.steps
        return self.say("ask", "ask", "last" if final else self.order.tone)

    def signature(self) -> Sentence:
        """Return who signs."""
        if self.order.channel != "email":
            return self.sentence("signature", self.pick("signature", "short"))
        company = self.material.company
        lines = [self.pick("signature", self.order.tone), company.sender.name]
        lines.append(
            f"{company.sender.title}, {company.organisation}" if company.sender.title else company.organisation
        )
        senders = tuple(fact.id for fact in self.material.of("sender"))
        return Sentence(text="\n".join(lines), part="signature", facts=senders)

    def note(self) -> tuple[Sentence, ...]:
        """A connection note: one phrase, split into sentences so that each carries its own facts."""
        group, key = self.greeting()
        greeting = self.say("greeting", group, key)
        phrase = self.pick("note", "any").removeprefix("{greeting} ")
        return (greeting, *(self.sentence(_part(piece), piece) for piece in _split(phrase)))


_SENDER_FIELDS = {
    "sender": "sender.name", "sender_title": "sender.title", "employer": "employer.name",
    "organisation": "sender.organisation",
}  # fmt: skip


def _split(phrase: str) -> list[str]:
    return [piece for piece in re.split(r"(?<=[.?!])\s+(?![”»“])", phrase) if piece]


def _part(piece: str) -> Part:
    if "{quote}" in piece:
        return "detail"
    if "?" in piece:
        return "ask"
    return "signature" if piece == "{sender}" else "role"


def _called(name: str, tone: Tone) -> str:
    """The full name, which is safe in every culture; a warm tone uses the first of two plain names."""
    parts = name.split()
    plain = len(parts) == 2 and all(len(p) > 1 and not p.endswith(".") for p in parts)
    return parts[0] if tone == "warm" and plain else name
