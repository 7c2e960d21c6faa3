"""Commands of the outreach writer: outreach (drafts), outreach approve, outreach suppress."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from matcher.cli import shared, shown_drafts
from matcher.cli.shared import JsonOption, LlmOption, QuietOption, WorkspaceOption

CompanyOption = Annotated[Path | None, typer.Option("--company", help="Path of company.toml.")]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for the drafts.")]
WhoOption = Annotated[str, typer.Option("--who", help="Name of the person who answers for this.")]
FilesArgument = Annotated[list[Path], typer.Argument(help="Text files of drafts, edited or not.")]


class DraftByDefault(TyperGroup):
    """A group whose command ``draft`` need not be named: `matcher outreach --channel email` drafts."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``draft`` in front of anything that is no subcommand."""
        first = next(iter(args), "")
        named = first in self.commands or first == "--help"
        return list(super().parse_args(ctx, args if named else ["draft", *args]))


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(cls=DraftByDefault, no_args_is_help=False, rich_markup_mode=None)
    group.command("draft")(draft)
    group.command("approve")(approve)
    group.command("edit")(edit)
    group.command("suppress")(suppress)
    app.add_typer(group, name="outreach", help="Drafts for chosen candidates; the product never sends anything.")


def draft(
    candidates: Annotated[
        list[str] | None, typer.Argument(help="Ids or files (default: all who were advanced).")
    ] = None,
    channel: Annotated[str, typer.Option(help="inmail, email or connection.")] = "inmail",
    sequence: Annotated[int, typer.Option(min=1, max=4, help="Messages per person, follow-ups included.")] = 1,
    tone: Annotated[str, typer.Option(help="plain, warm or formal.")] = "plain",
    language: Annotated[str, typer.Option(help="en, de, fr or es.")] = "en",
    unreviewed: Annotated[
        int, typer.Option(min=0, help="Also take this many from the head of the list whom nobody reviewed.")
    ] = 0,
    applied: Annotated[bool, typer.Option("--applied", help="These people applied: no Article 14 notice.")] = False,
    obtained: Annotated[str | None, typer.Option(help="Day on which the résumés were obtained, YYYY-MM-DD.")] = None,
    unapproved: Annotated[
        bool, typer.Option("--unapproved", help="Also write .eml and merge files of drafts that nobody approved.")
    ] = False,
    run: Annotated[str | None, typer.Option("--run", help="Id of a run (default: the last one).")] = None,
    company: CompanyOption = None,
    out: OutOption = Path("drafts"),
    llm: LlmOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Draft short notes in which every claim is tied to verified evidence (the default subcommand)."""
    from matcher.pipeline import drafting

    settings = shared.settings(workspace=workspace, llm=llm, company=company, quiet=quiet or None)
    wish = shown_drafts.wish(channel=channel, tone=tone, language=language, sequence=sequence, run=run,
                             unreviewed=unreviewed, candidates=tuple(candidates or ()), applied=applied,
                             obtained=obtained)  # fmt: skip
    with shared.progress(settings.quiet) as progress:
        made = drafting.draft(settings, wish, out, progress, unapproved=unapproved)
    return shown_drafts.drafted(made, as_json, settings.quiet)


def approve(
    files: FilesArgument,
    who: WhoOption,
    fact: Annotated[list[str] | None, typer.Option("--fact", help="A fact about the person that you state.")] = None,
    company: CompanyOption = None,
    out: OutOption = Path("drafts"),
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Approve drafts by file; edits are diffed, checked and logged; writes .eml and mail-merge files."""
    from matcher.pipeline import approving

    acts, paths = approving.approve(shared.settings(workspace=workspace, company=company), files, who, out,
                                   facts=tuple(fact or ()))  # fmt: skip
    return shown_drafts.acts(acts, paths, as_json)


def edit(
    files: FilesArgument,
    who: WhoOption,
    fact: Annotated[list[str] | None, typer.Option("--fact", help="A fact about the person that you state.")] = None,
    company: CompanyOption = None,
    out: OutOption = Path("drafts"),
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take edited drafts back without approving them: diffed, checked and logged."""
    from matcher.pipeline import approving

    acts, paths = approving.approve(shared.settings(workspace=workspace, company=company), files, who, out,
                                   approve_clean=False, facts=tuple(fact or ()))  # fmt: skip
    return shown_drafts.acts(acts, paths, as_json)


def suppress(
    people: Annotated[list[str], typer.Argument(help="Candidate ids, e-mail addresses, @domains, numbers, links.")],
    company: CompanyOption = None,
    workspace: WorkspaceOption = None,
    quiet: QuietOption = False,
) -> int:
    """Never write to these people again: adds them, hashed, to the suppression file."""
    from matcher.pipeline import approving

    count = approving.suppress(shared.settings(workspace=workspace, company=company), people)
    return shown_drafts.suppressed(count, quiet)
