"""Claims: every word outside quotation marks is ordinary or licensed, every quotation is verbatim.

A sentence is read clause by clause (``segments.py``), because only what can be a claim needs a fact. In this order:

1. a figure or number word must stand in a cited fact with the same value, beside the same neighbour, and figures of
   one fact keep its order;
2. a word in capitals, an inner capital, or a capital inside a sentence (not in German) must stand in a fact as it is;
3. a title, degree or licence word must stand in a fact as it is;
4. any other word must be ordinary, or a form or synonym of a word of a fact; in clauses about the person, of a cited
   fact about them. Words of general language (``general_en.txt``) pass where the writer speaks of themselves or asks,
   those that merely describe also elsewhere; the linter forgives a few unknown words that are mere style (``_loose``);
5. an ordinary verb that says what the person did needs a fact as well ("you recruited …");
6. the words that a clause takes from facts about the person come from one fact, no negation turns them around, and
   "from" and "into" keep their ends.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from matcher.outreach import words
from matcher.outreach.counts import AHEAD, Clause, figure_fault, wrong_unit
from matcher.outreach.figures import figured
from matcher.outreach.licence import PERSONAL, Licence, licence
from matcher.outreach.mixing import mixed
from matcher.outreach.records import Draft, Fact, Language, Problem, Sentence
from matcher.outreach.segments import possessed, segments
from matcher.outreach.tokens import Token, outside, quotations, root, stem, tokens, unbalanced, verbatim


def check(sentence: Sentence, where: int, language: Language, known: Mapping[str, Fact]) -> list[Problem]:
    """Return the claims of one sentence that its facts do not carry."""
    text = sentence.text
    if unbalanced(text):
        return [_problem("quotation", "unpaired quotation mark", "close every quotation", where)]
    cited = [known[i] for i in sentence.facts if i in known]
    problems = _quotations(text, [f for f in cited if f.kind in (*PERSONAL, "role")], language, where)
    may = licence(cited, known.values(), language)
    theirs = frozenset(root(t.key) for f in known.values() if f.kind in PERSONAL for t in tokens(f.text))
    clauses = _clauses(text, may, theirs)
    for clause in clauses:
        problems += [_problem(fault, found, _ADVICE[fault], where) for fault, found in _faults(clause)]
        problems += [_problem("claim", verb, _ADVICE["word"], where) for verb in (*_said(clause), *_foretold(clause))]
    found = mixed([(clause.segment, clause.pieces) for clause in clauses], outside(text), may)
    return problems + [_problem(rule, said, advice, where) for rule, said, advice in found]


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


def _clauses(text: str, may: Licence, theirs: frozenset[str]) -> list[Clause]:
    plain = outside(text)
    pieces = figured(tokens(plain), may.language)
    owned, idioms = possessed(plain, may.language), words.idioms(plain.lower(), may.language)
    return [
        Clause(
            one,
            tuple(t for t in pieces if one.start <= t.start < one.end),
            plain,
            may,
            owned,
            text,
            pieces,
            idioms,
            theirs,
        )
        for one in segments(plain, may.language)
    ]


def _quotations(text: str, cited: Sequence[Fact], language: Language, where: int) -> list[Problem]:
    """Every quotation is verbatim; what is said to stand in the résumé stands there, and not in the posting."""
    problems = []
    for found in quotations(text):
        theirs = _THEIRS[language].search(outside(_sentence(text, found.start)).casefold())
        sources = [fact.text for fact in cited if fact.kind in PERSONAL or not theirs]
        if not any(verbatim(found.text, source) for source in sources):
            problems.append(_problem("quotation", found.text[:80], "quote a cited fact word for word", where))
    return problems


_THEIRS = {
    "en": re.compile(r"\b(?:résumé|resume|cv|your lines?|your words|you (?:also )?(?:write|wrote|describe|say))\b"),
    "de": re.compile(r"\b(?:lebenslauf\w*|cv|ihre (?:zeile|worte)|sie (?:schreiben|beschreiben))\b"),
    "fr": re.compile(r"\b(?:cv|votre ligne|vous (?:écrivez|décrivez|dites))\b"),
    "es": re.compile(r"\b(?:currículum|cv|su línea|usted (?:escribe|describe|dice))\b"),
}


def _sentence(text: str, at: int) -> str:
    """The sentence of ``text`` around an offset; quotations are never cut."""
    plain = outside(text)
    ends = [m.end() for m in re.finditer(r"[.?!](?=\s)|\n", plain)]
    return text[max((e for e in ends if e <= at), default=0) : min((e for e in ends if e > at), default=len(text))]


def _faults(clause: Clause) -> list[tuple[str, str]]:
    found = []
    for at, token in enumerate(clause.pieces):
        fault = _fault(clause, at)
        if fault == "word" and _loose(clause, at):
            fault = "loose word"
        if fault:
            found.append((fault, token.text))
    return found


def _fault(clause: Clause, at: int) -> str | None:
    token, may = clause.pieces[at], clause.licence
    person = clause.segment.kind == "person"
    if not token.text[0].isdigit() and any(start <= token.start < end for start, end in clause.idioms):
        return None
    if token.number or token.key in words.language_words("numbers.toml", may.language):
        return figure_fault(clause, at)
    if wrong_unit(clause, at):
        return "number"
    if token.key in may.always or token.key in may.person_keys or (token.key in may.free_keys and not person):
        return "title" if person and _ranked(token, may) else None
    if _entity(token, clause.text, may.language):
        return None if may.expands(token.key) else "name"
    return _word_fault(clause, at)


def _word_fault(clause: Clause, at: int) -> str | None:
    """What is wrong with a word that no fact has as it is."""
    token, may = clause.pieces[at], clause.licence
    person = clause.segment.kind == "person"
    joined = may.language == "de" and may.compounds(token.key, person=person)
    if token.key in words.word_set("titles.txt"):
        return None if joined or (not person and root(token.key) in may.free_roots) else "title"
    if words.is_ordinary(token.key, may.language) or len(token.key) == 1 or may.says(token.key, person=person):
        return None
    theirs = clause.segment.kind == "free" and root(token.key) in clause.theirs
    return None if joined or theirs or may.expands(token.key) or _general(clause, at) else "word"


def _ranked(token: Token, may: Licence) -> bool:
    """A title of the posting is not the person's."""
    return token.key in words.word_set("titles.txt") and token.key not in may.person_keys


def _general(clause: Clause, at: int) -> bool:
    """Whether a word of general language may stand here: anywhere it describes, elsewhere where nothing is claimed."""
    token = clause.pieces[at]
    kind = words.general(token.key, clause.licence.language)
    if kind is None or clause.segment.offer:
        return False
    if any(start <= token.start < end for start, end in _owned(clause)):
        return kind not in ("g", "l")
    if clause.segment.kind == "free":
        return kind not in ("g", "l") or not at or clause.pieces[at - 1].key not in _LEAVING
    if kind == "a":
        return clause.segment.kind != "person" or not (_after_being(clause, at) or token.key.endswith(_VERBAL))
    if clause.segment.kind == "person":
        verb = at > 0 and clause.pieces[at - 1].key in ("you", "sie", "vous", "usted")
        return kind == "s" and verb and _ASKED.match(_small(clause)) is not None
    return kind == "s" and not clause.segment.would


def _owned(clause: Clause) -> list[tuple[int, int]]:
    """The phrases after "your", each up to the first small or ordinary word after its first."""
    language = clause.licence.language
    small = words.weak("end") | words.language_words("prepositions.toml", language)
    found = []
    for start, end in clause.owned:
        if not clause.segment.start <= start <= clause.segment.end:
            continue
        inside = [t for t in clause.pieces if start <= t.start < end]
        stops = (t.start for n, t in enumerate(inside) if t.key in small or (n and words.is_ordinary(t.key, language)))
        found.append((start, min(next(stops, end), clause.segment.end)))
    return found


def _after_being(clause: Clause, at: int) -> bool:
    place = clause.whole.index(clause.pieces[at])
    return any(token.key in _BEING for token in clause.whole[max(0, place - AHEAD) : place])


_LEAVING = frozenset((
    "leave", "leaving", "left", "quit", "quitting", "join", "joining", "joined", "swap", "swapping", "trade",
    "at", "from",
))  # fmt: skip
"""What stands right after these without an article may be an employer or a place, whatever the word means."""
_VERBAL = ("ed", "en", "ing")
_BEING = frozenset((
    "are", "re", "were", "be", "been", "feel", "felt", "seem", "seemed", "look", "looked", "sound", "became", "become",
))  # fmt: skip


def _loose(clause: Clause, at: int) -> bool:
    """Whether an unknown word looks like mere style: small letters, no word of work or of another language, not after
    "at" or "with", and said beside a quotation or not about the person. The linter lets few of them pass per draft."""
    token, language = clause.pieces[at], clause.licence.language
    latin = all(unicodedata.name(c, "").startswith("LATIN") for c in token.text)
    if not latin or not token.text.islower() or clause.segment.offer:
        return False
    if words.general(token.key, language) == "l" and clause.segment.kind == "plain":
        return True
    if stem(token.key) in words.word_set("work.txt"):
        return False
    if at and clause.pieces[at - 1].key in words.language_words("prepositions.toml", language):
        return False
    if _foreign(token.key, language):
        return False
    if clause.segment.kind == "free" and language != "en":
        return True
    if clause.segment.kind == "person":
        return False
    return bool(quotations(_sentence(clause.said, token.start))) or not _YOU[language].search(_small(clause))


def _foreign(key: str, language: Language) -> bool:
    """Whether an unknown word is an ordinary one of another language."""
    others = (other for other in words.LANGUAGES if other != language)
    return words.general(key, language) is None and any(words.is_ordinary(key, other) for other in others)


def _small(clause: Clause) -> str:
    return clause.text[clause.segment.start : clause.segment.end].casefold()


_YOU = {
    "en": re.compile(r"\byou"),
    "de": re.compile(r"\b(?:sie|ihnen|ihre?[nmrs]?|du|dein\w*)\b"),
    "fr": re.compile(r"\b(?:vous|votre|vos|tu|ton|ta|tes)\b"),
    "es": re.compile(r"\b(?:usted\w*|su|sus|le|tu|tus|te)\b"),
}


def _entity(token: Token, text: str, language: Language) -> bool:
    """Whether the token is written like a name: capitals, an inner capital, a digit, a capital inside a sentence."""
    letters = token.text
    if letters in ("CV", "OK"):
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


_ABOUT_YOU = {
    "en": re.compile(
        r"\byou(?:['’](?:ve|re|d))?\s+(?:(?:have|had|also|once|recently|already|successfully|then)\s+)*(\w+)"
    ),
    "de": re.compile(r"\bsie\s+(?:haben|hatten)\b[^.?!]*?(\bge\w+|\w+t)\b"),
    "fr": re.compile(r"\bvous\s+(?:avez|aviez|êtes)\s+(?:(?:aussi|déjà|bien)\s+)*(\w+)"),
    "es": re.compile(r"\b(?:usted|ha|había)\s+(?:(?:ha|también|ya)\s+)*(\w+)"),
}


_ASKED = re.compile(r"\W*(?:how|what|why|when|where|whether|wie|was|comment|ce que|cómo|qué)\b")
_RUNNING = frozenset(("run", "ran", "runs"))
_SHORT = 3
_SMALL = frozenset(("with", "from", "that", "have", "your", "this", "were", "been", "them", "then", "when", "they"))


def _said(clause: Clause) -> list[str]:
    """An ordinary verb that says what the person did is a claim, unless a fact about the person uses it or one that
    says the same; a verb that says little ("brought", "moved") is carried by the words of a fact beside it."""
    may = clause.licence
    heavy = words.language_words("claimed.toml", may.language)
    light = words.language_words("carried.toml", may.language)
    carried = any(
        token.key in may.person_keys and (token.number or len(token.key) > _SHORT) and token.key not in _SMALL
        for token in clause.pieces
    )
    if clause.segment.kind != "person":
        return []
    if any(token.key in words.word_set("groups.txt") for token in clause.pieces):
        heavy |= _RUNNING
    if _ASKED.match(_small(clause)):
        light = frozenset()  # "how you work" says nothing yet
    found = [match.group(1) for match in _ABOUT_YOU[may.language].finditer(_small(clause))]
    return [
        verb for verb in found if not may.says(verb, person=True) and (verb in heavy or (verb in light and not carried))
    ]


def _foretold(clause: Clause) -> list[str]:
    """What a clause says that the person will or must be, where no word of it comes from a fact."""
    may, language = clause.licence, clause.licence.language
    found = _FORETOLD.get(language)
    said = found.search(_small(clause)) if found and clause.segment.kind != "free" else None
    carried = any(
        token.key in may.always or (may.says(token.key, person=False) and not words.is_ordinary(token.key, language))
        for token in clause.pieces
    )
    return [said.group()] if said and not carried else []


_FORETOLD = {
    "en": re.compile(
        r"\byou(?:['’]ll| will| would|['’]d| must)\s+(?!(?:like|prefer|rather|want|need|have to|understand|find"
        r"|do so|see|hear|know|forgive|excuse|agree|be (?:able|free|open|interested|willing))\b)\w+"
        r"|\byour \w+ (?:must|will|would)\b"
    ),
    "de": re.compile(r"\bsie (?:werden|müssen) (?!(?:verstehen|sehen|hören|finden|wissen)\b)\w+"),
    "fr": re.compile(r"\bvous (?:serez|aurez|devez|allez)\b"),
    "es": re.compile(r"\busted (?:será|tendrá|debe|va)\b"),
}
