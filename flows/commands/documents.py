"""``catchlight documents``: pages for the works council and data protection, made from what is configured."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from catchlight.errors import ConfigError
from catchlight.vault import write_whole
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.configured import configured
from flows.terminal import told
from reports.documents.pages import INDEX, documents

app = typer.Typer()


@app.command("documents")
def write_documents(
    home: HomeOption = HOME,
    job: Annotated[
        list[Path] | None,
        typer.Option("--job", help="A job file (.toml): its sources and presets; give it again for more."),
    ] = None,
    to: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="Folder for the pages; nothing in it is overwritten.")
    ] = Path("catchlight-documents"),
    language: Annotated[str, typer.Option("--language", help="Language of the pages: en or de.")] = "en",
) -> None:
    """Write what this installation does, stores and asks for, as it is configured now.

    Five pages that open offline and print: a system description for the works council, the record of processing
    (GDPR Article 30), an impact assessment filled in as far as it can be, a notice for employees, and a public retention
    policy. Each statement is read from the settings of the home folder and of the job files, or names the command that
    proves it; what only a person can know is a line to fill in. Make them again after a change of settings.

    Exit code 0: written. 2: a setting is wrong, or the folder cannot be written.
    """
    with told():
        pages = documents(configured(home, job or [], language), language)
        _write(to, pages)
        say(f"{len(pages)} pages: {to / INDEX}.html")


def _write(to: Path, pages: Mapping[str, str]) -> None:
    """Write the pages; ConfigError where there are some, since somebody may have filled them in."""
    there = [name for name in pages if (to / name).exists()]
    if there:
        message = f"--to {to}: {there[0]} is there, perhaps filled in; name another folder"
        raise ConfigError(message)
    try:
        for name, page in pages.items():
            write_whole(to / name, page.encode())
    except OSError as error:
        message = f"--to {to}: cannot be written: {error.strerror}"
        raise ConfigError(message) from error
