"""Held-out drafts for the outreach linter, read from ``tests/heldout``: clean ones, and ones with a false sentence.

Each round was written and committed before it was measured, and only then used to find causes: *tuned* and *frozen*
(two halves of the first round), *second*, *third* and *fourth*. ``docs/outreach.md`` has the first measurement of each.
*probes* are false sentences written against the rules.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from fakes_outreach import AS_OF, COMPANY, Case, Person, case, material, order

from matcher.outreach import Draft, compose, lint
from matcher.outreach.duties import clock
from matcher.outreach.records import Channel, Language, Sentence

FOLDER = Path(__file__).parent / "heldout"
CHANNELS: dict[str, tuple[Channel, int]] = {
    "inmail": ("inmail", 1),
    "email": ("email", 1),
    "connection": ("connection", 1),
    "followup": ("email", 2),
}
"""What a draft's channel stands for: the channel and the step of the sequence."""


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"outreach_{name}.toml").read_text("utf-8"))


@cache
def people(name: str = "people") -> dict[str, Case]:
    """The people of the held-out drafts, by the word that the drafts call them by."""
    found = {}
    for key, row in _table(name).items():
        found[key] = case(
            Person(
                row["name"], row["title"], tuple(row["tasks"]), tuple(row["lines"]), row.get("place", "Columbus, Ohio")
            )
        )
    return found


def facts_of(one: Case, names: str) -> tuple[str, ...]:
    """The ids of facts named as in the files: P1 a line, R0 the title, R1 a task, S everything about the sender."""
    ids: list[str] = []
    for name in names.split():
        if name == "S":
            ids += [fact.id for fact in one.facts if fact.kind == "sender"]
        elif name == "R0":
            ids += [fact.id for fact in one.facts if fact.source == "title"]
        else:
            text = (one.person.lines if name[0] == "P" else one.person.tasks)[int(name[1:]) - 1]
            kind = "person" if name[0] == "P" else "role"
            ids.append(next(fact.id for fact in one.facts if fact.kind == kind and fact.text == text))
    return tuple(ids)


@cache
def base(one: Case, channel: Channel, step: int, language: Language) -> Draft:
    """The template draft whose frame (greeting, signature, footer, subject) a held-out wording is put into."""
    wish = order(one, channel, language, "plain", step, step)
    applied = clock(one.person.place, applied=True, obtained=AS_OF)
    made = compose(wish.model_copy(update={"clock": applied}), material(one))
    if not isinstance(made, Draft):
        raise AssertionError(f"no frame for {one.person.name}, {channel}: {made.reason}")
    return made


def clean(half: str) -> Iterator[tuple[str, Case, Draft]]:
    """The clean drafts of a half, each with a label."""
    for number, row in enumerate(_table(f"clean_{half}")["draft"], start=1):
        one = people(_people_of(half))[row["to"]]
        channel, step = CHANNELS[row["channel"]]
        frame = base(one, channel, step, row["language"])
        body = [Sentence(text=text, part=part, facts=facts_of(one, names)) for part, names, text in row["sentences"]]
        yield f"{half} {number} {row['to']}", one, _framed(frame, body, one)


def false(half: str) -> Iterator[tuple[str, Case, Draft]]:
    """Template drafts with one false or forbidden sentence that cites everything there is to cite."""
    for row in _table(f"false_{half}")["mutation"]:
        one = people(_people_of(half))[row["to"]]
        made = base(one, "email", 1, cast(Language, row["language"]))
        every = tuple(fact.id for fact in one.facts if fact.kind in ("person", "role", "sender"))
        at = next(n for n, sentence in enumerate(made.sentences) if sentence.part == "detail")
        wrong = Sentence(text=row["text"], part="detail", facts=every)
        sentences = (*made.sentences[: at + 1], wrong, *made.sentences[at + 1 :])
        draft = made.model_copy(update={"sentences": sentences, "facts": one.facts})
        yield f"{row['to']}, {row['kind']}: {row['text']}", one, draft


def _people_of(half: str) -> str:
    return "people" if half in ("tuned", "frozen", "probes") else f"people_{half}"


def _framed(frame: Draft, body: list[Sentence], one: Case) -> Draft:
    signs = any(sentence.part == "signature" for sentence in body)
    start = [s for s in frame.sentences if s.part == "greeting"]
    ends = [s for s in frame.sentences if s.part == "footer" or (s.part == "signature" and not signs)]
    return frame.model_copy(update={
        "sentences": (*start, *body, *ends), "facts": one.facts, "author": "model",
        "clock": frame.clock.model_copy(update={"needed": False}),
    })  # fmt: skip


def problems(one: Case, draft: Draft, *, length: bool = True) -> list[str]:
    """What the linter says about a draft, one line each."""
    found = lint(draft, one.facts, COMPANY)
    return [f"{p.rule}: {p.words}" for p in found if length or p.rule != "length"]
