"""``catchlight publish approve``: the second pair of eyes on a plan."""

from pathlib import Path
from typing import Annotated

import typer

from catchlight import publish_plan
from catchlight.desk import open_register
from catchlight.publish_yes import say_yes
from flows.commands.options import HOME, HomeOption, RunOption
from flows.commands.publish_words import say, tell_plan
from flows.terminal import told


def approve(
    name: Annotated[str, typer.Argument(help="Your name, as your personal code was issued to it.")],
    home: HomeOption = HOME,
    run: RunOption = "latest",
    file: Annotated[
        Path | None, typer.Option("--plan", help="Plan to agree to; otherwise the run's last one.")
    ] = None,
) -> None:
    """Say yes to a plan that somebody else made; it asks for your personal code (catchlight review code NAME).

    Where publish.toml sets second_yes_above, larger plans are not followed without it. The yes is to exactly this
    file: a plan made anew needs a new one.
    """
    with told():
        path = file or publish_plan.newest_plan(home, run)
        drawn = publish_plan.read_plan(path)
        tell_plan(drawn)
        code: str = typer.prompt("Your code", hide_input=True)
        said = say_yes(home, open_register(home), path, drawn, (name, code))
        say(f"{said} says yes to {path}.")
