"""What a sentence may say: the words and figures of its facts, and what says the same as they do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from matcher.outreach import words
from matcher.outreach.figures import figured
from matcher.outreach.kin import expansions, related
from matcher.outreach.records import Fact, Language
from matcher.outreach.tokens import Token, root, tokens

PERSONAL = ("person", "approved")
_NEAR = 3
_OVER = frozenset((
    "to", "auf", "à", "a", "al", "bis", "hasta", "and", "und", "y", "et", "of", "de", "del", "du", "from", "von",
    "instead", "rather", "than", "statt", "there", "used", "be", "was", "were", "where", "eur", "euro", "euros", "usd",
    "gbp",
))  # fmt: skip
"""Small words between the ends of a range, and currencies, which are looked through."""
_WIDE = 6
"""How far apart the ends of a range may stand in a draft."""
_LOOSE_ENDS = frozenset(("so", "far", "alone", "each", "today", "now", "bisher", "insgesamt"))


class Source(NamedTuple):
    """A fact as the linter reads it: its tokens, their roots, and the clause that each token stands in."""

    pieces: tuple[Token, ...]
    roots: tuple[str, ...]
    clauses: tuple[int, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all tokens."""
        return frozenset(token.key for token in self.pieces)


@lru_cache(maxsize=4096)
def source(text: str, language: Language) -> Source:
    """Return a fact's text as a source, figures in the forms of the draft's language."""
    pieces = figured(tokens(text), language)
    ends = [match.end() for match in re.finditer(r"[,;:.](?=\s)", text)]
    clauses = tuple(sum(end <= token.start for end in ends) for token in pieces)
    return Source(pieces, tuple(root(token.key) for token in pieces), clauses)


class Licence(NamedTuple):
    """What a sentence may say, split by where it comes from."""

    person: tuple[Source, ...]
    role: tuple[Source, ...]
    person_keys: frozenset[str]
    person_roots: frozenset[str]
    free_keys: frozenset[str]
    """Keys of the posting, the sender and the name."""
    free_roots: frozenset[str]
    always: frozenset[str]
    """Keys of the sender, the name and the title of the role."""
    language: Language

    def says(self, key: str, *, person: bool) -> bool:
        """Whether a fact has this word, a form of it, or a word that says the same.

        ``person``: of what is said about the person, only facts about them count.
        """
        if key in self.person_keys or (key in self.free_keys and not person):
            return True
        mine = related(key, self.language)
        return bool(mine & self.person_roots) or (not person and bool(mine & self.free_roots))

    def compounds(self, key: str, *, person: bool) -> bool:
        """Whether a German word is the last part of a word of a fact ("Abschluss" of "Monatsabschluss")."""
        keys = self.person_keys if person else self.person_keys | self.free_keys
        return len(key) > _NEAR + 1 and any(other.endswith(key) for other in keys)

    def expands(self, key: str) -> bool:
        """Whether a fact has the abbreviation that this word belongs to, or the word that it abbreviates."""
        return bool(expansions(key, self.language) & (self.person_keys | self.free_keys))


def licence(cited: Iterable[Fact], known: Iterable[Fact], language: Language) -> Licence:
    """Return what a sentence may say that cites these facts; ``known`` are all facts of the draft's person and role."""
    facts = list(known)
    person = tuple(source(fact.text, language) for fact in cited if fact.kind in PERSONAL)
    role = tuple(source(fact.text, language) for fact in facts if fact.kind == "role")
    other = [source(fact.text, language) for fact in facts if fact.kind not in PERSONAL]
    fixed = [source(fact.text, language) for fact in facts if fact.kind in ("sender", "name") or fact.source == "title"]
    return Licence(
        person, role, _keys(person), _roots(person), _keys(other), _roots(other), _keys(fixed), language
    )  # fmt: skip


def _keys(sources: Iterable[Source]) -> frozenset[str]:
    return frozenset(key for one in sources for key in one.keys)


def _roots(sources: Iterable[Source]) -> frozenset[str]:
    return frozenset(
        found for one in sources for found, token in zip(one.roots, one.pieces, strict=True) if not token.number
    )


def bound(pieces: Sequence[Token], at: int, one: Source, language: Language) -> list[int]:
    """Return the places of a source where the figure stands beside the same word as in ``pieces``."""
    key = pieces[at].key
    ours = around(pieces, at)
    found = []
    for place in (n for n, token in enumerate(one.pieces) if token.key == key):
        theirs = around(one.pieces, place)
        ends = _END.get(pieces[at - 1].key if at else ""), _END.get(one.pieces[place - 1].key if place else "")
        if language in ("en", "de") and None not in ends and ends[0] != ends[1]:
            continue  # "from 40 to 12" is not "from 12 to 40"
        sides = list(zip(ours, theirs, strict=True))
        if ends[0] and ends[0] == ends[1]:  # "cut … to 29 %", in both
            sides = list(zip(_bare(ours), _bare(theirs), strict=True))
        elif ends[1] == "to":  # "availability of 99.9 %" after a rise to it, but not "cut 29 %"
            sides.append((ours[0], [word for word in _bare(theirs)[0] if not _changes(word, language)]))
        told = any(_shared(mine, other, language) for mine, other in sides) or (
            _range_told(pieces, one, place, ends) or _moved(ours, theirs, language)
        )
        if (told and not _exchanged(pieces, at, ours[1], theirs[1], one, language)) or _of_them(pieces, at, one, place):
            found.append(place)
    return found


_END = {
    "to": "to", "auf": "to", "à": "to", "au": "to", "a": "to", "al": "to", "from": "from", "von": "from", "de": "from",
    "du": "from", "del": "from",
}  # fmt: skip
"""Which end of a change a small word stands before."""


def _changes(word: str, language: Language) -> bool:
    """Whether a word says that something rose or fell."""
    moves = {
        "en": ("cut", "rise"),
        "de": ("gesenkt", "gesteigert"),
        "fr": ("réduit", "augmenté"),
        "es": ("reducido", "aumentado"),
    }
    return any(root(word) in related(move, language) for move in moves[language])


def _moved(ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]], language: Language) -> bool:
    """ "30 % fewer" tells what "down by 30 %" tells."""
    near = [word for side in ours for word in side[:2] if _BEHIND not in word and _changes(word, language)]
    said = [word for side in theirs for word in side if _BEHIND not in word and _changes(word, language)]
    return _shared(near, said, language) and not any(_BEHIND in word for side in theirs for word in side)


def _range_told(pieces: Sequence[Token], one: Source, place: int, ends: tuple[str | None, str | None]) -> bool:
    """Whether "from" stands before the beginning of a change whose end the sentence names as well."""
    after = next((token.key for token in one.pieces[place + 1 : place + 1 + _WIDE] if token.number), None)
    return ends == ("from", "from") and any(token.number and token.key == after for token in pieces)


def _bare(sides: tuple[list[str], list[str]]) -> tuple[list[str], list[str]]:
    left, right = ([word.rpartition(_BEHIND)[2] for word in side] for side in sides)
    return left, right


def _exchanged(
    pieces: Sequence[Token], at: int, ours: Sequence[str], theirs: Sequence[str], one: Source, language: Language
) -> bool:
    """Whether the figure stands right before a word of the fact that stands elsewhere: "11 meters and 3 balances"."""
    small = words.weak("start") | words.weak("end") | _OVER
    after = pieces[at + 1].key if at + 1 < len(pieces) else ""
    if not after or after in small or _changes(after, language) or not related(after, language) & frozenset(one.roots):
        return False
    return not _shared(ours, theirs, language) and any(_BEHIND not in word and word not in small for word in theirs)


def _of_them(pieces: Sequence[Token], at: int, one: Source, place: int) -> bool:
    """ "Four of the six" tells what "trained six, four of whom stayed" tells."""
    both = [tokens_[n + 1].key == "of" for tokens_, n in ((pieces, at), (one.pieces, place)) if n + 1 < len(tokens_)]
    return both == [True, True] and any(t.number and t.key in one.keys for t in pieces[at + 2 : at + 2 + _NEAR])


def around(pieces: Sequence[Token], at: int) -> tuple[list[str], list[str]]:
    """The words left and right of a figure; the second of a range ("from 9 days to 4") is followed by the same unit."""
    left, right = _side(pieces, at, -1), _side(pieces, at, 1)
    if at and pieces[at - 1].key in _OVER:
        before = next((n for n in range(at - 2, max(at - 2 - _WIDE, -1), -1) if pieces[n].number), None)
        right += [token.key for token in pieces[before + 1 : at - 1]] if before is not None else []
    small = words.weak("start") | words.weak("end") | _LOOSE_ENDS
    if not any(_BEHIND in word for word in left) and all(word in small for word in right):
        # "Taught every new hire, 12 so far": what is counted stands before.
        right += [token.key for token in pieces[max(0, at - 2 * _NEAR - 1) : at] if not token.number]
    return left, right


def _side(pieces: Sequence[Token], at: int, step: int) -> list[str]:
    """The next few words in one direction, up to another figure; the other end of a range is looked through.

    What stands behind that other end is told apart by its figure ("cut … from 41 % to 29 %" is not "cut 29 %"), save
    for the unit that both ends share.
    """
    found: list[str] = []
    place, end = at + step, ""
    while 0 <= place < len(pieces) and len(found) < _NEAR:
        token = pieces[place]
        if token.number and (found or end):
            break
        if token.number:
            end = token.key + _BEHIND
        elif token.key not in _OVER:
            # "8 to 11 years" and "years 8 to 11": the unit beside the one end is the other's too.
            unit = end and not found and (step > 0 or pieces[place - step].number)
            found.append(token.key if not end or unit else end + token.key)
        place += step
    return found


_BEHIND = "|"


def _shared(ours: Sequence[str], theirs: Sequence[str], language: Language) -> bool:
    """Whether both name the same thing; small words name nothing."""
    small = words.weak("start") | words.weak("end")
    for mine in ours:
        end, _, word = mine.rpartition(_BEHIND)
        wanted = {other.rpartition(_BEHIND)[2] for other in theirs if other.rpartition(_BEHIND)[0] == end}
        if word not in small and related(word, language) & {root(other) for other in wanted - small}:
            return True
    return False
