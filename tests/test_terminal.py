"""Questions of commands: a no, nobody to answer, and Ctrl-C each end in their own exit code and a sentence."""

import pytest
import typer
from typer.testing import CliRunner

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
