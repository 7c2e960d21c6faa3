"""Training rows of the tagger: lines of résumés in which what is personal is marked, and rows made from them.

A written line is ``kind TAB language TAB text``, with marks ``{category:words}`` in the text; an inventory entry is
``category TAB language TAB words`` (``none``: evidence). A row is a kind, a text and one category for each character
("" for evidence).
"""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from matcher.blind.tagger import CATEGORIES
from matcher.structure.neutral import SIGNS

HERE = Path(__file__).parent
PERSONAL = HERE / "data" / "personal"
ROUNDS = HERE.parent / "tests" / "heldout"
CONTEXTS = {"Language": "languages", "Interest": "interests", "Educat": "education", "Skill": "skills"}
"""Kinds of the contexts of densely read résumés; everything else is work."""
UNSURE = "?"
"""A character that teaches nothing: beside a word that is known to be personal, in a statement nobody marked whole."""
NONE = "none"
"""Category of an inventory entry that is evidence."""
AS_IT_IS = 0.5
"""Share of the written lines that an epoch shows unchanged."""
PRIVATE = ("top", "personal", "profile", "interests", "other", "volunteering", "references", "languages")
EVIDENCE = ("work", "profile", "skills", "education", "other", "other", "other", "volunteering", "top")
_MARK = re.compile(r"\{([a-z_]+):([^{}]*)\}")
SAME = {"pronoun": "sex", "contact": "name", "referee": "name"}
"""Categories of the held-out rounds that the tagger knows under another name."""


@dataclass(frozen=True)
class Row:
    """A line of one kind; ``marks`` are ``(start, end, category)``."""

    kind: str
    text: str
    marks: tuple[tuple[int, int, str], ...] = ()
    language: str = "en"


def parsed(kind: str, language: str, text: str) -> Row:
    """Return a written line as a row."""
    out, marks, at = "", [], 0
    for match in _MARK.finditer(text):
        out += text[at : match.start()]
        marks.append((len(out), len(out) + len(match[2]), match[1]))
        out, at = out + match[2], match.end()
    return Row(kind, out + text[at:], tuple(marks), language)


def written(folder: Path = PERSONAL) -> list[Row]:
    """Return every written line."""
    return [parsed(*line.split("\t")) for line in _lines(folder, "*.tsv")]


def inventory(folder: Path = PERSONAL) -> list[tuple[str, str, str]]:
    """Return every entry as ``(category, language, words)``."""
    return [(c, language, words) for c, language, words in (line.split("\t") for line in _lines(folder, "*.inv"))]


def _lines(folder: Path, pattern: str) -> list[str]:
    texts = [path.read_text("utf-8") for path in sorted(folder.glob(pattern))]
    return [line for text in texts for line in text.splitlines() if line.strip()]


def work_lines() -> list[Row]:
    """Return the lines of the pairs and of the densely read résumés: evidence, and nothing about the person."""
    out = {
        ("work", json.loads(line)["line"])
        for path in sorted((HERE / "data").glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    }
    for path in sorted((HERE / "data" / "dense").glob("*.txt")):
        kind = "work"
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("@ "):
                kind = next((kind for word, kind in CONTEXTS.items() if word in line), "work")
            elif "=>" in line:
                out.add((kind, line.rpartition("=>")[0].strip()))
    return [Row(kind, text) for kind, text in sorted(out)]


def rounds(names: Sequence[str]) -> list[Row]:
    """Return the lines of held-out rounds that were measured: listed words are marked, their statement is unsure."""
    out = []
    for name in names:
        for entry in tomllib.loads((ROUNDS / name).read_text("utf-8"))["text"]:
            listed = [(w, SAME.get(c, c)) for c, ws in entry.items() if c not in ("file", "text", "keep") for w in ws]
            for number, line in enumerate(entry["text"].strip().splitlines()):
                if line.strip():
                    out.append(_listed(line.strip(), listed, number))
    return out


def _listed(line: str, listed: Sequence[tuple[str, str]], number: int) -> Row:
    marks = []
    for words, category in listed:
        if category in CATEGORIES:
            marks += [(m.start(), m.end(), category) for m in re.finditer(re.escape(words), line)]
    fragments = [(m.start(), m.end()) for m in re.finditer(r"[^,;.|•·()]+", line)]
    unsure = [(start, end, UNSURE) for start, end in fragments if any(m[0] < end and start < m[1] for m in marks)]
    return Row("top" if number < 4 else "other", line, (*unsure, *marks))


def joined(rows: Sequence[Row], separator: str, kind: str) -> Row:
    """Return several rows as one line."""
    text, marks = "", []
    for row in rows:
        text += separator if text else ""
        marks += [(len(text) + a, len(text) + b, c) for a, b, c in row.marks]
        text += row.text
    return Row(kind, text, tuple(marks), rows[0].language)


class Composer:
    """Makes lines of fragments: personal entries of the inventory between pieces of work, skills and pastimes."""

    def __init__(self, entries: Sequence[tuple[str, str, str]], lines: Sequence[Row], rng: random.Random) -> None:
        made = [Row("other", words, ((0, len(words), c),) if c != NONE else (), lang) for c, lang, words in entries]
        self._personal = [row for row in made if row.marks]
        self._plain = [row for row in made if not row.marks]
        self._plain += [row for row in lines if not row.marks and len(row.text.split()) <= 6]
        self._rng = rng

    def line(self) -> Row:
        """Return one line of one to five fragments; of three lines one holds nothing personal."""
        rng = self._rng
        counts = rng.choice(((1, 0), (1, 1), (2, 0), (2, 1), (3, 2), (1, 2), (0, 1), (0, 2), (0, 3)))
        parts = [rng.choice(self._personal) for _ in range(counts[0])]
        parts += [replace(row, text=row.text.strip(" .")) for row in rng.choices(self._plain, k=counts[1])]
        rng.shuffle(parts)
        separator = rng.choice((", ", ", ", ", ", " | ", " · ", "; ", " - ", ". ", " / "))
        kinds = PRIVATE[:6] if counts[0] else (*PRIVATE, "skills", "education", "work")
        row = joined(parts, separator, rng.choice(kinds))
        return replace(row, text=row.text + rng.choice(("", "", ".")))


def varied(row: Row, pool: Sequence[Row], rng: random.Random) -> Row:
    """Return a row as it may stand elsewhere: of another kind, beside another line, with the name as its sign."""
    if row.kind in PRIVATE and rng.random() < 0.35:
        row = Row(rng.choice(PRIVATE[:6]), row.text, row.marks, row.language)
    elif row.kind not in PRIVATE and not row.marks and rng.random() < 0.5:
        row = Row(rng.choice(EVIDENCE), row.text, row.marks, row.language)
    if rng.random() < 0.2:
        other = rng.choice(pool)
        pair = [row, other] if rng.random() < 0.5 else [other, row]
        pair = [Row(r.kind, r.text.rstrip(". "), r.marks) for r in pair]
        row = joined(pair, rng.choice((". ", "; ", ", ")), row.kind)
    names = [m for m in row.marks if m[2] == "name"]
    if names and rng.random() < 0.5:
        row = _signed(row, names[0])
    elif not row.marks and rng.random() < 0.04:
        row = Row(row.kind, f"{SIGNS['name']} {row.text[:1].lower()}{row.text[1:]}")
    return row


def _signed(row: Row, name: tuple[int, int, str]) -> Row:
    """Return the row with one name as the sign that it has in the neutral copy."""
    start, end, _ = name
    shift = len(SIGNS["name"]) - (end - start)
    text = row.text[:start] + SIGNS["name"] + row.text[end:]
    marks = [(a + shift * (a >= end), b + shift * (b >= end), c) for a, b, c in row.marks if (a, b, c) != name]
    return Row(row.kind, text, tuple(m for m in marks if m[1] <= start or m[0] >= start + len(SIGNS["name"])))


def labels(row: Row) -> list[str]:
    """Return one category for each character; later marks count."""
    out = [""] * len(row.text)
    for start, end, category in row.marks:
        out[start:end] = [category] * (end - start)
    return out


def epoch(
    lines: Sequence[Row], entries: Sequence[tuple[str, str, str]], work: Sequence[Row], rng: random.Random
) -> Iterator[Row]:
    """Yield the rows of one epoch: each written line as it is or varied, composed lines, half as many lines of work."""
    composer = Composer(entries, lines, rng)
    for row in lines:
        yield row if rng.random() < AS_IT_IS else varied(row, lines, rng)
    for _ in range(len(entries)):
        yield composer.line()
    for row in rng.sample(list(work), min(len(work), len(lines) // 2)):
        yield varied(row, lines, rng)
