"""Text → tokens and quotations, the same way for drafts and for facts.

A token is a run of letters, or a figure with its currency, unit letters and per cent sign as one piece, so that
"$610K" never matches "610" and "1.3" never matches "13".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?P<number>[$€£¥₹]?\s?[<>~±+−-]?\d+(?:[.,:/’'\u00a0\u202f]\d+)*[^\W\d_]*(?:\s?[%‰°€£¥₹$]|\+)?)"
    r"|(?P<word>[^\W\d_]+\d[^\W_]*|[^\W\d_]+[#]|[^\W\d_]\+\+|[^\W\d_]+)"
)
_QUOTED = re.compile(r"“([^”“]*)”|„([^“”„]*)[“”]|«([^»«]*)»|\"([^\"]*)\"")
_QUOTE_SIGNS = '“”„«»"'
_ENDINGS = sorted(
    ("ations", "ation", "ments", "ment", "ings", "ing", "edly", "ed", "ies", "es", "s", "ly", "er", "ers", "en", "em",
     "e", "n", "ung", "ungen", "te", "ten", "ées", "és", "ée", "é", "ant", "ando", "iendo", "ado", "ada", "ados",
     "adas", "ar", "ir", "a", "o", "as", "os", "y", "ion", "ions", "ión", "iones"),
    key=len, reverse=True,
)  # fmt: skip
_STEM = 4


class Token(NamedTuple):
    """A piece of text: ``key`` for comparison, ``text`` as written, and where it starts."""

    key: str
    text: str
    start: int
    number: bool


class Quotation(NamedTuple):
    """Words between quotation marks; start and end include the marks."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=2048)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of a text in order."""
    return tuple(_tokens(unicodedata.normalize("NFKC", text)))


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        piece = match.group()
        if match.lastgroup == "number":
            yield Token(figure(piece), piece.strip(), match.start() + len(piece) - len(piece.lstrip()), True)
        else:
            yield Token(piece.casefold(), piece, match.start(), False)


def figure(piece: str) -> str:
    """Return a figure in one form: no spaces, thousands joined, a decimal point, lower case."""
    plain = re.sub(r"\s|’|'", "", piece).casefold().replace("−", "-")
    if not re.match(r"[$€£¥₹]?[-+±<>~]", plain[:2]):
        plain = plain.lstrip("-")
    match = re.search(r"\d[\d.,]*\d|\d", plain)
    if match is None:
        return plain
    digits = match.group()
    digits = re.sub(r"[.,]", "", digits) if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits) else digits.replace(",", ".")
    # A hyphen before a figure joins words ("follow-up 2", "20-30"); only a sign after a currency changes the value.
    return (plain[: match.start()].rstrip("-") + digits + plain[match.end() :]).rstrip("-")


def quotations(text: str) -> tuple[Quotation, ...]:
    """Return the quotations in a text. Quotation marks inside a quotation must be single ones."""
    found = []
    for match in _QUOTED.finditer(text):
        inner = next(group for group in match.groups() if group is not None)
        found.append(Quotation(inner, match.start(), match.end()))
    return tuple(found)


def outside(text: str) -> str:
    """Return the text with every quotation replaced by blanks of the same length."""
    for quotation in quotations(text):
        text = text[: quotation.start] + " " * (quotation.end - quotation.start) + text[quotation.end :]
    return text


def unbalanced(text: str) -> bool:
    """Return whether a quotation mark stands alone."""
    return any(sign in outside(text) for sign in _QUOTE_SIGNS)


def fold(text: str) -> str:
    """Return a text for verbatim comparison: white space and quotation marks in one form, letter case ignored."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    normal = re.sub(r"[“”„«»\"’‘‚‹›`´]", "'", normal)
    return " ".join(normal.split())


def verbatim(quotation: str, source: str) -> bool:
    """Return whether a quotation is a piece of ``source``, cut at word boundaries; "…" may stand at either end."""
    wanted = fold(quotation.strip(" …\u00a0\u202f")).rstrip(".,;: ")
    if not wanted:
        return False
    text = fold(source)
    at = text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        before, after = text[at - 1 : at], text[end : end + 1]
        if not _joined(before, wanted[0]) and not _joined(wanted[-1], after) and not _inside_figure(text, at, end):
            return True
        at = text.find(wanted, at + 1)
    return False


def _joined(left: str, right: str) -> bool:
    return bool(left and right) and left.isalnum() and right.isalnum()


def _inside_figure(text: str, start: int, end: int) -> bool:
    """A cut through "1.3", "$5", "−2", "40 %" or "EUR 14 million" would change the value."""
    head = text[max(0, start - 2) : start + 1]
    tail = text[end - 1 : end + 2]
    return (
        bool(re.search(r"(?:\d[.,/:]|[$€£¥₹~<>±+−-]|[$€£¥₹]\s)\d$", head))
        or bool(re.match(r"\d(?:[.,/:]\d|\s?[%‰°€£¥₹$+])", tail))
        or bool(re.search(r"\d$", text[:end]) and _SCALE.match(text, end))
        or bool(re.search(r"\d\s$", text[:start]) and _SCALE.match(text, start - 1))
    )


_SCALE = re.compile(
    r"\s(?:hundred|thousand|million|billion|trillion|mio|mrd|tsd|millionen|milliarden?|tausend|mille|millions?|milliards?"
    r"|mil|millón|millones|per\s?cent|percent|prozent|pour cent|por ciento)\b"
)


@cache
def stem(word: str) -> str:
    """Return a rough stem, for comparing forms of one word in a fact and in a draft."""
    folded = word.casefold()
    for ending in _ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= _STEM:
            return folded[: -len(ending)]
    return folded


_SHORTEST_ROOT = 3


@cache
def root(word: str) -> str:
    """Return a rough root, shorter than a stem, for comparing forms of one word ("splitting", "split", "splits")."""
    cut = next(
        (word[: -len(e)] for e, least in _ROOT_ENDINGS if word.endswith(e) and len(word) - len(e) >= least), word
    )
    return cut[:-1] if len(cut) > _SHORTEST_ROOT and cut[-1] == cut[-2] else cut


_ROOT_ENDINGS = tuple(
    (ending, least)
    for least, endings in (
        (7, "et"),
        (4, "ations ation ating ated ates ate ments ment edly ières ière iendo ungen"),
        (3, "ings ing ies ers ions iría ería aría eriez erais erait"),
        (4, "ando ados adas ado ada ées ung ión"),
        (3, "ion ed es er ly"),
        (4, "en em és ée ar ir as os"),
        (3, "s e y n"),
        (4, "é a o"),
    )
    for ending in endings.split()
)  # fmt: skip


def grams(text: str, size: int = 5) -> frozenset[tuple[str, ...]]:
    """Return the set of word ``size``-grams of a text."""
    keys = [token.key for token in tokens(text)]
    return frozenset(tuple(keys[at : at + size]) for at in range(len(keys) - size + 1))
