"""The report and the summary as HTML: one file, no script, nothing fetched, made to be printed as well."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup

from matcher import sinks
from matcher.models import BlindView, Document, Shortlist
from matcher.report import words
from matcher.report.svg import score_bar
from matcher.report.view import CandidateView, Pack, counts_sentence, pack

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(
    shortlist: Shortlist,
    documents: Mapping[str, Document],
    *,
    blind: bool = False,
    views: Mapping[str, BlindView] | None = None,
    crops: Mapping[tuple[str, int, int], bytes] | None = None,
    checkpoint: str | None = None,
) -> str:
    """Return the whole report as one HTML page.

    ``documents`` and ``views`` map candidate ids; the blind copy shows lines of ``views`` and no document.
    ``crops`` are PNG images of quotes by candidate, start and end; ``checkpoint`` is printed in the footer.
    """
    shown = pack(shortlist, documents, blind=blind, views=views, crops=_data_uris(crops or {}))
    people = shown.candidates
    return _page(
        "report.html.j2",
        shown,
        people=people,
        below=shown.below,
        files=shown.files,
        shorts=shown.shorts,
        bars={person.number: score_bar(person) for person in people},
        texts=dict(_texts(shown, people)),
        checkpoint=checkpoint,
    )


def render_summary(
    shortlist: Shortlist,
    documents: Mapping[str, Document],
    *,
    blind: bool = False,
    views: Mapping[str, BlindView] | None = None,
    head: int = 6,
) -> str:
    """Return the summary for the hiring manager: the first ``head`` of the list on two printed pages."""
    shown = pack(shortlist, documents, blind=blind, views=views)
    ranked = [person for person in shown.candidates if person.entry.rank is not None]
    advanced = [person for person in ranked if person.entry.decision == "advance"]
    return _page("summary.html.j2", shown, people=(advanced or ranked)[:head], chosen=bool(advanced))


def _page(template: str, shown: Pack, **values: object) -> str:
    css = _stylesheet()
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    return (
        _environment()
        .get_template(template)
        .render(
            csp=policy,
            css=Markup(css),  # noqa: S704 - our own stylesheet, from the package
            shortlist=shown.shortlist,
            blind=shown.blind,
            words=words,
            counts=counts_sentence(shown.shortlist),
            **values,
        )
        .lstrip()
    )


@cache
def _environment() -> Environment:
    from jinja2 import PackageLoader

    return sinks.templates(PackageLoader("matcher.report", "templates"))


@cache
def _stylesheet() -> str:
    from importlib.resources import files

    return files("matcher.report").joinpath("templates/report.css").read_text("utf-8")


def _data_uris(crops: Mapping[tuple[str, int, int], bytes]) -> dict[tuple[str, int, int], str]:
    return {key: "data:image/png;base64," + base64.b64encode(png).decode("ascii") for key, png in crops.items()}


def _texts(shown: Pack, people: Iterable[CandidateView]) -> Iterable[tuple[str, Markup]]:
    for person in people:
        candidate = person.entry.candidate
        if shown.blind and candidate in shown.views:
            yield person.text_anchor, _masked_text(person, shown.views[candidate])
        elif not shown.blind and candidate in shown.documents:
            cells = person.entry.justifications
            spans = {(q.start, q.end) for cell in cells for q in (*cell.evidence, *cell.nearest)}
            yield person.text_anchor, lit_text(shown.documents[candidate].text, spans, person.text_anchor)


def _masked_text(person: CandidateView, view: BlindView) -> Markup:
    quoted = {q.anchor for cell in person.cells for q in (*cell.quotes, *cell.nearest)}
    lines = []
    for line in view.lines:
        anchor = f"{person.text_anchor}-{line.id}"
        text = sinks.html(line.text)
        lit = Markup('<mark id="{}">{}</mark>').format(anchor, text)
        lines.append(lit if anchor in quoted else text)
    return Markup("\n").join(lines)


def lit_text(text: str, spans: Iterable[tuple[int, int]], prefix: str) -> Markup:
    """Return ``text`` as HTML with every span marked and reachable as ``#prefix-start-end``, overlaps included."""
    wanted = sorted({(s, e) for s, e in spans if 0 <= s < e <= len(text)})
    edges = sorted({0, len(text), *(edge for span in wanted for edge in span)})
    starts: dict[int, list[str]] = {}
    for start, end in wanted:
        starts.setdefault(start, []).append(f"{prefix}-{start}-{end}")
    parts: list[Markup] = []
    for left, right in pairwise(edges):
        piece = sinks.html(text[left:right])
        names = starts.get(left, [])
        parts.extend(Markup('<a id="{}"></a>').format(name) for name in names[1:])
        covered = any(start <= left and right <= end for start, end in wanted)
        if not covered:
            parts.append(piece)
        elif names:
            parts.append(Markup('<mark id="{}">{}</mark>').format(names[0], piece))
        else:
            parts.append(Markup("<mark>{}</mark>").format(piece))
    return Markup("").join(parts)
