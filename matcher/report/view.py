"""What every form of the report shows, worked out once: labels, cells, quotes and the counts in a sentence.

The blind copy is made here and nowhere else: with ``blind``, file names become candidate labels, quotes are cut from
the masked ``BlindView``, and whatever could name a person (location, file names, details of findings) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from matcher.models import (
    BlindView,
    Criterion,
    Document,
    Entry,
    FileRow,
    Finding,
    Justification,
    Quote,
    Shortlist,
)
from matcher.report import words
from matcher.score import POINTS

WITHHELD = "(not shown in the blind copy)"


@dataclass(frozen=True)
class QuoteView:
    """A quote as shown: ``anchor`` names its place in the candidate's text, or is empty."""

    text: str
    page: int
    anchor: str
    crop: str = ""
    """The page image around the quote as a data URI, where there is one."""


@dataclass(frozen=True)
class CellView:
    """One candidate × criterion as shown; ``points`` of ``possible`` are the parts of the score."""

    criterion: Criterion
    cell: Justification | None
    answer: words.Answer
    reason: str
    quotes: tuple[QuoteView, ...]
    nearest: tuple[QuoteView, ...]
    anchor: str
    points: int
    possible: int
    overridden: bool

    @property
    def word(self) -> words.Word:
        """Sign, word and colour of the answer."""
        return words.ANSWER[self.answer]

    @property
    def why_not(self) -> str:
        """Why the cell was not assessed, in words."""
        return words.why_not(self.cell)


@dataclass(frozen=True)
class CandidateView:
    """One candidate as shown; ``number`` is the place in the list, and part of every anchor."""

    number: int
    entry: Entry
    label: str
    short: str
    cells: tuple[CellView, ...]
    findings: tuple[tuple[str, str], ...]

    @property
    def anchor(self) -> str:
        """Id of the candidate's section."""
        return f"c{self.number}"

    @property
    def text_anchor(self) -> str:
        """Id of the candidate's text."""
        return f"t{self.number}"

    @property
    def place(self) -> str:
        """The rank in words: with ties and the range that the open cells allow."""
        entry = self.entry
        if entry.rank is None:
            return "no rank"
        tie = f"{entry.rank} (tied)" if entry.tied else f"{entry.rank}"
        low, high = entry.rank_low, entry.rank_high
        return tie if low is None or low == high else f"{tie}, could be {low}–{high}"


@dataclass(frozen=True)
class FileView:
    """One input file as shown."""

    file: str
    status: str
    reason: str
    detail: str
    candidate: str


@dataclass(frozen=True)
class Pack:
    """Everything a report needs: the shortlist, the texts, and whether it is the blind copy."""

    shortlist: Shortlist
    documents: Mapping[str, Document]
    views: Mapping[str, BlindView]
    blind: bool
    crops: Mapping[tuple[str, int, int], str]
    labels: Mapping[str, str]
    shorts: Mapping[str, str]

    @property
    def candidates(self) -> tuple[CandidateView, ...]:
        """Everyone of whom cells exist, in order."""
        return tuple(self._candidate(n, e) for n, e in enumerate(self.shortlist.entries, 1) if e.justifications)

    @property
    def below(self) -> tuple[CandidateView, ...]:
        """Everyone of the pool who was not read in depth, in order."""
        return tuple(self._candidate(n, e) for n, e in enumerate(self.shortlist.entries, 1) if not e.justifications)

    @property
    def files(self) -> tuple[FileView, ...]:
        """Every input file."""
        return tuple(self._file(number, row) for number, row in enumerate(self.shortlist.files, 1))

    def _candidate(self, number: int, entry: Entry) -> CandidateView:
        cells = {cell.criterion: cell for cell in entry.justifications}
        shown = tuple(
            self._cell(number, column, entry, criterion, cells.get(criterion.id))
            for column, criterion in enumerate(self.shortlist.criteria.criteria, 1)
        )
        return CandidateView(
            number=number, entry=entry, label=self.labels[entry.candidate], short=self.shorts[entry.candidate],
            cells=shown, findings=tuple(self._finding(f) for f in entry.findings),
        )  # fmt: skip

    def _cell(
        self, number: int, column: int, entry: Entry, criterion: Criterion, cell: Justification | None
    ) -> CellView:
        answer = words.answer(cell)
        assessed = answer != "not_assessed"
        return CellView(
            criterion=criterion,
            cell=cell,
            answer=answer,
            reason=self._reason(cell),
            quotes=tuple(self._quote(number, entry.candidate, q) for q in cell.evidence) if cell else (),
            nearest=tuple(self._quote(number, entry.candidate, q) for q in cell.nearest) if cell else (),
            anchor=f"c{number}-k{column}",
            points=POINTS[answer] * criterion.weight if answer != "not_assessed" else 0,
            possible=2 * criterion.weight if assessed else 0,
            overridden=criterion.id in entry.overridden,
        )

    def _reason(self, cell: Justification | None) -> str:
        if cell is None:
            return ""
        typed_by_a_person = cell.judge.startswith("person")
        return WITHHELD if self.blind and typed_by_a_person and cell.reason else cell.reason

    def _quote(self, number: int, candidate: str, quote: Quote) -> QuoteView:
        if self.blind:
            return self._blind_quote(number, candidate, quote)
        known = candidate in self.documents
        crop = self.crops.get((candidate, quote.start, quote.end), "")
        return QuoteView(quote.text, quote.page, f"t{number}-{quote.start}-{quote.end}" if known else "", crop)

    def _blind_quote(self, number: int, candidate: str, quote: Quote) -> QuoteView:
        view = self.views.get(candidate)
        for line in view.lines if view else ():
            if line.span.start <= quote.start and quote.end <= line.span.end:
                return QuoteView(line.text, quote.page, f"t{number}-{line.id}")
        return QuoteView(WITHHELD, quote.page, "")

    def _finding(self, finding: Finding) -> tuple[str, str]:
        detail = finding.detail if not self.blind else ""
        page = f"page {finding.page}" if finding.page else ""
        return words.FINDING[finding.kind], " · ".join(part for part in (detail, page) if part)

    def _file(self, number: int, row: FileRow) -> FileView:
        of = self.shorts.get(row.duplicate_of or "", "")
        reason = words.UNREAD[row.reason] if row.reason else ""
        return FileView(
            file=f"File {number}" if self.blind else row.file,
            status={"read": "Read", "duplicate": "Duplicate", "unreadable": "Not read"}[row.status],
            reason=f"{reason} as {of}" if of else reason,
            detail="" if self.blind else row.detail,
            candidate=self.shorts.get(row.candidate or "", ""),
        )


def pack(
    shortlist: Shortlist,
    documents: Mapping[str, Document],
    *,
    blind: bool = False,
    views: Mapping[str, BlindView] | None = None,
    crops: Mapping[tuple[str, int, int], str] | None = None,
) -> Pack:
    """Return what a report shows of this shortlist (``crops``: data URIs by candidate, start and end)."""
    shorts = short_labels([entry.candidate for entry in shortlist.entries])
    names = {e.candidate: (shorts[e.candidate] if blind else display_name(e.file)) for e in shortlist.entries}
    return Pack(shortlist, documents, views or {}, blind, {} if blind else (crops or {}), names, shorts)


def short_labels(candidates: list[str]) -> dict[str, str]:
    """Return a short label per candidate id (``C-3f9a2c``), as long as it takes to be unique."""
    tails = {candidate: candidate.partition(":")[2] or candidate for candidate in candidates}
    for digits in range(6, 65):
        if len({tail[:digits] for tail in tails.values()}) == len(tails):
            return {candidate: f"C-{tail[:digits]}" for candidate, tail in tails.items()}
    return {candidate: candidate for candidate in candidates}


def display_name(file: str) -> str:
    """Return the last part of a path or archive member, as people name a file."""
    member = re.split(r"(?i)\.(?:zip|eml|mbox|mbx)!", file)[-1]
    return PurePosixPath(member.replace("\\", "/")).name or file


def counts_sentence(shortlist: Shortlist) -> tuple[str, str]:
    """Return two sums that add up: the files, and the candidates."""
    n = {"files": 0, "read": 0, "duplicate": 0, "unreadable": 0, "candidates": 0, "ranked": 0, "below_cut": 0}
    n |= {"not_assessed": 0} | dict(shortlist.counts)
    files = (
        f"{_many(n['files'], 'file')} = {n['read']} read + {_many(n['duplicate'], 'duplicate')}"
        f" + {n['unreadable']} not readable"
    )
    people = (
        f"{_many(n['candidates'], 'candidate')} = {n['ranked']} ranked + {n['below_cut']} below the cut"
        f" + {n['not_assessed']} with too little assessed"
    )
    return files, people


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
