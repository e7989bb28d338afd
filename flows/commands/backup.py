"""``catchlight backup make | restore | prune``: a home folder put aside, put back where nothing is, and old ones deleted."""

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from catchlight import backup, backup_rotation
from catchlight.amounts import amount
from catchlight.errors import ConfigError
from catchlight.promises import load_promises
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.progress import Counter
from flows.terminal import bars, sure, told

app = typer.Typer(
    no_args_is_help=True, help="Backups of a home folder: register and files of the same moment."
)


@app.command("make")
def make(
    to: Annotated[
        Path, typer.Option("--to", help="Folder for backups; each gets a folder of its own in it.")
    ],
    home: HomeOption = HOME,
) -> None:
    """Put everything aside: the register first, then the files, with a sha256 of each. Run it while all is at work.

    Pictures that the last backup in the same folder has take no room again. Keys and secrets are among the files:
    keep a backup as safe as the home. Logs and Prefect's history are left out.

    Exit code 0: complete. 1: pictures of the home are damaged; the rest is put aside. 2: it could not start, or the disk refused.
    """
    with told(), bars():
        counter = Counter("Putting aside", 0)
        made = backup.make(home, to, counter.step)
    say(f"{amount(len(made.files), 'file')} in {made.folder}")
    _say_rotten(made)
    raise typer.Exit(1 if made.rotten else 0)


def _say_rotten(made: backup.Backup) -> None:
    for name in made.rotten:
        say(f"  {name}: was damaged before it was put aside; an older backup may have it whole")


@app.command("restore")
def restore(
    folder: Annotated[Path, typer.Argument(help="One backup: the folder with its backup.json.")],
    home: HomeOption = HOME,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every file; put nothing back.")] = False,
) -> None:
    """Put a backup back as a home folder that is not there yet. Every file is checked first.

    A backup of a newer Catchlight is refused. A register in PostgreSQL goes into the empty database that
    secrets/register.url of the backup names. Afterwards catchlight doctor says whether all fits together, and nothing is
    published until catchlight audit accept: who took their yes back since the backup would be shown again.

    Exit code 0: put back, or whole. 2: it cannot be put back, or the disk or the database refused; no home appears.
    """
    with told(), bars():
        found = backup.read(folder)
        broken = backup.wrong(found) if dry_run else []
        if not dry_run:
            counter = Counter("Putting back", len(found.files))
            backup.restore(found, home, counter.step)
    for name in broken:
        say(f"  {name}: gone or changed")
    _say_rotten(found)
    verb = "checked" if dry_run else f"put back at {home}"
    say(f"{amount(len(found.files), 'file')} {verb}; the backup is of {found.facts['made']}")
    if not dry_run:
        say(
            f'Whatever people said since then is not in it. Look through it, then: catchlight audit accept "WHY" --home {shlex.quote(str(home))}'
        )
    raise typer.Exit(2 if broken else 0)


@app.command("prune")
def prune(
    backups: Annotated[Path, typer.Option("--backups", metavar="DIR", help="Folder of backups made before.")],
    home: HomeOption = HOME,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, help="Older ones go; left out: keep.backups_of_home of trust.toml."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; delete nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Let backups go that are past the term that people were told. The newest complete one stays however old it is.

    Halves that a killed backup left go as well, and nothing else in the folder. Each backup is whole by itself:
    no other one misses anything afterwards.

    Exit code 0: done, or nothing to do. 2: not confirmed, there is no such folder, or the disk refused.
    """
    with told():
        if not backups.is_dir():
            message = f"--backups {backups}: no such folder; name the one that `catchlight backup make --to` was given"
            raise ConfigError(message)
        term = days or load_promises(home).keep.backups_of_home
        found = backup_rotation.due(backups, term, datetime.now(UTC))
        for folder in found:
            say(f"  {folder.name}")
        say(f"{len(found)} backups {'would go' if dry_run else 'go'}: they are older than {term} days.")
        if dry_run or not found:
            return
        sure("Delete them?", "nothing was deleted", yes=yes)
        backup_rotation.delete(found)
