"""Commands of the main job: run, add, criteria, rank, justify, search."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matcher.cli import shared, shown
from matcher.cli.shared import AsOfOption, JsonOption, LlmOption, QuietOption, TopOption, WorkspaceOption

Posting = Annotated[Path, typer.Argument(help="The posting (HTML, text, DOCX, PDF), or an edited criteria.toml.")]
Paths = Annotated[list[Path], typer.Argument(help="Files, folders, ZIPs, mailboxes.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("run")(run)
    app.command("add")(add)
    app.command("criteria")(criteria)
    app.command("rank")(rank)
    app.command("justify")(justify)
    app.command("search")(search)


def run(
    posting: Posting,
    resumes: Paths,
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("out"),
    workspace: WorkspaceOption = None,
    llm: LlmOption = None,
    top: TopOption = None,
    passes: Annotated[int | None, typer.Option(help="How often the model reads each candidate.")] = None,
    verify: Annotated[bool | None, typer.Option("--verify", help="A second reading of the cited lines.")] = None,
    budget: Annotated[
        int | None, typer.Option(help="Most tokens this run may spend; exit code 6 when reached.")
    ] = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Print calls, tokens and minutes; ask nothing.")] = False,
    as_of: AsOfOption = None,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint-out", help="Write the audit log's signed checkpoint here.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Read résumés, rank them against a posting, justify every verdict, write the shortlist."""
    from matcher.pipeline.run import run as run_all

    settings = shared.settings(workspace=workspace, llm=llm, top=top, passes=passes, verify=verify,
                               budget_tokens=budget, as_of=as_of, quiet=quiet or None)  # fmt: skip
    with shared.progress(settings.quiet) as progress:
        if estimate:
            return shown.estimate(settings, posting, resumes, progress)
        outcome = run_all(settings, posting, resumes, out, progress)
    if checkpoint is not None:
        checkpoint.write_text(outcome.checkpoint, "utf-8")
    return shown.outcome(outcome, as_json, settings.quiet)


def add(
    resumes: Paths,
    workspace: WorkspaceOption = None,
    engine: Annotated[str, typer.Option(help="local, or ray (extra [ray]).")] = "local",
    address: Annotated[str | None, typer.Option(help="Address of a Ray cluster (default: start one here).")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Read résumés into the workspace and index them."""
    from matcher.pipeline.stages import add as add_files

    settings = shared.settings(workspace=workspace, quiet=quiet or None)
    with shared.progress(settings.quiet) as progress:
        taken = add_files(settings, resumes, progress, engine=engine, address=address)
    return shown.intake(taken, as_json, settings.quiet)


def criteria(
    posting: Posting,
    out: Annotated[Path | None, typer.Option("--out", help="Write criteria.toml here (default: print it).")] = None,
    approve: Annotated[str | None, typer.Option(help="Your name: approves the criteria as they stand.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Draft the criteria of a posting, or check an edited criteria.toml; a person edits and approves them."""
    from matcher.pipeline.stages import draft_criteria

    made, text = draft_criteria(shared.settings(workspace=workspace), posting, approve)
    return shown.criteria(made, text, out, as_json)


def rank(
    posting: Annotated[Path | None, typer.Argument(help="Posting or criteria.toml (not with --like).")] = None,
    like: Annotated[str | None, typer.Option(help="Rank by likeness to this candidate instead.")] = None,
    location: Annotated[str | None, typer.Option(help="Only candidates whose stated location contains this.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only résumés in these languages (codes).")] = None,
    since: Annotated[str | None, typer.Option(help="Only résumés added on or after this day.")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="Only these candidate ids.")] = None,
    engine: Annotated[str, typer.Option(help="local, or ray over shards (extra [ray]).")] = "local",
    shards: Annotated[Path | None, typer.Option(help="Folder of the shards (with --engine ray).")] = None,
    address: Annotated[str | None, typer.Option(help="Address of a Ray cluster (default: start one here).")] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Never use an approximate index.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Order the whole workspace by fit to a posting, with the best lines per criterion."""
    from matcher.pipeline.stages import Wanted, rank_workspace

    settings = shared.settings(workspace=workspace, quiet=quiet or None)
    wanted = Wanted(like=like, location=location, languages=tuple(language or ()), since=since, ids=tuple(only or ()),
                    exact=exact, engine=engine, shards=shards, address=address,
                    rows=None if as_json else shown.MOST_ROWS)  # fmt: skip
    with shared.progress(settings.quiet) as progress:
        ranked = rank_workspace(settings, posting, wanted, progress)
    return shown.ranking(ranked, as_json, settings.quiet)


def justify(
    posting: Posting,
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("out"),
    workspace: WorkspaceOption = None,
    llm: LlmOption = None,
    top: TopOption = None,
    batch: Annotated[
        Path | None, typer.Option(help="Write what would be asked as a Batch API file, and ask nothing now.")
    ] = None,
    replies: Annotated[
        Path | None, typer.Option("--batch-replies", help="Take in the output file of a batch first.")
    ] = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Rank and justify what the workspace holds already; answers that are kept are not asked again."""
    from matcher.pipeline import stages

    settings = shared.settings(workspace=workspace, llm=llm, top=top, as_of=as_of, quiet=quiet or None)
    with shared.progress(settings.quiet) as progress:
        if batch is not None:
            return shown.batch(stages.batch_file(settings, posting, batch, progress), batch)
        outcome = stages.justify_workspace(settings, posting, out, progress, replies)
    return shown.outcome(outcome, as_json, settings.quiet)


def search(
    text: Annotated[str, typer.Argument(help='Free text, or words with AND, OR, NOT and "phrases".')],
    limit: Annotated[int, typer.Option(help="How many candidates to show.")] = 20,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Search the workspace, by words and by meaning."""
    from matcher.pipeline.stages import search_workspace

    return shown.search(search_workspace(shared.settings(workspace=workspace), text, limit), as_json)
