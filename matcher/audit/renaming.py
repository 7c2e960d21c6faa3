"""Rewrites a résumé as an applicant of another name would have written it: text, addresses, links and the file's name.

A name that is no other word is rewritten wherever it stands, without asking what the product finds, so that a place
that the product overlooks is seen as a change. A name that is also a word ("Grant", "Banks") is rewritten where the
person is meant, by the same finder that the blind view uses: nobody called Okafor offers "Okafor writing".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from matcher.structure.contacts import EMAIL, HANDLE, LINK
from matcher.structure.names import folded, occurrences, spellings, strengths
from matcher.structure.persons import name_particles, name_parts, name_words
from matcher.structure.words import table

_GENERIC = frozenset((
    "com", "org", "net", "www", "http", "https", "linkedin", "github", "gitlab", "in", "pub", "me",
    "dev", "io", "example", "cv", "resume", "lebenslauf", "final", "pdf", "docx", "doc", "txt", "html",
    "odt", "xing", "orcid", "medium", "blog", "page", "online", "site", "mail", "info",
))  # fmt: skip
"""Words of addresses and file names that stand for nobody."""
_PREFIX = 4
"""Letters at which the beginning of a given name in an address is taken for it ("bart" of Bartholomew)."""


class Name(NamedTuple):
    """A name in its two halves, each as it is written out."""

    given: str
    family: str

    @property
    def full(self) -> str:
        """Both halves, initials with their dots."""
        given = (f"{word}." if len(word) == 1 else word for word in self.given.split())
        return f"{' '.join(given)} {self.family}".strip()

    @property
    def called(self) -> str:
        """The given names without initials, as others call the person."""
        return " ".join(word for word in self.given.split() if len(word) > 1) or self.given


def split_name(name: str) -> Name:
    """Return the halves of a name: the family name is its last word, with the particles before it.

    A bar says where to cut ("Gabriel|García Márquez"); so does a comma after a family name that stands first.
    """
    if "|" in name:
        given, family = name.split("|", 1)
        return Name(given.strip(), family.strip())
    words = name_words(name)
    small = set(table("identity")["particles"])
    cut = max(1, len(words) - 1)
    while cut > 1 and words[cut - 1].casefold() in small:
        cut -= 1
    return Name(" ".join(words[:cut]), " ".join(words[cut:]))


def ascii_of(text: str) -> str:
    """Return the letters of a text in lower-case ASCII, as an address would have them."""
    plain = unicodedata.normalize("NFKD", folded(text)).encode("ascii", "ignore").decode().lower()
    return "".join(re.findall(r"[a-z]+", plain))


class _Old(NamedTuple):
    """The old name taken apart, folded for comparison."""

    name: Name
    given: tuple[str, ...]
    family: tuple[str, ...]

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in (*self.given, *self.family))


def _taken_apart(name: str) -> _Old:
    halves = split_name(name)
    given = tuple(ascii_of(part) for part in name_parts(halves.given))
    family = tuple(ascii_of(part) for part in name_parts(halves.family))
    return _Old(halves, tuple(filter(None, given)), tuple(filter(None, family)))


# --- addresses, links and file names ---------------------------------------------------------------------------------


def _segment(word: str, old: _Old, new: Name, local: bool) -> str:
    """One run of letters of an address, with the old name's letters exchanged for the new one's."""
    low = ascii_of(word)
    given, family = ascii_of(new.given.split()[0]), ascii_of(new.family or new.given)
    if not low or low in _GENERIC:
        return word
    for forms, instead in _joined(old, given, family):
        if low in forms:
            return instead
    if len(low) >= _PREFIX and any(part.startswith(low) or low.startswith(part) for part in old.given if len(part) > 2):
        return given
    return _initials(low, old, given, family) if local else word


def _joined(old: _Old, given: str, family: str) -> Iterator[tuple[set[str], str]]:
    whole = {*old.family, "".join(old.family)}
    yield set(old.given), given
    yield whole, family
    yield {g + f for g in old.given for f in whole}, given + family
    yield {f + g for g in old.given for f in whole}, family + given
    yield {g[0] + f for g in old.given for f in whole}, given[0] + family
    yield {f + g[0] for g in old.given for f in whole}, family + given[0]
    yield {g + f[0] for g in old.given for f in whole if f}, given + family[0]


def _initials(low: str, old: _Old, given: str, family: str) -> str:
    """The new initials for a word that is made of the old ones in their order; any other word as it is."""
    at = -1
    for letter in low:
        at = old.initials.find(letter, at + 1)
        if at < 0:
            return low
    if len(low) == 1:
        return given[0] if low == old.initials[:1] else family[0]
    return given[0] + family[0] if low[0] == old.initials[0] else family[0]


def rename_address(address: str, old: str, new: str) -> str:
    """Return an e-mail address, a link or a file's name with the letters of the old name exchanged."""
    before, after = _taken_apart(old), split_name(new)
    local, at, domain = address.partition("@")
    words = [
        *_rewritten(local, before, after, local=bool(at)),
        at,
        *_rewritten(domain, before, after, local=False),
    ]
    return re.sub(r"(?i)([^\W\d_]{2,})(?:[-._\s]\1)+(?![^\W\d_])", r"\1", "".join(words))


def _rewritten(text: str, old: _Old, new: Name, *, local: bool) -> Iterator[str]:
    for piece in re.split(r"([^\W\d_]+)", text):
        other = _segment(piece, old, new, local) if piece[:1].isalpha() else piece
        yield _styled(piece, other) if other != piece else piece


# --- running text ----------------------------------------------------------------------------------------------------


def _styled(model: str, text: str) -> str:
    """A text in the capitals of another one."""
    if len(model) > 1 and model.isupper():
        return text.upper()
    if model[:1].isupper() and text.islower():
        return text[:1].upper() + text[1:]
    return text.lower() if model.islower() else text


def _either(parts: Sequence[str]) -> str:
    """A pattern for any of some words, with and without accents."""
    forms = {form for part in parts for form in (part, *spellings(part))}
    return "(?:" + "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)) + ")" if forms else "(?!)"


@cache
def _pattern(old: str) -> re.Pattern[str]:
    """Every form of a name: in full, reversed, with initials, its family name whole, and single parts."""
    halves = split_name(old)
    given, family = name_parts(halves.given) or ("\0",), name_parts(halves.family) or name_parts(halves.given)
    gap, quote = r"[\s ]{1,3}", "[\"“”„‘’'()]?"
    first, last = _either(given), _either(family)
    small = "|".join(re.escape(word) for word in name_particles(old))
    before = rf"(?:(?:{small})\s)*" if small else ""
    whole = rf"{before}{last}(?:[-‐–\s]{last})*"
    middle = rf"(?:{gap}(?:{quote}{first}{quote}|[A-Z]\.?))*"
    forms = [
        rf"(?P<full>(?P<fg>{first}(?:-{first})*{middle})(?P<gap>{gap})(?P<fl>{whole}))",
        rf"(?P<turned>(?P<tl>{whole}),?{gap}(?P<tg>{first}{middle}))",
        rf"(?P<initial>(?-i:[A-Z])\.(?:[\s-]?(?-i:[A-Z])\.)*\s?(?P<il>{whole}))",
        rf"(?P<after>(?P<al>{whole}),\s(?-i:[A-Z])\.(?:\s?(?-i:[A-Z])\.)*)",
        rf"(?P<family>{whole})",
        rf"(?P<given>{first}(?:-{first})*)",
    ]
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(forms)})(?!\w)")


def _exchanged(match: re.Match[str], new: Name, initials: frozenset[str]) -> str | None:
    """What stands for one match; None where it is somebody else (another initial before the same family name)."""
    found = match.group()
    family = new.family or new.given
    given = Name(new.given, "").full
    if match["full"]:
        return f"{_styled(match['fg'], given)}{match['gap']}{_styled(match['fl'], family)}"
    if match["turned"]:
        comma = "," if "," in found else ""
        return f"{_styled(match['tl'], family)}{comma} {_styled(match['tg'], given)}"
    if match["initial"] or match["after"]:
        letters = re.findall(r"[A-Z](?=\.)", found)
        own = new.given[:1].upper() if letters[0] in initials else letters[0]
        rest = _styled(match["il"] or match["al"], family)
        return f"{own}. {rest}" if match["initial"] else f"{rest}, {own}."
    return _styled(found, family if match["family"] else new.called)


def rename(text: str, old: str, new: str) -> str:
    """Return a text with every mention of a person exchanged for another name, addresses and links included.

    ``old`` is the name as it is stated at the top; ``new`` may say with a bar where its family name begins.
    """
    halves = split_name(new)
    words = name_parts(old)
    if not words:
        return text
    weak = {word for word, strength in strengths(words, text).items() if strength != "strong"}
    meant = occurrences(text, words, name_particles(old))
    initials = frozenset(part[:1].upper() for part in name_parts(split_name(old).given))
    spans = [match.span() for pattern in (EMAIL, LINK, HANDLE) for match in pattern.finditer(text)]
    pieces: list[str] = []
    at = 0
    for match in [*_pattern(old).finditer(text), None]:
        if match is not None and any(start <= match.start() < end for start, end in spans):
            continue
        stop = match.start() if match else len(text)
        pieces.append(_addresses(text[at:stop], old, new))
        if match is None:
            break
        plain = match["full"] or match["turned"] or not weak or _strong(match.group(), weak)
        other = _exchanged(match, halves, initials) if plain or _inside(match, meant) else None
        pieces.append(match.group() if other is None else other)
        at = match.end()
    return "".join(pieces)


def _strong(found: str, weak: set[str]) -> bool:
    return any(folded(part) not in weak for part in re.findall(r"[^\W\d_]{2,}", found))


def _inside(match: re.Match[str], meant: Sequence[tuple[int, int]]) -> bool:
    return any(start < match.end() and match.start() < end for start, end in meant)


def _addresses(text: str, old: str, new: str) -> str:
    for pattern in (EMAIL, LINK, HANDLE):
        text = pattern.sub(lambda match: rename_address(match.group(), old, new), text)
    return text
