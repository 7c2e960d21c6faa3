"""What the audit commands print, and the exit codes that follow from what was found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from matcher.cli.shared import say, say_json, table
from matcher.config import Settings
from matcher.errors import InputError, LogError

if TYPE_CHECKING:
    from matcher.audit.erase import Erased
    from matcher.audit.impact_report import ImpactReport
    from matcher.audit.note import Checkpoint
    from matcher.audit.replay import Replay
    from matcher.audit.retention import Held, Policy
    from matcher.audit.swap import SwapReport
    from matcher.audit.verify import Verification

DIFFERS = 1
_PROBLEMS = {
    "not_canonical": "is not written as the log writes", "wrong_version": "has another version",
    "out_of_order": "is out of order: a record was taken out, put in or moved", "chain_broken": "breaks the chain",
    "changed": "was changed after it was written", "other_log": "comes from another log",
    "shortened": "is missing: the log was cut off", "rewritten": "or a later one was changed and the chain made anew",
}  # fmt: skip


def verification(result: Verification, as_json: bool) -> int:
    """Print what verification found; the exit code is that of a damaged log if it does not hold."""
    if as_json:
        say_json(result.model_dump(mode="json"))
        return 0 if result.ok else LogError.exit_code
    if result.ok:
        say(f"The log holds {result.size} records and verifies. Root {result.root}.")
        say(_covered(result))
    elif result.first_bad is None:
        say(result.detail)
    else:
        say(f"Record {result.first_bad} {_PROBLEMS[result.problem]}.{_range(result)}")
    if result.torn:
        say("The last line is unfinished, as after a crash; the next command that writes repairs it and logs that.")
    return 0 if result.ok else LogError.exit_code


def _covered(result: Verification) -> str:
    if not result.outside_checkpoints:
        return (
            "No outside checkpoint was given: whoever owns this folder could have written all of it anew (--against)."
        )
    return (
        f"{result.outside_checkpoints} outside checkpoints agree. The last {result.uncovered} records came after them:"
        " records after the last outside checkpoint can be dropped unseen."
    )


def _range(result: Verification) -> str:
    if result.last_bad == result.first_bad:
        return ""
    return f" It is one of the records {result.first_bad} to {result.last_bad}."


def checkpoint(sealed: Checkpoint, as_json: bool) -> int:
    """Print a checkpoint and the key that verifies it."""
    if as_json:
        say_json(sealed.model_dump(mode="json"))
    else:
        typer.echo(sealed.note)
        say(f"Public key: {sealed.key}")
    return 0


def impact(report: ImpactReport, shareable: bool, as_json: bool) -> int:
    """Print impact tables; the JSON is the auditor's file and holds every number."""
    from matcher.audit.impact_report import render

    if as_json:
        say_json(report.model_dump(mode="json"))
    else:
        typer.echo(render(report, shareable))
    return 0


def swaps(made: Sequence[SwapReport], as_json: bool) -> int:
    """Print swap tests beside their controls; 1 if a name moved anything."""
    if as_json:
        say_json([one.model_dump(mode="json") for one in made])
    else:
        head = (
            "swap",
            "changes",
            "points",
            "verdicts",
            "places",
            "cut",
            "mean fit",
            "max fit",
            "p",
            "control",
            "ratio",
        )
        table(head, [_swap_row(one) for one in made])
        say("points, fit: largest change. control: change of fit by a harmless line. ratio: lowest ÷ highest group.")
    moved = [one for one in made if one.kind == "name" and not one.nothing_moved]
    if moved:
        say("A name moved a score, a place or a verdict: something that says who somebody is was indexed or judged.")
    return DIFFERS if moved else 0


def _swap_row(one: SwapReport) -> tuple[str, ...]:
    effect, control = one.effect, one.control
    beside = "-" if control is None else f"{control.mean_fit:+.3f} / {control.max_fit:.3f}"
    ratio = "-" if one.impact_ratio is None else f"{one.impact_ratio:.3f}"
    return (
        one.kind, str(effect.changes), str(effect.max_score), f"{effect.flips} of {effect.cells}",
        str(effect.order_changes), f"+{effect.crossed_in} −{effect.crossed_out}", f"{effect.mean_fit:+.3f}",
        f"{effect.max_fit:.3f}", "-" if effect.p is None else f"{effect.p:.3f}", beside, ratio,
    )  # fmt: skip


def page(settings: Settings, text: str, out: Path | None) -> int:
    """Print a page, or write it and remember where."""
    from matcher.pipeline import auditing

    if out is None:
        typer.echo(text)
    else:
        auditing.deliver(settings, out, text)
        say(f"Written to {out}.")
    return 0


def proof(paths: tuple[Path, Path]) -> int:
    """Say where the proof lies and how it is checked."""
    say(f"Proof: {paths[0]}. Check it without this program: python3 {paths[1]} {paths[0]}")
    return 0


def replay(result: Replay, as_json: bool) -> int:
    """Say whether a replay gave the same bytes; 1 if not."""
    if as_json:
        say_json(result.model_dump(mode="json"))
    elif result.same:
        say(f"The same bytes: SHA-256 {result.kept_sha256}.")
    else:
        say(f"The shortlists differ at byte {result.first_difference}.")
        say(f"kept:     …{result.kept_there}…")
        say(f"replayed: …{result.replayed_there}…")
    return 0 if result.same else DIFFERS


def erase(settings: Settings, candidate: str | None, allow: Path | None, by: str, yes: bool, as_json: bool) -> int:
    """Erase a person, or allow an erased file again, after a question on a terminal."""
    from matcher.pipeline import keeping

    if not by.strip():
        raise InputError("Say who erases: --by NAME. The act is logged under that name.")
    if allow is not None:
        keeping.allow(settings, allow, by)
        say(f"{allow} may be added again.")
        return 0
    if candidate is None:
        raise InputError("Say who is to be erased: an id, or the name of the file.")
    if not yes and not typer.confirm(f"Remove {candidate} from the workspace and from delivered files for good?"):
        return 0
    return _erased((keeping.erase(settings, candidate, by),), as_json)


def purge(settings: Settings, by: str, yes: bool, as_json: bool) -> int:
    """Erase what is due, after a question on a terminal."""
    from matcher.pipeline import keeping

    _, rows, _ = keeping.plan(settings)
    due = sum(row.due and row.subject == "candidates" for row in rows)
    if not due or (not yes and not typer.confirm(f"Erase {due} candidates whose time is over for good?")):
        say("Nothing was purged.")
        return 0
    return _erased(keeping.purge(settings, by), as_json)


def _erased(done: Sequence[Erased], as_json: bool) -> int:
    if as_json:
        say_json([one.model_dump(mode="json") for one in done])
        return 0
    for one in done:
        say(f"Erased: {one.documents} documents, {one.replies} replies, {one.decisions} decisions, {one.rows} rows.")
        say(f"Rewritten without the person: {one.records} stored results. Removed: {len(one.exports)} delivered files.")
        for path in one.left:
            say(f"Remove by hand, it was changed since it was delivered: {path}")
        if one.linked:
            say(f"May be the same person, decide for each: {', '.join(one.linked)}")
    say("Copies that you sent or saved elsewhere, and backups, are not known here. The original file was not touched.")
    return 0


def plan(policy: Policy, rows: Sequence[Held], warnings: Sequence[str], as_json: bool) -> int:
    """Print the retention plan."""
    if as_json:
        say_json({"policy": policy.model_dump(mode="json"), "rows": [row.model_dump(mode="json") for row in rows]})
        return 0
    say(f"Kept: candidates {policy.candidates}, log {policy.log}, impact reports {policy.impact_reports} months.")
    for warning in warnings:
        say(f"Shorter than a rule: {warning}")
    state = {True: "due", False: ""}
    shown = [(row.subject, row.key, row.since, row.until, "on hold" if row.on_hold else state[row.due]) for row in rows]
    table(("what", "key", "since", "until", ""), shown)
    return 0
