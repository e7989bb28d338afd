"""``catchlight demo``: see it work before giving it a photo of your own."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from catchlight.job import Job
from catchlight.private import private_folder
from flows.commands import refresh as command
from flows.commands.options import HomeOption
from flows.terminal import console, told

app = typer.Typer()


@app.command("demo")
def demo(
    home: HomeOption = Path("catchlight-demo"),
    photos: Annotated[
        Path | None,
        typer.Option("--photos", help="Your own folder of photos instead, with or without directory.csv."),
    ] = None,
    preset: Annotated[str, typer.Option("--preset", help="Brand preset: a name or a .toml file.")] = "house",
) -> None:
    """Make portraits of a small demo company, or of your own folder of photos.

    Shows all three outcomes: accepted, to look at, and a new photo needed. Nothing leaves this
    machine and nothing is published.
    """
    with told():
        folder = command.run(
            Job(source=photos or _company(home), home=home, preset=preset, accept_fewer=True)
        )
    command.tell(folder)
    console.print(
        "Next: open the contact sheet, mark some answers, press Save answers and save an unsigned table; then  "
        f"catchlight review import answers-{folder.name}.csv --home {shlex.quote(str(home))}",
        soft_wrap=True,
    )


def _company(home: Path) -> Path:
    from catchlight.models import ModelStore, default_root  # noqa: PLC0415
    from flows.demo import furnish  # noqa: PLC0415  loads OpenCV

    company = private_folder(home) / "demo-company"
    if not (company / "directory.csv").is_file():
        furnish(company, ModelStore(default_root()))
    return company
