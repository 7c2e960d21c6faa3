"""What the tagger hides: words about the person, the more readily the likelier such words are in their place.

A run of words is hidden if one of them is likely enough to be personal, together with its neighbours that are half as
likely (hysteresis thresholding, as edge detectors do it): a statement goes as a whole, and no stray word alone.
Labelled languages and licences, lists of languages and lines that address the reader are not read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from matcher.blind import neighbours, tagger
from matcher.blind.header import work_label
from matcher.blind.rules import Mask, lists_languages
from matcher.models import Span
from matcher.structure.instructions import is_instruction
from matcher.structure.lines import BULLET
from matcher.structure.words import pattern
from matcher.timeline import find_ranges

KINDS = {
    "header": "top",
    "personal": "personal",
    "summary": "profile",
    "interests": "interests",
    "other": "other",
    "unheaded": "other",
    "volunteering": "volunteering",
    "references": "references",
    "languages": "languages",
}
"""The tagger's kind of a section in which personal words are likely; plain lines of others are read as *other*."""
LIKELY = 0.5
"""Probability that one word of a run must reach in such a section."""
BESIDE = 0.3
"""The same in a line of such a section in which another word has reached it, or a rule has found something personal."""
SURE = 0.85
"""The same in a line of title and employer, and in a plain line (no bullet, no dates) of work, courses or skills."""
CERTAIN = 0.97
"""Probability of one word that decides for itself."""
LONG_NUMBER = 6
"""Digits of a number that may tell who somebody is, amid work."""
WHOLE = 0.8
"""Mean probability of the words of a line from which on nothing of it may be left: less sure, all of it stays."""
MOST_READ = 60_000
"""Characters of a document that are read: more is no résumé, and rules alone read the rest."""
STRAY = 0.25
"""Least probability of a neighbour."""
SENTENCE = 5
"""Words of a bullet from which on the tagger may overrule a rule."""
TOLD = frozenset(("personal", "interests", "volunteering", "references", "summary"))
"""Sections in which it may not: bullets there are about the person."""
NUMBERS = frozenset(("birth", "id_number", "address", "graduation", "measure"))
"""Categories of which a run may be nothing but digits; their neighbours must be as likely as they are."""
FIGURES = frozenset(("id_number", "measure"))
"""Categories of which a word without a digit says nothing."""
PERSONAL = neighbours.PERSONAL | {"health", "politics"}
"""Categories that tell about the person in any place: those of the rules, and two that only the tagger knows."""
CREEDS = frozenset(("family", "religion", "nationality", "military"))
"""What in a bullet of work may be of clients, menus and events."""
ALONE = 0.9
"""What the reading of a fragment alone counts beside that of the line."""
_BETWEEN = re.compile(r"(?<=[.;!?])\s+|,\s+|\s+[|·•–—]\s+|\s+(?:and|und|et|y|e|en|och|og|i|ve)\s+")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    category: str
    share: float


def tagged_masks(
    text: str,
    lines: Sequence[Span],
    stretches: Sequence[tuple[int, int, str]],
    found: Sequence[Mask],
    heads: Collection[Span] = (),
) -> Iterator[Mask]:
    """Yield the runs of words of a text that the tagger takes for personal.

    ``found`` is what the rules hide, ``heads`` are the lines that say title and employer.
    """
    places = [(mask.start, mask.end) for mask in found if mask.category in PERSONAL]
    read = 0
    for span in lines:
        line = text[span.start : span.end]
        section = _section(stretches, span.start)
        work = section not in KINDS or span in heads or (section == "unheaded" and BULLET.match(line) is not None)
        if not _LETTERS.search(line) or (section not in KINDS and not _plain(line)):
            continue
        if work_label().fullmatch(line) or lists_languages(line) or is_instruction(line):
            continue
        read += len(line)
        if read > MOST_READ:
            return
        kind = KINDS.get(section, "other")
        words = [_Word(*one) for one in tagger.words(kind, line)]
        beside = any(start < span.end and span.start < end for start, end in places)
        if not work and (beside or _enough(words, beside=False) < LIKELY):
            words = _closer(line, kind, words)
        words = [word if _counts(line, word, section, work=work) else replace(word, share=0.0) for word in words]
        runs = list(_runs(line, words, SURE if work else _enough(words, beside=beside)))
        if beside or not _leaves_nothing(line, words, runs):
            for run in runs:
                best = max(run, key=lambda word: word.share)
                yield Mask(span.start + run[0].start, span.start + run[-1].end, best.category)


def doubted(
    text: str, lines: Sequence[Span], stretches: Sequence[tuple[int, int, str]], found: Sequence[Mask]
) -> frozenset[Mask]:
    """Return what rules hide in bullets of work that the tagger reads as nothing but work.

    A bullet of several words that names a faith or a people is about clients, menus or events unless both think it is
    about the person.
    """
    out = set[Mask]()
    creeds = [mask for mask in found if mask.category in CREEDS and mask.text[:1] in ("", "[")]
    for span in lines:
        here = [mask for mask in creeds if span.start <= mask.start and mask.end <= span.end]
        line = text[span.start : span.end]
        bullet = BULLET.match(line) is not None and len(line.split()) >= SENTENCE
        if not here or not bullet or _section(stretches, span.start) in TOLD:
            continue
        words = [_Word(*one) for one in tagger.words("work", line)]
        for mask in here:
            inside = (w.share for w in words if mask.start < span.start + w.end and span.start + w.start < mask.end)
            if max(inside, default=0.0) < STRAY:
                out.add(mask)
    return frozenset(out)


def _section(stretches: Sequence[tuple[int, int, str]], offset: int) -> str:
    return next((kind for start, end, kind in stretches if start <= offset < end), "other")


def _closer(line: str, kind: str, words: Sequence[_Word]) -> list[_Word]:
    """Read each fragment of a personal line alone as well: beside a plain statement a rarer one is overlooked.

    Of the two readings of a word the likelier counts, that of the fragment at a discount.
    """
    best = {(word.start, word.end): word for word in words}
    for start, end in _fragments(line):
        if end - start < len(line) and len(line[start:end].split()) > 1:
            for first, last, category, share in tagger.words(kind, line[start:end]):
                place = (start + first, start + last)
                if place in best and share * ALONE > best[place].share:
                    best[place] = _Word(*place, category, round(share * ALONE, 3))
    return list(best.values())


def _fragments(line: str) -> Iterator[tuple[int, int]]:
    """What stands between commas, stops, separators and *and* as ranges."""
    at = 0
    for match in _BETWEEN.finditer(line):
        yield at, match.start()
        at = match.end()
    yield at, len(line)


def _leaves_nothing(line: str, words: Sequence[_Word], runs: Sequence[Sequence[_Word]]) -> bool:
    """Whether a line would go as a whole although the tagger is not sure of it as a whole, and it is no form."""
    hidden = [word for run in runs for word in run if _LETTERS.search(line, word.start, word.end)]
    if not hidden or len(hidden) < sum(_LETTERS.search(line, word.start, word.end) is not None for word in words):
        return False
    form = all(word.category in NUMBERS for word in hidden)
    mean = sum(word.share for word in hidden) / len(hidden)
    return not form and mean < WHOLE and max(word.share for word in hidden) < CERTAIN


def _counts(line: str, word: _Word, section: str, *, work: bool) -> bool:
    """Amid work only what is personal counts; a name has a capital; numbers beside head and forms must be sure."""
    if work:
        number = word.category == "id_number" and word.share >= CERTAIN and sum(map(str.isdigit, line)) >= LONG_NUMBER
        return word.category in PERSONAL or number
    written = line[word.start : word.end]
    if word.category == "name" and written.upper() != written.lower():
        return written[0].isupper() and (line.isupper() or not written.isupper())
    return word.category not in FIGURES or section in ("header", "personal") or word.share >= SURE


def _plain(line: str) -> bool:
    return BULLET.match(line) is None and not any(found.kind == "range" for found in find_ranges(line))


def _enough(words: Sequence[_Word], *, beside: bool) -> float:
    """The probability that a word of a line must reach where personal words are likely."""
    personal = (word.share for word in words if word.category in PERSONAL)
    return BESIDE if beside or max(personal, default=0.0) >= LIKELY else LIKELY


def _runs(line: str, words: Sequence[_Word], enough: float) -> Iterator[list[_Word]]:
    """Words side by side of which each may be hidden and one must be; the region of residence may not."""
    regions = [match.span() for match in pattern("regions", "all").finditer(line)]
    run: list[_Word] = []
    for word in (*words, None):
        region = word and word.category == "address" and any(a <= word.start < b for a, b in regions)
        least = enough if word and word.category in NUMBERS else max(enough / 2, STRAY)
        if word is not None and word.share >= least and not region:
            run.append(word)
            continue
        if any(one.share >= enough and _tells(line, one) for one in run):
            yield run
        run = []


def _tells(line: str, word: _Word) -> bool:
    if word.category in FIGURES:
        return any(sign.isdigit() for sign in line[word.start : word.end])
    return word.category in NUMBERS or _LETTERS.search(line, word.start, word.end) is not None
