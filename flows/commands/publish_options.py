"""Options that several commands of ``catchlight publish`` share."""

from pathlib import Path
from typing import Annotated

import typer

from catchlight.errors import ConfigError
from catchlight.publish_policy import load_publishing

YesOption = Annotated[
    bool,
    typer.Option("--yes", help="Do not ask where more people change than ask_above in publish.toml (50)."),
]
ToOption = Annotated[
    str, typer.Option("--to", "--destination", help="Only this destination; otherwise all there are.")
]


def ask(home: Path, people: int, *, yes: bool) -> None:
    """Let a person confirm that many people's pictures change; ConfigError when they do not, or nobody is there to."""
    if people <= load_publishing(home).ask_above or yes:
        return
    try:
        said = typer.confirm(f"This changes {people} people's pictures. Go on?")
    except typer.Abort:  # no terminal, or stopped at the question
        said = False
    if not said:
        message = f"nothing was written: {people} people's pictures would change; say yes, or give --yes"
        raise ConfigError(message)
