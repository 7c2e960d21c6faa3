"""Hygiene: links, addresses, telephone numbers, placeholders, markup, invisible characters, banned words, pay."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import chain

from matcher.outreach import words
from matcher.outreach.company import Company
from matcher.outreach.records import Draft, Fact, Problem
from matcher.outreach.tokens import outside, tokens

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"“”«»]+\s?@\s?[^\s@<>()\[\],;:\"“”«»]+")
_URL = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|mailto:|tel:|javascript:|data:|hxxps?)[^\s<>\"“”«»)]*", re.IGNORECASE)
_DOMAIN = re.compile(r"(?<![\w@.])((?:[\w-]+\.)+([a-z]{2,10}))(?:/[^\s“”«»\"]*)?(?![\w@])", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.,$€£])[+(]?\d[\d\s().\-–/\u00a0]{5,}\d(?![\w%])")
_YEARS = re.compile(r"(?:19|20)\d\d\s*[-–/]\s*(?:19|20)?\d\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.\s\u00a0]\d{3})+")
_AT_SPELT = re.compile(
    r"[(\[]\s*(?:at|dot|punkt|point|punto|arroba)\s*[)\]]|\w\s(?:dot|punkt|punto)\s(?:com|org|net|de|io|example)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"\{|\}|\[|\]|<[^>]*>|%[sd]\b|%\(|\$\w*\{|\$[A-Za-z_]+|<<|>>|\bTODO\b|\bTBD\b|\bXX+\b|\bFIXME\b|_{2,}"
    r"|\bINSERT\b|\b(?i:lorem ipsum|(?:first|last|candidate|company|your)_name|Vor- und Nachname)\b"
    r"|\b(?:First|Last|Candidate|Company|Your|FIRST|LAST|CANDIDATE|COMPANY|YOUR) (?:Name|NAME)\b"
)
_MARKUP = re.compile(r"```|\|\||<\||\|>|\*\*|&(?:#\d+|[a-z]+);|\\[nrtux]|^\s*#", re.MULTILINE)
_ENCODED = re.compile(r"(?=[A-Za-z0-9+/]*\d)(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{24,}={0,2}")
_ROLE_TAG = re.compile(r"^\s*(?:system|assistant|user|human|ai)\s*:", re.IGNORECASE | re.MULTILINE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_STUDY = re.compile(
    r"\b(?:bachelor\w*|masters?|diplom\w*|degree|university|universit\w+|college|school(?!s?\s+(?:years?|days?|terms?|districts?|boards?|weeks?))|schule|hochschule|école|escuela"
    r"|b\.?sc?|m\.?sc?|mba|ph\.?d|adn|bsn|abitur|licenc\w+|grado|graduat\w*)\b",
    re.IGNORECASE,
)
_CLASS_OF = re.compile(r"\bclass of (?:(?:19|20)\d\d\b|['’]\d\d\b)", re.IGNORECASE)
_PLAIN_SIGNS = frozenset(".,;:!?¿¡'’‘()/&-–—…%+#\"“”„«»@ \n\u00a0\u202f")


def harmless(text: str, company: Company) -> bool:
    """Whether a quote may stand in a draft, or be shown to a model: no address, placeholder or banned word."""
    lowered = unicodedata.normalize("NFKC", text).casefold()
    return not any(
        chain(words.hard(lowered), _spoken_to(lowered), _addresses(text, company), _leftovers(text), _years(text))
    )


def check(draft: Draft, known: Mapping[str, Fact], company: Company) -> list[Problem]:
    """Return what may stand in no draft, whatever its facts say."""
    problems: list[Problem] = []
    texts = [("subject", draft.subject, None), *((s.part, s.text, n) for n, s in enumerate(draft.sentences, 1))]
    names = [fact.text for fact in known.values() if fact.kind in ("sender", "name") or fact.source == "title"]
    for part, text, where in texts:
        problems += [_problem(*found, where) for found in _characters(text, known)]
        problems += [_problem(*found, where) for found in _addresses(text, company)]
        if part in ("footer", "notice"):
            continue
        problems += [_problem(*found, where) for found in (*_leftovers(text), *_years(text))]
        cited = draft.sentences[where - 1].facts if where else tuple(known)
        problems += [
            _problem(*found, where) for found in _banned(_without(text, names), draft, _words_of(cited, known))
        ]
        problems += [_problem(*found, where) for found in _pay(_without(text, names), cited, known, draft)]
    return problems


def _problem(rule: str, found: str, advice: str, where: int | None) -> Problem:
    return Problem(rule=rule, words=found.strip()[:80], advice=advice, where=where)


_Found = tuple[str, str, str]


def _characters(text: str, known: Mapping[str, Fact]) -> Iterator[_Found]:
    allowed = _PLAIN_SIGNS | {c for fact in known.values() for c in fact.text}
    for character in text:
        category = unicodedata.category(character)
        hidden = category in ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp") and character != "\n"
        if hidden or (not character.isalnum() and category != "Mn" and character not in allowed):
            name = unicodedata.name(character, f"U+{ord(character):04X}")
            yield "character", name, "remove this character"


def _addresses(text: str, company: Company) -> Iterator[_Found]:
    advice = "only links, addresses and numbers of company.toml may stand in a draft"
    for rule, pattern in (("link", _URL), ("e-mail", _EMAIL), ("phone", _PHONE), ("link", _DOMAIN)):
        for match in pattern.finditer(text):
            if _allowed(match, pattern, text, company):
                continue
            yield rule, match.group(), advice
    for match in _AT_SPELT.finditer(text):
        yield "link", match.group(), advice


def _allowed(match: re.Match[str], pattern: re.Pattern[str], text: str, company: Company) -> bool:
    found = match.group().casefold().rstrip(".,;:!?")
    if found in company.allowed:
        return True
    if pattern is _PHONE:
        digits = sum(c.isdigit() for c in found)
        plain = _YEARS.fullmatch(found) or _THOUSANDS.fullmatch(found)
        inside = any(found in allowed for allowed in company.allowed | {company.employer.address.casefold()})
        return digits < 7 or bool(plain) or inside
    if pattern is _DOMAIN:
        inside = any(found in allowed for allowed in company.allowed)
        return match.group(2).casefold() not in words.word_set("domains.txt") or inside
    return False


def _leftovers(text: str) -> Iterator[_Found]:
    for match in _PLACEHOLDER.finditer(text):
        yield "placeholder", match.group(), "fill it in or remove it"
    for pattern in (_MARKUP, _ENCODED, _ROLE_TAG):
        for match in pattern.finditer(text):
            yield "instruction", match.group(), "a draft holds plain sentences only"


def _years(text: str) -> Iterator[_Found]:
    cohort = _CLASS_OF.search(text)
    if cohort:
        yield "banned: graduation", cohort.group(), "a year of graduation tells the age: leave it out"
    year, study = _YEAR.search(text), _STUDY.search(text)
    if year and study:
        yield (
            "banned: graduation",
            f"{study.group()} … {year.group()}",
            "a year beside a degree tells the age: leave it out",
        )


def _without(text: str, names: list[str]) -> str:
    """Return the text without the names of person, sender and role: a name is no banned word."""
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "•", text, flags=re.IGNORECASE)
    return text


def _words_of(cited: tuple[str, ...], known: Mapping[str, Fact]) -> frozenset[str]:
    """The words of the cited facts and of the posting."""
    facts = [known[i] for i in cited if i in known] + [fact for fact in known.values() if fact.kind == "role"]
    return frozenset(token.key for fact in facts for token in tokens(fact.text))


_OF_THE_TRADE = frozenset(("family", "health", "graduation", "gender", "others", "machine", "rank"))
"""Reasons whose single words are everyday words of some trades: children, women, school, competitors."""


def _banned(text: str, draft: Draft, theirs: frozenset[str]) -> Iterator[_Found]:
    lowered = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    for reason, found in words.hard(lowered):
        yield f"banned: {reason}", found, "leave it out, also inside a quotation"
    said = words.courteous(outside(lowered), draft.language)
    for reason, found in (*words.soft(said, draft.language), *words.phrased(said, draft.language)):
        if reason not in _POSTED and not (reason in _OF_THE_TRADE and found in theirs):
            yield f"banned: {reason}", found, "leave it out"
    for reason, found in _spoken_to(words.courteous(lowered, draft.language)):
        yield f"banned: {reason}", found, "leave it out, also inside a quotation"


_POSTED = frozenset(("pay", "benefit"))
"""What may be named in the words of the posting, and in no others."""


_SPOKEN = frozenset(("machine", "rank", "others", "promise", "pressure"))


def _spoken_to(lowered: str) -> Iterator[tuple[str, str]]:
    """Whole phrases to a reader ("our top candidate") are banned inside quotations too; single words are not."""
    for language in words.LANGUAGES:
        for reason, found in words.soft(lowered, language):
            if reason in _SPOKEN and " " in found:
                yield reason, found


def _pay(text: str, cited: tuple[str, ...], known: Mapping[str, Fact], draft: Draft) -> Iterator[_Found]:
    """Pay may be named only in the words of a cited fact: of the posting, or a word that means something else there."""
    lowered = words.courteous(outside(text.casefold().replace("’", "'")), draft.language)
    said = {i: {token.key for token in tokens(known[i].text)} for i in cited if i in known}
    told = {key for keys in said.values() for key in keys}
    for reason, found in (*words.soft(lowered, draft.language), *words.phrased(lowered, draft.language)):
        if reason in _POSTED and not {token.key for token in tokens(found)} <= told:
            yield reason, found, "name pay and benefits only in the words of the posting"
