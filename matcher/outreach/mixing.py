"""Facts told anew: words of one fact stay together, keep their figures and ends, and are not turned around."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from matcher.outreach import words
from matcher.outreach.kin import related
from matcher.outreach.licence import Licence, Source, bound
from matcher.outreach.segments import Segment
from matcher.outreach.tokens import Token, root

Clause = tuple[Segment, Sequence[Token]]
_Found = tuple[str, str, str]
_ENDS = frozenset(("from", "into", "onto", "von", "aus", "sous", "vers", "desde", "hacia", "bajo"))
_TURNS = frozenset((
    "instead", "rather", "than", "from", "against", "compared", "before", "statt", "anstatt", "lieu", "contre",
    "plutôt", "lugar", "antes",
))  # fmt: skip
_REACH = 3
_WIDE = 4


def mixed(clauses: Sequence[Clause], text: str, may: Licence) -> list[_Found]:
    """Return (rule, words, advice) for clauses that join facts, exchange their figures or ends, or negate them."""
    if not may.person:
        return []
    found = list(_figures([token for _, pieces in clauses for token in pieces], may))
    for segment, pieces in clauses:
        taken = _taken(pieces, may, shared=segment.kind != "person")
        found += [*_joined(pieces, taken, may), *_ends(pieces, may), *_led(pieces, may)]
        if segment.kind == "person" or (taken and segment.kind == "plain"):
            found += _negation(pieces, taken, may)
    return found


def _taken(pieces: Sequence[Token], may: Licence, *, shared: bool = True) -> list[Token]:
    """The tokens that a fact about the person carries; ``shared``: and not the posting as well."""
    strict = words.language_words("numbers.toml", may.language) | words.word_set("titles.txt")
    return [
        token
        for token in pieces
        if (token.number or token.key in strict or not words.is_ordinary(token.key, may.language))
        and not (shared and (token.key in may.free_keys or (not token.number and root(token.key) in may.free_roots)))
        and token.key not in may.always
        and len(token.key) > (0 if token.number else 1)
        and (token.key in may.person_keys or (not token.number and may.says(token.key, person=True)))
    ]


def _in(token: Token, one: Source, may: Licence) -> list[int]:
    """The places of a source that carry a token: the same word, or one that says the same."""
    if token.number:
        return [n for n, theirs in enumerate(one.pieces) if theirs.key == token.key]
    mine = related(token.key, may.language)
    return [n for n, theirs in enumerate(one.pieces) if theirs.key == token.key or one.roots[n] in mine]


def _joined(pieces: Sequence[Token], taken: Sequence[Token], may: Licence) -> Iterator[_Found]:
    """Two facts in one clause would say a third thing; so would two parts of one fact with figures of their own."""
    if not taken[1:]:
        return
    homes = [one for one in may.person if all(_in(token, one, may) for token in taken)]
    said = " ".join(token.text for token in taken)[:80]
    if not homes:
        yield "order", said, "take the words of one clause from one fact, or quote it"
    elif any(token.number for token in pieces) and all(_torn(_told(pieces, may), one, may) for one in homes):
        yield "order", said, "leave each figure with the words that it stands beside, or quote the fact"


def _told(pieces: Sequence[Token], may: Licence) -> list[Token]:
    """The figures and telling words that facts about the person have, whoever else has them."""
    ordinary = (token.key for token in pieces if words.is_ordinary(token.key, may.language))
    small = frozenset(ordinary) - words.language_words("numbers.toml", may.language)
    return [token for token in pieces if token.key in may.person_keys and (token.number or token.key not in small)]


def _torn(told: Sequence[Token], one: Source, may: Licence) -> bool:
    """Whether a word was taken from a later part of the fact, its own figure left behind, to stand beside another."""
    figures = {clause for clause, token in zip(one.clauses, one.pieces, strict=True) if token.number}
    held = {one.clauses[place] for token in told if token.number for place in _in(token, one, may)}
    for token in told:
        homes = {one.clauses[place] for place in _in(token, one, may)}
        if not token.number and homes and held and homes <= figures and min(homes) > max(held):
            return True
    return False


def _figures(pieces: Sequence[Token], may: Licence) -> Iterator[_Found]:
    """Figures of one fact keep their order, unless "instead of" or "from" turns them, or "four of the six" counts."""
    for one in may.person:
        found = [(at, bound(pieces, at, one, may.language)) for at, token in enumerate(pieces) if token.number]
        places = [(at, where[0]) for at, where in found if len(where) == 1]
        for (first, left), (second, right) in pairwise(places):
            if right < left and _range(one, right, left) and not _turned(pieces, first, second):
                said = f"{pieces[first].text} … {pieces[second].text}"
                yield "number", said, "keep the figures of a fact in their order"


def _range(one: Source, left: int, right: int) -> bool:
    """Whether two figures of a fact are the ends of one change ("from 9 days to 4", "between 8 and 12")."""
    between = [token.key for token in one.pieces[max(left + 1, right - 2) : right]]
    return right - left <= _WIDE and any(key in _TO for key in between)


_TO = frozenset(("to", "auf", "à", "a", "al", "bis", "hasta", "and", "und", "et", "y"))


def _turned(pieces: Sequence[Token], first: int, second: int) -> bool:
    between = {token.key for token in pieces[first + 1 : second]}
    after = pieces[first + 1].key if first + 1 < len(pieces) else ""
    return bool(between & _TURNS) or after == "of" or second - first > 2 * _WIDE


def _ends(pieces: Sequence[Token], may: Licence) -> Iterator[_Found]:
    """ "From" and "into" stay before the words that they stand before in the fact."""
    for at, token in enumerate(pieces):
        if token.key not in _ENDS or (at + 1 < len(pieces) and pieces[at + 1].number):
            continue
        after = next((t for t in pieces[at + 1 : at + 1 + _REACH] if t in _taken([t], may) and not t.number), None)
        homes = [(one, place) for one in may.person for place in _in(after, one, may)] if after else []
        if homes and not any(_before(one, place, token.key) for one, place in homes):
            yield "order", f"{token.text} {after.text if after else ''}", "keep the ends of the fact, or quote it"


def _led(pieces: Sequence[Token], may: Licence) -> Iterator[_Found]:
    """What somebody is said to have led is what the fact says that they led."""
    for at, token in enumerate(pieces):
        led = token.key in _LEADING and token.key not in may.always
        after = next((t for t in _taken(pieces[at + 1 : at + 2 + _REACH], may, shared=False) if not t.number), None)
        places = [(one, n) for one in may.person for n, theirs in enumerate(one.pieces) if theirs.key in _LEADING]
        if not led or after is None or not places:
            continue
        if not any(0 < place - n <= _WIDE for one, n in places for place in _in(after, one, may)):
            yield "order", f"{token.text} … {after.text}", "lead only what the fact says was led, or quote it"


_LEADING = frozenset(
    ("lead", "led", "leading", "head", "headed", "manage", "managed", "managing", "direct", "directed")
)


def _before(one: Source, place: int, end: str) -> bool:
    """Whether the fact has the same word of direction before this place, or none that would contradict it."""
    keys = [token.key for token in one.pieces]
    near = [key for key in keys[max(0, place - _WIDE) : place] if key in _ENDS]
    return near[-1] == end if near else end not in keys


def _negation(pieces: Sequence[Token], taken: Sequence[Token], may: Licence) -> Iterator[_Found]:
    """A negation beside words of a fact turns them around, unless the fact has it too or it only comments on them."""
    negations = words.language_words("negations.toml", may.language)
    last = max((n for n, token in enumerate(pieces) if token in taken), default=-1)
    if not any(token.key in negations or token.key in _NONE for token in pieces):
        lost = next((token for token in taken if _only_denied(token, may, negations)), None)
        if lost is not None:
            yield "negation", lost.text, "the fact denies it: deny it as well, or quote the fact"
    for at, token in enumerate(pieces):
        won = token.key == "won" and (at + 1 == len(pieces) or pieces[at + 1].key != "t")
        if won or token.key not in negations or (taken and last < at) or _denied(pieces, at, taken, may, negations):
            continue
        yield "negation", token.text, "say what the fact says, not its opposite"


_NONE = frozenset(("zero", "0", "free"))


def _only_denied(token: Token, may: Licence, negations: frozenset[str]) -> bool:
    """Whether every fact that has a word has a negation right before it ("without downtime")."""
    places = [(one, n) for one in may.person for n, theirs in enumerate(one.pieces) if theirs.key == token.key]
    before = [[t.key for t in one.pieces[max(0, n - 2) : n]] for one, n in places]
    return bool(places) and all(any(key in negations or key in _NONE for key in keys) for keys in before)


def _denied(pieces: Sequence[Token], at: int, taken: Sequence[Token], may: Licence, negations: frozenset[str]) -> bool:
    """Whether a fact denies the same: "no downtime" and "without downtime"."""
    after = next((token for token in pieces[at + 1 : at + 1 + _REACH] if token in taken), None)
    if after is None:
        return False
    places = [(one, place) for one in may.person for place in _in(after, one, may)]
    return any(
        token.key in negations or token.key in ("zero", "0")
        for one, place in places
        for token in one.pieces[max(0, place - _REACH) : place]
    )
