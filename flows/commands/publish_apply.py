"""``catchlight publish apply``: exactly what the plans say."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from catchlight import publish_plan, publish_planning, published_list, publishing
from catchlight.desk import Desk, alone, open_desk
from catchlight.errors import CatchlightError, ConfigError
from catchlight.journal import half_way, stacks
from catchlight.publish_plan import PersonPlan, Plan
from catchlight.publish_yes import must_have_yes
from catchlight.sending import Result
from flows.commands.options import HOME, HomeOption, RunOption
from flows.commands.publish_options import ToOption, YesOption, ask
from flows.commands.publish_words import say, tell_plan, tell_results
from flows.destinations import place_named
from flows.terminal import bars, told

_SHOWN = 10


def apply(
    home: HomeOption = HOME,
    run: RunOption = "latest",
    file: Annotated[
        Path | None,
        typer.Option("--plan", help="Plan to follow; otherwise the run's last one for each destination."),
    ] = None,
    to: ToOption = "",
    yes: YesOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the plan; write nothing.")] = False,
) -> None:
    """Do exactly what a plan says; refuse when answers or the destination have changed since.

    Run it again after an interruption and it goes on; a second time it writes nothing.

    Exit code 0: all done. 1: some failed or changed meanwhile, the rest are done. 2: it could not
    start, or not go on; what was sent has its receipt, and the same command goes on from there.
    """
    with told():
        paths = [file] if file else _newest(home, run, to)
        if len(paths) == 1:
            codes = [_follow(home, paths[0], yes=yes, dry_run=dry_run)]
        else:
            codes = [_go_on(home, path, yes=yes, dry_run=dry_run) for path in paths]
    raise typer.Exit(max(codes))


def _go_on(home: Path, path: Path, *, yes: bool, dry_run: bool) -> int:
    """Follow one plan of several: what stands against one destination does not stop the others."""
    try:
        return _follow(home, path, yes=yes, dry_run=dry_run)
    except CatchlightError as error:
        say(f"{path.name}: {error}")
        return 1


def _newest(home: Path, run: str, to: str) -> list[Path]:
    """Return the last plan of a run for each destination, or for one."""
    plans = publish_plan.newest_plans(home, run)
    if not to:
        return list(plans.values())
    name = place_named(to, home).name
    if name not in plans:
        message = (
            f"run {run}: no plan yet for {to}; make one with `catchlight publish plan --to {shlex.quote(to)}`"
        )
        raise ConfigError(message)
    return [plans[name]]


def _follow(home: Path, path: Path, *, yes: bool, dry_run: bool) -> int:
    """Follow one plan; return the exit code."""
    drawn = publish_plan.read_plan(path)
    desk = open_desk(home, place_named(drawn.destination, home))
    waiting = len(_waiting(desk, drawn)) + len(drawn.removals)
    tell_plan(drawn)
    if dry_run:
        _check_only(desk, drawn)
        return 0
    must_have_yes(desk, path)
    ask(home, waiting, yes=yes)
    return tell_results(_send(desk, drawn, path) if waiting else _again(desk, drawn))


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
