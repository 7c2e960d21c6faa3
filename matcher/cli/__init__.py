"""The command line: parses, calls one function of the pipeline, prints; errors become a line and an exit code.

Only this package knows Typer. Bodies are a few lines; nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import sys

import typer

from matcher.cli import auditing, drafting, matching, reviewing, tools
from matcher.errors import MatcherError

app = typer.Typer(
    name="matcher",
    help="Rank résumés against a posting and justify every verdict with a verbatim quote.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (matching, reviewing, drafting, auditing, tools):
    group.register(app)


def main() -> None:
    """Run the command line and exit with the documented code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line with these arguments and return the exit code."""
    try:
        result = app(arguments, standalone_mode=False)
    except MatcherError as error:
        return _fail(str(error), error.exit_code)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        return _fail("Interrupted: finished work is kept, run the same command again to go on.", 130)
    except KeyboardInterrupt:
        return _fail("Interrupted: finished work is kept, run the same command again to go on.", 130)
    except Exception as error:  # noqa: BLE001 - the outermost boundary; personal data never reaches a traceback
        return _usage_or_bug(error)
    return result if isinstance(result, int) else 0


def _usage_or_bug(error: Exception) -> int:
    show = getattr(error, "show", None)
    if callable(show):
        show()
        return int(getattr(error, "exit_code", 2))
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "unknown place"
    return _fail(f"Unexpected {type(error).__name__} at {where}: please report this line.", 1)


def _fail(message: str, code: int) -> int:
    from matcher import sinks

    typer.echo(sinks.terminal(message), err=True)
    return code
