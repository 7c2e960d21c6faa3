"""The real stages as one function over texts, for swap tests: structure → blind → rank → judge → score.

Texts are read by the product's own reader; the index lives in memory. What a stage has made of the same input is kept,
because a swap test asks for the same pool a thousand times with one résumé changed.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher import __version__, blind, rank, read, score, structure
from matcher.audit.style import roles
from matcher.audit.swap import Assessed, SwapReport, measure, merge, swap
from matcher.audit.variants import KINDS, Variant, name_in, variants
from matcher.canonical import canonical_json
from matcher.config import Settings
from matcher.errors import InputError
from matcher.justify import EvidenceJudge, Judge, copied_from, justify
from matcher.models import Assessment, BlindView, Criteria, Document, FileRow, Ranking, Resume, RunInfo, Shortlist
from matcher.pipeline import matching
from matcher.pipeline.session import Progress, no_progress, open_embedder
from matcher.read.document import read_document
from matcher.read.limits import Limits

if TYPE_CHECKING:
    from index import Embedder

JudgeOf = Callable[[Ranking], Judge]
Vector = NDArray[np.float32]
Role = Literal["query", "document"]
STYLE = "style"
EVERY_KIND = (*KINDS, STYLE)


class Paper(NamedTuple):
    """The text of a résumé and the name of its file."""

    text: str
    file: str = "resume.txt"


class PoolAssessor:
    """Assesses a whole pool of texts as a run would, everyone in the head of the list. Use as a context manager."""

    def __init__(
        self,
        criteria: Criteria,
        posting_text: str,
        embedder: Embedder,
        judge_of: JudgeOf,
        day: date,
        *,
        mask_schools: bool = False,
        mask_affinity: bool = False,
        remember: bool = True,
    ) -> None:
        from index import Index

        self._criteria = criteria
        self._posting_text = posting_text
        self._judge_of = judge_of
        self._day = day
        self._masks = {"mask_schools": mask_schools, "mask_affinity": mask_affinity}
        self._remember = remember
        self._folder = tempfile.TemporaryDirectory(prefix="matcher-swap-")
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._index = Index(self._connection, Path(self._folder.name), embedder)
        self._read: dict[tuple[str, Paper], tuple[Document, Resume, BlindView]] = {}
        self._pools: dict[bytes, Assessed] = {}
        self._cells: dict[bytes, Assessment] = {}
        self.pools_assessed = 0

    def __enter__(self) -> PoolAssessor:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._folder.cleanup()

    def __call__(self, documents: Mapping[str, Paper]) -> Assessed:
        """Return what the product makes of this pool."""
        parts = {candidate: self._structured(candidate, paper) for candidate, paper in documents.items()}
        key = canonical_json([[candidate, _seen(view)] for candidate, (_, _, view) in sorted(parts.items())])
        known = self._pools.get(key)
        if known is None or not self._remember:
            known = self._assess(parts)
            self._pools[key] = known
        return known

    def _structured(self, candidate: str, paper: Paper) -> tuple[Document, Resume, BlindView]:
        known = self._read.get((candidate, paper))
        if known is None:
            document = read_document(paper.text.encode("utf-8"), paper.file, Limits())
            resume = structure.structure(document, candidate=candidate)
            known = document, resume, blind.blind(document, resume, self._day, **self._masks)
            self._read[candidate, paper] = known
        return known

    def _assess(self, parts: Mapping[str, tuple[Document, Resume, BlindView]]) -> Assessed:
        self.pools_assessed += 1
        self._index.add([rank.passages(view) for _, _, view in parts.values()])
        ranking = rank.rank(self._criteria, self._posting_text, self._index, allowed=parts.keys(), head=len(parts))
        judge = self._judge_of(ranking)
        assessments = {
            candidate: self._judged(judge, view, document) for candidate, (document, _, view) in parts.items()
        }
        shortlist = self._shortlist(judge, ranking, assessments)
        return _assessed(shortlist, ranking)

    def _judged(self, judge: Judge, view: BlindView, document: Document) -> Assessment:
        key = canonical_json([view.candidate, judge.name, document.id])
        if key not in self._cells or not self._remember:
            self._cells[key] = justify(view, document, self._criteria, judge, copied=copied_from(self._posting_text))
        return self._cells[key]

    def _shortlist(self, judge: Judge, ranking: Ranking, assessments: Mapping[str, Assessment]) -> Shortlist:
        run = RunInfo(
            id="run:swap", versions=(("matcher", __version__),), judge=judge.name, judge_note="", embedding="",
            criteria_hash=self._criteria.hash, as_of=self._day, top=len(assessments),
        )  # fmt: skip
        files = [FileRow(file=candidate, status="read", candidate=candidate) for candidate in assessments]
        return score.shortlist(
            score.Pool(run=run, criteria=self._criteria, ranking=ranking, assessments=assessments, files=files)
        )


def swaps(
    settings: Settings,
    posting: Path,
    paths: Sequence[Path],
    kinds: Sequence[str] = KINDS,
    cut: int = 5,
    progress: Progress = no_progress,
) -> tuple[SwapReport, ...]:
    """Run swap tests over résumé files with the configured embedder and the offline reader; nothing is stored.

    Raises:
        InputError: no readable résumé, or a kind that does not exist. PostingError: not a posting.
    """
    unknown = [kind for kind in kinds if kind not in EVERY_KIND]
    if unknown:
        raise InputError(f"There is no swap test {unknown[0]}: choose from {', '.join(EVERY_KIND)}.")
    job = matching.read_job(posting)
    documents = {
        reading.document.id: Paper(reading.document.text, f"{PurePosixPath(reading.document.name).stem}.txt")
        for reading in read.read(paths, workers=settings.workers)
        if reading.document
    }
    if not documents:
        raise InputError(f"No résumé can be read under {', '.join(map(str, paths))}: name files or folders.")
    embedder = open_embedder(settings)
    day = settings.as_of or date(2026, 11, 1)
    masks = {"mask_schools": settings.mask_schools, "mask_affinity": settings.mask_affinity}
    made: list[SwapReport] = []
    judge_of = offline_judge(embedder)
    with PoolAssessor(job.criteria, job.text, embedder, judge_of, day, **masks) as assess:
        for kind in kinds:
            progress(f"swap {kind}", len(made), len(kinds))
            if kind == STYLE:
                made.append(style_swap(embedder, judge_of, day))
            else:
                made.append(swap(kind, documents, _variants(kind), assess, min(cut, len(documents))))
    return tuple(made)


def style_swap(embedder: Embedder, judge_of: JudgeOf, day: date) -> SwapReport:
    """Return the style swap over the pairs that were written for it."""
    parts = []
    for role in roles():
        with PoolAssessor(role.criteria, role.posting, embedder, judge_of, day) as assess:
            papers = {candidate: Paper(text) for candidate, text in role.documents.items()}
            changes, _ = measure(papers, _on_paper(role.variants), assess, 1)
        parts.append((changes, len(role.documents)))
    return merge(STYLE, parts, 1)


def offline_judge(embedder: Embedder) -> JudgeOf:
    """Return the offline reader, its readings kept in memory only; facts by code alone where its weights are absent."""
    from matcher.justify.reader import ReaderJudge
    from matcher.justify.reader_network import WEIGHTS

    if not (WEIGHTS / "SHA256SUMS").exists():
        return lambda ranking: EvidenceJudge({entry.candidate: entry.nearest for entry in ranking.ranked})
    kept: dict[str, bytes] = {}
    queries: dict[str, Vector] = {}
    lines: dict[str, Vector] = {}

    def vectors(texts: Sequence[str], known: dict[str, Vector], role: Role) -> NDArray[np.float32]:
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known.update(zip(missing, embedder.embed(missing, role=role), strict=True))
        return np.stack([known[text] for text in texts])

    def similarity(criteria: Sequence[str], texts: Sequence[str]) -> NDArray[np.float32]:
        return vectors(criteria, queries, "query") @ vectors(texts, lines, "document").T

    judge = ReaderJudge(similarity=similarity, get=kept.get, put=kept.__setitem__)
    return lambda ranking: judge


def _variants(kind: str) -> Callable[[Paper], Iterator[Variant[Paper]]]:
    return _on_paper(lambda text: variants(kind, text, name_in(text)))


def _on_paper(make: Callable[[str], Iterable[Variant[str]]]) -> Callable[[Paper], Iterator[Variant[Paper]]]:
    """Variants of texts as variants of files: a new name stands in the file's name too."""

    def papers(paper: Paper) -> Iterator[Variant[Paper]]:
        for one in make(paper.text):
            control = None if one.control is None else Paper(one.control, paper.file)
            yield Variant(
                one.group, one.label, Paper(one.text, one.file(paper.file)), Paper(one.base, paper.file), control
            )

    return papers


def _seen(view: BlindView) -> object:
    """Everything of a view that index and judges can see; where a line stands in the file is not."""
    lines = [[line.id, line.text, line.section, line.position, line.instruction_like] for line in view.lines]
    rest = view.model_dump(mode="json", include={"as_of", "language", "positions", "education"})
    return [lines, rest]


def _assessed(shortlist: Shortlist, ranking: Ranking) -> Assessed:
    return Assessed(
        scores={entry.candidate: entry.score for entry in shortlist.entries},
        fits={entry.candidate: entry.fit for entry in ranking.ranked},
        ranks={entry.candidate: entry.rank for entry in shortlist.entries},
        orders={entry.candidate: entry.order for entry in ranking.ranked},
        verdicts={
            entry.candidate: tuple(f"{cell.criterion}:{cell.verdict or cell.status}" for cell in entry.justifications)
            for entry in shortlist.entries
        },
    )
