"""Claims: every word outside quotation marks is ordinary or licensed, every quotation is verbatim.

Rules for words outside quotation marks, in this order:

1. a figure or number word must stand in a cited fact, beside the same neighbour;
2. a word in capitals, an inner capital, or a capital inside a sentence (not in German) must stand in a fact as it is;
3. a title, degree or licence word must stand in a fact as it is;
4. any other word must be ordinary, or share its stem with a word of a cited fact; the linter forgives a few
   unknown words that are mere style (``_loose``);
5. an ordinary verb that says what the person did needs a fact as well ("you recruited …");
6. the words taken from facts about the person must keep the fact's order, and no negation may stand beside them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matcher.outreach import words
from matcher.outreach.records import Draft, Fact, Language, Problem, Sentence
from matcher.outreach.tokens import Token, outside, quotations, stem, tokens, unbalanced, verbatim

_NEAR = 3
_PERSONAL = ("person", "approved")


class Licence(NamedTuple):
    """What a sentence may say: keys and stems of its facts, split by where they come from."""

    person: tuple[Fact, ...]
    role: tuple[Fact, ...]
    keys: frozenset[str]
    stems: frozenset[str]
    free: frozenset[str]
    """Keys of role, sender and name: they need no order."""
    language: Language


def check(sentence: Sentence, where: int, language: Language, known: Mapping[str, Fact]) -> list[Problem]:
    """Return the claims of one sentence that its facts do not carry."""
    text = sentence.text
    if unbalanced(text):
        return [_problem("quotation", "unpaired quotation mark", "close every quotation", where)]
    cited = [known[i] for i in sentence.facts if i in known]
    always = [fact for fact in known.values() if fact.kind in ("sender", "name")]
    licence = _licence([*cited, *always], language)
    problems = _quotations(text, [f for f in cited if f.kind in (*_PERSONAL, "role")], language, where)
    plain = outside(text)
    pieces = tokens(plain)
    for at, token in enumerate(pieces):
        fault = _fault(pieces, at, plain, licence)
        if fault == "word" and _loose(pieces, at, text, language):
            fault = "loose word"
        if fault:
            problems.append(_problem(fault, token.text, _ADVICE[fault], where))
    return (
        problems
        + _order(pieces, plain, licence, where)
        + _negation(pieces, licence, where)
        + _said(plain, licence, where)
    )


def check_subject(draft: Draft, known: Mapping[str, Fact]) -> list[Problem]:
    """Return the claims of the subject line that are not carried by the posting and the sender."""
    if not draft.subject:
        return []
    cited = tuple(fact.id for fact in known.values() if fact.kind == "role")
    line = Sentence(text=draft.subject, part="opening", facts=cited)
    return [p.model_copy(update={"rule": f"subject: {p.rule}"}) for p in check(line, 1, draft.language, known)]


_ADVICE = {
    "number": "use figures of the cited facts only, with the words that stand beside them",
    "name": "use names of employers, tools and places only as they stand in the cited facts",
    "title": "use titles, degrees and licences only as they stand in the cited facts",
    "loose word": "use plainer words, or quote",
    "word": "say it with words of the cited facts, or quote them",
}


def _problem(rule: str, found: str, advice: str, where: int) -> Problem:
    return Problem(rule=rule, words=found, advice=advice, where=where)


def _licence(facts: Sequence[Fact], language: Language) -> Licence:
    person = tuple(fact for fact in facts if fact.kind in _PERSONAL)
    role = tuple(fact for fact in facts if fact.kind == "role")
    free = frozenset(token.key for fact in facts if fact.kind not in _PERSONAL for token in tokens(fact.text))
    keys = free | frozenset(token.key for fact in person for token in tokens(fact.text))
    stems = frozenset(stem(key) for key in keys if not key[0].isdigit())
    return Licence(person, role, keys, stems, free, language)


def _quotations(text: str, cited: Sequence[Fact], language: Language, where: int) -> list[Problem]:
    """Every quotation is verbatim; what is said to stand in the résumé stands there, and not in the posting."""
    problems = []
    for found in quotations(text):
        theirs = _THEIRS[language].search(outside(_clause(text, found.start)).casefold())
        sources = [fact.text for fact in cited if fact.kind in _PERSONAL or not theirs]
        if not any(verbatim(found.text, source) for source in sources):
            problems.append(_problem("quotation", found.text[:80], "quote a cited fact word for word", where))
    return problems


_THEIRS = {
    "en": re.compile(r"\b(?:résumé|resume|cv|your lines?|your words|you (?:also )?(?:write|wrote|describe|say))\b"),
    "de": re.compile(r"\b(?:lebenslauf\w*|cv|ihre (?:zeile|worte)|sie (?:schreiben|beschreiben))\b"),
    "fr": re.compile(r"\b(?:cv|votre ligne|vous (?:écrivez|décrivez|dites))\b"),
    "es": re.compile(r"\b(?:currículum|cv|su línea|usted (?:escribe|describe|dice))\b"),
}


def _fault(pieces: Sequence[Token], at: int, text: str, licence: Licence) -> str | None:
    token = pieces[at]
    if token.number or token.key in words.language_words("numbers.toml", licence.language):
        return None if token.key in licence.keys and _neighbour(pieces, at, licence) else "number"
    if token.key in licence.keys:
        return None
    if _entity(token, text, licence.language):
        return "name"
    if token.key in words.word_set("titles.txt"):
        return "title"
    if words.is_ordinary(token.key, licence.language) or len(token.key) == 1:
        return None
    return None if stem(token.key) in licence.stems else "word"


def _loose(pieces: Sequence[Token], at: int, text: str, language: Language) -> bool:
    """Whether an unknown word looks like mere style: small letters, no word of work, not after "at" or "with", and
    said beside a quotation or not about the person. The linter lets few of them pass per draft."""
    token = pieces[at]
    latin = all(unicodedata.name(c, "").startswith("LATIN") for c in token.text)
    if not latin or not token.text.islower() or stem(token.key) in words.word_set("work.txt"):
        return False
    if at and pieces[at - 1].key in words.language_words("prepositions.toml", language):
        return False
    clause = _clause(text, token.start)
    # A question about the person claims nothing either.
    return bool(quotations(clause)) or clause.rstrip().endswith("?") or not _YOU[language].search(clause.casefold())


_YOU = {
    "en": re.compile(r"\byou"),
    "de": re.compile(r"\b(?:sie|ihnen|ihre?[nmrs]?|du|dein\w*)\b"),
    "fr": re.compile(r"\b(?:vous|votre|vos|tu|ton|ta|tes)\b"),
    "es": re.compile(r"\b(?:usted\w*|su|sus|le|tu|tus|te)\b"),
}


def _clause(text: str, at: int) -> str:
    """The sentence of ``text`` around an offset; quotations are never cut."""
    plain = outside(text)
    ends = [m.end() for m in re.finditer(r"[.?!](?=\s)|\n", plain)]
    return text[max((e for e in ends if e <= at), default=0) : min((e for e in ends if e > at), default=len(text))]


def _entity(token: Token, text: str, language: Language) -> bool:
    """Whether the token is written like a name: capitals, an inner capital, a digit, a capital inside a sentence."""
    letters = token.text
    if letters == "CV":
        return False
    if any(c.isdigit() for c in letters) or any(c.isupper() for c in letters[1:]):
        return True
    if not letters[0].isupper() or letters == "I" or _starts_sentence(token, text):
        return False
    return language != "de" and token.key not in _CAPITAL_ALLOWED


_CAPITAL_ALLOWED = frozenset(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))


def _starts_sentence(token: Token, text: str) -> bool:
    before = text[: token.start].rstrip(" \t¿¡(–—-")
    return not before or before[-1] in ".!?:;\n…,"


def _neighbour(pieces: Sequence[Token], at: int, licence: Licence) -> bool:
    """Whether a figure stands beside the same word as in one of the facts (or in a fact of the role or the sender)."""
    key = pieces[at].key
    if key in licence.free:
        return True
    left = [stem(t.key) for t in pieces[max(0, at - _NEAR) : at]]
    right = [stem(t.key) for t in pieces[at + 1 : at + 1 + _NEAR]]
    for fact in licence.person:
        stems = [stem(t.key) for t in tokens(fact.text)]
        for place in (n for n, t in enumerate(tokens(fact.text)) if t.key == key):
            around = stems[max(0, place - _NEAR) : place], stems[place + 1 : place + 1 + _NEAR]
            if _shared(left, around[0]) or _shared(right, around[1]):
                return True
    return False


def _shared(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether both name the same thing; small words name nothing."""
    return bool((set(ours) & set(theirs)) - words.weak("start") - words.weak("end"))


def _taken(pieces: Sequence[Token], licence: Licence) -> list[str]:
    """Stems of the words that only a fact about the person carries, in the order of the sentence."""
    language = licence.language
    free = frozenset(stem(key) for key in licence.free)
    strict = words.language_words("numbers.toml", language) | words.word_set("titles.txt")
    return [
        stem(token.key)
        for token in pieces
        if (not words.is_ordinary(token.key, language) or token.key in strict)
        and stem(token.key) not in free
        and len(token.key) > 1
    ]


def _order(pieces: Sequence[Token], plain: str, licence: Licence, where: int) -> list[Problem]:
    """Each clause takes its words from one fact, in the fact's order: two facts joined would say a third thing."""
    if not licence.person:
        return []
    chains = [[stem(t.key) for t in tokens(fact.text)] for fact in licence.person]
    ends = [match.end() for match in re.finditer(r"[.?!;](?=\s)|\n", plain)] + [len(plain) + 1]
    found = []
    for number, end in enumerate(ends):
        start = ends[number - 1] if number else 0
        taken = _taken([token for token in pieces if start <= token.start < end], licence)
        if len(taken) > 1 and not any(_subsequence(taken, chain) for chain in chains):
            found.append(_problem("order", " ".join(taken)[:80], "keep the order of one fact, or quote it", where))
    return found


def _subsequence(wanted: Sequence[str], chain: Sequence[str]) -> bool:
    rest = iter(chain)
    return all(word in rest for word in wanted)


def _negation(pieces: Sequence[Token], licence: Licence, where: int) -> list[Problem]:
    if not licence.person:
        return []
    found = [token.text for token in pieces if token.key in words.language_words("negations.toml", licence.language)]
    return [_problem("negation", " ".join(found), "say what the fact says, not its opposite", where)] if found else []


_ABOUT_YOU = {
    "en": re.compile(
        r"\byou(?:['’](?:ve|re|d))?\s+(?:(?:have|had|also|once|recently|already|successfully|then)\s+)*(\w+)"
    ),
    "de": re.compile(r"\bsie\s+(?:haben|hatten)\b[^.?!]*?(\bge\w+|\w+t)\b"),
    "fr": re.compile(r"\bvous\s+(?:avez|aviez|êtes)\s+(?:(?:aussi|déjà|bien)\s+)*(\w+)"),
    "es": re.compile(r"\b(?:usted|ha|había)\s+(?:(?:ha|también|ya)\s+)*(\w+)"),
}


def _said(text: str, licence: Licence, where: int) -> list[Problem]:
    """An ordinary verb that says what the person did is a claim, unless a fact about the person uses it."""
    stems = frozenset(stem(token.key) for fact in licence.person for token in tokens(fact.text))
    verbs = words.language_words("claimed.toml", licence.language)
    found = [m.group(1) for m in _ABOUT_YOU[licence.language].finditer(text.casefold()) if m.group(1) in verbs]
    return [_problem("claim", verb, _ADVICE["word"], where) for verb in found if stem(verb) not in stems]
