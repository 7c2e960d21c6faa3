"""Drafts → text, .eml, mail-merge CSV and XLSX, JSON. Everything untrusted goes through ``sinks``; nothing is sent."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from matcher import sinks
from matcher.canonical import canonical_json
from matcher.errors import InputError
from matcher.outreach.company import Company
from matcher.outreach.linter import counters
from matcher.outreach.records import Draft, NoDraft, Outreach

SCHEMA = "matcher.outreach/1"
_COLUMNS = (
    "draft", "candidate", "file", "channel", "step", "steps", "language", "status", "approved_by", "reviewed", "email",
    "subject", "text", "notice_due", "notice_in_message",
)  # fmt: skip
_EPOCH = datetime(2000, 1, 1)


def as_text(draft: Draft) -> str:
    """Return the draft as a text file that a person can read, edit and hand back.

    Lines that begin with ``#`` are remarks: counters above, each sentence with its facts below.
    """
    state = f"approved by {draft.approved_by}" if draft.approved_by else "draft, not approved"
    origin = "advanced by a reviewer" if draft.reviewed else "UNREVIEWED: taken from the head of the list"
    head = [
        f"Draft {draft.id}",
        f"{draft.channel}, message {draft.step} of {draft.steps}, {draft.language}, {draft.tone}",
        f"By {draft.author}; {state}",
        f"For {draft.candidate} ({draft.file}); {origin}",
        *(counter.line() for counter in counters(draft)),
        _clock_line(draft),
        *([draft.note] if draft.note else []),
        'Edit below; lines that begin with "#" are remarks. Footer and notice must stay as they are.',
    ]
    subject = [f"Subject: {draft.subject}", ""] if draft.subject else []
    lines = [
        *(f"# {line}" for line in head),
        *subject,
        draft.text,
        "",
        "# Sentences and the facts they rest on",
        *_proof(draft),
    ]
    return sinks.plain("\n".join(_one(line) if line.startswith("#") else line for line in lines)) + "\n"


def _one(line: str) -> str:
    return sinks.one_line(line)


def _clock_line(draft: Draft) -> str:
    clock = draft.clock
    if not clock.needed:
        return f"Notice (GDPR Article 14) not needed: {clock.why}"
    if any(sentence.part == "notice" for sentence in draft.sentences):
        return f"Notice (GDPR Article 14) included; due with the first message, at latest {clock.due.isoformat()}"
    return f"Notice (GDPR Article 14) stands in the first message; due at latest {clock.due.isoformat()}"


def _proof(draft: Draft) -> list[str]:
    by_id = {fact.id: fact for fact in draft.facts}
    lines: list[str] = []
    for number, sentence in enumerate(draft.sentences, start=1):
        lines.append(f"# {number}. {sentence.text}")
        for fact in (by_id[i] for i in sentence.facts):
            lines.append(f"# ← {fact.kind}: {fact.text} ({fact.source})")
    return lines


def from_text(text: str) -> tuple[str | None, str, str]:
    """Return draft id, subject and message of a text file that ``as_text`` wrote and a person may have edited."""
    match = re.search(r"^# Draft (draft:[0-9a-f]+)\s*$", text, re.MULTILINE)
    lines = [line for line in sinks.plain(text).splitlines() if not line.startswith("#")]
    subject = ""
    for at, line in enumerate(lines):
        if line.startswith("Subject:"):
            subject = line.removeprefix("Subject:").strip()
            lines = lines[at + 1 :]
            break
        if line.strip():
            break
    return (match.group(1) if match else None), subject, "\n".join(lines).strip()


def as_eml(draft: Draft, company: Company) -> bytes:
    """Return an e-mail draft as .eml bytes with exactly one validated recipient; ``X-Unsent`` opens it as a draft.

    Raises:
        InputError: not an e-mail draft, or sender or recipient is not one plain address.
    """
    if draft.channel != "email":
        raise InputError(f"The draft {draft.id} is for {draft.channel}: .eml files are for e-mail drafts.")
    recipient = sinks.email_address(draft.recipient or "")
    if recipient is None:
        raise InputError(f"The draft {draft.id} has no single valid e-mail address: use the text or the merge file.")
    sender = sinks.email_address(company.sender.email)
    if sender is None:
        raise InputError("sender.email in company.toml is no e-mail address: correct it.")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(sinks.email_header(company.sender.name), addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = sinks.email_header(draft.subject)
    message["X-Unsent"] = "1"
    message["X-Draft"] = draft.id
    message["X-Draft-Status"] = draft.status
    message.set_content(sinks.plain(draft.text), cte="quoted-printable")
    return message.as_bytes()


def _rows(drafts: Sequence[Draft]) -> list[list[str]]:
    rows = [list(_COLUMNS)]
    for draft in drafts:
        noticed = any(sentence.part == "notice" for sentence in draft.sentences)
        rows.append(
            [
                draft.id, draft.candidate, draft.file, draft.channel, str(draft.step), str(draft.steps), draft.language,
                draft.status, draft.approved_by or "", "yes" if draft.reviewed else "no",
                sinks.email_address(draft.recipient or "") or "", draft.subject, draft.text,
                draft.clock.due.isoformat() if draft.clock.needed else "", "yes" if noticed else "no",
            ]
        )  # fmt: skip
    return rows


def as_csv(drafts: Sequence[Draft]) -> str:
    """Return a mail-merge CSV (UTF-8, every cell guarded against formulas), one row per draft."""
    return sinks.csv_document(_rows(drafts))


def as_xlsx(drafts: Sequence[Draft]) -> bytes:
    """Return a mail-merge spreadsheet whose cells are all text, one row per draft."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell

    book = Workbook()
    book.properties.created = book.properties.modified = _EPOCH
    sheet = book.active
    assert sheet is not None
    sheet.title = "Drafts"
    for row, values in enumerate(_rows(drafts), start=1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row=row, column=column)
            assert isinstance(cell, Cell)
            sinks.xlsx_cell(cell, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_json(outreach: Outreach) -> bytes:
    """Return drafts with their sentences and facts, and everybody without a draft, as canonical JSON."""
    body = {
        "schema": SCHEMA,
        "drafts": [_draft(draft) for draft in outreach.drafts],
        "none": [_none(entry) for entry in outreach.none],
    }
    return canonical_json(body)


def _draft(draft: Draft) -> dict[str, object]:
    counted = [counter._asdict() for counter in counters(draft)]
    return {**draft.model_dump(mode="json"), "text": draft.text, "counters": counted}


def _none(entry: NoDraft) -> dict[str, object]:
    return entry.model_dump(mode="json")
