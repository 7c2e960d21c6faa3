"""Duties: footer, GDPR Article 14 notice and its clock. All texts are fixed; all values come from company.toml.

The notice is due when data did not come from the person: with the first message, at the latest a month after the data
was obtained (Article 14(3)). It is left out only where it is known not to be needed.
"""

from __future__ import annotations

import calendar
import re
import tomllib
from datetime import date
from functools import cache

from matcher.outreach import words
from matcher.outreach.company import Company
from matcher.outreach.phrases import Slots, fill
from matcher.outreach.records import Channel, Clock, Draft, Language, Part

_NOTICE_LINES = ("title", "who", "source", "purpose", "machine", "retention", "rights", "more")


def clock(location: str | None, *, applied: bool, obtained: date) -> Clock:
    """Return the Article 14 clock of a person.

    Args:
        location: the place that the résumé states, or None.
        applied: the person sent the résumé for this role, so that the data came from them (Article 13, not 14).
        obtained: the day on which the data was obtained.
    """
    due = _month_later(obtained)
    if applied:
        return Clock(obtained=obtained, due=due, needed=False, why="the person applied: the data came from them")
    if location and not _covered(location) and _elsewhere(location):
        return Clock(
            obtained=obtained, due=due, needed=False, why="the résumé states a place outside the EU, EEA and UK"
        )
    why = "the person did not apply and may be in the EU, EEA or UK"
    return Clock(obtained=obtained, due=due, needed=True, why=why)


def _month_later(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@cache
def _places() -> dict[str, list[str]]:
    return {key: list(value) for key, value in tomllib.loads(words.table("places.toml")).items()}


def _covered(location: str) -> bool:
    return _names(location, "covered")


def _elsewhere(location: str) -> bool:
    codes = set(re.findall(r"\b[A-Z]{2}\b", location)) & set(_places()["state_codes"])
    return bool(codes) or _names(location, "elsewhere")


def _names(location: str, key: str) -> bool:
    text = location.casefold()
    return any(re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", text) for name in _places()[key])


def fixed_blocks(draft: Draft, company: Company) -> tuple[tuple[Part, str], ...]:
    """Return footer and notice exactly as this draft must carry them."""
    title = next((fact.text for fact in draft.facts if fact.source == "title"), "")
    return blocks(draft.channel, draft.step, draft.language, draft.clock, title, company)


def blocks(
    channel: Channel, step: int, language: Language, due: Clock, title: str, company: Company
) -> tuple[tuple[Part, str], ...]:
    """Return the fixed lines below a message: the footer of an e-mail, and the notice of a first message."""
    slots = Slots(
        employer=company.employer.name,
        organisation=company.organisation,
        address=company.employer.address,
        opt_out=company.outreach.opt_out,
        contact=company.privacy.contact,
        source=company.privacy.source.rstrip(". "),
        retention=company.privacy.retention.rstrip(". "),
        url=company.privacy.url,
        authority=f" ({company.privacy.authority})" if company.privacy.authority else "",
        title=title,
    )
    table = words.phrases(language)
    found: list[tuple[Part, str]] = []
    if channel == "email":
        own = company.organisation == company.employer.name
        identity = "identity_own" if own else "identity"
        found += [("footer", fill(_text(table, "footer", key), slots)) for key in (identity, "opt_out")]
    if due.needed and step == 1:
        lines = _NOTICE_LINES if channel == "email" else ("short",) if channel == "inmail" else ("tiny",)
        found += [("notice", fill(_text(table, "notice", key), slots)) for key in lines]
        extras = (company.privacy.representative, company.privacy.transfers) if channel == "email" else ()
        found += [("notice", extra) for extra in extras if extra]
    return tuple(found)


def _text(table: dict[str, object], group: str, key: str) -> str:
    entries = table[group]
    assert isinstance(entries, dict)
    return str(entries[key])
