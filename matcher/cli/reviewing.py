"""Commands of the desk: review, shortlist, compare."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from matcher.cli import shared
from matcher.cli.shared import JsonOption, QuietOption, WorkspaceOption

RunOption = Annotated[str | None, typer.Option("--run", help="Id of a run (default: the last one).")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("review")(review)
    app.command("shortlist")(shortlist)
    app.command("compare")(compare)


def review(
    run: RunOption = None,
    name: Annotated[str, typer.Option("--as", help="Your name, offered on the first page.")] = "",
    blind_first: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the cells answered before the machine's verdict is shown.")
    ] = 0.1,
    below: Annotated[int, typer.Option(min=0, help="How many people from below the cut are looked at.")] = 10,
    seed: Annotated[str | None, typer.Option(help="Seed of order and samples (default: the run).")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the hand-over pack here when the list is signed.")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on (default: any free one).")] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    allow_network: Annotated[
        bool, typer.Option("--allow-network", help="Allow an address that other machines reach; put TLS before it.")
    ] = False,
    public_host: Annotated[
        str | None, typer.Option(help="Host name under which a proxy with TLS passes requests on.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    workspace: WorkspaceOption = None,
    quiet: QuietOption = False,
) -> int:
    """Review a shortlist in the browser: check, override, decide, sign. Ctrl-C ends it; everything is kept."""
    from matcher.pipeline import reviewing

    options = reviewing.DeskOptions(name=name, blind_share=blind_first, below_sample=below, seed=seed, out=out,
                                    host=host, port=port, allow_network=allow_network,
                                    public_host=public_host)  # fmt: skip
    settings = shared.settings(workspace=workspace, quiet=quiet or None)
    made = reviewing.review(settings, run, options, lambda link: opened(link, browser))
    shared.say(f"Version {made.version}, {'signed by ' + made.sealed_by if made.sealed_by else 'not signed'}.")
    shared.say(f"Everything is kept. Go on with: matcher review --workspace {shlex.quote(str(settings.workspace))}")
    return 0


def opened(link: str, browser: bool) -> None:
    """Print the link that opens the desk once, and open it."""
    shared.say(f"The review is open at {link}\nThe link works once; Ctrl-C ends the review, everything is kept.")
    if browser:
        typer.launch(link)


def shortlist(
    out: Annotated[Path, typer.Option("--out", help="Folder for the hand-over pack.")] = Path("out"),
    run: RunOption = None,
    blind: Annotated[bool, typer.Option("--blind", help="A copy for a panel: no names, no contact data.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Write the hand-over pack of a run, with people's decisions in place."""
    from matcher import report
    from matcher.pipeline import reviewing

    made, paths = reviewing.hand_over(shared.settings(workspace=workspace), out, run, blind=blind)
    if as_json:
        shared.say(report.render_json(made).decode())
    elif not quiet:
        shared.table(("File", "Path"), [(name, path) for name, path in paths.items()])
    return 0


def compare(
    candidates: Annotated[list[str], typer.Argument(help="Two to five: ids, beginnings of ids, or file names.")],
    run: RunOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show two to five candidates side by side, criterion by criterion."""
    from matcher.pipeline import reviewing

    made, columns = reviewing.compare(shared.settings(workspace=workspace), candidates, run)
    if as_json:
        shared.say_json(reviewing.comparison(made, columns))
    else:
        shared.table(*reviewing.comparison_table(made, columns))
    return 0
