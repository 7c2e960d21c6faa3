"""The list as the desk shows it: rows that can be filtered, and what the list would be under other weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from matcher.errors import InputError
from matcher.models import Entry, Justification, Shortlist
from matcher.report import words
from matcher.report.view import display_name
from matcher.review.acts import Reviewer
from matcher.review.desk import Desk
from matcher.review.plan import CellKey, needs_a_person
from matcher.review.settle import settle


@dataclass(frozen=True)
class Row:
    """One candidate in the list; ``checked`` of ``cells`` were answered by the reader of the page.

    ``hidden`` are the requirements whose verdict this reader may not see yet, ``asking`` those that ask for a person
    and wait for this one. ``groups`` are the cells by kind of requirement; ``same`` who may be the same person.
    """

    entry: Entry
    label: str
    short: str
    findings: tuple[str, ...]
    checked: int
    cells: int
    hidden: frozenset[str]
    asking: frozenset[str] = frozenset()
    groups: tuple[tuple[Justification, ...], ...] = ()
    same: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to."""

    text: str = ""
    status: str = ""
    must: bool = False
    look: bool = False
    undecided: bool = False
    asking: bool = False


def labels(desk: Desk, who: Reviewer) -> dict[str, str]:
    """Return how each candidate is called before this person: a short label, or the file once uncovered."""
    known = desk.book.unblinded(who.name)
    return {c: display_name(desk.files[c]) if c in known else short for c, short in desk.shorts.items()}


def rows(desk: Desk, who: Reviewer, shortlist: Shortlist, filters: Filters) -> tuple[Row, ...]:
    """Return the rows of a list that pass the filters, in order."""
    names = labels(desk, who)
    made = (_row(desk, who, e, names) for e in shortlist.entries)
    return tuple(row for row in made if _passes(row, filters))


def _row(desk: Desk, who: Reviewer, entry: Entry, names: Mapping[str, str]) -> Row:
    done = {c.criterion for c in entry.justifications if desk.done(who, CellKey(entry.candidate, c.criterion))}
    found = tuple(dict.fromkeys(words.FINDING[finding.kind] for finding in entry.findings))
    hidden = frozenset(
        c.criterion
        for c in entry.justifications
        if not desk.machine_shown(who, CellKey(entry.candidate, c.criterion)) and c.criterion not in entry.overridden
    )
    asking = frozenset(c.criterion for c in entry.justifications if needs_a_person(c)) - done - hidden
    kinds = {c.id: c.kind for c in desk.case.pool.criteria.criteria}
    groups = tuple(tuple(cells) for _, cells in groupby(entry.justifications, lambda c: kinds[c.criterion]))
    same = tuple(names[other] for other in entry.links if other in names)
    return Row(entry, names[entry.candidate], desk.shorts[entry.candidate], found, len(done), len(entry.justifications),
               hidden, asking, groups, same)  # fmt: skip


def _passes(row: Row, filters: Filters) -> bool:
    entry = row.entry
    return (
        filters.text.casefold() in f"{row.label} {row.short}".casefold()
        and filters.status in ("", entry.status)
        and not (filters.must and any(gate.state != "met" or gate.criterion in row.hidden for gate in entry.gates))
        and not (filters.look and not entry.findings)
        and not (filters.undecided and entry.decision is not None)
        and not (filters.asking and not row.asking)
    )


def weights(desk: Desk, given: Mapping[str, str]) -> dict[str, int]:
    """Return the weights of a query (``w1`` for the first requirement) where they differ from the approved ones.

    Raises:
        InputError: a weight that is not a whole number from 0 to 100.
    """
    changed: dict[str, int] = {}
    for number, criterion in enumerate(desk.case.pool.criteria.criteria, 1):
        value = given.get(f"w{number}", "").strip() or str(criterion.weight)
        if not value.isdecimal() or int(value) > 100:
            raise InputError(f"The weight of {criterion.id} must be a whole number from 0 to 100.")
        if int(value) != criterion.weight:
            changed[criterion.id] = int(value)
    return changed


def reweighted(desk: Desk, changed: Mapping[str, int]) -> Shortlist:
    """Return the list under other weights, from the same verdicts: nothing is asked again and nothing is kept."""
    pool = desk.case.pool
    criteria = pool.criteria.model_copy(
        update={
            "criteria": tuple(
                c.model_copy(update={"weight": changed.get(c.id, c.weight)}) for c in pool.criteria.criteria
            )
        }
    )
    return settle(replace(pool, criteria=criteria), desk.book.acts, desk.case.quote)
