"""Builds a ``Document`` piece by piece, so that every offset, run and mark is right by construction.

Text goes in through ``add`` only; it is cleaned there, and what a person cannot see goes to ``hidden``.
Line ends are lazy: no line is empty by accident and no block is separated by more than one empty line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from matcher.canonical import content_id
from matcher.models import (
    Box,
    Document,
    Finding,
    FindingKind,
    HiddenReason,
    HiddenText,
    Mark,
    MarkKind,
    Page,
    Run,
)  # fmt: skip
from matcher.read.clean import clean, legible, suspicious
from matcher.read.limits import Limits, Unreadable

_MIXED_WORD = re.compile(r"\b(?=\w*[A-Za-z])(?=\w*[\u0400-\u04ff\u0370-\u03ff])[^\W\d_]{3,}\b")
_HIDDEN_SHOWN = 4000
"""Characters of hidden text kept per passage: enough for the record, too little to fill a store."""
_WORTH_SAYING = 15
"""Hidden characters on a page worth a finding; less is a page number beyond the edge or a stray sign."""
_CHARACTER_REASONS: tuple[HiddenReason, ...] = ("unicode_tags", "zero_width", "bidi_control")


_JOINED = ("bold", "large")

_Open = list[Any]
"""A mark that has been opened: kind, level, and the offset of its first character once there is one."""


class _Hidden(NamedTuple):
    reason: HiddenReason
    page: int
    offset: int
    texts: list[str]
    boxes: list[Box]


class Draft:
    """A document in the making.

    Attributes:
        at: length of the text so far, which is the offset of the next character that ``add`` appends to a line.
    """

    def __init__(self, limits: Limits) -> None:
        self.at = 0
        self._limits = limits
        self._parts: list[str] = []
        self._breaks = 0
        self._gap = ""
        self._pages: list[tuple[float, float, int]] = []
        self._runs: list[tuple[int, int, int, Box | None]] = []
        self._marks: list[Mark] = []
        self._open: list[_Open] = []
        self._hidden: list[_Hidden] = []
        self._removed: Counter[HiddenReason] = Counter()
        self._findings: list[Finding] = []

    # --- text ----------------------------------------------------------------------------------------------------

    def page(self, width: float = 0.0, height: float = 0.0) -> None:
        """Start the next page; sizes in points."""
        if self._pages:
            self.block()
        self._pages.append((width, height, -1))

    def add(self, text: str, box: Box | None = None) -> None:
        """Append visible text to the current line; line ends inside it are kept."""
        visible, removed = clean(text)
        for offset, chars, reason in removed:
            self._removed[reason] += len(chars)
            self.hide(legible(chars, reason), reason, at=self.at + offset)
        for index, line in enumerate(visible.split("\n")):
            if index:
                self.line()
            self._append(line, box)

    def _append(self, text: str, box: Box | None) -> None:
        body = text.strip()
        if not body:
            self.gap(text)
            return
        self.gap(text[: len(text) - len(text.lstrip())])
        if self.at:
            self._push("\n" * self._breaks or self._gap)
        self._breaks, self._gap = 0, ""
        start = self.at
        self._push(body)
        self.gap(text[len(text.rstrip()) :])
        self._start_page(start)
        for opened in self._open:
            opened[2] = start if opened[2] is None else opened[2]
        if box is not None:
            self._runs.append((start, self.at, len(self._pages), box))

    def _push(self, text: str) -> None:
        self._parts.append(text)
        self.at += len(text)
        if self.at > self._limits.characters:
            raise Unreadable("limit", f"The file holds more than {self._limits.characters} characters of text.")

    def _start_page(self, start: int) -> None:
        if not self._pages:
            self._pages.append((0.0, 0.0, -1))
        width, height, known = self._pages[-1]
        if known < 0:
            self._pages[-1] = (width, height, start)

    def gap(self, text: str = " ") -> None:
        """White space before the next piece of the line: a tab where one of several is a tab, else one space."""
        if text and self._gap != "\t":
            self._gap = "\t" if "\t" in text else " "

    def line(self) -> None:
        """End the line."""
        self._breaks, self._gap = max(self._breaks, 1), ""

    def block(self) -> None:
        """End the block: an empty line follows."""
        self._breaks, self._gap = 2, ""

    # --- what goes beside the text -------------------------------------------------------------------------------

    @contextmanager
    def marked(self, kind: MarkKind, level: int = 0) -> Iterator[None]:
        """Mark all text that is added inside the block."""
        opened: _Open = [kind, level, None]
        self._open.append(opened)
        yield
        self._open.remove(opened)
        start = opened[2]
        if start is not None and self.at > start:
            self._marks.append(Mark(start=start, end=self.at, kind=kind, level=level))

    def hide(
        self, text: str, reason: HiddenReason, box: Box | None = None, at: int | None = None, page: int = 0
    ) -> None:
        """Record text that a person cannot see; neighbours with the same reason become one passage."""
        if not text.strip():
            return
        page, offset = page or max(1, len(self._pages)), self.at if at is None else at
        last = self._hidden[-1] if self._hidden else None
        if last is None or (last.reason, last.page) != (reason, page) or offset - last.offset > 1:
            last = _Hidden(reason, page, offset, [], [])
            self._hidden.append(last)
        last.texts.append(text)
        if box is not None:
            last.boxes.append(box)

    def find(self, kind: FindingKind, detail: str, page: int | None = None) -> None:
        """Record something that the recruiter should know; the same sentence is recorded once."""
        finding = Finding(kind=kind, detail=detail, page=page)
        if finding not in self._findings:
            self._findings.append(finding)

    @property
    def hidden_characters(self) -> int:
        """How many characters have been hidden so far."""
        return sum(len(t) for h in self._hidden for t in h.texts)

    # --- the end -------------------------------------------------------------------------------------------------

    def build(self, data: bytes, name: str, media_type: str, modified: date | None = None) -> Document:
        """Return the document.

        Raises:
            Unreadable: ``no_text`` where nothing visible was found.
        """
        text = "".join(self._parts)
        if not any(c.isalnum() for c in text):
            raise Unreadable("no_text", "The file holds no visible text.")
        self._add_findings(text)
        return Document(
            id=content_id("doc", data), name=name, media_type=media_type, text=text, pages=self._build_pages(),
            runs=self._build_runs(), marks=self._build_marks(text), hidden=self._build_hidden(),
            findings=tuple(self._findings), modified=modified,
        )  # fmt: skip

    def _build_pages(self) -> tuple[Page, ...]:
        pages: list[Page] = []
        end = self.at
        for number in range(len(self._pages), 0, -1):
            width, height, start = self._pages[number - 1]
            start = end if start < 0 else start
            pages.append(Page(number=number, width=width, height=height, start=start, end=end))
            end = start
        return tuple(reversed(pages))

    def _build_runs(self) -> tuple[Run, ...]:
        runs = self._runs
        if len(runs) > self._limits.runs:
            runs = _per_line(runs, "".join(self._parts))[: self._limits.runs]
            self.find("limit_reached", "The file has so many words that places in it are kept by line, not by word.")
        return tuple(Run(start=s, end=e, page=p, box=b) for s, e, p, b in runs)

    def _build_marks(self, text: str) -> tuple[Mark, ...]:
        """Marks in order; bold or large neighbours on one line become one."""
        merged: list[Mark] = []
        last: dict[MarkKind, int] = {}
        for mark in sorted(self._marks, key=lambda m: (m.start, -m.end)):
            place = last.get(mark.kind)
            if place is not None and mark.kind in _JOINED:
                before = merged[place]
                between = text[before.end : mark.start]
                if before.level == mark.level and not between.strip() and "\n" not in between:
                    merged[place] = before.model_copy(update={"end": mark.end})
                    continue
            last[mark.kind] = len(merged)
            merged.append(mark)
        return tuple(merged)

    def _build_hidden(self) -> tuple[HiddenText, ...]:
        quiet = set(_CHARACTER_REASONS) - suspicious(dict(self._removed))
        return tuple(
            HiddenText(text=" ".join(h.texts)[:_HIDDEN_SHOWN], reason=h.reason, page=h.page, offset=h.offset,
                       box=_hull(h.boxes))
            for h in self._hidden if h.reason not in quiet
        )  # fmt: skip

    def _add_findings(self, text: str) -> None:
        for reason in sorted(suspicious(dict(self._removed))):
            count = self._removed[reason]
            self.find("invisible_characters", f"{count} invisible characters ({reason}) were taken out of the text.")
        sizes: Counter[tuple[int, HiddenReason]] = Counter()
        for hidden in self._hidden:
            if hidden.reason not in (*_CHARACTER_REASONS, "actual_text"):  # judged where the page is read
                sizes[hidden.page, hidden.reason] += sum(map(len, hidden.texts))
        for (page, reason), size in sizes.items():
            if size >= _WORTH_SAYING:
                self.find("hidden_text", f"{size} characters of text that a person cannot see ({reason}).", page)
        mixed = _MIXED_WORD.findall(text)
        if mixed:
            self.find("mixed_script", f"{len(mixed)} words mix letters of two scripts that look alike.")


def _per_line(runs: list[tuple[int, int, int, Box | None]], text: str) -> list[tuple[int, int, int, Box | None]]:
    merged: list[tuple[int, int, int, Box | None]] = []
    for run in runs:
        last = merged[-1] if merged else None
        if last and last[2] == run[2] and last[3] and run[3] and "\n" not in text[last[1] : run[0]]:
            merged[-1] = (last[0], run[1], run[2], _hull([last[3], run[3]]))
        else:
            merged.append(run)
    return merged


def _hull(boxes: list[Box]) -> Box | None:
    if not boxes:
        return None
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
