"""``catchlight backup make | restore``: a home folder put aside, and put back where nothing is."""

from pathlib import Path
from typing import Annotated

import typer

from catchlight import backup
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.progress import Counter
from flows.terminal import bars, told

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
    say(f"{len(made.files)} files in {made.folder}")
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
    secrets/register.url of the backup names. Afterwards catchlight doctor says whether all fits together.

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
    say(f"{len(found.files)} files {verb}; the backup is of {found.facts['made']}")
    raise typer.Exit(2 if broken else 0)
