"""Shape: length per channel, one specific detail, the role, one ask, who writes and for whom, no repetition.

Lengths follow published response figures (InMails under 400 characters are answered 22 % more often; four short
e-mails beat a long one); hard limits are those of the platforms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matcher.outreach import words
from matcher.outreach.company import Company
from matcher.outreach.figures import figured
from matcher.outreach.kin import related
from matcher.outreach.licence import source
from matcher.outreach.records import FIXED_PARTS, Channel, Draft, Fact, Problem
from matcher.outreach.tokens import grams, outside, quotations, tokens, verbatim

MAX_SHARED = 0.6
"""Largest share of word 5-grams that a draft may have in common with another one."""
_SPECIFIC_WEIGHT = 1.5
_SPECIFIC_CHARACTERS = 12


class Limits(NamedTuple):
    """Limits of a channel; words and characters count from greeting to signature."""

    characters: int
    subject: int
    words_low: int = 0
    words_high: int = 10_000


LIMITS: dict[Channel, Limits] = {
    "inmail": Limits(characters=400, subject=200),
    "connection": Limits(characters=200, subject=0),
    "email": Limits(characters=1900, subject=60, words_low=50, words_high=125),
}


class Counter(NamedTuple):
    """A counted length: what, how much, and the limits."""

    name: str
    value: int
    low: int
    high: int

    def line(self) -> str:
        """Return the counter as people read it: "312 of at most 400 characters"."""
        if self.low:
            return f"{self.value} {self.name} ({self.low} to {self.high})"
        return f"{self.value} of at most {self.high} {self.name}"


def counters(draft: Draft) -> tuple[Counter, ...]:
    """Return the lengths that count for the draft's channel, with their limits."""
    limits = LIMITS[draft.channel]
    found = []
    if draft.channel == "email":
        found.append(Counter("words", len(draft.core.split()), limits.words_low, limits.words_high))
    else:
        # Footer and notice are sent too in an InMail, so they count against its limit.
        found.append(Counter("characters", len(draft.text), 0, limits.characters))
    if limits.subject:
        found.append(Counter("characters in the subject", len(draft.subject), 0, limits.subject))
    return tuple(found)


def check(draft: Draft, known: Mapping[str, Fact], company: Company) -> list[Problem]:
    """Return where the draft is too long, too short, not specific, or does not say who writes."""
    return [*_lengths(draft), *_specific(draft, known), *_ask(draft), *_who(draft, company)]


def _lengths(draft: Draft) -> list[Problem]:
    problems = [
        Problem(
            rule="length", words=counter.line(), advice="shorten it" if counter.value > counter.high else "say more"
        )
        for counter in counters(draft)
        if not counter.low <= counter.value <= counter.high
    ]
    if draft.channel == "email" and not draft.subject.strip():
        problems.append(Problem(rule="length", words="no subject", advice="an e-mail needs a subject"))
    if "\n" in draft.subject:
        problems.append(Problem(rule="length", words="line end in the subject", advice="a subject is one line"))
    return problems


def _specific(draft: Draft, known: Mapping[str, Fact]) -> list[Problem]:
    problems = []
    if not any(
        _says(sentence.text, _facts(sentence.facts, known, "person", "approved"), draft) for sentence in draft.sentences
    ):
        advice = "say one verified, specific thing about the person"
        problems.append(Problem(rule="not specific", words="no detail about the person", advice=advice))
    titles = [fact.text.casefold() for fact in known.values() if fact.source == "title"]
    text = draft.core.casefold()
    about_role = any(title in text for title in titles) or any(
        _says(sentence.text, _facts(sentence.facts, known, "role"), draft) for sentence in draft.sentences
    )
    if not about_role:
        problems.append(Problem(rule="not specific", words="nothing about the role", advice="name the role"))
    return problems


def _facts(cited: Sequence[str], known: Mapping[str, Fact], *kinds: str) -> list[str]:
    return [known[i].text for i in cited if i in known and known[i].kind in kinds]


def _says(text: str, facts: Sequence[str], draft: Draft) -> bool:
    """Whether a sentence quotes one of these facts, or uses enough of its words."""
    for found in quotations(text):
        long_enough = len(found.text) >= _SPECIFIC_CHARACTERS
        if long_enough and any(verbatim(found.text, fact) for fact in facts):
            return True
    return _weight(text, facts, draft) >= _SPECIFIC_WEIGHT


def _weight(text: str, facts: Sequence[str], draft: Draft) -> float:
    """How much of these facts a sentence tells in its own words: figures and telling words count one, others half."""
    sources = [source(fact, draft.language) for fact in facts]
    keys = {key for one in sources for key in one.keys}
    roots = {found for one in sources for found in one.roots}
    small = words.weak("start") | words.weak("end")
    weight = 0.0
    for token in {t.key: t for t in figured(tokens(outside(text)), draft.language) if t.key not in small}.values():
        if token.key in keys or (not token.number and related(token.key, draft.language) & roots):
            weight += 0.5 if not token.number and words.is_ordinary(token.key, draft.language) else 1.0
    return weight


def _ask(draft: Draft) -> list[Problem]:
    asked = sum(outside(s.text).count("?") for s in draft.sentences if s.part not in ("footer", "notice"))
    if asked == 0:
        return [Problem(rule="no ask", words="no question", advice="end with one clear question")]
    if asked > 2:
        return [Problem(rule="no ask", words=f"{asked} questions", advice="ask one thing")]
    return []


def _who(draft: Draft, company: Company) -> list[Problem]:
    text = draft.core.casefold()
    return [
        Problem(rule="no sender", words=f"{label} is not named", advice=f"say {label}: {value}")
        for label, value in (("who writes", company.sender.name), ("for whom", company.employer.name))
        if value.casefold() not in text
    ]


def repeated(draft: Draft, others: Sequence[Draft]) -> list[Problem]:
    """Return a problem when the draft shares too many word 5-grams with another one, outside fixed blocks."""
    mine = grams(_body(draft))
    for other in others:
        if other.id == draft.id or not mine:
            continue
        share = len(mine & grams(_body(other))) / len(mine)
        if share > MAX_SHARED:
            found = f"{round(share * 100)} % shared with {other.id}"
            return [Problem(rule="repetition", words=found, advice="say something that fits this person only")]
    return []


def _body(draft: Draft) -> str:
    return " ".join(sentence.text for sentence in draft.sentences if sentence.part not in FIXED_PARTS)
