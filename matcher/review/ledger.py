"""Pure: what people's acts amount to. Acts are only ever added; undoing is an act too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from matcher import score
from matcher.models import Decision, Verdict
from matcher.review.plan import CellKey

ANSWERS = ("first_look", "verdict", "agree", "second_look")
STATES = ("advance", "hold", "decline")
LASTING = ("undo", "unblind", "sign", "first_look")
"""Acts that cannot be undone: what was seen cannot be unseen, and a seal is opened by a new version.

A first look is one of them: it shows the machine's verdict, so an answer given again would not be blind.
"""


@dataclass(frozen=True)
class Answers:
    """What one person has said about one cell: blind first, as the standing answer, as second reader; and a flag.

    ``first`` is the very first look, whatever followed it: only that one was blind.
    """

    first: Decision | None = None
    standing: Decision | None = None
    second: Decision | None = None
    flag: Decision | None = None

    @property
    def verdict(self) -> Verdict | None:
        """The person's own answer: the standing one, or the one given as second reader, or the first look."""
        for act in (self.standing, self.second, self.first):
            if act is not None:
                return act.verdict
        return None


NOTHING = Answers()


@dataclass(frozen=True)
class Ledger:
    """All acts of one run, in order."""

    acts: tuple[Decision, ...] = field(default=())

    @cached_property
    def standing(self) -> tuple[Decision, ...]:
        """The acts that count: not undone, and no undoing."""
        return score.standing(self.acts)

    @cached_property
    def answers(self) -> Mapping[tuple[str, CellKey], Answers]:
        """What each person has said, by person and cell."""
        slots = {"verdict": "standing", "agree": "standing", "second_look": "second", "flag": "flag"}
        found: dict[tuple[str, CellKey], dict[str, Decision]] = {}
        for act in self.acts:
            if act.kind == "first_look" and act.criterion is not None:
                found.setdefault((act.who, CellKey(act.candidate, act.criterion)), {}).setdefault("first", act)
        for act in self.standing:
            if act.kind in slots and act.criterion is not None:
                found.setdefault((act.who, CellKey(act.candidate, act.criterion)), {})[slots[act.kind]] = act
        return {key: Answers(**parts) for key, parts in found.items()}

    @cached_property
    def adjudicated(self) -> Mapping[CellKey, Decision]:
        """The last adjudication of each cell."""
        acts = (a for a in self.standing if a.kind == "adjudicate" and a.criterion is not None)
        return {CellKey(a.candidate, a.criterion or ""): a for a in acts}

    @cached_property
    def decided(self) -> Mapping[str, Decision]:
        """The last decision about each person."""
        return {act.candidate: act for act in self.standing if act.kind in STATES}

    @cached_property
    def below(self) -> Mapping[str, Decision]:
        """What was said about people from below the cut."""
        return {act.candidate: act for act in self.standing if act.kind == "reviewed_below_cut"}

    @cached_property
    def signatures(self) -> tuple[Decision, ...]:
        """The seals, oldest first."""
        return tuple(act for act in self.standing if act.kind == "sign")

    def of(self, who: str, key: CellKey) -> Answers:
        """Return what a person has said about a cell."""
        return self.answers.get((who, key), NOTHING)

    def unblinded(self, who: str) -> frozenset[str]:
        """Return the candidates whose name this person has uncovered."""
        return frozenset(act.candidate for act in self.standing if act.kind == "unblind" and act.who == who)

    def latest(self, who: str) -> Decision | None:
        """Return the last act of a person, whatever it was."""
        return next((act for act in reversed(self.acts) if act.who == who), None)

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Everybody who has acted, in order of name."""
        return tuple(sorted({act.who for act in self.acts}))

    def last_of(self, who: str) -> Decision | None:
        """Return the last act of a person that can be undone."""
        return next((a for a in reversed(self.standing) if a.who == who and a.kind not in LASTING), None)

    @cached_property
    def said(self) -> Mapping[CellKey, tuple[tuple[str, Verdict], ...]]:
        """Who answered a cell and what, in the order in which they came to it."""
        found: dict[CellKey, list[tuple[int, str, Verdict]]] = {}
        for (who, key), answers in self.answers.items():
            acts = [a.seq for a in (answers.first, answers.standing, answers.second) if a is not None]
            if answers.verdict is not None:
                found.setdefault(key, []).append((min(acts), who, answers.verdict))
        return {key: tuple((who, verdict) for _, who, verdict in sorted(rows)) for key, rows in found.items()}

    def disagreements(self) -> tuple[CellKey, ...]:
        """Return the cells on which people differ and nobody has ruled."""
        split = (key for key, rows in self.said.items() if len({verdict for _, verdict in rows}) > 1)
        return tuple(sorted(key for key in split if key not in self.adjudicated))

    def pairs(self) -> tuple[tuple[CellKey, Verdict, Verdict], ...]:
        """Return the verdicts of the first two people for each cell that at least two have answered."""
        return tuple((key, rows[0][1], rows[1][1]) for key, rows in sorted(self.said.items()) if len(rows) > 1)


def ledger(acts: Iterable[Decision]) -> Ledger:
    """Return the ledger of these acts, ordered by number."""
    return Ledger(tuple(sorted(acts, key=lambda act: act.seq)))
