"""Draws the part of a page around a quote, with the quote marked: PNG bytes for the report and the review page."""

from __future__ import annotations

import io
from typing import Any

from matcher.models import Box
from matcher.read.limits import Limits, Unreadable
from matcher.read.sniff import sniff

_SCALE = 2.0
_MARGIN = 36.0
_YELLOW = (255, 232, 110)
_MOST_PIXELS = 50_000_000


def draw(data: bytes, page: int, boxes: list[Box], size: tuple[float, float], limits: Limits) -> bytes:
    """Return a PNG of the strip of ``page`` (from 1) that holds ``boxes``, in points of a page of this ``size``.

    Raises:
        Unreadable: the file has no pages or the page cannot be drawn.
    """
    kind = sniff(data, "")
    if kind == "pdf":
        picture = _pdf_page(data, page, limits)
    elif kind == "image":
        picture = load_image(data, page).convert("RGB")
    else:
        raise Unreadable("unsupported", "The format has no pages that could be drawn.")
    scale = picture.width / max(1.0, size[0])
    return _strip(picture, [tuple(v * scale for v in box) for box in boxes], _MARGIN * scale)


def _pdf_page(data: bytes, number: int, limits: Limits) -> Any:
    from matcher.read.pdf_open import open_repaired

    pdf, _ = open_repaired(data)
    try:
        page = pdf[number - 1]
        width, height = page.get_size()
        scale = min(_SCALE, (limits.render_pixels / max(1.0, width * height)) ** 0.5)
        return page.render(scale=scale).to_pil().convert("RGB")
    except (IndexError, RuntimeError) as error:
        raise Unreadable("damaged", "The page cannot be drawn.") from error
    finally:
        pdf.close()


def load_image(data: bytes, page: int = 1) -> Any:
    """Open one page of an image file, upright.

    Raises:
        Unreadable: ``damaged`` or ``limit``.
    """
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        opened = Image.open(io.BytesIO(data))
        if opened.width * opened.height > _MOST_PIXELS:
            raise Unreadable("limit", "The image has more pixels than any scanned page.")
        opened.seek(page - 1)
        return ImageOps.exif_transpose(opened)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise Unreadable("damaged", "The image is damaged or of an unknown kind.") from error


def _strip(picture: Any, boxes: list[Any], margin: float) -> bytes:
    from PIL import Image, ImageChops

    marked = Image.new("RGB", picture.size, (255, 255, 255))
    for x0, y0, x1, y1 in boxes:
        marked.paste(_YELLOW, (int(x0) - 2, int(y0) - 2, int(x1) + 3, int(y1) + 3))
    top = max(0, int(min((b[1] for b in boxes), default=0.0) - margin))
    bottom = min(picture.height, int(max((b[3] for b in boxes), default=picture.height) + margin))
    out = io.BytesIO()
    ImageChops.multiply(picture, marked).crop((0, top, picture.width, max(top + 1, bottom))).save(out, "PNG")
    return out.getvalue()
