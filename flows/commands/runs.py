"""``catchlight runs list | show | compare | prune``: what was run, what it cost, what changed, and what may go."""

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from catchlight import pruning, run_history
from catchlight.amounts import amount, people
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.run_history import Comparison, Past
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.run_words import described, line_of
from flows.terminal import sure, told

app = typer.Typer(
    no_args_is_help=True, help="Runs: what there is, what one took, how two differ, which may go."
)
_SHOWN = 30


@app.command("list")
def list_(
    home: HomeOption = HOME,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """List all runs, the newest first: people, outcomes, seconds, preset.

    Exit code 0: listed. 2: there is no such home.
    """
    with told():
        if not home.is_dir():
            message = f"--home {home}: no such folder; the first refresh makes it"
            raise ConfigError(message)
        found = run_history.history(home)
    if as_json:
        typer.echo(json.dumps([{"run": one.name, "counts": one.facts.get("counts", {})} for one in found]))
        return
    for one in found:
        say(line_of(one))
    if not found:
        say("There are no runs yet: catchlight refresh makes the first.")


@app.command("show")
def show(
    run: Annotated[str, typer.Argument(help="Name of a run; latest is the newest.")] = "latest",
    home: HomeOption = HOME,
) -> None:
    """Show one run: outcomes and reasons, what took how long, what it cost, and which versions made it.

    Energy is an estimate: CPU seconds × watts of a busy core / 3600, in watt-hours. CATCHLIGHT_WATTS is the
    power of a core, 10 where it is not set. What an approved portrait cost is the run's energy over the
    portraits of it that were approved until now.

    Exit code 0: shown. 2: there is no such run.
    """
    with told():
        one = run_history.past(home, run)
        for line in described(home, one, _approved(home, one)):
            say(line)


def _approved(home: Path, one: Past) -> int:
    """Count the people whose portrait of this run is approved."""
    from catchlight.records import Answer  # noqa: PLC0415
    from catchlight.runs import portraits, run_folder  # noqa: PLC0415

    if not one.finished:
        return 0
    with closing(open_register(home)) as register:
        yes = {(row.employee, row.picture) for row in register.decisions() if row.answer == Answer.APPROVE}
    return sum(
        (id_, p.picture) in yes for id_, p in portraits(run_folder(home, one.name)).items() if p.picture
    )


@app.command("compare")
def compare(
    before: Annotated[str, typer.Argument(help="The earlier run.")],
    after: Annotated[str, typer.Argument(help="The later run.")] = "latest",
    home: HomeOption = HOME,
) -> None:
    """Compare two runs: whose outcome changed and why, who came and who left, which readings moved.

    Exit code 0: compared. 2: one of them is not there or not finished.
    """
    with told():
        found = run_history.compare(home, before, after)
    for line in _told(found):
        say(line)


def _told(found: Comparison) -> list[str]:
    total = (
        f"{amount(found.same, 'person has', 'people have')} the same outcome, {len(found.changes)} another one; "
        f"{amount(found.new_pictures, 'has', 'have')} a new portrait; {len(found.joined)} came, {len(found.left)} left."
    )
    lines = [total]
    for one in found.changes[:_SHOWN]:
        gone = sorted(set(one.reasons_before) - set(one.reasons_after))
        new = sorted(set(one.reasons_after) - set(one.reasons_before))
        why = [f"now {', '.join(new)}"] * bool(new) + [f"no longer {', '.join(gone)}"] * bool(gone)
        lines.append(f"  {one.employee}: {one.before} → {one.after}  {'; '.join(why)}".rstrip())
    if len(found.changes) > _SHOWN:
        lines.append(f"  … and {len(found.changes) - _SHOWN} more")
    return lines + [
        f"  {check.check}: median {check.before:.3g} → {check.after:.3g} ({people(check.people)})"
        for check in found.moved[:_SHOWN]
    ]


@app.command("prune")
def prune(
    home: HomeOption = HOME,
    keep: Annotated[int, typer.Option("--keep", min=1, help="How many of the newest runs stay.")] = 5,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; delete nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Let old runs go, with the portraits of ours that nothing needs any more.

    Stays: the newest runs; whatever was published, so that it can be verified and put back; every picture that
    an answer or an invitation is about; and all originals.

    Exit code 0: done, or nothing to do. 2: not confirmed, or it could not start.
    """
    with told(), Home(home).alone(), closing(open_register(home)) as register:
        found = pruning.draw_up(Home(home), register, keep)
        for name, why in sorted(found.kept.items(), reverse=True):
            say(f"  {name} stays: {why}")
        say(
            f"{amount(len(found.runs), 'run')} and {amount(len(found.pictures), 'picture')} of ours "
            f"{'would go' if dry_run else 'go'}: {found.size / 1e6:.1f} MB. No original is among them."
        )
        if dry_run or not found.runs:
            return
        sure("Delete them?", "nothing was deleted", yes=yes)
        pruning.carry_out(Home(home), found)
        say("Done.")
