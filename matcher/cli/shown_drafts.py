"""What the outreach commands print, and how their options are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from matcher.cli import shared
from matcher.errors import InputError

if TYPE_CHECKING:
    from matcher.pipeline.approving import Act
    from matcher.pipeline.drafting import Drafted, Wish

_CHOICES = {
    "channel": ("inmail", "email", "connection"),
    "tone": ("plain", "warm", "formal"),
    "language": ("en", "de", "fr", "es"),
}


def wish(*, obtained: str | None, **options: Any) -> Wish:
    """Return what was asked for. Raises InputError for a word that is no choice or a day that is none."""
    from matcher.pipeline.drafting import Wish

    for name, allowed in _CHOICES.items():
        if options[name] not in allowed:
            raise InputError(f"--{name} {options[name]} is no choice: use {', '.join(allowed)}.")
    try:
        day = None if obtained is None else TypeAdapter(date).validate_python(obtained)
    except ValidationError as error:
        raise InputError(f"--obtained {obtained} is no day: write YYYY-MM-DD.") from error
    return Wish(obtained=day, **options)


def drafted(made: Drafted, as_json: bool, quiet: bool) -> int:
    """Print drafts and people without one; return the exit code."""
    if as_json:
        import json

        from matcher.outreach import as_json as render

        shared.say_json(json.loads(render(made.outreach)))
    elif not quiet:
        for draft in made.outreach.drafts:
            _say_draft(draft)
        for none in made.outreach.none:
            shared.say(f"No draft for {none.candidate} ({none.file}), message {none.step}: {none.reason}")
        shared.say(f"{len(made.outreach.drafts)} drafts, {len(made.outreach.none)} not written; nothing was sent.")
    if made.stopped is not None:
        raise made.stopped
    return 0


def _say_draft(draft: Any) -> None:
    from matcher.outreach import counters

    marked = "" if draft.reviewed else " · UNREVIEWED"
    counted = ", ".join(counter.line() for counter in counters(draft))
    shared.say(
        f"--- {draft.candidate} ({draft.file}) · {draft.channel} {draft.step}/{draft.steps} · {draft.author}{marked}"
    )
    shared.say(f"    {counted}" + (f" · {draft.note}" if draft.note else ""))
    if draft.subject:
        shared.say(f"Subject: {draft.subject}")
    shared.say(f"{draft.text}\n")


def acts(done: Sequence[Act], paths: Sequence[Path], as_json: bool) -> int:
    """Print what became of each file; exit code 3 when one was blocked."""
    blocked = [act for act in done if act.draft is None]
    if as_json:
        shared.say_json([
            {"file": str(act.file), "draft": act.draft.id if act.draft else None,
             "status": act.draft.status if act.draft else "blocked", "reason": act.reason, "diff": list(act.diff),
             "problems": [problem.model_dump(mode="json") for problem in act.problems]}
            for act in done
        ])  # fmt: skip
        return 3 if blocked else 0
    for act in done:
        state = f"{act.draft.status} {act.draft.id}" if act.draft else f"not accepted: {act.reason}"
        shared.say(f"{act.file}: {state}")
        for line in (*act.diff, *(f"  {problem.line()}" for problem in act.problems)):
            shared.say(line)
    for path in paths:
        shared.say(f"wrote {path}")
    return 3 if blocked else 0


def suppressed(count: int, quiet: bool) -> int:
    """Print how many entries were added."""
    if not quiet:
        shared.say(f"{count} new entries in the suppression file; drafts for these people were deleted.")
    return 0
