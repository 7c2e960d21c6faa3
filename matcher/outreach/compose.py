"""Drafts without a model: templates and facts, tried in order of worth until the linter passes one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from matcher.canonical import sha256_hex
from matcher.models import Criteria, Record
from matcher.outreach import words
from matcher.outreach.company import Company
from matcher.outreach.duties import blocks
from matcher.outreach.hygiene import harmless
from matcher.outreach.linter import lint
from matcher.outreach.phrases import Slots, fill, used, variants
from matcher.outreach.records import (
    Author, Channel, Clock, Draft, Fact, Language, NoDraft, Part, Problem, Sentence, Tone, draft_id, layout,
)  # fmt: skip
from matcher.outreach.snippets import Piece, echo, snippets, tidy

_TRIES = 160
_QUOTE_LIMIT: dict[Channel, int] = {"inmail": 105, "email": 170, "connection": 60}
_TASK_LIMIT: dict[Channel, int] = {"inmail": 110, "email": 170, "connection": 0}
_ENOUGH_WORDS = 58
_SECOND_LIMIT = 110
_PIECES = 40
_LEAST_WORTH = -1.0


class Order(Record):
    """What is to be written, for whom, and how."""

    run: str
    candidate: str
    file: str
    channel: Channel
    tone: Tone = "plain"
    language: Language = "en"
    step: int = 1
    steps: int = 1
    reviewed: bool
    recipient: str | None = None
    clock: Clock
    used_facts: tuple[str, ...] = ()
    """Facts of earlier messages to this person: a follow-up must add something."""


class Material(NamedTuple):
    """All that may be said, and the company that says it."""

    facts: tuple[Fact, ...]
    criteria: Criteria
    company: Company
    others: tuple[Draft, ...] = ()

    def of(self, *kinds: str) -> tuple[Fact, ...]:
        """Return the facts of these kinds."""
        return tuple(fact for fact in self.facts if fact.kind in kinds)


class _Choice(NamedTuple):
    """One way to write the draft."""

    fact: Fact
    quote: str
    title: Fact
    task: Fact | None
    task_text: str
    second: tuple[Fact, str] | None
    turn: int


def compose(order: Order, material: Material) -> Draft | NoDraft:
    """Return the best template draft that the linter passes, or the reason why there is none."""
    if not material.of("person", "approved"):
        reason = "no verified evidence about this person: nothing true and specific can be said"
        return NoDraft(candidate=order.candidate, file=order.file, channel=order.channel, step=order.step, reason=reason)
    last: tuple[Problem, ...] = ()
    for choice in islice(_choices(order, material), _TRIES):
        draft = build(order, material, _sentences(order, material, choice), "template")
        last = lint(draft, material.facts, material.company, material.others)
        if not last:
            return draft
    reason = _why(order, last)
    return NoDraft(
        candidate=order.candidate, file=order.file, channel=order.channel, step=order.step, reason=reason, problems=last
    )


def _why(order: Order, last: tuple[Problem, ...]) -> str:
    if not last and order.step > 1:
        return "nothing new to add: the sequence stops here"
    if not last:
        return "no verified quote reads well in a message of this length"
    return f"every wording was blocked, last because of {last[0].rule}: {last[0].words}"


def build(
    order: Order, material: Material, sentences: Sequence[Sentence], author: Author, *, prompt: str | None = None, note: str = ""
) -> Draft:
    """Return a draft around these sentences: fixed blocks below, subject above, cited facts beside."""
    title = _titles(order, material)[0]
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


def _titles(order: Order, material: Material) -> tuple[Fact, ...]:
    titles = tuple(fact for fact in material.facts if fact.source == "title")
    return titles[::-1] if order.channel == "connection" else titles


def _choices(order: Order, material: Material) -> Iterator[_Choice]:
    """Every way to write the draft, best evidence first; wordings turn so that two drafts do not look alike."""
    seed = int(sha256_hex(f"{order.candidate}:{order.step}".encode())[:8], 16)
    ranked = _ranked(order, material)
    for fact, quote in ranked:
        second = _second(order, ranked, fact)
        for task, text in _tasks(order, material, fact):
            for title in _titles(order, material):
                for turn in range(2):
                    yield _Choice(fact, quote, title, task, text, second, seed + turn)


def _ranked(order: Order, material: Material) -> list[tuple[Fact, str]]:
    """Pieces of the facts not yet used, best first: specific evidence for an important criterion."""
    spent = {fact.text for fact in material.facts if fact.id in order.used_facts}
    facts = [fact for fact in material.of("person", "approved") if fact.text not in spent]
    found: list[tuple[float, str, Fact]] = []
    for fact in facts:
        weight = _importance(material, fact)
        for piece in _quotable(order, material, fact):
            worth = piece.worth + weight - _touchy(piece.text, order.language)
            if worth >= _LEAST_WORTH:
                found.append((-worth, piece.text, fact))
    found.sort(key=lambda item: (item[0], item[1], item[2].id))
    return [(fact, text) for _, text, fact in found[:_PIECES]]


def _quotable(order: Order, material: Material, fact: Fact) -> Iterator[Piece]:
    seen: set[str] = set()
    for scale in (1.0, 0.65, 0.4):
        for piece in snippets(fact.text, int(_QUOTE_LIMIT[order.channel] * scale))[:2]:
            if piece.text not in seen and harmless(piece.text, material.company):
                seen.add(piece.text)
                yield piece


def _touchy(text: str, language: Language) -> float:
    """What a message should rather not touch, even in the person's own words, comes last."""
    return 1.5 * len({reason for reason, _ in words.soft(text.casefold(), language)})


def _importance(material: Material, fact: Fact) -> float:
    """Evidence of work done says more than a licence, a degree or a length of time, and more than an echo."""
    worth = 1.0 if fact.source.startswith("met") or fact.kind == "approved" else 0.0
    criterion = next((c for c in material.criteria.criteria if c.id == fact.criterion), None)
    if criterion is None:
        return worth
    worth += {"responsibility": 2.0, "minimum": 0.5, "preferred": 0.0}[criterion.kind]
    worth += 0.5 * criterion.must_have + min(criterion.weight, 5) / 5
    formal = criterion.degree or criterion.min_years or _FORMAL.search(criterion.text)
    return worth - (3.0 if formal else 0.0) - 3.0 * (echo(fact.text, criterion.text) > 0.6)  # noqa: PLR2004 - mostly echo


_FORMAL = re.compile(
    r"licen[cs]e|degree|certif|diplom|authori[sz]ed|citizen|permit|driv(?:er|ing)|background check|vaccin|relocat|travel|live in|reside|sponsor"
    r"|\byears?\b|führerschein|zeugnis|abschluss|permis|licence|titulaci|carn[eé]",
    re.IGNORECASE,
)


def _tasks(order: Order, material: Material, fact: Fact) -> Iterator[tuple[Fact | None, str]]:
    """The requirement that the quote answers, in the posting's words, shorter and shorter, and then without it."""
    task = next((f for f in material.of("role") if f.criterion is not None and f.criterion == fact.criterion), None)
    limit = _TASK_LIMIT[order.channel]
    seen: set[str] = set()
    for scale in (1.0, 0.6, 0.45):
        for piece in snippets(task.text, int(limit * scale))[:1] if task is not None and limit else ():
            if piece.text not in seen and piece.worth > 0 and harmless(piece.text, material.company):
                seen.add(piece.text)
                yield task, piece.text
    yield None, ""


def _second(order: Order, ranked: Sequence[tuple[Fact, str]], first: Fact) -> tuple[Fact, str] | None:
    """A second detail for an e-mail: short, from another line and another criterion."""
    if order.channel != "email":
        return None
    for fact, text in ranked:
        if fact.text != first.text and fact.criterion != first.criterion and len(text) <= _SECOND_LIMIT:
            return fact, text
    return None


# --- sentences -----------------------------------------------------------------------------------------------------


def _sentences(order: Order, material: Material, choice: _Choice) -> tuple[Sentence, ...]:
    speaker = _Speaker(order, material, choice)
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
    title = _titles(order, material)[0]
    blank = _Choice(title, "", title, None, "", None, 0)
    speaker = _Speaker(order, material, blank)
    greeting = speaker.say("greeting", *speaker.greeting())
    if order.channel == "connection":
        return (greeting, *body, speaker.sentence("signature", "{sender}"))
    return (greeting, *body, speaker.signature())


class _Speaker:
    """Fills phrases for one choice and notes which facts each sentence rests on."""

    def __init__(self, order: Order, material: Material, choice: _Choice) -> None:
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
        found = variants(self.order.language, group, key)
        # Each group turns at its own pace, so that whole drafts do not repeat together.
        turn = int(sha256_hex(f"{self.choice.turn}:{group}".encode())[:8], 16)
        return found[turn % len(found)]

    def say(self, part: Part, group: str, key: str) -> Sentence:
        return self.sentence(part, self.pick(group, key))

    def sentence(self, part: Part, phrase: str) -> Sentence:
        cited = [self.ids.get(slot) for slot in sorted(used(phrase))]
        return Sentence(text=fill(phrase, self.slots), part=part, facts=tuple(i for i in cited if i))

    def greeting(self) -> tuple[str, str]:
        return "greeting", self.order.tone if self.slots["name"] else f"{self.order.tone}_unnamed"

    def opening(self) -> list[Sentence]:
        order, company = self.order, self.material.company
        if order.step > 1:
            return [self.say("opening", "last" if order.step == order.steps else "again", "any")]
        own = company.organisation == company.employer.name
        return [self.say("opening", "opening" if own else "agency", order.tone)]

    def role(self) -> Sentence:
        if self.choice.task is None:
            return self.say("role", "role", "bare")
        criterion = self.material.criteria.get(self.choice.task.criterion or "")
        kind = "responsibility" if criterion.kind == "responsibility" else "qualification"
        return self.say("role", "role" if self.order.step == 1 else "task", kind)

    def more(self, second: tuple[Fact, str]) -> Sentence:
        fact, quote = second
        text = fill(self.pick("more", "any"), {"quote": quote})
        return Sentence(text=text, part="detail", facts=(fact.id,))

    def ask(self) -> Sentence:
        final = self.order.step > 1 and self.order.step == self.order.steps
        return self.say("ask", "ask", "last" if final else self.order.tone)

    def signature(self) -> Sentence:
        if self.order.channel != "email":
            return self.sentence("signature", self.pick("signature", "short"))
        company = self.material.company
        lines = [self.pick("signature", self.order.tone), company.sender.name]
        lines.append(f"{company.sender.title}, {company.organisation}" if company.sender.title else company.organisation)
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
    plain = len(parts) == 2 and all(len(p) > 1 and not p.endswith(".") for p in parts)  # noqa: PLR2004 - given, family
    return parts[0] if tone == "warm" and plain else name


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
