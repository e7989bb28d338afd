"""Options that several commands of ``catchlight publish`` share."""

from pathlib import Path
from typing import Annotated

import typer

from catchlight.errors import ConfigError
from catchlight.publish_policy import load_publishing

YesOption = Annotated[
    bool, typer.Option("--yes", help="Do not ask again above the people of ask_above (50).")
]
ToOption = Annotated[
    str, typer.Option("--to", "--destination", help="Only this destination; otherwise all there are.")
]


def ask(home: Path, people: int, *, yes: bool) -> None:
    """Let a person confirm that many people's pictures change; ConfigError when they do not."""
    if (
        people > load_publishing(home).ask_above
        and not yes
        and not typer.confirm(f"This changes {people} people's pictures. Go on?")
    ):
        message = "nothing was written; say yes, or give --yes"
        raise ConfigError(message)
