"""Commands that show and try: demo, info, doctor, prompt, selftest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from matcher.cli import shared
from matcher.cli.shared import JsonOption, LlmOption, QuietOption, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matcher.pipeline.tools import Fact


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.callback()(options)
    app.command("demo")(demo)
    app.command("info")(info)
    app.command("doctor")(doctor)
    app.command("prompt")(prompt)
    app.command("selftest")(selftest)


def _version(wanted: bool) -> None:
    if wanted:
        from matcher import __version__

        typer.echo(f"matcher {__version__}")
        raise typer.Exit


def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Rank résumés against a posting and justify every verdict with a verbatim quote."""
    del version


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("out"),
    review: Annotated[bool, typer.Option("--review", help="Then open the review in the browser.")] = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser by itself.")] = True,
    workspace: WorkspaceOption = None,
    quiet: QuietOption = False,
) -> int:
    """Show the whole thing on the bundled examples with kept model replies: no key, no network."""
    from matcher.cli import shown
    from matcher.pipeline import demo as demonstration

    settings = shared.settings(workspace=workspace or Path(".matcher/demo"), quiet=quiet or None)
    with shared.progress(settings.quiet) as progress:
        outcome = demonstration.demo(settings, out, progress)
    code = shown.outcome(outcome, as_json=False, quiet=settings.quiet or review)  # the desk asks before it shows
    if review:
        from matcher.cli.reviewing import review as open_desk

        return open_desk(run=outcome.shortlist.run.id, out=out, browser=browser, workspace=settings.workspace)
    return code


def info(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """Say what the workspace holds, how it is searched, and why."""
    from matcher.pipeline import tools

    return _facts(tools.info(shared.settings(workspace=workspace)), as_json)


def doctor(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> int:
    """Check the installation: packages, programs, model weights, endpoint, workspace."""
    from matcher.pipeline import tools

    return _facts(tools.doctor(shared.settings(workspace=workspace)), as_json)


def _facts(facts: Sequence[Fact], as_json: bool) -> int:
    if as_json:
        shared.say_json({fact.name: fact.value for fact in facts})
    else:
        width = max(len(fact.name) for fact in facts)
        for fact in facts:
            shared.say(f"{'  ' if fact.good else '! '}{fact.name.ljust(width)}  {fact.value}")
    return 0 if all(fact.good for fact in facts) else 2


def prompt(
    name: Annotated[str | None, typer.Argument(help="Name of a prompt (default: list them).")] = None,
    posting: Annotated[Path | None, typer.Option(help="Render the judge's prompt for this posting …")] = None,
    resume: Annotated[Path | None, typer.Option(help="… and this résumé, exactly as a model would get it.")] = None,
) -> int:
    """Show a prompt, or exactly what a model would be asked about one résumé."""
    from matcher.pipeline import tools

    if posting is not None and resume is not None:
        for message in tools.rendered_prompt(shared.settings(), posting, resume):
            shared.say(message)
    else:
        shared.say(tools.prompt(name))
    return 0


def selftest(llm: LlmOption = None, as_json: JsonOption = False) -> int:
    """Try the product against a liar, a puppet, a flickering and a broken model; with --llm also a short exam."""
    from matcher.pipeline import judging

    report = judging.selftest(shared.settings(llm=llm))
    if as_json:
        shared.say_json(report.as_json())
    else:
        for line in report.lines():
            shared.say(line)
    return 0 if report.passed else 1
