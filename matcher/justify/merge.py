"""One cell out of several: parts of a long résumé, and votes of repeated readings."""

from __future__ import annotations

from collections.abc import Sequence

from matcher.models import Cell, Verdict

ORDER: tuple[Verdict, ...] = ("contradicted", "not_shown", "partial", "met")


def merge_parts(cells: Sequence[Cell]) -> Cell:
    """Return the cell of a résumé from the cells of its parts.

    The best supported verdict stands; a denial in another part lowers *met* to *partial*; partial support in two parts
    stays partial. Each of these is marked unsure. A part that could not be read leaves *met* standing and makes
    everything else not assessed.
    """
    if len(cells) == 1:
        return cells[0]
    unread = next((cell for cell in cells if cell.status != "done"), None)
    by = {verdict: [cell for cell in cells if cell.verdict == verdict] for verdict in ORDER}
    if unread is not None and not by["met"]:
        return unread
    counted = tuple(dict.fromkeys(name for cell in cells for name in cell.counted))
    top: Verdict = next((v for v in ("met", "partial", "contradicted", "not_shown") if by[v]), "not_shown")
    chosen = by[top][0]
    lines = tuple(dict.fromkeys(name for cell in by[top] for name in cell.lines))
    denied = top in ("met", "partial") and bool(by["contradicted"])
    unsure = denied or (top == "partial" and len(by["partial"]) > 1) or any(cell.unsure for cell in cells)
    verdict: Verdict = "partial" if denied else top
    if denied:
        lines += tuple(name for cell in by["contradicted"] for name in cell.lines)
    return chosen.model_copy(update={"verdict": verdict, "lines": lines, "counted": counted, "unsure": unsure})


def vote(cells: Sequence[Cell]) -> Cell:
    """Return the cell of the first reading that gave the median verdict (the lower one of two), with all votes.

    Readings that failed do not vote; where all failed, the first failure stands.
    """
    done = [cell for cell in cells if cell.verdict is not None]
    if len(cells) == 1 or not done:
        return cells[0]
    votes = tuple(cell.verdict for cell in done if cell.verdict is not None)
    ranked = sorted(votes, key=ORDER.index)
    median = ranked[(len(ranked) - 1) // 2]
    chosen = next(cell for cell in done if cell.verdict == median)
    unsure = chosen.unsure or len(set(votes)) > 1 or len(done) < len(cells)
    return chosen.model_copy(update={"votes": votes, "unsure": unsure})
