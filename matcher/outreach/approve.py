"""People approve and edit drafts; edits are diffed, linted and logged. Nothing is approved by default."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from matcher.canonical import content_id
from matcher.errors import InputError
from matcher.outreach import words
from matcher.outreach.company import Company
from matcher.outreach.duties import fixed_blocks
from matcher.outreach.linter import lint
from matcher.outreach.records import Draft, Fact, Part, Problem, Sentence
from matcher.outreach.tokens import outside, quotations, stem, tokens, verbatim


class Recorder(Protocol):
    """Where acts of people are written; the audit log is one."""

    def record(
        self, kind: str, *, actor: str, candidate: str | None = None, criterion: str | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> int:  # fmt: skip
        """Append one event. Raises LogError."""
        ...


class Edited(NamedTuple):
    """The outcome of an edit: the new draft, what the linter says of it, and the difference line by line."""

    draft: Draft
    problems: tuple[Problem, ...]
    diff: tuple[str, ...]


def approve(
    draft: Draft, facts: Sequence[Fact], company: Company, who: str, recorder: Recorder, *,
    others: Iterable[Draft] = (), suppressed: bool = False,
) -> Draft:  # fmt: skip
    """Return the draft as approved by ``who``, after a fresh check, and log it.

    Raises:
        InputError: nobody is named, the person is suppressed, or the linter blocks the draft.
    """
    name = _named(who)
    if suppressed:
        raise InputError(f"The draft {draft.id} cannot be approved: the person is in the suppression file.")
    problems = lint(draft, facts, company, others)
    if problems:
        raise InputError(f"The draft {draft.id} cannot be approved: {problems[0].line()}.")
    approved = draft.model_copy(update={"status": "approved", "approved_by": name})
    recorder.record(
        "outreach_approved", actor=f"human:{name}", candidate=draft.candidate,
        body={"draft": draft.id, "who": name, "text": text_hash(draft), "channel": draft.channel, "step": draft.step,
              "author": draft.author, "facts": [fact.id for fact in draft.facts], "reviewed": draft.reviewed},
    )  # fmt: skip
    return approved


def edit(
    draft: Draft, subject: str, text: str, facts: Sequence[Fact], company: Company, who: str, recorder: Recorder, *,
    others: Iterable[Draft] = (),
) -> Edited:  # fmt: skip
    """Take a person's wording: find the facts of each sentence, lint, log the difference; never approves.

    The caller keeps the new draft only if there are no problems.
    """
    name = _named(who)
    new = reworded(draft, subject, text, facts, company)
    problems = lint(new, facts, company, others)
    diff = difference(draft, new)
    recorder.record(
        "outreach_edited", actor=f"human:{name}", candidate=draft.candidate,
        body={"draft": draft.id, "who": name, "before": text_hash(draft), "after": text_hash(new),
              "diff": list(diff), "blocked": [problem.rule for problem in problems]},
    )  # fmt: skip
    return Edited(new, problems, diff)


def _named(who: str) -> str:
    name = " ".join(who.split())
    if not name:
        raise InputError("A draft is approved or edited by a named person: give --who NAME.")
    return name


def text_hash(draft: Draft) -> str:
    """Return the tagged hash of subject and text: what was approved, without saying it."""
    return content_id("note", f"{draft.subject}\x1f{draft.text}")


def difference(old: Draft, new: Draft) -> tuple[str, ...]:
    """Return the changed lines of subject and text, marked with "-" and "+"."""
    before = [f"Subject: {old.subject}", *(s.text for s in old.sentences)]
    after = [f"Subject: {new.subject}", *(s.text for s in new.sentences)]
    lines = list(difflib.unified_diff(before, after, lineterm="", n=0))[2:]
    return tuple(line for line in lines if not line.startswith("@@"))


def reworded(draft: Draft, subject: str, text: str, facts: Sequence[Fact], company: Company) -> Draft:
    """Return the draft with a person's wording; each sentence cites the facts that its words come from."""
    fixed = fixed_blocks(draft, company)
    core, tail = _take_tail(text, fixed)
    old = {s.text: s for s in draft.sentences}
    pieces = [old.get(piece) or _cited(piece, facts) for piece in split(core, [s.text for s in draft.sentences])]
    senders = tuple(fact.id for fact in facts if fact.kind == "sender")
    below = [Sentence(text=line, part=part, facts=senders) for part, line in tail]
    used = {i for sentence in (*pieces, *below) for i in sentence.facts} | {
        f.id for f in draft.facts if f.source == "title"
    }
    return draft.model_copy(
        update={
            "subject": subject, "sentences": (*pieces, *below), "author": "person", "status": "draft",
            "approved_by": None, "facts": tuple(fact for fact in facts if fact.id in used),
        }
    )  # fmt: skip


def _take_tail(text: str, fixed: Sequence[tuple[Part, str]]) -> tuple[str, Sequence[tuple[Part, str]]]:
    """Split off the fixed blocks at the end, if they all stand there unchanged."""
    rest = text.rstrip()
    for _, line in reversed(fixed):
        if not rest.endswith(line):
            return text, ()
        rest = rest[: -len(line)].rstrip()
    return rest, fixed


def split(text: str, known: Sequence[str]) -> list[str]:
    """Return the sentences of a text; those of ``known`` that stand unchanged at a line's start stay whole."""
    found: list[str] = []
    rest = text.strip()
    ordered = sorted((k for k in known if k), key=len, reverse=True)
    while rest:
        whole = next((k for k in ordered if rest.startswith(k) and not rest[len(k) : len(k) + 1].isalnum()), None)
        piece = whole if whole is not None else _first(rest)
        found.append(piece.strip())
        rest = rest[len(piece) :].lstrip()
    return [piece for piece in found if piece]


def _first(text: str) -> str:
    plain = outside(text)
    match = re.search(r"[.?!](?=\s)|\n", plain)
    return text if match is None else text[: match.end()]


def _cited(text: str, facts: Sequence[Fact]) -> Sentence:
    """A sentence and the facts that it takes words from."""
    part: Part = "greeting" if text.endswith((",", ":")) and len(text) < 60 else "detail"
    quoted = [q.text for q in quotations(text)]
    ours = {stem(t.key) for t in tokens(outside(text)) if len(t.key) > 1 and not _common(t.key)}
    cited = []
    for fact in facts:
        theirs = {stem(t.key) for t in tokens(fact.text) if not _common(t.key)}
        if any(verbatim(quote, fact.text) for quote in quoted) or ours & theirs:
            cited.append(fact.id)
    return Sentence(text=text, part=part, facts=tuple(cited))


def _common(key: str) -> bool:
    return any(key in words.ordinary(language) for language in words.LANGUAGES)
