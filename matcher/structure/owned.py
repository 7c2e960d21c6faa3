"""Places where a name that is also a word, a place or a company means the person all the same.

A firm named after the person ("Banks Consulting LLC", "Becker family dairy", "Hope's Kitchen (self-employed)") is told
from an employer that happens to share the word by what stands around it, never by which word it is: by a small firm's
form after ordinary words, or by a sign of ownership in the same line. Once told, the firm is the person's everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache

from matcher.structure.titles import looks_like_title
from matcher.structure.words import alternatives, table

_NEXT = re.compile(r"(,?)[^\S\n]{1,2}(&|[^\W_][\w&'’.+-]*)")
_JOINS = frozenset(("&", "and", "of", "for", "the", "und", "et", "y", "e", "en", "och", "de"))
_POSSESSIVE = re.compile(r"['’]s?(?!\w)")
MOST_WORDS = 6
"""Words that the name of a firm may have after the person's."""
SHORT_LINE = 60
"""A line beside the firm's that is no longer than this belongs to it ("Owner")."""
_AS = re.compile(r"\b(?:as|als|comme|como|come|som)\s$")
_CLIENTS = ("freelanc", "freiberuf")
"""Beginnings of signs beside which a client may be named as well."""
Place = tuple[int, int]
"""Start and end of a name in the text."""


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(table("owned")[key])


@cache
def _signs() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){alternatives(table('owned')['owner'])}(?!\w)", re.IGNORECASE)


def _plain(word: str) -> str:
    return word.replace(".", "").casefold()


def _phrase(text: str, end: int) -> tuple[str, ...]:
    """The rest of a firm's name behind the person's: words with capitals and the small ones between them."""
    possessive = _POSSESSIVE.match(text, end)
    at = possessive.end() if possessive else end
    out: list[str] = []
    while len(out) < MOST_WORDS and (match := _NEXT.match(text, at)):
        comma, word = match.groups()
        family = not out and word == "family"
        if (comma and _plain(word) not in _words("forms")) or (
            word[0].islower() and word not in _JOINS and not family and out[:1] != ["family"]
        ):
            break
        out.append(word)
        at = match.end()
    while out and out[-1] in _JOINS:
        out.pop()
    return tuple(word.strip(".,'’") for word in out)


def _by_form(phrase: Sequence[str], ordinary: Collection[str]) -> bool:
    """Whether only ordinary words stand before the form of a small firm."""
    for word in phrase:
        if _plain(word) in _words("forms"):
            return True
        if word.casefold() not in ordinary and word not in _JOINS:
            return False
    return False


def _first_partner(text: str, place: Place, phrase: Sequence[str], ordinary: Collection[str]) -> bool:
    """Whether the form of a small firm follows and nobody stands before: "Ernst & Young LLP" is no firm of Young's."""
    return _by_form(phrase, ordinary) and not text[max(0, place[0] - 5) : place[0]].endswith(("& ", " and ", " und "))


def _by_family(phrase: Sequence[str]) -> bool:
    return len(phrase) > 1 and phrase[0].casefold() == "family" and phrase[1].casefold() in _words("family")


def _around(text: str, start: int) -> str:
    """The line of an offset with the short lines directly above and below it."""
    begin, end = text.rfind("\n", 0, start) + 1, text.find("\n", start)
    end = len(text) if end < 0 else end
    above = text[text.rfind("\n", 0, max(0, begin - 1)) + 1 : max(0, begin - 1)]
    below = text[end + 1 :].split("\n", 1)[0] if end < len(text) else ""
    return "\n".join(
        line for line in (above, text[begin:end], below) if line == text[begin:end] or len(line) <= SHORT_LINE
    )


def _by_sign(text: str, place: Place, phrase: Sequence[str]) -> bool:
    """Whether the line says that the firm belongs to the person."""
    street = table("identity")["address_words"]
    role = bool(phrase) and looks_like_title(phrase[-1]) and not phrase[-1].endswith("s")
    letters = all(word.isupper() and len(word) <= 3 for word in phrase)
    if not phrase or role or letters or phrase[0].casefold() in street:
        return False
    signs = [match.group().casefold() for match in _signs().finditer(_around(text, place[0]))]
    begins = _AS.search(text[max(0, place[0] - 8) : place[0]]) or _POSSESSIVE.match(text, place[1])
    bracket = re.search(r"\((?:[^()]*)", text[place[1] : place[1] + 90].split("\n")[0])
    beside = begins is not None or (bracket is not None and _signs().search(bracket.group()) is not None)
    return any(beside or not sign.startswith(_CLIENTS) for sign in signs)


def own_firms(text: str, places: Sequence[Place], ordinary: Collection[str]) -> frozenset[int]:
    """Return the starts of those places of a name at which a firm of the person's own begins.

    ``places`` are single words that may be something else; ``ordinary`` are the words of ordinary text.
    """
    phrases = {place: _phrase(text, place[1]) for place in places}
    own = {
        phrase[:2]
        for place, phrase in phrases.items()
        if phrase
        and (_first_partner(text, place, phrase, ordinary) or _by_family(phrase) or _by_sign(text, place, phrase))
    }
    return frozenset(start for (start, _), phrase in phrases.items() if phrase[:2] in own and phrase)


# --- the person beside a word ----------------------------------------------------------------------------------------


_INITIALS_BEFORE = re.compile(r"(?:[A-ZÀ-Þ]\.[\s-]?)+")
_INITIALS_AFTER = re.compile(r",\s((?:[A-ZÀ-Þ]\.[\s-]?)+)(?=[\s,;.&)]|$)")
_POSSESSED = re.compile(r"['’]s?[^\S\n]+[a-zà-ÿ]")
_PLACED = re.compile(r"\b(?:in|at|near|across|around|through|of|from|throughout|within)\s$")


_AFTER = re.compile(
    r"\s+et\s+al\b|,\s(?:who|whose|whom)\b|\s+and\s+(?:I|his|her|their|two|three|four|five|others|colleagues)\b"
    r"|\s*[-–—|·•]\s*(?:Résumé|Resume|CV|Curriculum|Lebenslauf|[Pp]age|[Ss]eite|[Pp]ágina)\b"
)
_BEFORE = re.compile(
    r"(?:\b(?:née|né|geb\.|[Dd]oc|[Cc]aptain|[Ss]ergeant|[Uu]ncle|[Aa]unt|[Aa]untie|I['’]m|I am)"
    r"|\b(?:[Ss]igned|[Aa]uthor|[Cc]andidate|[Aa]pplicant|[Oo]wner|[Ff]ounder):)\s$"
)
_ABOUT = re.compile(r"\b[Aa]bout\s$")


def _letters(text: str) -> str:
    return re.sub(r"[^A-ZÀ-Þ]", "", text).casefold()


def _real_initials(text: str) -> bool:
    return bool(_letters(text)) and _letters(text) not in _words("no_initials")


def beside_initials(text: str, start: int, word: int, end: int, *, verb: bool) -> bool:
    """Whether a word stands beside the initials of a given name: "T. Banks", "M. de la Cruz", "Banks, T.".

    ``start`` is where the initials and particles before the ``word`` begin.
    """
    after = _INITIALS_AFTER.match(text[end : end + 16])
    if after and _real_initials(after.group(1)):
        return True
    before = _INITIALS_BEFORE.match(text[start:word])
    if before is None or not _real_initials(before.group()):
        return False
    listed = re.search(r"(?:^|[\n•\-–—*(]\s*)$", text[max(0, start - 6) : start])
    partner = re.match(r"[^\S\n]+(?:and|und|et|y|e|en|och)\s[A-ZÀ-Þ]\.", text[end : end + 10])
    return verb or partner is not None or not (listed or re.match(r"[^\S\n]+[a-zà-ÿ]", text[end : end + 3]))


def told_by_words(text: str, start: int, end: int) -> bool:
    """Whether the words around a name mean a person: what is somebody's, what was done by or told to somebody."""
    before, after = text[max(0, start - 24) : start], text[end : end + 24]
    if _AFTER.match(after) or _BEFORE.search(before) or (_ABOUT.search(before) and after[:1] in (":", "\n")):
        return True
    if _POSSESSED.match(after) and not _PLACED.search(before):
        return True
    last = re.search(r"(\w+)(?:\s(by|to|for))?\s$", before)
    if last is None or last.group(1).casefold() not in _words("done_by"):
        return False
    return last.group(2) != "for" or last.group(1).casefold() in ("ask", "asked", "asks")
