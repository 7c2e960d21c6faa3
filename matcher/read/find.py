"""From a quote to its place: characters are compared without case, accents' form, spaces and punctuation."""

from __future__ import annotations

import unicodedata

from matcher.models import Box, Document, Run, Span


def find_quote(document: Document, quote: str) -> Span | None:
    """Return the first place of a quote in the text, also across line ends and hyphens; None where it is not there."""
    direct = document.text.find(quote) if quote.strip() else -1
    if direct >= 0:
        return Span(start=direct, end=direct + len(quote))
    wanted = "".join(squash(c) for c in unicodedata.normalize("NFC", quote))
    if not wanted:
        return None
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(document.text):
        squashed = squash(char)
        letters.append(squashed)
        places += [place] * len(squashed)
    at = "".join(letters).find(wanted)
    return None if at < 0 else Span(start=places[at], end=places[at + len(wanted) - 1] + 1)


def squash(char: str) -> str:
    """Return the letters and digits of a character in compatibility form and lower case."""
    if char.isascii():
        return char.lower() if char.isalnum() else ""
    return "".join(c for c in unicodedata.normalize("NFKC", char).casefold() if c.isalnum())


def boxes(document: Document, start: int, end: int) -> tuple[tuple[int, Box], ...]:
    """Return page and box of each line part between two offsets; () for formats without pages.

    A run that is only partly inside is cut in proportion to its characters.
    """
    found: list[tuple[int, Box]] = []
    last_end = -1
    for run in document.runs:
        if run.end <= start or run.start >= end or run.box is None:
            continue
        box = _part(run, run.box, max(start, run.start), min(end, run.end))
        joined = found and found[-1][0] == run.page and "\n" not in document.text[last_end : run.start]
        if joined and abs(found[-1][1][1] - box[1]) < box[3] - box[1] and box[0] >= found[-1][1][0]:
            page, other = found[-1]
            found[-1] = (
                page,
                (min(other[0], box[0]), min(other[1], box[1]), max(other[2], box[2]), max(other[3], box[3])),
            )
        else:
            found.append((run.page, box))
        last_end = run.end
    return tuple(found)


def _part(run: Run, box: Box, start: int, end: int) -> Box:
    if (start, end) == (run.start, run.end):
        return box
    width = (box[2] - box[0]) / (run.end - run.start)
    return (box[0] + (start - run.start) * width, box[1], box[0] + (end - run.start) * width, box[3])
