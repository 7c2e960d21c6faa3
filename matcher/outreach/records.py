"""Records of outreach: facts, sentences that cite them, drafts, and the reasons for which there is no draft.

A draft is a list of sentences, never a free text: each sentence carries the ids of the facts that it rests on.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from matcher.canonical import content_id
from matcher.models import Record

Channel = Literal["inmail", "email", "connection"]
Tone = Literal["plain", "warm", "formal"]
Language = Literal["en", "de", "fr", "es"]
Part = Literal["greeting", "opening", "detail", "role", "ask", "filler", "signature", "footer", "notice"]
FactKind = Literal["person", "approved", "role", "sender", "name"]
Author = Literal["template", "model", "person"]
DraftStatus = Literal["draft", "approved"]

FIXED_PARTS: tuple[Part, ...] = ("greeting", "signature", "footer", "notice")
"""Parts that are the same for everybody: written by code, not counted when drafts are compared."""


class Fact(Record):
    """Something that a draft may say, with its source.

    *person*: a quote behind a verified verdict; *approved*: text that a reviewer approved; *role*: the posting;
    *sender*: company.toml; *name*: how the person is called.
    """

    id: str
    kind: FactKind
    text: str
    source: str
    criterion: str | None = None
    page: int | None = None


def make_fact(
    kind: FactKind, text: str, source: str, *, criterion: str | None = None, page: int | None = None, owner: str = ""
) -> Fact:
    """Return a fact whose id is a tagged hash of its owner (a candidate or run), kind, criterion, source and text."""
    key = "\x1f".join((owner, kind, criterion or "", source, text))
    return Fact(
        id=content_id("fact", key, digits=10), kind=kind, text=text, source=source, criterion=criterion, page=page
    )


class Sentence(Record):
    """One sentence of a draft and the ids of the facts it rests on."""

    text: str
    part: Part
    facts: tuple[str, ...] = ()


class Problem(Record):
    """Why the linter blocks a draft: the rule, the words, and what to do; ``where`` says which sentence (from 1)."""

    rule: str
    words: str
    advice: str
    where: int | None = None

    def line(self) -> str:
        """Return the problem as one line for people."""
        place = f"sentence {self.where}" if self.where else "draft"
        return f"{place}: {self.rule}: {self.words}: {self.advice}"


class Clock(Record):
    """The GDPR Article 14 clock: when the data was obtained, and by when the person must be told."""

    obtained: date
    due: date
    needed: bool
    why: str
    """Why the notice is needed, or is not."""

    @model_validator(mode="after")
    def _due_follows(self) -> Self:
        if self.due < self.obtained:
            raise ValueError("the notice is due after the data was obtained")
        return self


class Draft(Record):
    """A message that nobody has sent: sentences with fact ids, the facts themselves, and how it came about."""

    id: str
    run: str
    candidate: str
    file: str
    channel: Channel
    step: int = Field(default=1, ge=1)
    steps: int = Field(default=1, ge=1)
    tone: Tone
    language: Language
    author: Author
    reviewed: bool
    """A reviewer advanced this person; False: taken unreviewed from the head of the list."""
    subject: str = ""
    sentences: tuple[Sentence, ...]
    facts: tuple[Fact, ...]
    recipient: str | None = None
    """The person's e-mail address, where the résumé states exactly one."""
    clock: Clock
    prompt: str | None = None
    note: str = ""
    """Why the template was used although a model was asked, and the like."""
    status: DraftStatus = "draft"
    approved_by: str | None = None

    @model_validator(mode="after")
    def _cited_facts_exist(self) -> Self:
        known = {fact.id for fact in self.facts}
        if any(cited not in known for sentence in self.sentences for cited in sentence.facts):
            raise ValueError("a sentence cites a fact that the draft does not hold")
        if (self.status == "approved") != (self.approved_by is not None):
            raise ValueError("an approved draft says who approved it, and no other does")
        return self

    @property
    def text(self) -> str:
        """The message as it would be sent, without the subject."""
        return layout(self.sentences, self.channel)

    @property
    def core(self) -> str:
        """The message from greeting to signature, without footer and notice: what the length limits count."""
        kept = tuple(s for s in self.sentences if s.part not in ("footer", "notice"))
        return layout(kept, self.channel)


class NoDraft(Record):
    """There is no draft for this person, and this is why."""

    candidate: str
    file: str
    channel: Channel
    step: int = 1
    reason: str
    problems: tuple[Problem, ...] = ()


class Outreach(Record):
    """All drafts of one call, and everybody who got none."""

    drafts: tuple[Draft, ...]
    none: tuple[NoDraft, ...]


def draft_id(run: str, candidate: str, channel: str, step: int) -> str:
    """Return the stable id of the draft for this person, channel and step of this run."""
    return content_id("draft", "\x1f".join((run, candidate, channel, str(step))), digits=12)


def layout(sentences: tuple[Sentence, ...], channel: Channel) -> str:
    """Join sentences into a message: greeting, body, signature, footer and notice, each in its own paragraph.

    E-mails get a paragraph per thought; InMails and notes run on, because every character counts there.
    """
    gap = "\n\n" if channel == "email" else "\n"
    blocks: list[str] = []
    previous: str | None = None
    for sentence in sentences:
        block = _block(sentence.part, channel)
        if block == previous and sentence.part not in ("footer", "notice"):
            blocks[-1] = f"{blocks[-1]} {sentence.text}"
        elif block == previous:
            blocks[-1] = f"{blocks[-1]}\n{sentence.text}"
        else:
            blocks.append(sentence.text)
        previous = block
    return (" " if channel == "connection" else gap).join(blocks)


def _block(part: Part, channel: Channel) -> str:
    if part in FIXED_PARTS:
        return part
    if channel == "email":
        return {"opening": "a", "detail": "a", "role": "b", "filler": "c", "ask": "c"}[part]
    return "body"
