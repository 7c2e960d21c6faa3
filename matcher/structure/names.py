"""The person's own names: where they stand in a text, while ordinary words that look alike survive.

A name that is no other word is found wherever it stands. A name that is also a word ("Grant", "Will", "Hope"), a place
or a company is found only where the person is plainly meant: beside another of the names, after a title, or where a
capital in the middle of a sentence or the verb after it says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from matcher.structure.contacts import EMAIL, LINK
from matcher.structure.owned import beside_initials, own_firms, told_by_words
from matcher.structure.words import pattern, table

Strength = Literal["strong", "ordinary", "proper"]
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)
_SPACELESS = re.compile(r"[\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_UMLAUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "ß": "ss"})
_OPENING = re.compile(r"(?:^|[\n.!?:;•▪◦\-–—*>~]\s*|[\"“(]\s*)$")
_GOES_ON = re.compile(r"['’]s\s[a-z]|[,;]?\s[a-z]|[.!?](?:\s|$)")
_ARTICLE = re.compile(r"\b(?:the|a|an|each|every)\s$")
MIN_STRONG = 3
"""Shorter names ("Li", "Bo") need the person beside them."""


@cache
def ordinary_words() -> frozenset[str]:
    """Words that stand in ordinary text in lower case."""
    return frozenset(files("matcher.structure").joinpath("ordinary.txt").read_text("utf-8").split())


def folded(text: str) -> str:
    """Lower case without accents: how names are compared."""
    if text.isascii():
        return text.casefold()
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return plain.replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("đ", "d").replace("ı", "i")


def spellings(word: str) -> frozenset[str]:
    """The folded forms of a name: accents dropped, and umlauts written out."""
    return frozenset({folded(word), folded(word.casefold().translate(_UMLAUT))})


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    text: str
    strength: Strength | None
    """None for a word that is no name of the person."""


def strengths(words: Sequence[str], text: str) -> dict[str, Strength]:
    """How plainly each of the person's names is a name, by its folded spellings."""
    plain_text = LINK.sub(" ", EMAIL.sub(" ", text))
    proper, lower = (
        {*table("names")["proper"], *table("owned")["tongues"], *table("owned")["weekdays"]},
        {m.group() for m in _WORD.finditer(plain_text) if m.group().islower()},
    )
    small, usual = set(table("identity")["particles"]), ordinary_words().union(table("owned")["given"])
    out: dict[str, Strength] = {}
    for word in words:
        plain = word.casefold()
        strength: Strength = "strong"
        short = (len(word) < MIN_STRONG and word.isascii()) or plain in small
        if plain in proper or folded(word) in proper or short or pattern("regions", "all").fullmatch(word):
            strength = "proper"
        elif plain in usual or (plain in lower and not word.islower() and word.isascii()):
            strength = "ordinary"
        for spelling in spellings(word):
            out[spelling] = strength
    return out


def _tokens(text: str, known: dict[str, Strength]) -> Iterator[_Token]:
    above = ""
    for match in _WORD.finditer(text):
        word = match.group()
        if word.endswith(("'s", "’s")):
            word = word[:-2]
        second = match.start() > 0 and text[match.start() - 1] in "-‐" and above[:1].isupper()
        above = word
        named = second or not word[0].islower() or _lower_but_acting(text, match.start(), match.end())
        strength = known.get(folded(word)) if named else None
        yield _Token(match.start(), match.start() + len(word), word, strength)


def _lower_but_acting(text: str, start: int, end: int) -> bool:
    """Whether a word in lower case begins a clause and something that a person does follows: "ikaika k. writes"."""
    verb = re.match(r"\s(?:[a-z]\.\s)?([a-zà-ÿ]+)\b", text[end : end + 24])
    plain = text[start:end].casefold()
    if verb is None or end - start < MIN_STRONG or plain in ordinary_words() or not _acts(verb.group(1)):
        return False
    return _OPENING.search(text[max(0, start - 8) : start]) is not None


def _beside(text: str, left: _Token, right: _Token) -> bool:
    """Whether two words stand side by side as parts of one name."""
    between = text[left.end : right.start]
    return len(between) <= 3 and re.fullmatch(r"[\s.,'’\-‐–\"“”()]*", between) is not None and "\n\n" not in between


def _initial(token: _Token) -> bool:
    return len(token.text) == 1 and token.text.isupper()


def _group(text: str, tokens: Sequence[_Token], at: int) -> int:
    """Index behind the last word of the name that begins at ``at`` (initials and particles inside it count)."""
    particles = set(table("identity")["particles"])
    end = at + 1
    ahead = end
    while ahead < len(tokens) and _beside(text, tokens[ahead - 1], tokens[ahead]):
        if tokens[ahead].strength is not None:
            end = ahead + 1
        elif not (_initial(tokens[ahead]) or tokens[ahead].text.casefold() in particles):
            break
        ahead += 1
    return end


def _meant(text: str, token: _Token, start: int) -> bool:
    """Whether a single word that is also something else means the person here; the name begins at ``start``."""
    if token.text.islower() and _lower_but_acting(text, token.start, token.end):
        return True
    before = text[max(0, start - 24) : start]
    after = text[token.end : token.end + 24]
    titled = re.search(r"(\w+)\.?\s$", before)
    if titled and titled.group(1).casefold() in table("names")["titles"]:
        return True
    verb = re.match(r"\s([a-zà-ÿ]+)\b", after)
    acts = verb is not None and _acts(verb.group(1))
    if beside_initials(text, start, token.start, token.end, verb=acts):
        return True
    if folded(token.text) in table("owned")["tongues"] or (_ARTICLE.search(before) and verb and verb.group(1) == "of"):
        return False
    if told_by_words(text, start, token.end):
        return True
    if _OPENING.search(before) and not token.text.isupper() and (verb or token.strength == "ordinary"):
        return acts or re.match(r"['’]s\s[a-z]", after) is not None
    return _mid_sentence(token, before, after)


def _mid_sentence(token: _Token, before: str, after: str) -> bool:
    """Whether a capital in the middle of a sentence means the person; a place or a company may have one too."""
    last = re.search(r"(\w+)\.?\s$", before)
    if not re.search(r"[a-z]\s$", before) or not _GOES_ON.match(after):
        return False
    return token.strength == "ordinary" or (
        last is not None and last.group(1).casefold() not in table("names")["no_person"]
    )


def _acts(word: str) -> bool:
    """Whether a word after a name says what the person does or did."""
    return word in table("names")["verbs"] or (word.endswith("ed") and len(word) > 4)


def occurrences(text: str, words: Sequence[str], particles: Sequence[str] = ()) -> list[tuple[int, int]]:
    """Return where the person with these name words is named, in order.

    ``particles`` are the small words of the name ("van der"), which belong to it only beside one of ``words``.
    """
    if not words:
        return []
    known = strengths(words, text)
    small = frozenset(word.casefold() for word in particles)
    tokens = list(_tokens(text, known))
    found: list[tuple[int, int]] = []
    weak = [(token.start, token.end) for token in tokens if token.strength in ("ordinary", "proper")]
    owned = own_firms(text, weak, ordinary_words())
    at = 0
    while at < len(tokens):
        if tokens[at].strength is None:
            at += 1
            continue
        end = _group(text, tokens, at)
        start, stop = _widened(text, tokens, at, end, small)
        plain = end - at > 1 or tokens[at].strength == "strong" or tokens[at].start in owned
        if plain or _meant(text, tokens[at], start):
            found.append((start, stop))
        at = end
    for word in words:
        if _SPACELESS.search(word):
            found += [match.span() for match in re.finditer(re.escape(word), text)]
    return _merged(text, found)


def _merged(text: str, found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order; those with nothing but white space between them are one name."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if out and not text[out[-1][1] : start].strip(" \t"):
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _widened(text: str, tokens: Sequence[_Token], first: int, end: int, small: frozenset[str]) -> tuple[int, int]:
    """The range of a name with its particles and the initials that stand directly before or after it."""
    while first > 0 and _beside(text, tokens[first - 1], tokens[first]):
        if not (_initial(tokens[first - 1]) or tokens[first - 1].text.casefold() in small):
            break
        first -= 1
    last = tokens[end - 1].end
    following = re.match(r",?\s(?:[A-ZÀ-Þ]\.[\s-]?)+", text[last:])
    return tokens[first].start, last + (len(following.group().rstrip()) if following else 0)
