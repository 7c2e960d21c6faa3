"""Drafts come back from people: approved or edited by file, and people who must not be written to again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from matcher import outreach
from matcher.config import Settings
from matcher.errors import InputError
from matcher.outreach import Draft
from matcher.outreach.suppress import add as add_suppressed
from matcher.pipeline import reviewing
from matcher.pipeline.drafts import Desk, desk_for, facts_of, identifiers, key, stored_drafts, suppressed, write_merge
from matcher.pipeline.session import Session, session

_PHONE_DIGITS = 7


@dataclass(frozen=True)
class Act:
    """What became of one file: the draft, the difference if it was edited, the problems if it was blocked."""

    file: Path
    draft: Draft | None
    diff: tuple[str, ...] = ()
    problems: tuple[outreach.Problem, ...] = ()
    reason: str = ""


def approve(
    settings: Settings, files: Sequence[Path], who: str, out: Path, *, approve_clean: bool = True,
    facts: Sequence[str] = (),
) -> tuple[tuple[Act, ...], tuple[Path, ...]]:  # fmt: skip
    """Take drafts back from text files: what was edited is diffed and linted, what is clean is approved and exported.

    Args:
        settings: as usual. files: text files that ``draft`` wrote. who: the person who answers for them.
        out: where .eml and mail-merge files of all approved drafts are written.
        approve_clean: False keeps clean edits as drafts. facts: further facts that this person states and answers for.

    Raises:
        InputError: a file is no draft of this workspace, nobody is named, or a draft does not pass.
    """
    with session(settings) as opened, desk_for(opened, None, None) as desk:
        acts = tuple(_act(desk, path, who, approve_clean, facts) for path in files)
        approved = tuple(made for made in stored_drafts(opened).values() if made.status == "approved")
        paths = write_merge(opened, approved, desk.company, out) if approved else ()
    return acts, paths


def _act(desk: Desk, path: Path, who: str, approve_clean: bool, stated: Sequence[str]) -> Act:
    try:
        draft_id, subject, text = outreach.from_text(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The file {path} cannot be read as a draft: name a text file that was written here."
        ) from error
    made = next((d for d in stored_drafts(desk.opened).values() if d.id == draft_id), None)
    if made is None:
        raise InputError(f"The file {path} names no draft of this workspace: keep the line that begins with # Draft.")
    return act(desk_of(desk, made), made, subject, text, who, path, approve_clean, stated)


def desk_of(desk: Desk, made: Draft) -> Desk:
    """Return the desk for the run of a draft."""
    if made.run == desk.stored.run.id:
        return desk
    stored = reviewing.stored_run(desk.opened, made.run)
    return replace(desk, stored=stored, shortlist=reviewing.shortlist_now(desk.opened, stored))


def act(
    desk: Desk, made: Draft, subject: str, text: str, who: str, path: Path, approve_clean: bool, stated: Sequence[str]
) -> Act:
    """Edit and approve one draft as a person asks."""
    opened, log = desk.opened, desk.opened.log
    for words in stated:
        fact = outreach.approved_fact(words, who, made.candidate)
        opened.workspace.put("outreach_fact", f"{made.candidate}|{fact.id}", fact)
        log.record(
            "outreach_fact", actor=f"human:{who}", candidate=made.candidate, body={"fact": fact.id, "text": words}
        )
    facts = facts_of(desk, desk.shortlist.entry(made.candidate))
    others = tuple(d for d in stored_drafts(opened, made.run).values() if d.id != made.id)
    diff: tuple[str, ...] = ()
    if not _same(text, made.text) or subject != made.subject:
        edited = outreach.edit(made, subject, text, facts, desk.company, who, log, others=others)
        if edited.problems:
            return Act(path, None, edited.diff, edited.problems, "blocked")
        made, diff = edited.draft, edited.diff
        opened.workspace.put("draft", key(made.candidate, made.id), made)
    if not approve_clean:
        return Act(path, made, diff)
    if suppressed(desk, made.candidate):
        return Act(path, None, diff, (), "in the suppression file: this person must not be written to")
    problems = outreach.lint(made, facts, desk.company, others)
    if problems:
        return Act(path, None, diff, problems, "blocked")
    approved = outreach.approve(made, facts, desk.company, who, log, others=others)
    opened.workspace.put("draft", key(approved.candidate, approved.id), approved)
    return Act(path, approved, diff)


def _same(left: str, right: str) -> bool:
    return [line.strip() for line in left.strip().splitlines()] == [line.strip() for line in right.strip().splitlines()]


def suppress(settings: Settings, people: Sequence[str]) -> int:
    """Add people to the suppression file, as hashes, and return how many lines were new.

    A person is given as a candidate id or a file (which stand for all addresses, numbers and links that the résumé
    states), or as an address, ``@domain``, number or link. Drafts for these people are deleted.

    Raises:
        CompanyError: the file cannot be read or written. InputError: a word that names nobody.
    """
    company = outreach.load_company(settings.company)
    with session(settings) as opened:
        names = [name for person in people for name in _names(opened, person)]
        count = add_suppressed(company.suppression, names)
        listed = outreach.Suppression.load(company.suppression)
        for key, made in stored_drafts(opened).items():
            if listed.blocks(*identifiers(opened, made.candidate)):
                opened.workspace.delete("draft", key)
        opened.log.record("outreach_suppressed", actor="system", body={"counts": [["entries", count]]})
    return count


def _names(opened: Session, person: str) -> list[str]:
    """What a word on the command line stands for in the suppression file."""
    if person in opened.workspace.candidates():
        return identifiers(opened, person)
    rows = [row for row in opened.workspace.files() if person in (row.file, PurePath(row.file.replace("!", "/")).name)]
    found = [name for row in rows for name in (row.candidate, row.duplicate_of) if name]
    if found:
        return [name for candidate in found for name in identifiers(opened, candidate)]
    digits = sum(c.isdigit() for c in person)
    if "@" in person or digits >= _PHONE_DIGITS or re.search(r"\w\.\w+/\S", person):
        return [person]
    advice = "give a candidate id, a file, an e-mail address, @domain, a telephone number or a link"
    raise InputError(f"The word {person} names nobody, so nothing was suppressed: {advice}.")
