"""A script whose variable is not set: an empty value is refused, and nothing is written anywhere."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.commands.catchlight import app

COMMANDS = (
    ["refresh", "--source", "", "--home", "h"],
    ["refresh", "--source", "people", "--home", ""],
    ["refresh", "--source", "people", "--home="],
    ["refresh", "--source", "people", "--home", "h", "--only", ""],
    ["demo", "--home", ""],
    ["doctor", "--home", ""],
    ["backup", "create", "--to", "", "--home", "h"],
    ["publish", "plan", "--to", "", "--home", "h"],
    ["people", "export", "1017", "--to", "", "--home", "h"],
    ["serve", "--job", "", "--home", "h"],
)


@pytest.mark.parametrize("words", COMMANDS)
def test_an_empty_value_is_refused(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence names the option, exit code 2; the current folder is left as it was."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2, done.output
    where = words[[word.endswith("=") or not word for word in words].index(True)].rstrip("=")
    assert f"{where or words[words.index('') - 1]}: its value is empty" in done.output
    assert not list(tmp_path.iterdir())


def test_an_empty_argument_is_refused() -> None:
    """Nobody has an empty id: what looks at one person does not look at all."""
    done = CliRunner().invoke(app, ["people", "erase", ""])
    assert done.exit_code == 2, done.output
    assert "one word of the command is empty" in done.output
