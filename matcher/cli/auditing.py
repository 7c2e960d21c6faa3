"""Commands for those who answer for a list: audit, erase, retention."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matcher.cli import audited, shared
from matcher.cli.shared import JsonOption, QuietOption, WorkspaceOption

Candidate = Annotated[str, typer.Argument(help="Id of a candidate, the beginning of one, or the name of their file.")]
Run = Annotated[str | None, typer.Option("--run", help="Id of the run (default: the last one).")]
By = Annotated[str, typer.Option("--by", help="Your name: the act is logged under it.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write here instead of printing.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    audit = typer.Typer(help="Check the log, measure fairness, explain and prove.", no_args_is_help=True)
    for command in (verify, checkpoint, impact, swap, explain, card, prove, replay):
        audit.command(command.__name__)(command)
    app.add_typer(audit, name="audit")
    app.command("erase")(erase)
    retention = typer.Typer(help="How long records are kept; legal holds; what is due.", no_args_is_help=True)
    for name, kept in (("plan", plan), ("policy", policy), ("purge", purge), ("hold", hold)):
        retention.command(name)(kept)
    app.add_typer(retention, name="retention")


def verify(
    against: Annotated[list[Path] | None, typer.Option(help="A checkpoint that was kept outside; repeatable.")] = None,
    key: Annotated[str | None, typer.Option(help="Public key of the log, as the report prints it.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Verify the audit log; name the first bad record. Exit code 4 if it does not hold."""
    from matcher.pipeline import auditing

    return audited.verification(auditing.verify(shared.settings(workspace=workspace), against or (), key), as_json)


def checkpoint(
    out: Annotated[
        Path | None, typer.Option("--checkpoint-out", help="Write it here; keep that file elsewhere.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Seal the log and print the signed checkpoint."""
    from matcher.pipeline import auditing

    return audited.checkpoint(auditing.checkpoint(shared.settings(workspace=workspace), out), as_json)


def impact(
    demographics: Annotated[
        Path | None, typer.Option(help="CSV of self-reported data: candidate, sex, race, …")
    ] = None,
    run: Run = None,
    first: Annotated[list[int] | None, typer.Option(help="Length of a shortlist to measure; repeatable.")] = None,
    auditor: Annotated[bool, typer.Option("--auditor", help="Show groups below five people too.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print impact tables by self-reported groups; nobody's group is ever guessed."""
    from matcher.pipeline import auditing

    report = auditing.impact(shared.settings(workspace=workspace), demographics, run, first)
    return audited.impact(report, shareable=not auditor, as_json=as_json)


def swap(
    posting: Annotated[Path, typer.Argument(help="The posting, or an edited criteria.toml.")],
    resumes: Annotated[list[Path], typer.Argument(help="Résumés to change: files, folders, ZIPs, mailboxes.")],
    kind: Annotated[list[str] | None, typer.Option(help="name, age, style, … (default: all); repeatable.")] = None,
    cut: Annotated[int, typer.Option(help="How many of the fit order count as inside.")] = 5,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Change who a résumé is about and measure what moves. Exit code 1 if a name moves anything."""
    from matcher.pipeline import swapping

    settings = shared.settings(workspace=workspace, quiet=quiet or None)
    with shared.progress(settings.quiet) as progress:
        made = swapping.swaps(settings, posting, resumes, kind or swapping.EVERY_KIND, cut, progress)
    return audited.swaps(made, as_json)


def explain(
    candidate: Candidate,
    run: Run = None,
    contact: Annotated[str | None, typer.Option(help="Whom the person may write to.")] = None,
    out: Out = None,
    workspace: WorkspaceOption = None,
) -> int:
    """Write one page in plain words for the person concerned."""
    from matcher.pipeline import auditing

    settings = shared.settings(workspace=workspace)
    return audited.page(settings, auditing.explain(settings, candidate, run, contact), out)


def card(run: Run = None, out: Out = None, workspace: WorkspaceOption = None) -> int:
    """Write the model card of a run."""
    from matcher.pipeline import auditing

    settings = shared.settings(workspace=workspace)
    return audited.page(settings, auditing.card(settings, run), out)


def prove(
    candidate: Candidate,
    out: Annotated[Path, typer.Option("--out", help="Folder for the proof and the script that checks it.")] = Path(
        "proof"
    ),
    against: Annotated[Path | None, typer.Option(help="An earlier checkpoint that the person was given.")] = None,
    workspace: WorkspaceOption = None,
) -> int:
    """Write a proof of what the log holds about one person, with a script that checks it."""
    from matcher.pipeline import auditing

    return audited.proof(auditing.prove(shared.settings(workspace=workspace), candidate, out, against))


def replay(
    run: Annotated[str | None, typer.Argument(help="Id of the run (default: the last one).")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Make a shortlist again from kept replies, without a model, and compare it byte for byte."""
    from matcher.pipeline import auditing

    return audited.replay(auditing.replay(shared.settings(workspace=workspace), run), as_json)


def erase(
    candidate: Annotated[str | None, typer.Argument(help="Id, beginning of one, or name of the file.")] = None,
    by: By = "",
    allow: Annotated[Path | None, typer.Option("--allow", help="Let this erased file be added again.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Remove a person from every byte of the workspace; the log still verifies."""
    return audited.erase(shared.settings(workspace=workspace), candidate, allow, by, yes, as_json)


def plan(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """Print what is kept until when, with the rules behind it."""
    from matcher.pipeline import keeping

    return audited.plan(*keeping.plan(shared.settings(workspace=workspace)), as_json)


def policy(
    place: Annotated[
        list[str] | None, typer.Option(help="A place whose rules count, e.g. California; repeatable.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> int:
    """Write retention.toml into the workspace, to be edited."""
    from matcher.pipeline import keeping

    shared.say(f"Edit {keeping.write_policy(shared.settings(workspace=workspace), tuple(place or ()))}.")
    return 0


def purge(
    by: By,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Erase every candidate whose time is over and who is not on hold."""
    return audited.purge(shared.settings(workspace=workspace), by, yes, as_json)


def hold(
    candidate: Annotated[str, typer.Argument(help="A candidate, or all.")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why, e.g. the number of a case.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Lift the hold.")] = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Put a candidate, or all, on legal hold: nothing is erased or purged until it is lifted."""
    from matcher.pipeline import keeping

    keeping.hold(shared.settings(workspace=workspace), candidate, reason, by, lift)
    shared.say("The hold is lifted." if lift else "Held: nothing of this is erased or purged until the hold is lifted.")
    return 0
