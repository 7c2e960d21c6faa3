"""Words of a page → lines in the order of a reader.

Files draw their text in reading order, or row by row across columns, or in any order. The page is cut into blocks
along its white space (recursive XY-cut); where the drawing order agrees with these blocks it is kept, because it also
knows what geometry does not show; otherwise the blocks decide.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from matcher.read.pdf_words import Word

_COLUMN_GAP = 1.3
"""A gap within a line wider than this many line heights separates two pieces."""
_SWITCHES = 0.10
"""Share of pieces by which the drawing order may change column without need."""
_JUMPS = 0.06
"""Share of pieces by which the drawing order may jump upwards inside a block."""
_MAX_WORDS = 3500
"""Beyond, the cut would cost more than it gives: drawing order is kept."""
_BLOCK_GAP = 3.0
"""Line heights between two lines of one block at most, where the drawing order is kept."""
BULLETS = "•-–▪◦*·○■"
_HORIZONTAL_TRIES = 25
_DEPTH = 40


@dataclass(slots=True)
class Piece:
    """Words of one line that stand close together."""

    x0: float
    y0: float
    x1: float
    y1: float
    words: list[Word]
    mid: float
    """The height of its middle."""
    length: int
    """Its characters, without gaps."""


Line = list[Word]
"""Words of one line from left to right."""
Block = list[Line]


@dataclass(frozen=True)
class Order:
    """Blocks of lines in reading order, and whether the drawing order was distrusted."""

    blocks: list[Block]
    by_layout: bool


def order(words: list[Word]) -> Order:
    """Return the lines of a page in reading order."""
    flat = [w for w in words if not w.turned]
    turned = [w for w in words if w.turned]
    if len(flat) > _MAX_WORDS:
        return Order(_by_drawing(words, line_height(flat)), by_layout=False)
    blocks: list[Block] = []
    by_layout = False
    if flat:
        height = line_height(flat)
        cut = _cut(_pieces(flat, height), height, 0)
        drawn, laid = _by_drawing(flat, height), [_rows(b, height) for b in cut]
        by_layout = not _trusted(cut, height) or _lone_bullets(drawn) > _lone_bullets(laid) + 1
        blocks = laid if by_layout else drawn
    return Order(blocks + _turned(turned), by_layout)


def _turned(words: list[Word]) -> list[Block]:
    """Words at an angle, in drawing order: those that look alike and stand close make a line."""
    blocks: list[Block] = []
    for word in words:
        last = blocks[-1][-1][-1] if blocks else None
        if (last is not None and word.style.key == last.style.key) or (last is not None and _near(last, word)):
            blocks[-1][-1].append(word)
        else:
            blocks.append([[word]])
    return blocks


def _near(one: Word, other: Word) -> bool:
    reach = 1.2 * max(one.style.size, other.style.size)
    apart_x = max(one.x0, other.x0) - min(one.x1, other.x1)
    apart_y = max(one.y0, other.y0) - min(one.y1, other.y1)
    return apart_x < reach and apart_y < reach


def line_height(words: list[Word]) -> float:
    """Return the usual height of a line of these words, in points."""
    heights = sorted(w.y1 - w.y0 for w in words)
    return max(heights[len(heights) // 2] * 1.25, 4.0) if heights else 10.0


# --- drawing order ---------------------------------------------------------------------------------------------------


def _by_drawing(words: list[Word], height: float) -> list[Block]:
    blocks: list[Block] = []
    last: Word | None = None
    for word in words:
        if last is None:
            blocks.append([[word]])
        elif _same_line(last, word, height):
            blocks[-1][-1].append(word)
        elif -0.5 * height < word.y0 - last.y1 < _BLOCK_GAP * height and word.x0 < blocks[-1][-1][-1].x1 + height:
            blocks[-1].append([word])
        else:
            blocks.append([[word]])
        last = word
    return blocks


def _lone_bullets(blocks: list[Block]) -> int:
    """Bullets that stand apart from their lines."""
    return sum(len(line) == 1 and line[0].text in BULLETS for block in blocks for line in block)


def _same_line(last: Word, word: Word, height: float) -> bool:
    overlap = min(last.y1, word.y1) - max(last.y0, word.y0)
    smaller = min(last.y1 - last.y0, word.y1 - word.y0)
    level = overlap > 0.3 * max(smaller, 0.1) or abs(last.mid - word.mid) < 0.35 * height
    return level and word.x0 > last.x0 - 0.2 * height


def _trusted(cut: list[list[Piece]], height: float) -> bool:
    drawn = sorted(
        ((min(w.index for w in piece.words), number, piece) for number, block in enumerate(cut) for piece in block),
        key=lambda item: item[0],
    )
    switches = sum(a[1] != b[1] for a, b in pairwise(drawn)) - (len(cut) - 1)
    jumps = steps = 0
    last: dict[int, float] = {}
    for _, number, piece in drawn:
        if number in last:
            steps += 1
            jumps += piece.mid < last[number] - 0.7 * height
        last[number] = piece.mid
    return switches <= _SWITCHES * len(drawn) and jumps <= max(1.0, _JUMPS * steps)


# --- layout order ----------------------------------------------------------------------------------------------------


def _pieces(words: list[Word], height: float) -> list[Piece]:
    rows: list[tuple[float, list[Word]]] = []
    for word in sorted(words, key=lambda w: (w.mid, w.x0)):
        for number in range(len(rows) - 1, max(-1, len(rows) - 13), -1):
            middle, row = rows[number]
            if abs(word.mid - middle) < 0.45 * height:
                row.append(word)
                rows[number] = ((middle * (len(row) - 1) + word.mid) / len(row), row)
                break
        else:
            rows.append((word.mid, [word]))
    return [piece for _, row in rows for piece in _split(row, height)]


def _split(row: list[Word], height: float) -> list[Piece]:
    row.sort(key=lambda w: w.x0)
    groups = [[row[0]]]
    for word in row[1:]:
        if word.x0 - groups[-1][-1].x1 > _COLUMN_GAP * height:
            groups.append([word])
        else:
            groups[-1].append(word)
    return [_piece(group) for group in groups]


def _piece(words: list[Word]) -> Piece:
    top, bottom = min(w.y0 for w in words), max(w.y1 for w in words)
    left, right = min(w.x0 for w in words), max(w.x1 for w in words)
    return Piece(left, top, right, bottom, words, (top + bottom) / 2, sum(len(w.text) for w in words))


def _gaps(intervals: list[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    """White stripes at least so wide, widest first."""
    found: list[tuple[float, float]] = []
    intervals.sort()
    end = intervals[0][1]
    for start, stop in intervals[1:]:
        if start - end >= least:
            found.append((end, start))
        end = max(end, stop)
    return sorted(found, key=lambda gap: gap[0] - gap[1])


def _columns(pieces: list[Piece], height: float) -> tuple[list[Piece], list[Piece]] | None:
    for end, start in _gaps([(p.x0, p.x1) for p in pieces], 0.9 * height):
        left = [p for p in pieces if p.x1 <= end + 0.1]
        right = [p for p in pieces if p.x0 >= start - 0.1]
        if len(left) >= 3 and len(right) >= 3 and _are_columns(left, right, height):
            return left, right
    return None


def _are_columns(left: list[Piece], right: list[Piece], height: float) -> bool:
    narrow = min(max(p.x1 for p in side) - min(p.x0 for p in side) for side in (left, right))
    if narrow < 3 * height:
        return False
    return not any(_is_table_side(one, other, height) for one, other in ((left, right), (right, left)))


def _is_table_side(side: list[Piece], other: list[Piece], height: float) -> bool:
    """Bullets, labels before values, dates beside entries: one side of a table, not a column of its own."""
    length = sum(p.length for p in side) / len(side)
    if length <= 2.5:
        return True
    if sum(p.words[0].text.startswith(":") for p in side) > 0.4 * len(side):
        return True
    level = _level(side, other, 0.4 * height)
    if level > 0.85 and length < 22 and len(side) <= 0.45 * len(other):
        return True
    other_length = sum(q.length for q in other) / len(other)
    return level > 0.6 and length < 26 and other_length < 38 and not _wraps(other, height)


def _wraps(side: list[Piece], height: float) -> bool:
    """Whether full lines go on in lower case on the next line: running text, which no column of values is."""
    edge = max(p.x1 for p in side)
    ordered = sorted(side, key=lambda p: p.mid)
    wrapped = sum(
        below.mid - above.mid < 2.2 * height
        and above.x1 > edge - 0.3 * (edge - above.x0)
        and below.words[0].text[0].islower()
        for above, below in pairwise(ordered)
    )
    return wrapped >= max(2, 0.08 * len(side))


def _level(side: list[Piece], other: list[Piece], reach: float) -> float:
    """Share of the pieces that have a neighbour at the same height on the other side."""
    heights = sorted(q.mid for q in other)
    found = 0
    for piece in side:
        at = bisect_left(heights, piece.mid - reach)
        found += at < len(heights) and heights[at] < piece.mid + reach
    return found / len(side)


def _cut(pieces: list[Piece], height: float, depth: int) -> list[list[Piece]]:
    if len(pieces) <= 1 or depth > _DEPTH:
        return [pieces]
    columns = _columns(pieces, height)
    if columns is not None:
        return _cut(columns[0], height, depth + 1) + _cut(columns[1], height, depth + 1)
    for end, start in _gaps([(p.y0, p.y1) for p in pieces], 0.15 * height)[:_HORIZONTAL_TRIES]:
        above = [p for p in pieces if p.y1 <= end + 0.1]
        below = [p for p in pieces if p.y0 >= start - 0.1]
        if any(len(part) >= 8 and _columns(part, height) is not None for part in (above, below)):
            return _cut(above, height, depth + 1) + _cut(below, height, depth + 1)
    return [pieces]


def _rows(block: list[Piece], height: float) -> Block:
    rows: list[list[Piece]] = []
    for piece in sorted(block, key=lambda p: (p.mid, p.x0)):
        if rows and abs(piece.mid - rows[-1][0].mid) < 0.45 * height:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    lines = [[w for piece in sorted(row, key=lambda p: p.x0) for w in piece.words] for row in rows]
    return [line[::-1] if _leftwards(line) else line for line in lines]


def _leftwards(line: Line) -> bool:
    """Whether a line is written from right to left."""
    letters = [unicodedata.bidirectional(c) for w in line for c in w.text[:3]]
    return sum(c in ("R", "AL") for c in letters) > sum(c == "L" for c in letters)
