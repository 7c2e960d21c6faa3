"""What drafting and approving share: the desk of one call, a person's facts, kept drafts, files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from matcher import llm, outreach, sinks
from matcher.errors import BudgetReached, InputError, ModelUnreachable
from matcher.models import Entry, IdentityKind, Resume, Shortlist, StoredRun
from matcher.outreach import Draft, NoDraft
from matcher.outreach.facts import name_of
from matcher.outreach.records import Fact
from matcher.pipeline import judges, reviewing
from matcher.pipeline.run import remember_export
from matcher.pipeline.session import Session


@dataclass
class Desk:
    """What one call works with."""

    opened: Session
    stored: StoredRun
    shortlist: Shortlist
    company: outreach.Company
    suppression: outreach.Suppression
    gateway: llm.Asker | None = None
    stopped: BudgetReached | ModelUnreachable | None = None
    drafts: list[Draft] = field(default_factory=list)
    none: list[NoDraft] = field(default_factory=list)


@contextmanager
def desk_for(opened: Session, run: str | None, gateway: llm.Asker | None) -> Iterator[Desk]:
    """Yield company, suppression file, run and (where a model is configured) its gateway for one call."""
    settings = opened.settings
    company = outreach.load_company(settings.company)
    suppression = outreach.Suppression.load(company.suppression, required=company.names_suppression)
    stored = reviewing.stored_run(opened, run)
    desk = Desk(opened, stored, reviewing.shortlist_now(opened, stored), company, suppression, gateway)
    if gateway is not None or settings.llm == "none":
        yield desk
        return
    with llm.WorkspaceStore(settings.workspace) as store:
        logged = judges.LoggedReplies(store, opened.log)
        with llm.open_gateway(
            settings.llm, store=logged, budget=settings.budget_tokens, deadline=settings.deadline
        ) as door:
            desk.gateway = door
            yield desk


def identity(resume: Resume, kind: IdentityKind) -> list[str]:
    """Return what a résumé states of this kind, each once."""
    return list(dict.fromkeys(span.text.strip() for span in resume.identity if span.kind == kind))


def suppressed(desk: Desk, candidate: str) -> bool:
    """Return whether this person is in the suppression file."""
    return desk.suppression.blocks(*identifiers(desk.opened, candidate))


def identifiers(opened: Session, candidate: str) -> list[str]:
    """Return the id, addresses, numbers and links by which a suppression file may name this person."""
    resume = opened.workspace.resume(candidate)
    return [candidate, *(text for kind in ("email", "phone", "link") for text in identity(resume, kind))]


def facts_of(desk: Desk, entry: Entry) -> tuple[Fact, ...]:
    """Return all that a draft to this person may say."""
    workspace = desk.opened.workspace
    resume = workspace.resume(entry.candidate)
    decisions = workspace.decisions(desk.stored.run.id)
    name = name_of(identity(resume, "name"), entry.candidate)
    seen = entry.decision == "advance"
    return (
        *outreach.person_facts(entry, decisions, workspace.document(entry.candidate), unsure=seen),
        *_stated(desk.opened, entry.candidate),
        *outreach.role_facts(desk.stored.criteria, desk.stored.posting_text),
        *outreach.sender_facts(desk.company),
        *((name,) if name else ()),
    )


def key(candidate: str, draft_id: str) -> str:
    """Return the key under which a draft is kept; it names the person, so that erasure finds it."""
    return f"{candidate}|{draft_id}"


def stored_drafts(opened: Session, run: str | None = None) -> dict[str, Draft]:
    """Return the drafts of a run (or of all), by key."""
    found = {key: opened.workspace.get("draft", key, Draft) for key in opened.workspace.keys("draft")}
    return {key: made for key, made in found.items() if made is not None and run in (None, made.run)}


def _stated(opened: Session, candidate: str) -> list[Fact]:
    """Facts that a reviewer stated for this person."""
    keys = [key for key in opened.workspace.keys("outreach_fact") if key.startswith(f"{candidate}|")]
    found = [opened.workspace.get("outreach_fact", key, Fact) for key in keys]
    return [fact for fact in found if fact is not None]


def write_merge(opened: Session, drafts: Sequence[Draft], company: outreach.Company, out: Path) -> tuple[Path, ...]:
    """Write mail-merge files, and an .eml per e-mail whose résumé states one address."""
    written = [
        put(opened, out / "merge.csv", outreach.as_csv(drafts).encode("utf-8-sig")),
        put(opened, out / "merge.xlsx", outreach.as_xlsx(drafts)),
    ]
    for number, one in enumerate(drafts, start=1):
        if one.channel == "email" and one.recipient:
            written.append(put(opened, out / file_name(number, one, "eml"), outreach.as_eml(one, company)))
    return tuple(written)


def file_name(number: int, one: Draft, suffix: str) -> str:
    """Return a safe file name for a draft."""
    stem = PurePath(one.file.replace("!", "/")).stem
    return sinks.file_name(f"{number:03d}-{stem[:40]}-{one.channel}-{one.step}.{suffix}")


def put(opened: Session, path: Path, data: bytes) -> Path:
    """Write a file and remember it for erasure. Raises InputError if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise InputError(f"The drafts cannot be written to {path}: {error.strerror}.") from error
    remember_export(opened, path)
    return path
