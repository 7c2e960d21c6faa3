"""What one file may cost, and the one exception that says why a file was not read.

``Unreadable`` never leaves ``matcher.read``: the boundary turns it into a row.
"""

from __future__ import annotations

from pydantic import Field

from matcher.models import Record, UnreadReason


class Limits(Record):
    """Upper bounds for one file; what goes beyond ends as ``too_large`` or ``limit``, never as a crash."""

    file_bytes: int = Field(default=20_000_000, gt=0)
    """Size of a single file, a member or an attachment."""
    archive_bytes: int = Field(default=2_000_000_000, gt=0)
    """Size of a ZIP or mailbox, which is read member by member."""
    members: int = Field(default=5000, gt=0)
    """Files in one ZIP, messages in one mailbox."""
    inflated_bytes: int = Field(default=64_000_000, gt=0)
    """Bytes that the parts of one file may inflate to, counted while streaming."""
    part_bytes: int = Field(default=24_000_000, gt=0)
    """Bytes that one XML part may inflate to; its tree takes about forty times as much memory."""
    pages: int = Field(default=50, gt=0)
    characters: int = Field(default=2_000_000, gt=0)
    page_characters: int = Field(default=100_000, gt=0)
    runs: int = Field(default=60_000, gt=0)
    """Boxes kept per file; beyond, boxes cover whole lines."""
    depth: int = Field(default=3, gt=0)
    """Containers within containers (a mail in a ZIP, an attachment in that mail)."""
    cpu_seconds: float = Field(default=12.0, gt=0)
    wall_seconds: float = Field(default=90.0, gt=0)
    memory_bytes: int = Field(default=1_000_000_000, gt=0)
    render_pixels: int = Field(default=8_000_000, gt=0)
    """Pixels of one page image; larger pages are drawn at a lower scale."""
    ocr_pages: int = Field(default=12, ge=0)
    ocr_languages: str = "eng"
    """Languages for tesseract, joined with ``+``; those not installed are left out."""


class Unreadable(Exception):
    """A file cannot be read; ``reason`` is the closed status word, ``detail`` one sentence for people."""

    def __init__(self, reason: UnreadReason, detail: str) -> None:
        super().__init__(detail)
        self.reason: UnreadReason = reason
        self.detail = detail
