"""What code reads out of a requirement's words: years, degree level, a wording without the employer's name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from matcher.models import DegreeLevel
from matcher.posting.blocks import Block
from matcher.posting.words import fold, has_phrase, has_word, word_set, words

_YEAR_WORDS = r"(?:school |full |full time |solid |complete )*(?:years?|yrs?|jahren?|ans|années|años|anni|jaar)"
_DIGITS = re.compile(
    rf"(\d{{1,2}}(?:[.,]5)?)\s*(?:\+|plus|or more|and more|to|-|–|—)?\s*(?:\d{{1,2}}\s*\+?)?\s*{_YEAR_WORDS}\b"
)
_WORDS = re.compile(rf"\b([^\W\d_]+)\s*(?:\(\d+\)\s*)?\+?\s*{_YEAR_WORDS}\b")
_AGE = re.compile(r"years? (?:old|of age)|age of|jahre alt|ans révolus")
_WINDOW = re.compile(r"(?:last|past|next|within|every|each|previous|letzten|derniers|últimos)\s+(?:the\s+)?$")
_LEVELS: tuple[DegreeLevel, ...] = ("secondary", "vocational", "associate", "bachelor", "master", "doctorate")


def min_years(text: str) -> float | None:
    """Return the least number of years that a requirement asks for, or None.

    Windows ("within the last five years") and ages ("18 years or older") are no such number.
    """
    lowered = text.lower().replace("-year", " year").replace("‑", "-")
    if _AGE.search(lowered) or "years or older" in lowered:
        return None
    found = []
    for pattern in (_DIGITS, _WORDS):
        for match in pattern.finditer(lowered):
            number = _number(match.group(1))
            if number and not _WINDOW.search(lowered[: match.start()]):
                found.append((match.start(), number))
    return min(found)[1] if found else None


def _number(word: str) -> float | None:
    try:
        value = float(word.replace(",", "."))
    except ValueError:
        value = float(words()["numbers"].get(word, 0))
    return value if 0 < value <= 60 else None


def degree(text: str) -> DegreeLevel | None:
    """Return the lowest degree level that a requirement names, or None."""
    folded = fold(text)
    if "degree of" in folded and "degree in" not in folded:
        folded = folded.replace("degree of", "")
    named = [level for level in _LEVELS if has_word(folded, words()["degrees"][level])]
    if not named:
        return None
    plain = [level for level in named if _is_academic(level, folded, text)]
    return plain[0] if plain else None


def _is_academic(level: DegreeLevel, folded: str, text: str) -> bool:
    """Two-letter degrees ("BA", "MS", "MA") count only in capitals, so that "ms" or "ma" in prose does not."""
    long = [phrase for phrase in words()["degrees"][level] if len(phrase) > 3]
    if has_word(folded, long):
        return level != "bachelor" or _names_bachelor(folded, long)
    short = [phrase.upper() for phrase in words()["degrees"][level] if len(phrase) <= 3]
    capitals = set(re.findall(r"\b[A-Z][A-Za-z]{1,3}\b", text))
    return any(word.upper() in short and sum(c.isupper() for c in word) >= 2 for word in capitals) and _degree_context(
        folded
    )


def _names_bachelor(folded: str, long: Sequence[str]) -> bool:
    """The bare word "degree" means a bachelor's unless another level names it."""
    if has_word(folded, [phrase for phrase in long if phrase != "degree"]):
        return True
    others = [phrase for level in _LEVELS if level != "bachelor" for phrase in words()["degrees"][level]]
    return not has_word(folded, others)


def _degree_context(folded: str) -> bool:
    return (
        has_phrase(
            folded, ["degree", "ba bs", "bs ba", "b s", "equivalent", "in ", "required", "preferred", "or higher"]
        )
        or len(folded.split()) <= 3
    )


def title(blocks: Sequence[Block]) -> str:
    """Return the role's title: the first short line among the first twelve that names a kind of work."""
    head = [block.text for block in blocks[:12] if len(block.text) <= 120]
    clean = [line for line in head if not re.search(r"[>›»\[\]]", line)]
    roles = word_set("lines", "roles")
    for line in clean:
        tokens = {token.removesuffix("s") for token in fold(line).split()}
        if tokens & roles and len(tokens) <= 14 and not line.rstrip().endswith((".", "!", "?")):
            return line
    return clean[0] if clean else (head[0] if head else "Untitled posting")


def employer_names(texts: Sequence[str], role_title: str) -> tuple[str, ...]:
    """Return capitalised words that recur in the middle of sentences and are not in the title: the employer's names."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(set(re.findall(r"(?<=[a-zà-ÿ,’'] )([A-Z][a-zà-ÿ]{2,}|[A-Z]{3,})(?=['’]s\b|\b)", text)))
    title_words = set(fold(role_title).split())
    possessive = " ".join(texts)
    names = [n for n, count in seen.items() if count >= 3 and n.lower() not in title_words]
    return tuple(
        sorted(n for n in names if re.search(rf"\b{re.escape(n)}['’]s\b|\bWhy {n}\b|\b[Aa]t {n}\b", possessive))
    )


def neutral(text: str, names: Sequence[str]) -> str | None:
    """Return the requirement with the employer's names replaced by "the company", or None where there are none."""
    made = text
    for name in names:
        made = re.sub(rf"\b{re.escape(name)}\b", "the company", made)
    return made if made != text else None
