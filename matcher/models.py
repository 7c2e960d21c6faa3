"""Every record that flows between the stages.

Records are frozen, forbid unknown fields, and hold tuples only; words from closed sets are ``Literal``.
What must never happen is refused by a validator, so that an impossible record cannot be built by a model, a file or
a test: a verdict of *met* or *partial* without a quote, for example, is not constructible.

Offsets are half-open ranges of characters in ``Document.text``.
Boxes are ``(x0, y0, x1, y1)`` in points (1/72 inch) from the top left corner of the page as a person sees it.
Pages count from 1.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from matcher.canonical import canonical_json, content_id

Box = tuple[float, float, float, float]


class Record(BaseModel):
    """Base of all records: frozen, closed, and silent about its content when it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


# --- reading -------------------------------------------------------------------------------------------------------


class Page(Record):
    """One page: its size in points (0 × 0 where the format has no pages) and its range in the text."""

    number: int = Field(ge=1)
    width: float
    height: float
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Run(Record):
    """Characters that stand together on a page (a word or a part of a line) and their box, where there is one."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    page: int = Field(ge=1)
    box: Box | None = None


MarkKind = Literal["heading", "bold", "large", "table", "list", "page_header", "page_footer", "ocr"]


class Mark(Record):
    """A layout hint over a range of the text; ``level`` is the heading level, or the size rank for *large*."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    kind: MarkKind
    level: int = 0


HiddenReason = Literal[
    "white", "near_background", "tiny", "render_mode", "off_page", "covered", "clipped", "transparent",
    "hidden_layer", "actual_text", "vanish", "hidden_style", "hidden_attribute", "unicode_tags", "zero_width",
    "bidi_control", "comment", "deleted", "invisible",
]  # fmt: skip


class HiddenText(Record):
    """Text in the file that a person cannot see: kept apart, shown as a finding, never indexed or judged."""

    text: str
    reason: HiddenReason
    page: int = Field(ge=1)
    offset: int = Field(ge=0)
    """Where in the visible text it would have stood."""
    box: Box | None = None


FindingKind = Literal[
    "hidden_text", "invisible_characters", "mixed_script", "type_mismatch", "active_content", "external_content",
    "ocr_text", "instruction_like", "copied_from_posting", "keyword_list", "limit_reached", "repaired",
    "text_render_mismatch", "structure_unsure", "reading_order_unsure", "encoding_guessed", "other",
]  # fmt: skip


class Finding(Record):
    """Something about a file that the recruiter should know; never a reason to reject anybody."""

    kind: FindingKind
    detail: str
    page: int | None = None
    start: int | None = None
    end: int | None = None


class Document(Record):
    """The visible text of one file, true to the offset, with what was hidden kept apart.

    ``runs`` are ordered, do not overlap, and cover every character that stands on a page (white space between runs
    belongs to none). ``id`` is the tagged hash of the file's bytes.
    """

    id: str
    name: str
    media_type: str
    text: str
    pages: tuple[Page, ...]
    runs: tuple[Run, ...] = ()
    marks: tuple[Mark, ...] = ()
    hidden: tuple[HiddenText, ...] = ()
    findings: tuple[Finding, ...] = ()
    modified: date | None = None
    language: str | None = None

    @model_validator(mode="after")
    def _ranges_stand_in_the_text(self) -> Self:
        length, last = len(self.text), 0
        for run in self.runs:
            if run.start < last or run.end < run.start or run.end > length:
                raise ValueError("runs must be ordered, disjoint and inside the text")
            last = run.end
        if any(not page.start <= page.end <= length for page in self.pages):
            raise ValueError("pages must stand inside the text")
        return self

    def page_at(self, offset: int) -> int:
        """Return the number of the page on which ``offset`` stands (1 where the format has no pages)."""
        found = 1
        for page in self.pages:
            if page.start <= offset:
                found = page.number
        return found


ReadStatus = Literal["read", "duplicate", "unreadable"]
UnreadReason = Literal[
    "encrypted", "damaged", "no_text", "ocr_missing", "unsupported", "too_large", "limit", "vanished", "empty",
    "erased",
]  # fmt: skip
DuplicateReason = Literal["same_bytes", "same_text", "older_version"]


class FileRow(Record):
    """The one row in which an input file ends."""

    file: str
    """Path as given, with ``!member`` appended for a file inside a ZIP, a mail or a mailbox."""
    status: ReadStatus
    reason: UnreadReason | DuplicateReason | None = None
    detail: str = ""
    sha256: str | None = None
    size: int | None = None
    candidate: str | None = None
    duplicate_of: str | None = None
    """Candidate id of the one that is ranked instead."""
    links: tuple[str, ...] = ()
    """Candidates that may be the same person or a copy: a proposal for a person to decide, never a merge."""

    @model_validator(mode="after")
    def _status_and_reason_agree(self) -> Self:
        if self.status == "read" and (self.reason is not None or self.candidate is None):
            raise ValueError("a file that was read has a candidate and no reason")
        if self.status == "duplicate" and (self.reason is None or self.duplicate_of is None):
            raise ValueError("a duplicate says of whom and why")
        if self.status == "unreadable" and self.reason is None:
            raise ValueError("an unreadable file says why")
        return self


def candidate_id(sha256: str) -> str:
    """Return the opaque id of the candidate whose file has these bytes (SHA-256 as 64 hexadecimal digits)."""
    return content_id("cand", sha256, digits=16)


# --- structure -----------------------------------------------------------------------------------------------------

SectionKind = Literal[
    "header", "summary", "experience", "education", "skills", "certificates", "languages", "projects",
    "publications", "volunteering", "awards", "interests", "references", "personal", "other",
]  # fmt: skip
DegreeLevel = Literal["secondary", "vocational", "associate", "bachelor", "master", "doctorate"]


class Span(Record):
    """A half-open range of characters in ``Document.text``."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class PartialDate(Record):
    """A date as precise as it was written: a year, or a year and a month."""

    year: int = Field(ge=1900, le=2200)
    month: int | None = Field(default=None, ge=1, le=12)


IdentityKind = Literal["name", "email", "phone", "link", "address", "postal_code", "birth", "photo"]


class IdentitySpan(Record):
    """A place in the text that says who the person is."""

    kind: IdentityKind
    span: Span
    text: str


class Section(Record):
    """A part of a résumé under one heading; ``span`` includes the heading."""

    kind: SectionKind
    heading: Span | None
    span: Span


class Position(Record):
    """One job: title, organisation, dates as written, and the lines that describe it."""

    id: str
    title: str
    organisation: str | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None
    current: bool = False
    header: tuple[Span, ...]
    lines: tuple[Span, ...] = ()


class Education(Record):
    """One course of study; ``level`` is None where the text does not say."""

    level: DegreeLevel | None
    field: str | None = None
    institution: str | None = None
    end: PartialDate | None = None
    complete: bool = True
    span: Span


class Resume(Record):
    """What a document says about work, apart from who says it. Sections are never required."""

    candidate: str
    document: str
    language: str | None
    identity: tuple[IdentitySpan, ...]
    sections: tuple[Section, ...]
    positions: tuple[Position, ...]
    education: tuple[Education, ...]
    lines: tuple[Span, ...]
    """Every content line in reading order (bullets re-joined across line ends), identity lines included."""
    findings: tuple[Finding, ...] = ()


# --- the blind view ------------------------------------------------------------------------------------------------


class Line(Record):
    """One line of work evidence: ``text`` is masked, ``span`` is its place in ``Document.text``."""

    id: str
    text: str
    section: SectionKind
    position: str | None = None
    span: Span
    instruction_like: bool = False
    """The line addresses the reader or a machine: content, never an instruction, and not evidence."""


class BlindPosition(Record):
    """A job without calendar dates: whole months counted back from the as-of day.

    ``from_ago`` ≥ ``to_ago`` ≥ 0; both are None where the text has no usable dates.
    ``precision`` is *year* where only years were written.
    """

    id: str
    title: str
    organisation: str | None = None
    from_ago: int | None = Field(default=None, ge=0)
    to_ago: int | None = Field(default=None, ge=0)
    current: bool = False
    precision: Literal["month", "year", "none"] = "none"
    header_lines: tuple[str, ...] = ()
    """Ids of the lines that state title and organisation."""

    @property
    def months(self) -> int | None:
        """Length in whole months, or None where the text has no usable dates."""
        if self.from_ago is None or self.to_ago is None:
            return None
        return self.from_ago - self.to_ago


class BlindEducation(Record):
    """Degree level and field, without dates; ``line`` is the id of the line that states it."""

    level: DegreeLevel | None
    field: str | None = None
    complete: bool = True
    line: str


class BlindView(Record):
    """All that index and judges may see of a candidate: an allow-list of work evidence."""

    candidate: str
    as_of: date
    language: str | None
    lines: tuple[Line, ...]
    positions: tuple[BlindPosition, ...] = ()
    education: tuple[BlindEducation, ...] = ()
    masked: tuple[tuple[str, int], ...] = ()
    """How many spans were masked or left out, per category (counts only)."""

    @property
    def hash(self) -> str:
        """Tagged hash of what a judge can see: lines, positions and education, without the candidate id and spans."""
        seen = self.model_dump(mode="json", exclude={"candidate": True, "masked": True, "lines": {"__all__": {"span"}}})
        return content_id("blind", canonical_json(seen))

    def line(self, line_id: str) -> Line:
        """Return the line with this id. Raises KeyError."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise KeyError(line_id)


# --- criteria ------------------------------------------------------------------------------------------------------

CriterionKind = Literal["responsibility", "minimum", "preferred"]


class Criterion(Record):
    """One responsibility or qualification in the posting's own words."""

    id: str
    kind: CriterionKind
    text: str
    span: Span
    must_have: bool = False
    weight: int = Field(default=1, ge=0, le=100)
    min_years: float | None = Field(default=None, gt=0, le=60)
    degree: DegreeLevel | None = None
    neutral: str | None = None
    """The same requirement without the employer's own names, for retrieval; None where the text will do."""


LintLevel = Literal["protected", "proxy", "unmeasurable", "conflict"]


class LintNote(Record):
    """A warning about a criterion's wording, with the words that caused it and what to do."""

    criterion: str
    level: LintLevel
    words: str
    advice: str


class Criteria(Record):
    """The approved requirements of one posting; ``hash`` freezes what the judges see and how it is weighed."""

    posting: str
    title: str
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    language: str | None = None
    approved_by: str | None = None

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        if len({c.id for c in self.criteria}) != len(self.criteria):
            raise ValueError("criterion ids must be unique")
        return self

    @property
    def hash(self) -> str:
        """Tagged hash over everything but the name of the person who approved."""
        return content_id("crit", canonical_json(self.model_dump(mode="json", exclude={"approved_by"})))

    @property
    def question_hash(self) -> str:
        """Tagged hash over what a judge is asked: ids, kinds, texts, years, degrees; weights do not change it."""
        asked = [[c.id, c.kind, c.text, c.min_years, c.degree] for c in self.criteria]
        return content_id("ask", canonical_json(asked))

    def get(self, criterion_id: str) -> Criterion:
        """Return the criterion with this id. Raises KeyError."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise KeyError(criterion_id)


# --- ranking -------------------------------------------------------------------------------------------------------


class Nearest(Record):
    """The lines of a candidate that lie nearest to one criterion, best first, with cosine similarity."""

    criterion: str
    lines: tuple[str, ...]
    similarity: float


class HardFacts(Record):
    """Stated facts that stand beside the fit and are never mixed into it."""

    location: str | None = None
    languages: tuple[str, ...] = ()
    degree: DegreeLevel | None = None
    licences: tuple[str, ...] = ()
    years: float | None = None
    work_authorisation: str | None = None


class Ranked(Record):
    """One candidate in fit order. ``fit`` compares candidates of one posting only."""

    candidate: str
    order: int = Field(ge=1)
    fit: float
    lexical: float
    dense: float
    nearest: tuple[Nearest, ...] = ()
    slot_of: str | None = None
    """A near-duplicate that shares the slot of this better placed candidate in the head of the list."""
    margin: float = 0.0
    """Fit minus the fit of the last one in the head: negative for those who are not read."""


class Ranking(Record):
    """Everyone in fit order: it decides only who is read first, never the final order."""

    criteria: str
    embedding: str
    policy: str
    """What was fused and why, in one sentence (the report prints it)."""
    cut: int = Field(default=0, ge=0)
    """How many of the order make up the head, near-duplicates included."""
    ranked: tuple[Ranked, ...]


# --- justification -------------------------------------------------------------------------------------------------

Verdict = Literal["met", "partial", "not_shown", "contradicted"]
CellStatus = Literal["done", "not_assessed"]
NotAssessedReason = Literal[
    "no_judge", "unsure", "call_failed", "reply_invalid", "refused", "budget", "too_long", "check_failed", "pending"
]


class Quote(Record):
    """A verbatim span of the candidate's visible text."""

    line: str
    text: str
    page: int = Field(ge=1)
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Check(Record):
    """One check that code made on a cell; ``detail`` is for people."""

    name: str
    passed: bool
    detail: str = ""


class Cell(Record):
    """What a judge says about one criterion: ids of lines and positions, never a quote, a score or a length of time.

    A cell is a claim; ``justify`` checks it in code and turns it into a Justification.
    """

    criterion: str
    status: CellStatus = "done"
    verdict: Verdict | None = None
    why_not_assessed: NotAssessedReason | None = None
    reason: str = ""
    lines: tuple[str, ...] = ()
    """Ids of the lines that carry the verdict."""
    counted: tuple[str, ...] = ()
    """Ids of the positions that count towards the years which the criterion asks for."""
    nearest: tuple[str, ...] = ()
    """Ids of the closest lines, shown where nobody has decided."""
    checks: tuple[Check, ...] = ()
    prompt: str | None = None
    reply: str | None = None
    votes: tuple[Verdict, ...] = ()
    unsure: bool = False
    second: Verdict | None = None

    @model_validator(mode="after")
    def _status_and_verdict_agree(self) -> Self:
        if self.status == "done" and (self.verdict is None or self.why_not_assessed is not None):
            raise ValueError("a cell that is done has a verdict and no excuse")
        if self.status == "not_assessed" and (self.verdict is not None or self.why_not_assessed is None):
            raise ValueError("a cell that is not assessed has a reason and no verdict")
        return self


class Justification(Record):
    """The answer to one criterion for one candidate.

    *met* and *partial* carry at least one quote; a cell that was not assessed carries a reason and no verdict.
    ``years`` is computed in code from ``counted`` positions. ``nearest`` are the closest lines, shown where nobody has
    decided.
    """

    candidate: str
    criterion: str
    status: CellStatus
    verdict: Verdict | None = None
    why_not_assessed: NotAssessedReason | None = None
    reason: str = ""
    evidence: tuple[Quote, ...] = ()
    nearest: tuple[Quote, ...] = ()
    counted: tuple[str, ...] = ()
    years: float | None = None
    checks: tuple[Check, ...] = ()
    judge: str
    prompt: str | None = None
    reply: str | None = None
    """Key of the stored model reply."""
    votes: tuple[Verdict, ...] = ()
    unsure: bool = False
    """A person should read this cell: votes, readers or checks disagree."""
    second: Verdict | None = None
    """What the second reader said, where there was one."""

    @model_validator(mode="after")
    def _no_claim_without_a_quote(self) -> Self:
        if self.status == "done":
            if self.verdict is None or self.why_not_assessed is not None:
                raise ValueError("a cell that is done has a verdict and no excuse")
            if self.verdict in ("met", "partial") and not self.evidence:
                raise ValueError("met and partial need at least one quote")
        elif self.verdict is not None or self.why_not_assessed is None:
            raise ValueError("a cell that is not assessed has a reason and no verdict")
        return self


class Assessment(Record):
    """All cells of one candidate, one per criterion, in the order of the criteria."""

    candidate: str
    view: str
    """Hash of the blind view that was read."""
    justifications: tuple[Justification, ...]
    findings: tuple[Finding, ...] = ()


# --- shortlist -----------------------------------------------------------------------------------------------------

GateState = Literal["met", "partial", "open", "contradicted", "not_assessed"]
EntryStatus = Literal["ranked", "below_cut", "not_assessed"]


class Gate(Record):
    """Where a candidate stands on one must-have; *open* means that the résumé does not show it."""

    criterion: str
    state: GateState


class Entry(Record):
    """One candidate of the pool. ``score`` is 0–1000, computed from verdicts and weights alone."""

    candidate: str
    file: str
    status: EntryStatus
    rank: int | None = None
    tied: bool = False
    score: int | None = Field(default=None, ge=0, le=1000)
    score_low: int | None = None
    score_high: int | None = None
    """The score if every cell that was not assessed were not shown, or met."""
    rank_low: int | None = None
    rank_high: int | None = None
    coverage: int = Field(default=0, ge=0, le=1000)
    """Share of the weight that was assessed, per mille."""
    fit: float | None = None
    fit_order: int | None = None
    gates: tuple[Gate, ...] = ()
    facts: HardFacts = HardFacts()
    findings: tuple[Finding, ...] = ()
    links: tuple[str, ...] = ()
    justifications: tuple[Justification, ...] = ()
    overridden: tuple[str, ...] = ()
    """Criteria whose verdict a person has changed."""
    decision: Literal["advance", "hold", "decline"] | None = None


class RunInfo(Record):
    """What produced a shortlist. Holds no clock time, so that the same input gives the same bytes."""

    id: str
    versions: tuple[tuple[str, str], ...]
    judge: str
    judge_note: str
    """One sentence for the report's first lines: who read, and how well that reader is known to read."""
    prompt_refs: tuple[str, ...] = ()
    embedding: str
    criteria_hash: str
    as_of: date
    top: int
    ranking_policy: str = ""


class Shortlist(Record):
    """The result: everyone of the pool, every file, and counts that add up."""

    run: RunInfo
    criteria: Criteria
    entries: tuple[Entry, ...]
    files: tuple[FileRow, ...]
    counts: tuple[tuple[str, int], ...]
    version: int = 1
    sealed_by: str | None = None
    review: tuple[str, ...] = ()
    """What people checked, in sentences: cells, agreement, the sample from below the cut with its miss rate."""

    def entry(self, candidate: str) -> Entry:
        """Return the entry of this candidate. Raises KeyError."""
        for entry in self.entries:
            if entry.candidate == candidate:
                return entry
        raise KeyError(candidate)


class StoredRun(Record):
    """Everything a run's shortlist is made of, as kept in the workspace under kind *run*: enough to make it again."""

    run: RunInfo
    criteria: Criteria
    posting_text: str
    ranking: Ranking
    assessments: tuple[Assessment, ...]
    views: tuple[BlindView, ...]
    """The blind views of the candidates that were read, in the order of ``assessments``."""
    files: tuple[FileRow, ...]
    facts: tuple[tuple[str, HardFacts], ...] = ()
    findings: tuple[tuple[str, tuple[Finding, ...]], ...] = ()


# --- people --------------------------------------------------------------------------------------------------------

DecisionKind = Literal[
    "first_look", "verdict", "agree", "flag", "unblind", "advance", "hold", "decline", "second_look", "adjudicate",
    "reviewed_below_cut", "sign", "undo",
]  # fmt: skip
"""*first_look* (before the machine's verdict was shown) and *second_look* (another reviewer's) are kept beside the
standing verdict and never change a score; *sign* seals the list and concerns no single candidate."""
ReasonCode = Literal[
    "evidence_missed", "evidence_wrong", "too_generous", "too_strict", "criterion_misread", "other_source", "mistake",
    "other",
]  # fmt: skip


class Decision(Record):
    """One act of a named person, in order of ``seq``; ``when`` is ISO 8601 UTC and for people only."""

    seq: int = Field(ge=1)
    run: str
    candidate: str
    criterion: str | None = None
    kind: DecisionKind
    verdict: Verdict | None = None
    reason_code: ReasonCode | None = None
    text: str = ""
    evidence: tuple[Span, ...] = ()
    who: str = Field(min_length=1)
    role: str = "reviewer"
    when: str
    blind: bool = True
    """The name was masked when the person decided."""
    machine_shown: bool = False
    """The machine's verdict was visible when the person decided."""
    seconds: Annotated[float, Field(ge=0)] = 0.0
    undoes: int | None = None
