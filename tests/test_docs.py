"""The pages tell the truth: what they show can be typed, and what can be typed is shown."""

import re
import shlex
from pathlib import Path

import click
import pytest
import typer

from flows.commands.catchlight import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
GROUP = typer.main.get_command(app)


def _shown() -> list[tuple[str, list[str]]]:
    """Return every command line in the pages' code, with its page."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            lines = [line.partition("  #")[0].strip() for line in block.splitlines()]
            found += [(page.name, shlex.split(line)[1:]) for line in lines if line.startswith("catchlight ")]
    return found


def _commands(group: click.Command, name: str = "") -> dict[str, click.Command]:
    if not isinstance(group, click.Group) and not hasattr(group, "commands"):
        return {name: group}
    found: dict[str, click.Command] = {}
    for child, command in group.commands.items():  # type: ignore[union-attr]
        found |= _commands(command, f"{name} {child}".strip())
    return found


COMMANDS = _commands(GROUP)


@pytest.mark.parametrize(("page", "words"), _shown(), ids=lambda value: str(value)[:60])
def test_what_the_pages_show_can_be_typed(page: str, words: list[str]) -> None:
    """Each command line in README and docs names a command that exists and options that it has."""
    name = " ".join(words[:2]) if " ".join(words[:2]) in COMMANDS else words[0]
    assert name in COMMANDS, f"{page}: catchlight {name}"
    known = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    used = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert used <= known, f"{page}: catchlight {name} has no {used - known}"


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"version"}))
def test_what_can_be_typed_is_shown(name: str) -> None:
    """Every command is in README or docs, and its help says more than its name."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert f"catchlight {name}" in text
    assert len(COMMANDS[name].help or "") > 40


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_help_swallows_a_word(name: str) -> None:
    """What stands in square brackets is markup to the terminal, and would be left out."""
    command = COMMANDS[name]
    texts = [command.help or "", *(getattr(one, "help", None) or "" for one in command.params)]
    assert not [word for text in texts for word in re.findall(r"\[[a-z][a-z_.]*\]", text)]


def test_no_page_keeps_a_placeholder() -> None:
    """Nothing in the pages waits to be filled in."""
    for page in [*PAGES, ROOT / "CHANGELOG.md"]:
        assert not re.search(r"\b(TODO|FIXME|FIGURES)\b", page.read_text(encoding="utf-8")), page.name


def test_no_page_names_a_private_person(shared: Path) -> None:
    """Photos of staff are for tests and measuring: who is on them stands in no page and no table."""
    folder = shared / "fellows" / "directory.csv"
    names = [line.partition(",")[0] for line in folder.read_text(encoding="utf-8-sig").splitlines()[1:]]
    told = [*PAGES, ROOT / "CHANGELOG.md", *(ROOT / "benchmarks").glob("*.csv")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in told)
    assert len(names) > 100
    assert [name for name in names if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)] == []
