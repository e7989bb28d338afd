"""``catchlight licences``: under which licence each part stands, and a bill of materials."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from catchlight.errors import ConfigError
from catchlight.home import write_json
from catchlight.licences import UNKNOWN, Part, parts
from catchlight.sbom import sbom
from flows.commands.publish_words import say
from flows.terminal import told

app = typer.Typer()


@app.command("licences")
def licences(
    file: Annotated[
        Path | None,
        typer.Option("--sbom", metavar="FILE", help="Write a bill of materials (CycloneDX 1.6, JSON)."),
    ] = None,
) -> None:
    """List what this installation is made of, with each part's licence as the part itself states it.

    "as a library" is LGPL and MPL: used unchanged, replaceable, nothing to publish. Weights that a company brings
    itself (model packs) are not here; those that forbid business use are refused without a licence file.

    Exit code 0: every licence is known. 1: one is not, and is named. 2: the file cannot be written.
    """
    with told():
        found = parts()
        for part in found:
            say(f"{part.means:<13} {part.name} {part.version}: {part.licence or 'not stated'}")
        counts = Counter(part.means for part in found)
        say(", ".join(f"{counts[kind]} {kind}" for kind in counts) + f"; {len(found)} parts.")
        if file:
            _write(file, found)
    raise typer.Exit(1 if counts[UNKNOWN] else 0)


def _write(file: Path, found: list[Part]) -> None:
    try:
        write_json(file, sbom(found))
    except OSError as error:
        message = f"--sbom {file}: cannot be written: {error.strerror}"
        raise ConfigError(message) from error
    say(f"Bill of materials: {file}")
