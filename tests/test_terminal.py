"""Questions of commands: a no, nobody to answer, and Ctrl-C each end in their own exit code and a sentence."""

import json
import os
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from catchlight.errors import ConfigError
from flows.commands.refresh import tell
from flows.terminal import sure, told

app = typer.Typer()


@app.command()
def ask(*, yes: bool = False) -> None:
    """Ask before something is done."""
    with told():
        sure("Go on?", "nothing was deleted", yes=yes)
        typer.echo("Done.")


@pytest.mark.parametrize(("typed", "code"), [("n\n", 2), ("", 2), ("y\n", 0)])
def test_a_no_and_nobody_there_are_told(typed: str, code: int) -> None:
    """Both leave all as it was, and say how to go on."""
    ended = CliRunner().invoke(app, input=typed)
    assert ended.exit_code == code
    assert ("nothing was deleted; say yes, or give --yes" in ended.output) == (code == 2)
    assert ("Done." in ended.output) == (code == 0)


def test_yes_beforehand_asks_nothing() -> None:
    """A timer can run it."""
    ended = CliRunner().invoke(app, ["--yes"])
    assert (ended.exit_code, ended.output) == (0, "Done.\n")


def test_ctrl_c_at_the_question_is_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no answer: it ends as Ctrl-C does anywhere else."""

    def stop(_prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"{typer.confirm.__module__}.visible_prompt_func", stop)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    with pytest.raises(typer.Exit) as ended, told():
        sure("Go on?", "nothing was deleted", yes=False)
    assert ended.value.exit_code == 130


def test_a_code_that_nobody_types_is_told() -> None:
    """The commands that ask for a code or a passphrase end in a sentence, too."""
    other = typer.Typer()

    @other.command()
    def code() -> None:
        with told():
            typer.prompt("Your code", hide_input=True)

    ended = CliRunner().invoke(other, input="")
    assert ended.exit_code == 2
    assert "nobody is there to answer" in ended.output


def test_what_strangers_typed_moves_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Names of files and cells of lists stand in errors: nothing in them is obeyed, and lines of ours stay lines."""
    wrong = ConfigError("the job is wrong:\n  source \x1b]0;pwned\x07\x1b[2J\u202e: is not there")
    with pytest.raises(typer.Exit), told():
        raise wrong
    said = capsys.readouterr().err
    assert "\n  source \ufffd]0;pwned\ufffd\ufffd[2J\ufffd: is not there" in said
    assert not {"\x1b", "\x07", "\u202e"} & set(said)


def test_findings_of_a_refresh_are_one_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever a source says of somebody, it ends no line and colours none."""
    counts = dict.fromkeys(("people", "accept", "review", "retake", "rendered", "reused", "unusable"), 0)
    found = [{"kind": "x", "sentence": "id 'a\x1b[31m\n500 accepted' is on lines 4, 5"}]
    run = {"counts": counts, "consistency": [], "findings": found}
    (tmp_path / "run.json").write_text(json.dumps(run))
    tell(tmp_path)
    assert "  id 'a\ufffd[31m\ufffd500 accepted' is on lines 4, 5\n" in capsys.readouterr().out


def _lose_the_reader() -> None:
    """End the program as rich does when what it prints to is closed."""
    try:
        _write_to_a_closed_pipe()
    except BrokenPipeError:
        sys.exit(1)


def _write_to_a_closed_pipe() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        os.write(writer, b"x")
    finally:
        os.close(writer)


def test_a_reader_that_goes_is_told_as_that(capsys: pytest.CaptureFixture[str]) -> None:
    """As with `| head`: nothing that the program called is to blame."""
    with pytest.raises(typer.Exit) as ended, told():
        _lose_the_reader()
    assert ended.value.exit_code == 2
    assert "what read its output is gone, as with | head" in " ".join(capsys.readouterr().err.split())
