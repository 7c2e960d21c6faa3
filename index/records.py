"""What goes into the index and what comes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A few consecutive lines that are embedded together; ``lines`` are pairs of line id and text."""

    lines: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The lines joined, as they are embedded."""
        return "\n".join(text for _, text in self.lines)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be found: its passages, and facets to filter by.

    ``added`` is an ISO date; facets are compared without regard to case.
    """

    id: str
    passages: tuple[Passage, ...]
    language: str | None = None
    location: str | None = None
    tags: tuple[str, ...] = ()
    added: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items a search may see; None means no restriction, several fields must all hold."""

    ids: Collection[str] | None = None
    languages: Collection[str] | None = None
    location: str | None = None
    """A part of the stored location."""
    tags: Collection[str] = ()
    """All of these must be there."""
    added_since: str | None = None


@dataclass(frozen=True, slots=True)
class Info:
    """What the index holds and how it searches, with the reason."""

    items: int
    passages: int
    fingerprint: str
    method: str
    reason: str
    waiting: int
    """Items whose vectors under this fingerprint are still to be made."""
