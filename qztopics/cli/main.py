"""The `qztopics` command: its sub-commands, and how errors and signals become exit codes.

Sub-commands import what they need when they run, so that `--help` and `--version` load typer alone.
"""

from __future__ import annotations

import io
import signal
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from qztopics.cli import output, terminal
from qztopics.cli.output import ClosedPipe
from qztopics.errors import QztopicsError
from qztopics.parallel import collect_rarely

if TYPE_CHECKING:
    from types import FrameType

app = typer.Typer(
    name="qztopics",
    help="Chinese text classification and topic modelling for newspaper pages and government work reports.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Terminated(BaseException):
    """A signal asked the process to end; raised so that `finally` blocks run and nothing is left half-written."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def _show_version(*, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"qztopics {version('qztopics')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=lambda wanted: _show_version(wanted=wanted), is_eager=True, help="Show it."),
    ] = False,
    verbose: Annotated[bool, typer.Option("-v", help="Say more; may stand after the command too.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show an error's traceback; may stand after the command.")
    ] = False,
) -> None:
    """Document the options that `main` has taken out of the arguments, wherever they stood."""
    del version, verbose, debug


def _register() -> None:
    from qztopics.cli import classify, evaluate, init, inspect, labels, models, report, review, topics, train

    app.command("train")(train.train)
    app.command("classify")(classify.classify)
    app.command("evaluate")(evaluate.evaluate)
    app.command("report")(report.report)
    app.command("review")(review.review)
    app.command("inspect")(inspect.inspect)
    app.command("init")(init.init)
    app.add_typer(labels.app, name="labels")
    app.add_typer(models.app, name="models")
    app.add_typer(topics.app, name="topics")


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise Terminated(number)


def _catch_signals() -> None:
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)


def main() -> NoReturn:
    """Run the command line and exit with the code of the contract."""
    _register()
    _catch_signals()
    collect_rarely()
    for stream in (sys.stdout, sys.stderr):
        # A redirect on Windows has the code page of the system, which lacks most of what we write.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
    arguments = sys.argv[1:]
    end = arguments.index("--") if "--" in arguments else len(arguments)
    debug = "--debug" in arguments[:end]
    terminal.verbose(wanted="-v" in arguments[:end])
    kept = [a for a in arguments[:end] if a not in {"--debug", "-v"}]
    sys.exit(_run([*kept, *arguments[end:]], debug=debug))


def _run(arguments: list[str], *, debug: bool) -> int:  # noqa: PLR0911 - one return per exit code
    try:
        result = app(args=arguments, standalone_mode=False)
        with output.stdout():
            pass  # what typer itself has printed reaches the reader, or fails, here
    except typer.Exit as end:
        return end.exit_code
    except SystemExit:
        output.discard()  # typer ends so where help meets a closed pipe
        return 141
    except typer.Abort:
        return 130
    except QztopicsError as error:
        return _fail(str(error), error.exit_code, debug=debug)
    except KeyboardInterrupt:
        return _fail("interrupted; nothing was left half-written", 130)
    except Terminated as end:
        return _fail("terminated; nothing was left half-written", end.exit_code)
    except ClosedPipe:
        output.discard()
        return 141
    except Exception as error:  # noqa: BLE001 - the last door: a sentence instead of a traceback
        return _unexpected(error, debug=debug)
    return result if isinstance(result, int) else 0


def _unexpected(error: Exception, *, debug: bool) -> int:
    from typer.exceptions import TyperException

    if isinstance(error, TyperException):
        message = error.format_message()
        if "\n" in message:  # the help that stands for a missing command
            sys.stderr.write(message + "\n")
            return error.exit_code
        return _fail(f"{message} Try --help.", error.exit_code)
    hint = "" if debug else "; run it again with --debug to see where"
    return _fail(f"unexpected error: {type(error).__name__}: {error}{hint}", 1, debug=debug)


def _fail(message: str, code: int, *, debug: bool = False) -> int:
    if debug:
        import traceback

        traceback.print_exc()
    terminal.say(f"qztopics: {message}")
    return code
