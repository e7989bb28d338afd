"""``catchlight preset``: which looks there are, what one says, whether it is right for a company, how it looks."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from catchlight.config import Preset, load_preset, preset_names
from catchlight.errors import ConfigError
from catchlight.judge import limits
from catchlight.models import ModelStore, default_root
from catchlight.studio import engine_settings, named, prove
from flows.terminal import console, told

app = typer.Typer(no_args_is_help=True, help="Brand presets: how a company looks.")
Name = Annotated[str, typer.Argument(help="A preset's name, or the path of a .toml file.")]
Source = Annotated[
    Path | None,
    typer.Option("--source", help="Folder with directory.csv (or .xlsx) and photos/, or photos alone."),
]


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
def check(
    name: Name,
    source: Source = None,
    people: Annotated[
        int, typer.Option("--people", min=0, help="Look at so many people at most, spread evenly; 0: all.")
    ] = 0,
) -> None:
    """Check a preset of your own, and with --source whether it suits the people it will meet.

    A face too like the ground in brightness drowns in it. With --source every photo's face is found
    and its brightness, as the photo is lit, compared with each colour of the preset: printed are the
    share of the company from whom each colour stands off by the preset's contrast (30 % of the
    brighter of both), the contrast that 95 % of people reach, and the nearest lightness of the same
    hue that works for most people, darker and lighter than faces. Nothing is kept, and nothing is
    printed about anybody alone.

    Model files, packs and weights that the preset names and this machine has not are told as a warning: the
    preset may be meant for another one.

    Exit code 0: the preset is right, and its ground holds for at least 95 % of people. 1: it holds
    for fewer. 2: it is wrong, and the key that is wrong is named.
    """
    with told():
        preset = load_preset(name)
        limits(preset)
        for engine in named(preset.engines):
            engine_settings(preset.engines, engine)
        _print_ground(name)
        console.print(f"{preset.title}: right ({Path(name).name}, digest {preset.digest()[:12]}).")
        _tell_oversights(preset)
        _tell_what_is_not_here(preset)
        if source:
            from flows.commands import preset_palette as palette  # noqa: PLC0415  loads OpenCV

            raise typer.Exit(palette.tell(preset, palette.meet(preset, source, people)))


def _print_ground(name: str) -> None:
    """Render the preset's ground once, so that a bad picture or logo is told now."""
    from catchlight import backdrop  # noqa: PLC0415  loads OpenCV

    preset = load_preset(name)
    backdrop.render(preset.background, round(400 * preset.crop.aspect), 400)


def _tell_oversights(preset: Preset) -> None:
    from catchlight.oversights import oversights  # noqa: PLC0415  loads OpenCV

    for sentence in oversights(preset):
        console.print(f"Look at this: {sentence}.", soft_wrap=True, markup=False)


def _tell_what_is_not_here(preset: Preset) -> None:
    """Warn of what a refresh on this machine would stop at."""
    try:
        prove(preset.engines, ModelStore(default_root()))
    except ConfigError as error:
        console.print(
            f"Not on this machine, where a refresh would stop: {escape(str(error))}", soft_wrap=True
        )


@app.command("preview")
def preview(
    names: Annotated[list[str], typer.Argument(help="Presets: names or .toml files, a row each.")],
    source: Source = None,
    people: Annotated[int, typer.Option("--people", min=1, max=12, help="How many people to show.")] = 4,
    only: Annotated[str, typer.Option("--only", help="Employee ids instead, separated by commas.")] = "",
    output: Annotated[Path, typer.Option("--output", help="Picture to write: .png, .jpg or .webp.")] = Path(
        "preview.png"
    ),
    height: Annotated[
        int, typer.Option("--height", min=96, max=640, help="Height of each portrait, pixels.")
    ] = 360,
) -> None:
    """Show presets on a few people: one labelled sheet, a row for each preset, the same people in each.

    Without --source the demo's people are shown. A person whose photo cannot be used is left out and
    the next one is taken. Nothing else than the sheet is written.
    """
    with told():
        from flows.commands import preset_preview  # noqa: PLC0415  loads OpenCV

        ids = tuple(part.strip() for part in only.split(",") if part.strip())
        presets = [load_preset(name) for name in names]
        wanted = preset_preview.Wanted(presets, source, ids, len(ids) or people, height)
        shown, unusable = preset_preview.preview(wanted, output)
    console.print(f"People: {shown}; presets: {len(names)}; sheet: {output.resolve()}", soft_wrap=True)
    if unusable:
        who = "1 person was" if unusable == 1 else f"{unusable} people were"
        console.print(f"{who} left out: no photo that can be used.")


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of presets, by which editors complete and check TOML files.

    Editors that follow TOML's schema convention read the line `#:schema preset.schema.json` at the top
    of a preset. After a change:  catchlight preset schema > brand_presets/preset.schema.json
    """
    from catchlight import preset_schema  # noqa: PLC0415  loads every check and engine

    typer.echo(preset_schema.text(), nl=False)
