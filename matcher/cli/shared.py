"""What all commands share: options, settings, progress on standard error, tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from matcher import sinks
from matcher.config import Settings, load_settings

if TYPE_CHECKING:
    from matcher.pipeline.session import Progress

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="Folder of the workspace (default .matcher, or MATCHER_WORKSPACE).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress and no table.")]
TopOption = Annotated[int | None, typer.Option("--top", help="How many candidates the judge reads (default 50).")]
LlmOption = Annotated[
    str | None, typer.Option("--llm", help="none, or a model at the OpenAI-compatible endpoint (OPENAI_BASE_URL).")
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Day to which durations are counted, YYYY-MM-DD (default: first run).")
]


def settings(**options: object) -> Settings:
    """Merge the options that were given with environment and file."""
    return load_settings(options)


@contextmanager
def progress(quiet: bool) -> Iterator[Progress]:
    """Yield a progress reporter that draws on standard error, and only on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(),
               TextColumn("{task.fields[rate]}"), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total, rate="")
            task = next(t for t in bar.tasks if t.id == tasks[stage])
            speed = f"{task.speed:.1f}/s" if task.speed else ""
            bar.update(tasks[stage], completed=done, total=total, rate=speed)

        yield report


def say(text: str) -> None:
    """Print a line on standard output, control sequences removed."""
    typer.echo(sinks.terminal(text))


def say_json(value: object) -> None:
    """Print a value as JSON, keys in the order given."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def table(head: Sequence[str], rows: Sequence[Sequence[object]], title: str | None = None) -> None:
    """Print a table of untrusted text, at most as wide as the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(title=Text(sinks.terminal(title)) if title else None, title_justify="left", header_style="bold")
    for name in head:
        made.add_column(Text(name), overflow="fold")
    for row in rows:
        made.add_row(*(Text(sinks.terminal(str(value))) for value in row))
    console = Console(width=None if sys.stdout.isatty() else 110, highlight=False, markup=False)
    console.print(made)
