"""Make the English word tables of the outreach linter from the files of WordNet 3.0.

    python scripts/outreach_words.py FOLDER        FOLDER holds data.*, index.*, *.exc and cntlist.rev

Three tables are written to ``matcher/outreach/tables``:

- ``general_en.txt``: words of ordinary English, in small letters, with their class: *a* adjectives and adverbs that
  describe, *s* nouns that name no thing and verbs of feeling, thinking and speaking, *l* other verbs and nouns for
  acts and words, *g* nouns for things, people and places;
- ``idioms_en.txt``: adverbs of several words ("around the clock"), which describe;
- ``kin_en.txt``: one group of synonyms a line, senses that texts use often, each with its irregular forms.

A word counts as used often when the sense-tagged texts behind WordNet use it at least once (``cntlist.rev``).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

POS = {"1": "noun", "2": "verb", "3": "adj", "4": "adv", "5": "adj"}
# Numbers of the lexicographer files. Relational adjectives ("nuclear", "municipal") are in neither class.
DESCRIBES = frozenset(("00", "02", "44"))  # adjectives, adverbs, participles
SPEAKS = frozenset((
    "07", "09", "11", "12", "16", "22", "24", "25", "26", "28",  # nouns that name no thing: thoughts, events, …
    "29", "31", "32", "37", "39", "43",  # verbs of the body, of thinking, speaking, feeling, seeing, and of weather
))  # fmt: skip
LEAST = 1
"""Times that a word or sense must have been used in the tagged texts."""
THINGS = frozenset(("05", "06", "08", "13", "14", "15", "17", "18", "20", "21", "27"))
# Nouns for animals, artefacts, bodies, food, groups, places, objects, people, plants, possessions and substances.
COUNTS = frozenset(("hundred", "two", "three", "free"))
# Adverbs with these words count, or name a benefit.
MOSTLY = 0.6
"""Share of a word's uses that must be of a class for the word to be of it."""
TABLES = Path(__file__).parents[1] / "matcher" / "outreach" / "tables"
NOTICE = """\
# Made by scripts/outreach_words.py from WordNet 3.0, Copyright 2006 by Princeton University; see WORDNET-LICENSE.
"""


def counts(folder: Path) -> dict[tuple[str, str, int], int]:
    """(lemma, sense key's part of speech and file, sense number) → uses, keyed as ``cntlist.rev`` has them."""
    found: dict[tuple[str, str, int], int] = {}
    for line in (folder / "cntlist.rev").read_text("latin-1").splitlines():
        key, number, uses = line.split()
        lemma, rest = key.split("%", 1)
        kind, file = rest.split(":")[:2]
        found[(lemma, kind + file, int(number))] = int(uses)
    return found


def words(uses: dict[tuple[str, str, int], int]) -> dict[str, str]:
    """Word → "a", "s", "l" or "g"."""
    by_class: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (lemma, kind, _), count in uses.items():
        if lemma.isalpha() and lemma.isascii() and lemma.islower() and len(lemma) > 1:
            by_class[lemma][_class(kind[1:])] += count
    found = {}
    for lemma, shares in by_class.items():
        total = sum(shares.values())
        if total >= LEAST and shares["a"] / total >= MOSTLY:
            found[lemma] = "a"
        elif total >= LEAST and (shares["a"] + shares["s"]) / total >= MOSTLY:
            found[lemma] = "s"
        elif total >= LEAST:
            found[lemma] = "g" if shares["g"] / total > 1 - MOSTLY else "l"
    return found


def _class(file: str) -> str:
    if file in DESCRIBES:
        return "a"
    return "s" if file in SPEAKS else "g" if file in THINGS else "l"


def irregular(folder: Path, known: dict[str, str]) -> dict[str, str]:
    """Irregular forms of known words, with the class of the word."""
    found = {}
    for pos in ("noun", "verb", "adj"):
        for line in (folder / f"{pos}.exc").read_text("latin-1").splitlines():
            form, *lemmas = line.split()
            for lemma in lemmas:
                if lemma in known and form.isalpha() and form not in known:
                    found[form] = known[lemma]
    return found


def groups(folder: Path, known: dict[str, str], uses: dict[tuple[str, str, int], int]) -> list[str]:
    """Groups of words that share a sense which the tagged texts use, verbs and nouns only, with irregular forms."""
    senses = {(lemma, kind[0], number) for lemma, kind, number in uses}
    forms = _irregular_forms(folder)
    found = [" ".join((word, *forms[word])) for word in forms if word in known and word.isalpha()]
    for pos, code in (("noun", "1"), ("verb", "2")):
        numbers = _sense_numbers(folder / f"index.{pos}")
        for offset, members in _synsets(folder / f"data.{pos}"):
            kept = [m for m in members if m in known and (m, code, numbers.get((m, offset), 0)) in senses]
            if len(kept) > 1:
                found.append(" ".join(dict.fromkeys(form for m in kept for form in (m, *forms[m]))))
    return sorted({group for group in found if " " in group})


def _synsets(data: Path) -> Iterator[tuple[str, list[str]]]:
    for line in data.read_text("latin-1").splitlines():
        if not line.startswith(" "):
            fields = line.split()
            yield fields[0], [fields[4 + 2 * n] for n in range(int(fields[3], 16))]


def _irregular_forms(folder: Path) -> dict[str, list[str]]:
    forms: dict[str, list[str]] = defaultdict(list)
    for pos in ("noun", "verb"):
        for line in (folder / f"{pos}.exc").read_text("latin-1").splitlines():
            form, *lemmas = line.split()
            for lemma in lemmas if form.isalpha() else ():
                forms[lemma].append(form)
    return forms


def _sense_numbers(index: Path) -> dict[tuple[str, str], int]:
    found = {}
    for line in index.read_text("latin-1").splitlines():
        if line.startswith(" "):
            continue
        fields = line.split()
        size = int(fields[2])
        for number, offset in enumerate(fields[-size:], start=1):
            found[(fields[0], offset)] = number
    return found


def idioms(folder: Path) -> list[str]:
    """Adverbs of several words."""
    entries = (line.split()[0] for line in (folder / "index.adv").read_text("latin-1").splitlines() if line[0] != " ")
    several = (entry.split("_") for entry in entries if "_" in entry and entry.replace("_", "").isalpha())
    return sorted(" ".join(parts) for parts in several if not COUNTS & set(parts))


def main(folder: Path) -> None:
    """Write the tables."""
    uses = counts(folder)
    known = words(uses)
    known |= irregular(folder, known)
    lines = [f"{word} {kind}" for word, kind in sorted(known.items())]
    (TABLES / "general_en.txt").write_text(NOTICE + "\n".join(lines) + "\n", "utf-8")
    (TABLES / "idioms_en.txt").write_text(NOTICE + "\n".join(idioms(folder)) + "\n", "utf-8")
    (TABLES / "kin_en.txt").write_text(NOTICE + "\n".join(groups(folder, known, uses)) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
