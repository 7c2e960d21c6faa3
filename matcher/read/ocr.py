"""Pictures of text → words with boxes, through tesseract where it is installed, and a clear reason where it is not."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from typing import Any

from matcher.read.draft import Draft
from matcher.read.limits import Limits, Unreadable
from matcher.read.pdf_order import Block
from matcher.read.pdf_words import TextStyle, Word

DPI = 200
MISSING = "The file is a scan or a photo: install tesseract to have it read, or ask for a text version."
_LEAST_CONFIDENCE = 25.0
_SECONDS_PER_PAGE = 45.0
_POINTS = 72.0


def available() -> bool:
    """Return whether tesseract is installed."""
    return shutil.which("tesseract") is not None


def recognise(picture: Any, dpi: float, limits: Limits) -> list[Block]:
    """Return the blocks of lines on a picture (a PIL image), with boxes in points, in tesseract's reading order.

    Raises:
        Unreadable: ``ocr_missing``, or ``limit`` where a page takes too long.
    """
    if not available():
        raise Unreadable("ocr_missing", MISSING)
    png = io.BytesIO()
    picture.convert("L").save(png, "PNG")
    command = ["tesseract", "stdin", "stdout", "-l", _languages(limits.ocr_languages), "--dpi", str(round(dpi)), "tsv"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(command, input=png.getvalue(), capture_output=True, timeout=_SECONDS_PER_PAGE, check=True,
                              env=environment)  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Unreadable("limit", "Recognising a page takes too long.") from error
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unreadable(
            "ocr_missing", "tesseract is installed and does not work: run `tesseract --version`."
        ) from error
    return _blocks(done.stdout.decode("utf-8", "replace"), _POINTS / dpi)


def _languages(wanted: str) -> str:
    try:
        listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return wanted
    installed = set(listed.stdout.decode("utf-8", "replace").split())
    return "+".join(name for name in wanted.split("+") if name in installed) or "eng"


def _blocks(table: str, scale: float) -> list[Block]:
    blocks: list[Block] = []
    last: tuple[str, ...] = ()
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if not text or float(row["conf"]) < _LEAST_CONFIDENCE:
            continue
        x0, y0 = int(row["left"]) * scale, int(row["top"]) * scale
        x1, y1 = x0 + int(row["width"]) * scale, y0 + int(row["height"]) * scale
        word = Word(text, x0, y0, x1, y1, TextStyle(0, y1 - y0, False, 0, (0, 0, 0), 255), 0, y1)
        place = (row["block_num"], row["par_num"], row["line_num"])
        if place[:2] != last[:2]:
            blocks.append([[word]])
        elif place != last:
            blocks[-1].append([word])
        else:
            blocks[-1][-1].append(word)
        last = place
    return blocks


def read_image(data: bytes, draft: Draft, limits: Limits) -> None:
    """Add the text of an image file (every page of a TIFF).

    Raises:
        Unreadable: ``ocr_missing``, ``damaged``, ``limit``, and ``no_text`` later where nothing was recognised.
    """
    from matcher.read.picture import load_image

    deadline = Deadline(limits)
    first = load_image(data)
    count = min(getattr(first, "n_frames", 1), limits.pages)
    for number in range(1, count + 1):
        if number > limits.ocr_pages or (number > 1 and deadline.near()):
            draft.find("limit_reached", f"{count} pages are images; the first {number - 1} were read.")
            return
        picture = load_image(data, number)
        dpi = image_dpi(picture)
        draft.page(picture.width * _POINTS / dpi, picture.height * _POINTS / dpi)
        write_recognised(recognise(picture, dpi, limits), draft, number)


def image_dpi(picture: Any) -> float:
    """Return the resolution of an image; where it says nothing sensible, that of a page of 8.3 inches width."""
    stated = picture.info.get("dpi", (0, 0))
    dpi = float(stated[0]) if isinstance(stated, Sequence) and stated else 0.0
    return dpi if 72 < dpi <= 1200 else max(72.0, min(picture.width, picture.height) / 8.27)


def write_recognised(blocks: list[Block], draft: Draft, page: int) -> None:
    """Add recognised blocks, marked as such."""
    if not blocks:
        return
    draft.find("ocr_text", "The text was recognised from an image; compare it with the page.", page)
    with draft.marked("ocr"):
        for block in blocks:
            for line in block:
                for word in line:
                    draft.gap()
                    draft.add(word.text, word.box)
                draft.line()
            draft.block()


class Deadline:
    """Tells when the time of a file is nearly used up, so that what was read so far can be kept."""

    def __init__(self, limits: Limits) -> None:
        self._cpu = time.process_time() + 0.6 * limits.cpu_seconds
        self._wall = time.monotonic() + max(0.4 * limits.wall_seconds, limits.wall_seconds - _SECONDS_PER_PAGE - 10)

    def near(self) -> bool:
        """Return whether another page might not fit."""
        return time.process_time() > self._cpu or time.monotonic() > self._wall
