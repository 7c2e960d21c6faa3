"""What every judge is: something that reads one blind view and names lines, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from matcher.models import BlindView, Cell, Criteria


class Judge(Protocol):
    """Reads one candidate.

    Attributes:
        name: stands beside every verdict. note: one sentence on who reads and how well that reader is known to read.
    """

    name: str
    note: str

    def read(self, view: BlindView, criteria: Criteria) -> tuple[Cell, ...]:
        """Return one cell per criterion, in their order, naming lines and positions by id."""
        ...


@runtime_checkable
class Correctable(Protocol):
    """A judge that can be asked once more about cells that failed a check."""

    def read_again(self, view: BlindView, criteria: Criteria, complaints: Mapping[str, str]) -> tuple[Cell, ...]:
        """Return new cells for the criteria that are complained about (id → what was wrong)."""
        ...
