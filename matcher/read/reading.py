"""The result of reading one file."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from matcher.models import Document, Record, UnreadReason

ReadingStatus = Literal["read", "known", "unreadable"]


class Reading(Record):
    """One input file or member: read with a document, already known by its bytes, or unreadable for a reason."""

    file: str
    """Path as given, with ``!member`` appended for a file inside a container."""
    status: ReadingStatus
    reason: UnreadReason | None = None
    detail: str = ""
    sha256: str | None = None
    size: int | None = None
    document: Document | None = None

    @model_validator(mode="after")
    def _status_and_content_agree(self) -> Self:
        if (self.status == "read") != (self.document is not None):
            raise ValueError("a file that was read, and only that, has a document")
        if (self.status == "unreadable") != (self.reason is not None):
            raise ValueError("a file that was not read, and only that, has a reason")
        return self
