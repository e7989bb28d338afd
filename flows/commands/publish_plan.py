"""``catchlight publish plan``: who would get which picture where, and why not."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from catchlight import publish_planning
from catchlight.delivery import STANDARD
from catchlight.desk import Desk, alone, open_desk
from catchlight.errors import ConfigError
from catchlight.publish_crops import unread, usual_sizes
from catchlight.publish_plan import Plan
from catchlight.publish_planning import Listeners
from catchlight.restored import problem, refusal
from catchlight.runs import names_of, run_folder
from catchlight.vault import write_whole
from flows import left_standing
from flows.burying import bury_alone
from flows.commands.options import HOME, HomeOption, RunOption
from flows.commands.publish_words import say, tell_plan
from flows.destinations import FILE, destinations, place_named, sizes_of
from flows.progress import Counter
from flows.showplaces import read_showplaces
from flows.sourced import must_lie_apart, only_taking_off
from flows.terminal import bars, told
from reports.publish_sheet import Seen, publish_sheet

SIZES = (
    "Heights in pixels, with commas between. A crop of the preset by its name: avatar@48 is 48 pixels high "
    f"with a larger head, avatar is all of that crop's sizes. Otherwise the destination's own, or the preset's: {','.join(STANDARD)} unless it names others."
)


def plan(
    to: Annotated[
        str,
        typer.Option(
            "--to",
            "--destination",
            help="A folder, or a name in destinations.toml; otherwise all named there.",
        ),
    ] = "",
    home: HomeOption = HOME,
    run: RunOption = "latest",
    sizes: Annotated[str, typer.Option("--sizes", help=SIZES)] = "",
    master: Annotated[int, typer.Option("--master", help="One more size, up to 7680; 0 is none.")] = 0,
) -> None:
    """Say who would get which picture and who not, and why; write a plan and nothing else.

    Beside the plan lies a page with everybody's picture now and then. Whoever left, or took their yes
    back, is taken off. It says how many calls the plan takes and about how long.

    Exit code 0: the plan is made. 2: it could not start, and the message says why.
    """
    with told():
        asked = [str(master)] * bool(master) + [part for part in sizes.split(",") if part.strip()]
        bury_alone(home)
        planned = []
        for name in [to] if to else _all(home):
            desk = open_desk(home, place_named(name, home))
            planned.append(desk.place.name)
            must_lie_apart(desk)
            wanted = (
                asked
                if sizes
                else [*asked, *(sizes_of(name, home) or usual_sizes(home, run_folder(home, run)))]
            )
            _plan(desk, run, wanted)
        if sentence := refusal(home, "apply would publish nothing of this"):
            say(f"Look at this: {sentence}")
        if sentence := unread(home, run_folder(home, run)):
            say(f"Look at this: {sentence}")
        for sentence in left_standing.told(home, run, planned):
            say(f"Not in any plan: {sentence}")


def _plan(desk: Desk, run: str, sizes: Sequence[str]) -> None:
    seen = Seen()
    with alone(desk.home), bars():
        drawn = publish_planning.draw(desk, run, sizes, listeners=Listeners(_planning(), seen))
        drawn = only_taking_off(desk, drawn)
        file = publish_planning.file_plan(desk, drawn)
        page = _write_page(desk, drawn, file, seen)
    tell_plan(drawn)
    say(f"Plan: {file}")
    say(f"Look at it: {page}")
    if drawn.people_changed and not problem(desk.home):
        words = ("catchlight", "publish", "apply", "--home", str(desk.home), "--plan", str(file))
        say(f"Next: {shlex.join(words)}")


def _all(home: Path) -> list[str]:
    known = [name for name, one in destinations(home).items() if not one.by_themselves]
    if not known:
        message = f"--to: name a folder, or destinations in {home / FILE}"
        raise ConfigError(message)
    return known


def _write_page(desk: Desk, drawn: Plan, file: Path, seen: Seen) -> Path:
    """Write the page of a plan beside it."""
    page, names = file.with_suffix(".html"), names_of(run_folder(desk.home, drawn.run))
    place = read_showplaces(desk.home).name_of(drawn.destination)
    write_whole(page, publish_sheet(drawn, names, seen, desk.vault, place).encode())
    return page


def _planning() -> Callable[[int, int], None]:
    """Return what keeps the bar of the plan up to date."""
    counters: list[Counter] = []

    def step(_done: int, total: int) -> None:
        if not counters:
            counters.append(Counter("Planning", total))
        counters[0].step()

    return step
