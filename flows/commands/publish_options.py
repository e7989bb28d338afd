"""Options that several commands of ``catchlight publish`` share."""

from pathlib import Path
from typing import Annotated

import typer

from catchlight.publish_policy import load_publishing
from flows.terminal import sure

YesOption = Annotated[
    bool,
    typer.Option("--yes", help="Do not ask where more people change than ask_above in publish.toml (50)."),
]
ToOption = Annotated[
    str, typer.Option("--to", "--destination", help="Only this destination; otherwise all there are.")
]


def ask(home: Path, people: int, *, yes: bool) -> None:
    """Let a person confirm that many people's pictures change; ConfigError when they do not, or nobody is there to."""
    yes = yes or people <= load_publishing(home).ask_above
    otherwise = f"nothing was written: {people} people's pictures would change"
    sure(f"This changes {people} people's pictures. Go on?", otherwise, yes=yes)
