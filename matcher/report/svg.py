"""Score parts of one candidate as an inline drawing: one block per criterion, as wide as its weight."""

from __future__ import annotations

from markupsafe import Markup

from matcher import sinks
from matcher.report import words
from matcher.report.view import CandidateView, CellView

WIDTH, HEIGHT, GAP = 1000, 74, 3
_BLOCK_TOP, _BLOCK = 22, 30
_NARROW = 24
"""Blocks narrower than this carry no label, only a title."""


def score_bar(person: CandidateView) -> Markup:
    """Return the drawing: filled height is what was earned, and every block carries its sign; empty without weights."""
    cells = [cell for cell in person.cells if cell.criterion.weight]
    total = sum(cell.criterion.weight for cell in cells)
    if not total:
        return Markup("")
    unit = (WIDTH - GAP * (len(cells) - 1)) / total
    parts, left = [], 0.0
    for cell in cells:
        width = unit * cell.criterion.weight
        parts.append(_block(cell, left, width))
        left += width + GAP
    earned, possible = sum(c.points for c in cells), sum(c.possible for c in cells)
    label = f"Score parts: {earned} of {possible} points in the cells that were assessed"
    opening = Markup(
        '<svg class="parts" viewBox="0 0 {w} {h}" role="img" aria-label="{label}" '
        'font-family="system-ui,Segoe UI,Liberation Sans,Arial,sans-serif" font-size="15">'
    ).format(w=WIDTH, h=HEIGHT, label=label)
    return Markup("").join([opening, _title(label), *parts, _caption(label), Markup("</svg>")])


def _title(label: str) -> Markup:
    return Markup("<title>{}</title>").format(label)


def _caption(label: str) -> Markup:
    return Markup('<text x="0" y="{y}" fill="#56606d" font-size="14">{label}</text>').format(y=HEIGHT - 4, label=label)


def _block(cell: CellView, left: float, width: float) -> Markup:
    word, share = cell.word, (cell.points / cell.possible if cell.possible else 0.0)
    height = _BLOCK * share
    dashed = Markup(' stroke-dasharray="4 3"') if cell.answer == "not_assessed" else Markup("")
    name = sinks.html(f"{cell.criterion.id}: {word.word}, weight {cell.criterion.weight}")
    block = Markup(
        "<g><title>{name}</title>"
        '<rect x="{x:.1f}" y="{top}" width="{w:.1f}" height="{full}" fill="#fff" stroke="#9aa4b0"{dashed}/>'
        '<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" fill="{fill}"/>'
    ).format(
        name=name, x=left, top=_BLOCK_TOP, w=width, full=_BLOCK, y=_BLOCK_TOP + _BLOCK - height, h=height,
        dashed=dashed, fill="#" + ("8cc79a" if cell.answer == "met" else words.ANSWER["partial"].fill),
    )  # fmt: skip
    return block + _labels(cell, left + width / 2, width) + Markup("</g>")


def _labels(cell: CellView, middle: float, width: float) -> Markup:
    if width < _NARROW:
        return Markup("")
    return _label(cell.criterion.id[:6], middle, 15) + _label(cell.word.sign, middle, _BLOCK_TOP + 20)


def _label(text: str, middle: float, y: int) -> Markup:
    line = Markup('<text x="{x:.1f}" y="{y}" text-anchor="middle" fill="#1c2430">{text}</text>')
    return line.format(x=middle, y=y, text=sinks.html(text))
