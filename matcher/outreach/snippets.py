"""A quote in a candidate's own words → short verbatim pieces that read well between quotation marks.

A piece is always a contiguous part of the quote, cut at the ends of clauses; an "…" marks a cut inside a sentence.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from matcher.outreach import words
from matcher.outreach.records import Language
from matcher.outreach.tokens import stem, tokens, verbatim

_BULLET = re.compile(r"^(?:[\s•▪◦‣·\-–—*>→»●○■□➢✓✔§|~+=]+|\(?\d{1,2}[.)]\s+|\(?[a-z]\)\s+)+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\b\d{1,2}/\d{2,4}\b")
_BREAK = re.compile(
    r"(?<=[^\W_]{3}[.!?])\s+(?=[^\W\d_a-z]|\d)|(?<=\)[.!?])\s+|(?<=;)\s+|(?<=[:,])\s+|\s+(?=[–—(-]\s?)|(?<=\))\s+"
    r"|(?<=[–—|·])\s+"
)
_MIN_CHARACTERS = 14
_MIN_WORDS = 3
_CAPS_SHARE = 0.75


def tidy(text: str) -> str:
    """Return a quote without bullet, line ends and outer punctuation; the words stay as they are."""
    joined = re.sub(r"(?<=[a-zà-ÿ])-\s*\n\s*(?=[a-zà-ÿ])", "", text)
    return _BULLET.sub("", " ".join(joined.split())).strip().rstrip(";,:–—- ")


def calm(text: str, known_capitals: frozenset[str] = frozenset()) -> str:
    """Return a text that is written in capitals in sentence case; acronyms and figures stay as they are."""
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 8 or sum(c.isupper() for c in letters) < _CAPS_SHARE * len(letters):
        return text
    lowered = re.sub(r"[^\W\d_][\w’'+#]*", lambda m: _calm_word(m.group(), known_capitals), text)
    return lowered[:1].upper() + lowered[1:]


def _calm_word(word: str, known: frozenset[str]) -> str:
    acronym = len(word) <= 5 and not re.search(r"[AEIOUYÄÖÜ]", word)
    keep = word in known or acronym or any(c.isdigit() for c in word) or (len(word) > 1 and "+" in word)
    return word if keep else word.lower()


def inner_quotes(text: str) -> str:
    """Return the text with double quotation marks turned into single ones, so that it can stand in a quotation."""
    text = re.sub(r"[“«„]\s?", "‘", text)
    text = re.sub(r"\s?[”»]", "’", text)
    return re.sub(r'"([^"]*)"', r"‘\1’", text).replace('"', "’")


class Piece(NamedTuple):
    """A verbatim piece of a quote and how well it would stand in a message."""

    text: str
    worth: float


def snippets(text: str, limit: int) -> tuple[Piece, ...]:
    """Return verbatim pieces of ``text`` of at most ``limit`` characters, best first; empty if none reads well."""
    whole = tidy(text)
    found = _pieces(whole, limit)
    return found or _cut(whole, limit)


def _pieces(text: str, limit: int) -> tuple[Piece, ...]:
    edges = [0, *(m.end() for m in _BREAK.finditer(text)), len(text)]
    found: dict[str, float] = {}
    for left in range(len(edges) - 1):
        for right in range(left + 1, len(edges)):
            piece = _BULLET.sub("", text[edges[left] : edges[right]].strip())
            if len(piece) > limit + 2:
                break
            marked = _marked(piece, text, edges[left], edges[right])
            if _reads_well(piece) and len(marked) <= limit:
                worth = _worth(piece, text, edges[left], edges[right], limit)
                found[marked] = max(worth, found.get(marked, worth))
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Piece(marked, worth) for marked, worth in ranked[:6])


def _marked(piece: str, text: str, start: int, end: int) -> str:
    """A piece that starts or stops inside a sentence has an ellipsis there."""
    head = "" if _opens(text, start) else "… "
    tail = "" if _closes(text, end) else " …"
    return head + _finish(piece) + tail


def _opens(text: str, start: int) -> bool:
    return not text[:start].strip() or text[:start].rstrip()[-1] in ".!?;:|"


def _closes(text: str, end: int) -> bool:
    return not text[end:].strip() or text[:end].rstrip()[-1] in ".!?;|"


def _finish(piece: str) -> str:
    return inner_quotes(piece.strip().rstrip(".,;:–—-| "))


def _reads_well(piece: str) -> bool:
    bare = piece.strip().rstrip(".,;:–—- ")
    if len(bare) < _MIN_CHARACTERS or len(bare.split()) < _MIN_WORDS:
        return False
    if bare.count("(") != bare.count(")") or bare.count('"') % 2 or bare.count("“") != bare.count("”"):
        return False
    first, last = bare.split()[0].casefold(), bare.split()[-1].casefold()
    return (
        last not in words.weak("end") and first not in words.weak("start") and not bare.startswith((")", ",", "&", "/"))
    )


def _worth(piece: str, text: str, start: int, end: int, limit: int) -> float:
    """Whole sentences first; figures and names are specific; a calendar year says how old somebody may be."""
    worth = specificity(piece, "en") + min(len(piece), limit) / limit
    worth += 1.0 if _opens(text, start) else -3.0
    worth += 1.0 if _closes(text, end) else -0.5
    worth -= 1.0 if start > 0 and piece[:1].islower() and text[:start].rstrip()[-1:] in ":;" else 0.0
    worth -= 2.5 if any(token.key in _denials() for token in tokens(piece)) else 0.0
    return worth - 4.0 * bool(_YEAR.search(piece)) - 2.0 * bool(re.search(r"\s[|–—-]\s", piece))


@cache
def _denials() -> frozenset[str]:
    return frozenset().union(*(words.language_words("negations.toml", language) for language in words.LANGUAGES))


def _cut(text: str, limit: int) -> tuple[Piece, ...]:
    """Cut at a word boundary when no clause fits."""
    if len(text) <= limit:
        return ()
    pieces = text[: limit - 1].rsplit(" ", 1)[0].split(" ")
    while pieces and (pieces[-1].casefold().strip(",;:") in words.weak("end") or pieces[-1].startswith("(")):
        pieces.pop()
    while pieces and not verbatim(" ".join(pieces), text):  # "EUR 14 …" of "EUR 14 million" is another figure
        pieces.pop()
    piece = " ".join(pieces)
    marked = _finish(piece) + " …"
    worth = specificity(piece, "en") - 1.0 - 4.0 * bool(_YEAR.search(piece))
    return (Piece(marked, worth),) if _reads_well(piece) and len(marked) <= limit else ()


def specificity(text: str, language: Language) -> float:
    """Return how much a piece says that few others could say: figures, names, a full clause; lists say less."""
    found = tokens(text)
    figures = sum(t.number and not _YEAR.fullmatch(t.key) for t in found)
    names = sum(t.text[:1].isupper() and t.start > 0 and not t.number for t in found)
    plain = sum(t.key in words.ordinary(language) for t in found)
    worth = 2.0 * min(figures, 1) + 0.5 * min(figures, 3) + 0.5 * min(names, 3) + min(len(found), 14) / 7
    commas = text.count(",") + text.count("·") + text.count("|")
    worth -= 2.0 if found and commas >= max(2, len(found) / 4) else 0.0
    return worth - (1.0 if found and plain == 0 else 0.0)


def echo(text: str, criterion: str) -> float:
    """Return the share of a piece's words that the criterion says too (0–1): an echo tells the reader nothing."""
    ours = {stem(t.key) for t in tokens(text) if t.key not in words.ordinary("en")}
    theirs = {stem(t.key) for t in tokens(criterion)}
    return len(ours & theirs) / len(ours) if ours else 0.0
