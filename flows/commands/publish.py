"""``catchlight publish``: from decisions to destinations, and the way back."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from catchlight import publish_plan, publish_planning, published_list, publishing
from catchlight.company import read_book
from catchlight.delivery import STANDARD
from catchlight.desk import Desk, alone, open_desk, open_register
from catchlight.drift import find_drift
from catchlight.errors import ConfigError
from catchlight.journal import half_way, stacks
from catchlight.publish_plan import PersonPlan, Plan
from catchlight.publish_planning import Listeners
from catchlight.publish_policy import load_publishing
from catchlight.publish_yes import must_have_yes
from catchlight.records import Receipt
from catchlight.rollback import rollback as undo
from catchlight.runs import run_folder
from catchlight.sending import Result
from catchlight.vault import write_whole
from flows.commands import publish_approve, publish_places
from flows.commands.publish_words import say, tell_plan, tell_results
from flows.commands.refresh import HomeOption
from flows.destinations import place_named
from flows.progress import Counter
from flows.terminal import bars, told
from reports.publish_sheet import Seen, publish_sheet

app = typer.Typer(
    no_args_is_help=True, help="Publish what people approved: plan, apply, verify, and roll back."
)
app.command("approve")(publish_approve.approve)
app.command("probe")(publish_places.probe)
app.command("pin")(publish_places.pin)
_SHOWN = 10
HOME = Path("catchlight-home")
SIZES = (
    "Heights in pixels, with commas between. A crop of the preset by its name: avatar@48 is 48 pixels high "
    "with a larger head, avatar is all of that crop's sizes."
)

RunOption = Annotated[str, typer.Option("--run", help="Which run; latest is the newest.")]
YesOption = Annotated[
    bool, typer.Option("--yes", help="Do not ask again above the people of ask_above (50).")
]
ToOption = Annotated[
    str, typer.Option("--to", "--destination", help="Only this destination; otherwise all there are.")
]


@app.command("plan")
def plan(
    to: Annotated[
        str,
        typer.Option("--to", "--destination", help="Folder to publish to, or a name in destinations.toml."),
    ],
    home: HomeOption = HOME,
    run: RunOption = "latest",
    sizes: Annotated[str, typer.Option("--sizes", help=SIZES)] = ",".join(STANDARD),
    master: Annotated[int, typer.Option("--master", help="One more size, up to 7680; 0 is none.")] = 0,
) -> None:
    """Say who would get which picture and who not, and why; write a plan and nothing else.

    Beside the plan lies a page with everybody's picture now and then. Whoever left, or took their yes
    back, is taken off. It says how many calls the plan takes and about how long.

    Exit code 0: the plan is made. 2: it could not start, and the message says why.
    """
    with told():
        names = [str(master)] * bool(master) + [part for part in sizes.split(",") if part.strip()]
        desk = open_desk(home, place_named(to, home))
        seen = Seen()
        with alone(home), bars():
            drawn = publish_planning.draw(desk, run, names, listeners=Listeners(_planning(), seen))
            file = publish_plan.write_plan(home, drawn)
            page = _write_page(desk, drawn, file, seen)
        tell_plan(drawn)
        say(f"Plan: {file}")
        say(f"Look at it: {page}")
        if drawn.people_changed:
            say(f"Next: catchlight publish apply --home {home} --plan {file}")


@app.command("apply")
def apply(
    home: HomeOption = HOME,
    run: RunOption = "latest",
    file: Annotated[
        Path | None, typer.Option("--plan", help="Plan to follow; otherwise the run's last one.")
    ] = None,
    yes: YesOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the plan; write nothing.")] = False,
) -> None:
    """Do exactly what a plan says; refuse when answers or the destination have changed since.

    Run it again after an interruption and it goes on; a second time it writes nothing.

    Exit code 0: all done. 1: some failed or changed meanwhile, the rest are done. 2: it could not
    start, nothing was written.
    """
    with told():
        path = file or publish_plan.newest_plan(home, run)
        drawn = publish_plan.read_plan(path)
        desk = open_desk(home, place_named(drawn.destination, home))
        waiting = len(_waiting(desk, drawn)) + len(drawn.removals)
        tell_plan(drawn)
        if dry_run:
            _check_only(desk, drawn)
            return
        must_have_yes(desk, path)
        _ask(home, waiting, yes=yes)
        results = _send(desk, drawn, path) if waiting else _again(desk, drawn)
    raise typer.Exit(tell_results(results))


@app.command("verify")
def verify(home: HomeOption = HOME, to: ToOption = "") -> None:
    """Read back everything that was published, and the backups, and list what is not as it was left.

    Exit code 0: all as published. 1: something is not. 2: it could not start.
    """
    drifts = []
    with told():
        for desk in _desks(home, to):
            found = find_drift(desk)
            drifts += found
            files = len(stacks(desk.register.receipts(desk.place.name)))
            say(f"{desk.place.name}: {files} files published, {len(found)} findings")
            for drift in found:
                say(f"  {drift.kind:<12} {drift.employee or '-'}  {drift.target}: {drift.sentence}")
    raise typer.Exit(1 if drifts else 0)


@app.command("rollback")
def rollback(
    home: HomeOption = HOME,
    run: Annotated[str, typer.Option("--run", help="Undo this run; without --person: the latest.")] = "",
    person: Annotated[
        str, typer.Option("--person", help="Only this employee id; without --run: all runs.")
    ] = "",
    to: ToOption = "",
    force: Annotated[bool, typer.Option("--force", help="Also where somebody changed it since.")] = False,
    yes: YesOption = False,
) -> None:
    """Put back what was there before; where nothing was, nothing is left.

    A picture that somebody changed since is left alone, unless --force is given. Answers stay as
    they are: the next plan would publish an approved portrait again.

    Exit code 0: all done. 1: some failed or stay because they changed, the rest are done. 2: it
    could not start.
    """
    with told():
        name = run_folder(home, "latest").name if run == "latest" or not (run or person) else run
        desks = list(_desks(home, to))
        _ask(
            home, len({receipt.employee for desk in desks for receipt in _ours(desk, name, person)}), yes=yes
        )
        with alone(home):
            results = [result for desk in desks for result in undo(desk, name, person, force=force)]
        if not results:
            say("Nothing of this is published, so nothing was changed.")
    raise typer.Exit(tell_results(results))


def _write_page(desk: Desk, drawn: Plan, file: Path, seen: Seen) -> Path:
    """Write the page of a plan beside it."""
    people = read_book(run_folder(desk.home, drawn.run)).people
    page = file.with_suffix(".html")
    write_whole(
        page, publish_sheet(drawn, {id_: one.name for id_, one in people.items()}, seen, desk.vault).encode()
    )
    return page


def _planning() -> Callable[[int, int], None]:
    """Return what keeps the bar of the plan up to date."""
    counters: list[Counter] = []

    def step(_done: int, total: int) -> None:
        if not counters:
            counters.append(Counter("Planning", total))
        counters[0].step()

    return step


def _waiting(desk: Desk, drawn: Plan) -> list[PersonPlan]:
    """Return the people of whom, by the journal, something is still to be written."""
    receipts = desk.register.receipts(desk.place.name)
    done = {(target, stack[-1].sent) for target, stack in stacks(receipts).items()}
    done -= {(receipt.target, receipt.sent) for receipt in half_way(receipts)}
    return [p for p in drawn.people if p.writes and any((f.target, f.sent) not in done for f in p.files)]


def _check_only(desk: Desk, drawn: Plan) -> None:
    problems = publish_planning.outdated(desk, drawn)
    if problems:
        message = f"the plan is out of date: {'; '.join(problems[:_SHOWN])}; plan again"
        raise ConfigError(message)
    say("Dry run: the plan still holds; nothing was written.")


def _again(desk: Desk, drawn: Plan) -> list[Result]:
    """Make sure that all is as planned where nothing is left to send; needs no server."""
    with alone(desk.home):
        publishing.check(desk, drawn)
        return publishing.apply(desk, drawn) + published_list.update(desk, drawn.run)


def _send(desk: Desk, drawn: Plan, path: Path) -> list[Result]:
    from flows import publish as flows  # noqa: PLC0415  Prefect is slow to import
    from flows.server import prefect_server  # noqa: PLC0415

    with bars(), prefect_server(desk.home):
        return flows.publish(
            destination=drawn.destination,
            home=desk.home,
            run=drawn.run,
            plan=path,
            at_most=max(1, drawn.people_changed),
        )


def _desks(home: Path, to: str) -> Iterable[Desk]:
    """Return a desk for one destination, or for each that was ever published to."""
    register = open_register(home)
    names = list(dict.fromkeys(receipt.destination for receipt in register.receipts()))
    places = [place_named(to, home)] if to else [place_named(name, home) for name in names]
    return [open_desk(home, place) for place in places]


def _ours(desk: Desk, run: str, person: str) -> Iterable[Receipt]:
    tops = (stack[-1] for stack in stacks(desk.register.receipts(desk.place.name)).values())
    return [top for top in tops if top.employee and run in ("", top.run) and person in ("", top.employee)]


def _ask(home: Path, people: int, *, yes: bool) -> None:
    if (
        people > load_publishing(home).ask_above
        and not yes
        and not typer.confirm(f"This changes {people} people's pictures. Go on?")
    ):
        message = "nothing was written; say yes, or give --yes"
        raise ConfigError(message)
