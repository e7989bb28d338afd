"""Options that nearly all commands share."""

from pathlib import Path
from typing import Annotated

import typer

HOME = Path("catchlight-home")
HomeOption = Annotated[
    Path,
    typer.Option("--home", envvar="CATCHLIGHT_HOME", help="Folder for everything that Catchlight keeps."),
]
LookedAtOption = Annotated[
    Path,
    typer.Option("--home", envvar="CATCHLIGHT_HOME", help="Folder to look at.", readable=False),
]
"""Of a folder that this account may not read the command itself says so."""
RunOption = Annotated[str, typer.Option("--run", help="Which run; latest is the newest.")]
