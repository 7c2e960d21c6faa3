"""How long records are kept, as a policy file that people edit, with the rules behind each period printed beside it.

The policy starts from the longest minimum among the rules of the places that it names. A legal hold stops erasing and
purging, for one candidate or for all. Dates count calendar months from the day a record was made.
"""

from __future__ import annotations

import calendar
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from matcher.audit import rules
from matcher.audit.rules import Rule
from matcher.errors import ConfigError
from matcher.models import Record

Subject = Literal["candidates", "log", "impact reports"]
SUBJECTS: tuple[Subject, ...] = ("candidates", "log", "impact reports")
FILE = "retention.toml"


class Policy(Record):
    """Months to keep each subject; ``places`` are those whose rules are printed (all where empty)."""

    candidates: int
    log: int
    impact_reports: int
    places: tuple[str, ...] = ()
    reason: str = ""

    def months(self, subject: Subject) -> int:
        """Return how many months a subject is kept."""
        return int(getattr(self, subject.replace(" ", "_")))


class Held(Record):
    """What is due: one record, since when it is kept, until when, and whether a hold keeps it."""

    subject: Subject
    key: str
    since: date
    until: date
    due: bool
    on_hold: bool = False


def default_policy(places: tuple[str, ...] = ()) -> Policy:
    """Return the policy of the longest minimum per subject among the rules of these places."""
    months = {
        subject: max((rule.months or 0 for rule in _rules(subject, places) if rule.duty == "minimum"), default=0)
        for subject in SUBJECTS
    }
    return Policy(
        candidates=months["candidates"], log=max(months["log"], months["candidates"]),
        impact_reports=months["impact reports"], places=places,
        reason="Longest minimum of the rules on file; the log is kept as long as what it speaks of.",
    )  # fmt: skip


def load_policy(folder: Path) -> Policy:
    """Return the policy in ``retention.toml`` of a workspace, or the default.

    Raises:
        ConfigError: the file is not TOML, or a field does not fit.
    """
    path = folder / FILE
    if not path.exists():
        return default_policy()
    try:
        return Policy.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise ConfigError(f"In {path}, {field} cannot be used: see `matcher retention plan` for the fields.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"The policy {path} cannot be read: {error}.") from error


def write_policy(folder: Path, policy: Policy) -> Path:
    """Write the policy for people to edit, with the rules as comments, and return its path."""
    lines = [f"# Months to keep, as of the rules last looked at on {rules.as_of().isoformat()} (not legal advice).", ""]
    for subject in SUBJECTS:
        lines += [f"# {rule.line}" for rule in _rules(subject, policy.places)]
        lines += [f"{subject.replace(' ', '_')} = {policy.months(subject)}", ""]
    lines += [f"places = {list(policy.places)!r}".replace("'", '"'), f'reason = "{policy.reason}"', ""]
    path = folder / FILE
    path.write_text("\n".join(lines), "utf-8")
    return path


def warnings(policy: Policy) -> tuple[str, ...]:
    """Return one line per rule whose minimum the policy undercuts, with the rule and its source."""
    found = []
    for subject in SUBJECTS:
        for rule in _rules(subject, policy.places):
            if rule.duty == "minimum" and rule.months and policy.months(subject) < rule.months:
                found.append(f"{subject}: {policy.months(subject)} months, while {rule.line}")
    return tuple(found)


def plan(
    policy: Policy, made: Iterable[tuple[Subject, str, date]], holds: Iterable[str], today: date
) -> tuple[Held, ...]:
    """Return what is kept until when, the earliest first.

    Args:
        made: subject, key and day of each record. holds: keys on legal hold (``all`` for everything).
    """
    held = set(holds)
    rows = []
    for subject, key, since in made:
        until = add_months(since, policy.months(subject))
        kept = key in held or "all" in held
        rows.append(
            Held(subject=subject, key=key, since=since, until=until, due=until <= today and not kept, on_hold=kept)
        )
    return tuple(sorted(rows, key=lambda row: (row.until, row.subject, row.key)))


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _rules(subject: Subject, places: tuple[str, ...]) -> tuple[Rule, ...]:
    return tuple(
        rule for rule in rules.rules("retention") if rule.subject == subject and (not places or rule.where in places)
    )
