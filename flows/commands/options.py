"""Options that nearly all commands share."""

from pathlib import Path
from typing import Annotated

import typer

HOME = Path("catchlight-home")
HomeOption = Annotated[
    Path,
    typer.Option("--home", envvar="CATCHLIGHT_HOME", help="Folder for everything that Catchlight keeps."),
]
RunOption = Annotated[str, typer.Option("--run", help="Which run; latest is the newest.")]
