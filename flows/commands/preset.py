"""``catchlight preset``: which looks there are, what one says, whether a file of your own is right."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from catchlight.config import load_preset, preset_names
from catchlight.judge import limits
from flows.terminal import console, told

app = typer.Typer(no_args_is_help=True, help="Brand presets: how a company looks.")
Name = Annotated[str, typer.Argument(help="A preset's name, or the path of a .toml file.")]


@app.command("list")
def list_presets() -> None:
    """List the presets that come with Catchlight."""
    table = Table("name", "title", "what it is for")
    for name in preset_names():
        preset = load_preset(name)
        table.add_row(name, preset.title, preset.description)
    console.print(table)


@app.command("show")
def show(name: Name) -> None:
    """Show everything a preset decides, and the limits that portraits are held to."""
    with told():
        preset = load_preset(name)
        held_to = limits(preset)
    console.print_json(preset.model_dump_json(exclude={"checks", "engines"}))
    table = Table("check", "low", "high", "new photo below", "new photo above", "outside")
    for check, limit in held_to.items():
        values = (limit.low, limit.high, limit.far_low, limit.far_high)
        table.add_row(check, *("" if v is None else f"{v:g}" for v in values), limit.outcome)
    console.print(table)


@app.command("check")
def check(name: Name) -> None:
    """Check a preset of your own; exit code 2 and the key that is wrong when it is not right."""
    with told():
        preset = load_preset(name)
        limits(preset)
    console.print(f"{preset.title}: right ({Path(name).name}, digest {preset.digest()[:12]}).")
