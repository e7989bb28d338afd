"""What the commands of model files say, and how: progress on a terminal, refusals as exit code 2."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from catchlight.errors import CatchlightError


def say(text: str) -> None:
    """Print a line as it is."""
    Console().print(escape(text), soft_wrap=True, highlight=False)


@contextmanager
def progress(file: str, size: int) -> Iterator[Callable[[int], None]]:
    """Show how far a download is, on a terminal only, and yield what tells it."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(escape(file), total=size)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what Catchlight refuses, and a disk that refuses, into a message and exit code 2."""
    try:
        yield
    except (CatchlightError, OSError) as error:
        Console(stderr=True).print(
            f"[red]refused[/red] {escape(str(error))}", soft_wrap=True, highlight=False
        )
        raise typer.Exit(2) from error
