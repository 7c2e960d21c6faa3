"""Figures in a draft: each stands in a fact with the same value, beside the same word, or counts the letter itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matcher.outreach import words
from matcher.outreach.figures import is_figure
from matcher.outreach.licence import Licence, Source, bound
from matcher.outreach.segments import Segment
from matcher.outreach.tokens import Token

AHEAD = 3
"""How many words ahead or back a neighbour may stand."""


class Clause(NamedTuple):
    """A clause with its tokens, ready to be checked."""

    segment: Segment
    pieces: tuple[Token, ...]
    text: str
    """The whole sentence, quotations blanked."""
    licence: Licence
    owned: tuple[tuple[int, int], ...]
    """Where phrases stand that begin with "your"."""
    said: str
    """The whole text as it stands."""
    whole: tuple[Token, ...]
    """The tokens of the whole sentence: a figure's neighbour may stand behind a comma."""
    idioms: tuple[tuple[int, int], ...]
    """Where set phrases stand that describe and name nothing."""
    theirs: frozenset[str]
    """Words of all facts about the person, cited or not: where nothing is claimed they may be used."""


def figure_fault(clause: Clause, at: int) -> str | None:
    """Return "number" where a figure or number word is carried by no fact and counts nothing of the letter."""
    token, may = clause.pieces[at], clause.licence
    person = clause.segment.kind == "person"
    if token.key in may.always or (not token.number and token.key in may.free_keys and not person):
        return None
    place = clause.whole.index(token)
    sources = may.person if person else (*may.person, *may.role)
    if any(bound(clause.whole, place, one, may.language) for one in sources):
        return "number" if _changed_by(clause.whole, place, sources) else None
    if _of_the_letter(clause, at) or _of_the_posting(clause, at) or _these_two(clause, at):
        return None
    unit = not token.number and not is_figure(token.key, may.language)
    if unit and (clause.segment.kind == "free" or may.says(token.key, person=person)):
        return None
    return "number"


def wrong_unit(clause: Clause, at: int) -> bool:
    """Whether a time unit that no fact has stands behind a figure: 45 a day is not 45 a week."""
    token, may = clause.pieces[at], clause.licence
    if clause.segment.kind == "free" or token.key not in words.language_words("units.toml", may.language):
        return False
    counted = any(other.number for other in clause.pieces[max(0, at - AHEAD - 1) : at])
    return counted and not may.says(token.key, person=clause.segment.kind == "person")


def _changed_by(pieces: Sequence[Token], at: int, sources: Sequence[Source]) -> bool:
    """Whether "by 29 %" makes the end of a change into its size: "from 41 to 29 %"."""
    if not at or pieces[at - 1].key not in ("by", "um"):
        return False
    places = [(one, n) for one in sources for n, token in enumerate(one.pieces) if token.key == pieces[at].key]
    return all(n and one.pieces[n - 1].key in ("to", "from", "auf", "von") for one, n in places)


def _of_the_letter(clause: Clause, at: int) -> bool:
    """Whether a figure counts lines, messages or, where nothing is claimed, minutes of the conversation."""
    token, language = clause.pieces[at], clause.licence.language
    if clause.segment.kind == "person" or (not token.key.isalpha() and not token.key.isdigit()):
        return False
    if token.key.isdigit() and int(token.key) > _SHORT_CALL:
        return False
    nouns = words.language_words("letter.toml", language)
    if clause.segment.kind == "free":
        nouns |= words.language_words("talk.toml", language)
    place = clause.whole.index(token)
    for following in clause.whole[place + 1 : place + 1 + AHEAD]:
        if following.key in nouns:
            return following.key not in clause.licence.person_keys or _of_the_resume(clause, following)
        if following.key not in _BESIDE:
            return False
    return False


def _of_the_posting(clause: Clause, at: int) -> bool:
    """Whether a figure of the posting stands alone ("ours has nine"), and not before a word about the person."""
    token, may = clause.pieces[at], clause.licence
    if clause.segment.kind == "person" or token.key not in may.free_keys:
        return False
    after = clause.pieces[at + 1 : at + 3]
    return not any(t.key in may.person_keys and not words.is_ordinary(t.key, may.language) for t in after)


def _of_the_resume(clause: Clause, noun: Token) -> bool:
    """Whether a noun is said to be the résumé's ("two lines of your résumé")."""
    after = clause.whole[clause.whole.index(noun) + 1 :][:AHEAD]
    return any(token.key in ("résumé", "resume", "cv", "lebenslauf", "lebenslaufs", "currículum") for token in after)


def _these_two(clause: Clause, at: int) -> bool:
    """ "Which of the two", "the second": what was said before, counted no further than three; "I read it twice"."""
    if clause.pieces[at].key in ("twice", "zweimal"):
        return any(token.key in ("i", "ich") for token in clause.pieces[max(0, at - AHEAD) : at])
    counted = clause.pieces[at].key in ("2", "3", "second", "third") and clause.segment.kind != "person"
    before = [token.key for token in clause.pieces[max(0, at - 1) : at]]
    after = clause.pieces[at + 1].key if at + 1 < len(clause.pieces) else ""
    return counted and before == ["the"] and (not after or words.is_ordinary(after, clause.licence.language))


_SHORT_CALL = 60
_BESIDE = frozenset((
    "and", "or", "in", "the", "last", "final", "more", "short", "quick", "quiet", "brief", "good", "spare",
    "such", "und", "kurze",    "et", "y", "petites", "pequeñas",
))  # fmt: skip
"""Small words that may stand between a figure and what it counts of the conversation."""
