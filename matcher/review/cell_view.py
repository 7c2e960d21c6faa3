"""One candidate × criterion as the desk shows it: what is hidden until the person has answered is not in the page."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from matcher.errors import InputError
from matcher.models import BlindView, Criterion, Justification, Quote, Span
from matcher.report.view import WITHHELD
from matcher.review import phrases
from matcher.review.acts import Reviewer
from matcher.review.desk import Desk
from matcher.review.ledger import Answers
from matcher.review.page_text import Lit, TextLine, lit, text_lines
from matcher.review.plan import CellKey

_WITH_PAGES = ("application/pdf", "image/")


@dataclass(frozen=True)
class ShownQuote:
    """A quote in the right column; ``index`` ties it to the lit place, ``picture`` is the address of the page image."""

    index: int
    text: str
    page: int
    kind: str
    picture: str = ""


@dataclass(frozen=True)
class ShownLine:
    """A line in the left column; ``job`` says how long the job lasted that the line names, where dates are covered."""

    number: int
    html: Markup
    heading: str
    job: str = ""


@dataclass(frozen=True)
class CellPage:
    """Everything on the page of one cell; ``machine`` is None while the machine's verdict is hidden."""

    key: CellKey
    criterion: Criterion
    mode: str
    masked: bool
    lines: tuple[ShownLine, ...]
    quotes: tuple[ShownQuote, ...]
    machine: Justification | None
    answers: Answers
    place: int
    total: int
    previous: CellKey | None
    following: CellKey | None


def cell_page(desk: Desk, who: Reviewer, key: CellKey) -> CellPage:
    """Return the page of a cell for this person. Raises InputError if there is no such cell."""
    cell = desk.machine(key)
    if cell is None:
        raise InputError("There is no such cell on this list: go back to the list.")
    shown = desk.machine_shown(who, key) or cell.verdict is None
    masked = key.candidate not in desk.book.unblinded(who.name)
    places = lit_places(desk, who, key) if shown else chosen_places(desk, who, key, 0)
    lines = text_lines(desk.case, key.candidate, masked=masked)
    jobs = jobs_by_line(desk.case.view(key.candidate)) if masked else {}
    cells = desk.plan(who).cells
    at = cells.index(key) if key in cells else None
    return CellPage(
        key=key,
        criterion=desk.case.pool.criteria.get(key.criterion),
        mode=mode(desk, who, key),
        masked=masked,
        lines=tuple(ShownLine(n.number, lit(n, places), n.heading, jobs.get(n.number, "")) for n in lines),
        quotes=tuple(_quote(desk, key, place, lines, masked) for place in places),
        machine=cell if shown else None,
        answers=desk.answers(who, key),
        place=0 if at is None else at + 1,
        total=len(cells),
        previous=cells[at - 1] if at else None,
        following=cells[at + 1] if at is not None and at + 1 < len(cells) else None,
    )


def jobs_by_line(view: BlindView) -> dict[int, str]:
    """Return how long each job lasted, by the number of the line that names it; no calendar date is in it."""
    numbers = {line.id: number for number, line in enumerate(view.lines)}
    made: dict[int, str] = {}
    for job in view.positions:
        own = [line.id for line in view.lines if line.position == job.id]
        named = next((name for name in (*job.header_lines, *own) if name in numbers), None)
        if named is not None and job.from_ago is not None and job.to_ago is not None:
            made[numbers[named]] = phrases.job(job.from_ago, job.to_ago, exact=job.precision == "month")
    return made


def mode(desk: Desk, who: Reviewer, key: CellKey) -> str:
    """Return what the next answer is: *first*, *verdict*, *second* or *adjudicate*."""
    if who.role == "second":
        return "second"
    if who.role == "adjudicator":
        return "adjudicate"
    return "verdict" if desk.machine_shown(who, key) else "first"


def lit_places(desk: Desk, who: Reviewer, key: CellKey) -> tuple[Lit, ...]:
    """Return the places to light: the machine's evidence, or the nearest lines, and what the person has chosen."""
    cell = desk.machine(key)
    quotes: tuple[Quote, ...] = (cell.evidence or cell.nearest) if cell else ()
    kind = "evidence" if cell and cell.evidence else "nearest"
    spans = dict.fromkeys((q.start, q.end) for q in quotes)
    made = tuple(Lit(n, Span(start=start, end=end), kind) for n, (start, end) in enumerate(spans))
    return made + chosen_places(desk, who, key, len(made))


def chosen_places(desk: Desk, who: Reviewer, key: CellKey, first: int) -> tuple[Lit, ...]:
    """Return the places chosen as evidence: by this person, or by everybody where somebody rules between them."""
    names = [name for name, _ in desk.book.said.get(key, ())] if who.role == "adjudicator" else [who.name]
    acts = [desk.book.of(name, key).standing for name in names]
    spans = dict.fromkeys((s.start, s.end) for act in acts if act is not None for s in act.evidence)
    return tuple(Lit(first + n, Span(start=start, end=end), "chosen") for n, (start, end) in enumerate(spans))


def _quote(desk: Desk, key: CellKey, place: Lit, lines: tuple[TextLine, ...], masked: bool) -> ShownQuote:
    document = desk.case.document(key.candidate)
    page = document.page_at(place.span.start)
    if not masked:
        text = document.text[place.span.start : place.span.end]
        picture = ""
        if document.media_type.startswith(_WITH_PAGES):
            picture = f"/picture/{key.candidate}/{place.span.start}/{place.span.end}"
        return ShownQuote(place.index, text, page, place.kind, picture)
    return ShownQuote(place.index, masked_words(lines, place.span), page, place.kind)


def masked_words(lines: tuple[TextLine, ...], span: Span) -> str:
    """Return the words of a range as the masked lines show them; whole lines where they differ from the text."""
    parts = []
    for line in lines:
        if line.span.start < span.end and span.start < line.span.end:
            start = max(0, span.start - line.span.start) if line.exact else 0
            end = span.end - line.span.start if line.exact else len(line.text)
            parts.append(line.text[start:end])
    return " ".join(part for part in parts if part) or WITHHELD
