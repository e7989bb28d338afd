"""The terminal's side: a live bar, plain lines where there is no terminal, errors that say what to do."""

import errno
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from catchlight.errors import CatchlightError, ConfigError
from flows.progress import listening

_UNWELL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def plain(text: str, *lines: str) -> str:
    """Return text that may hold what strangers typed without what a terminal obeys; ``lines`` are characters that stay."""
    return "".join(c if c.isprintable() or c in lines else "\ufffd" for c in text)


@contextmanager
def bars() -> Iterator[None]:
    """Show one bar a stage for as long as this lasts."""
    columns = (
        TextColumn("{task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as progress:
        shown: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in shown:
                shown[stage] = progress.add_task(stage, total=total or None)
            progress.update(shown[stage], completed=done, total=total or None)

        with listening(tell):
            yield


@contextmanager
def told() -> Iterator[None]:
    """Turn our own errors into one line and exit code 2: the command could not start, or ended before its end.

    1 is for commands that came to their end and name what is left to look at. Ctrl-C gets a line and exit code 130.
    """
    try:
        with _answered():
            yield
    except CatchlightError as error:
        said = plain(str(error), "\n")
        errors.print(f"[bold red]catchlight:[/] {escape(said)}", soft_wrap=True)
        raise typer.Exit(2) from error
    except OSError as error:
        if error.errno not in _UNWELL:
            raise
        where = escape(plain(str(error.filename or "the disk")))
        errors.print(
            f"[bold red]catchlight:[/] {where}: {error.strerror}; make room or give rights, then run again"
        )
        raise typer.Exit(2) from error
    except SystemExit as ended:
        unread = isinstance(ended.__context__, BrokenPipeError)
        why = (
            "what read its output is gone, as with | head"
            if unread
            else f"something that it called ended the program (exit code {ended.code})"
        )
        said = f"{why}; nothing is done twice when you run it again"
        errors.print(f"[bold red]catchlight:[/] {escape(said)}", soft_wrap=True)
        raise typer.Exit(2) from ended
    except KeyboardInterrupt as stopped:
        # All is put away: a second one would only hide the exit code.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        errors.print("Stopped. To go on, run the same command again; nothing that is finished is done twice.")
        raise typer.Exit(130) from stopped


def sure(question: str, otherwise: str, *, yes: bool) -> None:
    """Let a person confirm; ConfigError, which says what ``otherwise`` is, when they do not, or nobody is there to."""
    try:
        with _answered():
            said = yes or typer.confirm(question)
    except ConfigError:
        said = False
    if not said:
        message = f"{otherwise}; say yes, or give --yes"
        raise ConfigError(message)


@contextmanager
def _answered() -> Iterator[None]:
    """Tell Ctrl-C at a question from a question that nobody is there to answer."""
    try:
        yield
    except typer.Abort as ended:
        typer.echo()
        if isinstance(ended.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from ended
        message = "nothing was done: it asks something, and nobody is there to answer; run it at a terminal"
        raise ConfigError(message) from ended
