"""The pages of the desk as HTML: one method a page, everything printed goes through the escaping templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from matcher import sinks
from matcher.errors import InputError
from matcher.models import Criterion, Entry
from matcher.report import words
from matcher.report.view import counts_sentence, display_name
from matcher.review import phrases
from matcher.review.acts import Reviewer
from matcher.review.agreement import agreement, table
from matcher.review.cell_view import cell_page, jobs_by_line
from matcher.review.desk import Desk
from matcher.review.list_view import Filters, labels, reweighted, rows, weights
from matcher.review.page_text import lit, text_lines
from matcher.review.plan import CellKey
from matcher.review.settle import FEW, estimate, machine_pairs, reliance, sentences, trusted_wrongly

if TYPE_CHECKING:
    from jinja2 import Environment

COMPARED = range(2, 6)


class Pages:
    """Renders pages for one desk.

    Args:
        desk: what is shown. csrf: the token that pages hand back on writes. suggested: a name to offer at the start.
        out: where the hand-over pack is written when the list is signed, if it is.
    """

    def __init__(self, desk: Desk, csrf: str, suggested: str = "", out: str = "") -> None:
        self._desk = desk
        self._csrf = csrf
        self._suggested = suggested
        self._out = out

    def start(self) -> str:
        """Who are you, and what do you want to go through."""
        full, needs = (len(self._desk.plan(Reviewer("-", scope=scope)).cells) for scope in ("all", "needs"))
        book, pool = self._desk.book, self._desk.case.pool
        done = Counter(name for (name, _), a in book.answers.items() if a.standing or a.second)
        known = [(name, done[name]) for name in book.people]
        suggested = self._suggested or (book.people[0] if len(book.people) == 1 else "")
        return self._page(
            "start.html.j2", None, full=full, needs=needs, known=known, split=len(book.disagreements()),
            suggested=suggested, people=len(pool.assessments), asked=len(pool.criteria.criteria),
        )  # fmt: skip

    def people(self, who: Reviewer, query: Mapping[str, str]) -> str:
        """The list, narrowed by the query, under other weights if it names any. Raises InputError."""
        desk, changed = self._desk, weights(self._desk, query)
        shortlist = reweighted(desk, changed) if changed else desk.shortlist()
        filters = Filters(
            text=query.get("text", ""), status=query.get("status", ""), must="must" in query, look="look" in query,
            undecided="undecided" in query, asking="asking" in query,
        )  # fmt: skip
        return self._page(
            "list.html.j2", who, shortlist=shortlist, rows=rows(desk, who, shortlist, filters), filters=filters,
            changed=changed, counts=counts_sentence(shortlist), criteria=shortlist.criteria.criteria,
            texts={c.id: c.text for c in shortlist.criteria.criteria}, kinds=_kinds(shortlist.criteria.criteria),
            name_of=display_name, unread=[row for row in shortlist.files if row.status == "unreadable"],
        )  # fmt: skip

    def cell(self, who: Reviewer, key: CellKey) -> str:
        """One candidate × criterion. Raises InputError."""
        desk, page = self._desk, cell_page(self._desk, who, key)
        return self._page(
            "cell.html.j2", who, page=page, label=labels(desk, who)[key.candidate],
            findings=self._findings(who, key.candidate), others=self._others(who, key),
        )  # fmt: skip

    def person(self, who: Reviewer, candidate: str) -> str:
        """One candidate: all cells as they stand, and the decision. Raises InputError."""
        entry = self._entry(candidate)
        keys = [CellKey(candidate, cell.criterion) for cell in entry.justifications]
        return self._page(
            "person.html.j2", who, entry=entry, label=labels(self._desk, who)[candidate], keys=keys,
            cells=[(self._desk.case.pool.criteria.get(c.criterion), c) for c in entry.justifications],
            shown={key.criterion for key in keys if self._desk.machine_shown(who, key)},
            findings=self._findings(who, candidate), decided=self._desk.book.decided.get(candidate),
            unblinded=candidate in self._desk.book.unblinded(who.name), **self._around(who, candidate),
        )  # fmt: skip

    def _around(self, who: Reviewer, candidate: str) -> dict[str, object]:
        """Who stands before and after somebody on the list, and who comes next without a decision."""
        entries = [e for e in self._desk.shortlist().entries if e.justifications]
        order = [e.candidate for e in entries]
        at = order.index(candidate) if candidate in order else -1
        later = [*entries[at + 1 :], *entries[: max(at, 0)]]
        return {
            "before": order[at - 1] if at > 0 else None,
            "after": order[at + 1] if 0 <= at < len(order) - 1 else None,
            "undecided": [e.candidate for e in later if e.rank is not None and e.decision is None],
            "names": labels(self._desk, who),
        }

    def below(self, who: Reviewer, candidate: str | None) -> str:
        """One person of the sample from below the cut, or what came of the sample. Raises InputError."""
        desk, sample = self._desk, self._desk.plan(who).below
        seen = desk.book.below
        if candidate is None:
            open_ = [c for c in sample if c not in seen]
            candidate = open_[0] if open_ else None
        if candidate is None:
            said = [s for s in sentences(desk.case.pool, desk.book) if "below the cut" in s]
            return self._page("below.html.j2", who, candidate=None, sample=sample, seen=seen, said=said,
                              names=labels(desk, who))  # fmt: skip
        entry = self._entry(candidate)
        masked = candidate not in desk.book.unblinded(who.name)
        lines = [(line.number, lit(line, ()), line.heading) for line in text_lines(desk.case, candidate, masked=masked)]
        return self._page(
            "below.html.j2", who, candidate=candidate, sample=sample, seen=seen, entry=entry, lines=lines,
            label=labels(desk, who)[candidate], criteria=desk.case.pool.criteria.criteria, masked=masked,
            place=sample.index(candidate) + 1 if candidate in sample else 0,
            jobs=jobs_by_line(desk.case.view(candidate)) if masked else {},
        )  # fmt: skip

    def compare(self, who: Reviewer, candidates: list[str]) -> str:
        """Two to five people side by side, criterion by criterion. Raises InputError."""
        chosen = list(dict.fromkeys(candidates))
        if len(chosen) not in COMPARED:
            raise InputError("Choose two to five people on the list to compare.")
        names = labels(self._desk, who)
        entries = [self._entry(candidate) for candidate in chosen]
        cells = {(e.candidate, c.criterion): c for e in entries for c in e.justifications}
        hidden = {
            (key.candidate, key.criterion)
            for key in (CellKey(*pair) for pair in cells)
            if not self._desk.machine_shown(who, key)
        }
        return self._page(
            "compare.html.j2", who, entries=entries, names=names, cells=cells, hidden=hidden,
            criteria=self._desk.case.pool.criteria.criteria, masked=self._masked(who, chosen),
        )  # fmt: skip

    def queue(self, who: Reviewer) -> str:
        """The cells on which people differ."""
        return self._page(
            "queue.html.j2", who, keys=self._desk.book.disagreements(), names=labels(self._desk, who),
            ruled=len(self._desk.book.adjudicated),
        )  # fmt: skip

    def agreement(self, who: Reviewer) -> str:
        """How far people agree with the machine and with each other, per criterion."""
        desk = self._desk
        blind, people = machine_pairs(desk.case.pool, desk.book), list(desk.book.pairs())
        parts = []
        for title, pairs in (("A person, before the machine was shown, and the machine", blind),
                             ("Two people", people)):  # fmt: skip
            groups = [("All", pairs)]
            groups += [(c.id, [p for p in pairs if p[0].criterion == c.id]) for c in desk.case.pool.criteria.criteria]
            figures = [(name, agreement(table((a, b) for _, a, b in group))) for name, group in groups if group]
            parts.append((title, figures))
        differed, followed = reliance(desk.case.pool, desk.book)
        wrong, trusted = trusted_wrongly(desk.case.pool, desk.book)
        return self._page(
            "agreement.html.j2", who, parts=parts, estimate=estimate, few=FEW, followed=followed, differed=differed,
            wrong=wrong, trusted=trusted, same=[sum(a == b for _, a, b in pairs) for pairs in (blind, people)],
        )  # fmt: skip

    def finish(self, who: Reviewer, packs: tuple[str, ...]) -> str:
        """What is done, what is open, and the seal."""
        desk = self._desk
        shortlist = desk.shortlist()
        seen = desk.plan(who).below
        return self._page(
            "finish.html.j2", who, shortlist=shortlist, said=shortlist.review, packs=packs,
            undecided=sum(e.decision is None for e in shortlist.entries if e.rank is not None),
            below_open=sum(candidate not in desk.book.below for candidate in seen),
            split=len(desk.book.disagreements()), signatures=desk.book.signatures, out=self._out,
            next_undecided=next((e.candidate for e in shortlist.entries if e.rank is not None and not e.decision), ""),
        )  # fmt: skip

    def trouble(self, message: str, who: Reviewer | None) -> str:
        """Something could not be shown: one sentence and the way back."""
        return self._page("trouble.html.j2", who, message=message)

    # --- parts ---------------------------------------------------------------------------------------------------

    def _page(self, template: str, who: Reviewer | None, **values: object) -> str:
        desk = self._desk
        common = {
            "csrf": self._csrf, "who": who, "words": words, "phrases": phrases, "title": desk.case.pool.criteria.title,
            "progress": desk.progress(who) if who else (0, 0), "split_count": len(desk.book.disagreements()),
            "below_count": len(desk.plan(who).below) if who else 0,
            "several": len(desk.book.people) > 1 or (who is not None and who.role != "reviewer"),
        }  # fmt: skip
        return _environment().get_template(template).render(common | values).lstrip()

    def _entry(self, candidate: str) -> Entry:
        try:
            return self._desk.shortlist().entry(candidate)
        except KeyError as error:
            raise InputError("There is no such candidate on this list: go back to the list.") from error

    def _findings(self, who: Reviewer, candidate: str) -> list[tuple[str, str]]:
        """What was found about a file; details may hold a name and stay out until it is uncovered."""
        open_ = candidate in self._desk.book.unblinded(who.name)
        pool = self._desk.case.pool
        judged = pool.assessments.get(candidate)
        found = (*pool.findings.get(candidate, ()), *(judged.findings if judged else ()))
        return [(words.FINDING[finding.kind], finding.detail if open_ else "") for finding in found]

    def _masked(self, who: Reviewer, candidates: list[str]) -> dict[tuple[str, str], str]:
        """The first quote of every cell of these people, masked where they are not uncovered."""
        found: dict[tuple[str, str], str] = {}
        for candidate in candidates:
            for cell in self._entry(candidate).justifications:
                key = CellKey(candidate, cell.criterion)
                quotes = cell_page(self._desk, who, key).quotes if cell.evidence or cell.nearest else ()
                if quotes:
                    found[(candidate, cell.criterion)] = quotes[0].text
        return found

    def _others(self, who: Reviewer, key: CellKey) -> list[str]:
        """What people have said about a cell, without their names, for the one who rules."""
        if who.role != "adjudicator":
            return []
        return sorted(words.ANSWER[verdict].word for _, verdict in self._desk.book.said.get(key, ()))


def _kinds(criteria: Iterable[Criterion]) -> list[tuple[str, str, str]]:
    """The kinds of requirement in order, each with its name and its first and last id."""
    groups = ((kind, [c.id for c in group]) for kind, group in groupby(criteria, lambda c: c.kind))
    return [(words.GROUP[kind], ids[0], ids[-1]) for kind, ids in groups]


@cache
def _environment() -> Environment:
    from jinja2 import PackageLoader

    return sinks.templates(PackageLoader("matcher.review", "templates"))
