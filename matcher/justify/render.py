"""What a model is shown: the same instructions and requirements for a whole run, then one candidate's blind lines.

Invariants:

- the system text of every request of a run is byte-identical, so that a provider's prompt cache hits;
- every line of résumé text begins with an id that code wrote, and holds no line break, so that no text can pose as
  a heading, a delimiter or another line;
- every line of the view stands in exactly one part; what does not fit into the allowed number of parts is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matcher.llm import estimate_tokens
from matcher.models import BlindPosition, BlindView, Criteria, Criterion, Line
from matcher.prompting import Prompt

PART_TOKENS = 6000
"""Résumé tokens that one call holds; a longer résumé is split between positions."""
MOST_PARTS = 8
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Part:
    """The lines that one call shows; ``number`` of ``total``."""

    number: int
    total: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Layout:
    """How a view is divided into calls, and the lines that no call shows (only in résumés of absurd length)."""

    parts: tuple[Part, ...]
    left_out: tuple[str, ...] = ()


def system_text(prompt: Prompt, criteria: Criteria) -> str:
    """Return the instructions with the requirements: the prefix that a whole run shares."""
    return prompt.render(criteria="\n".join(criterion_line(c) for c in criteria.criteria))


def criterion_line(criterion: Criterion) -> str:
    """Return one requirement as the prompts show it."""
    years = " | YEARS" if criterion.min_years is not None else ""
    return f"{one_line(criterion.id)} | {criterion.kind} | {one_line(criterion.text)}{years}"


def layout(view: BlindView, part_tokens: int = PART_TOKENS, most_parts: int = MOST_PARTS) -> Layout:
    """Divide the lines of a view into parts, between positions where possible, in reading order."""
    parts: list[list[Line]] = [[]]
    size = 0
    for group in _groups(view.lines):
        for chunk in _chunks(group, part_tokens):
            cost = sum(_cost(line) for line in chunk)
            if parts[-1] and size + cost > part_tokens:
                parts.append([])
                size = 0
            parts[-1].extend(chunk)
            size += cost
    kept, dropped = parts[:most_parts], parts[most_parts:]
    total = len(kept)
    return Layout(
        tuple(Part(n, total, tuple(lines)) for n, lines in enumerate(kept, 1)),
        tuple(line.id for lines in dropped for line in lines),
    )


def part_text(view: BlindView, part: Part) -> str:
    """Return one part of a résumé as the user message of a request."""
    head = f"# RÉSUMÉ, read as of {view.as_of.isoformat()}"
    if part.total > 1:
        head += f", part {part.number} of {part.total}: judge this part alone"
    out = [head, ""]
    named = {p.id: p for p in view.positions}
    previous: object = object()
    for line in part.lines:
        place = line.position or f"section: {line.section}"
        if place != previous:
            position = named.get(line.position or "")
            out.append(_position_heading(position) if position else f"[{place}]")
            previous = place
        out.append(line_text(line))
    return "\n".join([*out, "", "# END OF RÉSUMÉ: answer now with the JSON object, one entry per requirement."])


def line_text(line: Line) -> str:
    """Return one numbered line."""
    mark = " [to the reader]" if line.instruction_like else ""
    return f"{line.id}{mark}| {one_line(line.text)}"


def span_text(position: BlindPosition) -> str:
    """Return length and recency of a position in words, without a calendar date."""
    months = position.months
    if months is None or position.from_ago is None or position.to_ago is None:
        return "no usable dates"
    length = _length(months)
    rough = " (only years given)" if position.precision == "year" else ""
    if position.current or position.to_ago == 0:
        return f"{length}, until now{rough}"
    return f"{length}, ended {_length(position.to_ago)} ago{rough}"


def one_line(text: str) -> str:
    """Return the text with every run of white space, line breaks included, as one space."""
    return _SPACE.sub(" ", text).strip()


def _position_heading(position: BlindPosition) -> str:
    return f"[{position.id}: a position, {span_text(position)}]"


def _length(months: int) -> str:
    years, rest = divmod(months, 12)
    words = ([f"{years} y"] if years else []) + ([f"{rest} m"] if rest or not years else [])
    return " ".join(words)


def _groups(lines: Sequence[Line]) -> Iterable[list[Line]]:
    group: list[Line] = []
    for line in lines:
        if group and (line.position, line.section) != (group[-1].position, group[-1].section):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _chunks(group: list[Line], limit: int) -> Iterable[list[Line]]:
    chunk: list[Line] = []
    size = 0
    for line in group:
        cost = _cost(line)
        if chunk and size + cost > limit:
            yield chunk
            chunk, size = [], 0
        chunk.append(line)
        size += cost
    if chunk:
        yield chunk


def _cost(line: Line) -> int:
    return estimate_tokens(line.text) + 4
