"""No character that a terminal cannot show ends a command, and no locale lets a person be taken for unknown."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from catchlight.records import Answer
from flows import words_out
from tests.published_company import Company, make_company

NAME = "Jürgen"


def run(*words: str, **environment: str) -> tuple[int, str, str]:
    """Run the command in a locale; return its exit code, what it printed, and what it said of mistakes."""
    command = [sys.executable, "-m", "flows.cli", *words]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, check=False)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company that shows somebody who then says no."""
    company = make_company(tmp_path)
    pictures = company.run("r1", {NAME: "a", "ann": "b"})
    company.answer(pictures)
    company.publish()
    company.answer({NAME: pictures[NAME]}, Answer.REFUSE)
    return company


@pytest.mark.parametrize("encoding", ["ascii", "ascii:strict", "cp1252"])
def test_whoever_said_no_is_taken_off_whatever_can_be_printed(company: Company, encoding: str) -> None:
    """The name is printed as far as it can be, and so much of it that it can be told."""
    (company.home / "destinations.toml").write_text(
        f'[intranet]\nkind = "folder"\nroot = "{company.out}"\n', encoding="utf-8"
    )
    home = ("--home", str(company.home))
    code, said, wrong = run("publish", "withdrawals", "--yes", *home, PYTHONIOENCODING=encoding)
    assert (code, wrong) == (0, "")
    assert not [name for name in company.files() if "rgen" in name]
    assert ("J\\xfcrgen at" if "ascii" in encoding else "J\ufffdrgen at") in said
    code, said, wrong = run("people", "show", NAME, *home, PYTHONIOENCODING=encoding)
    assert code == 0
    assert "Traceback" not in wrong


def test_a_locale_that_cannot_read_names_is_refused(company: Company) -> None:
    """Nobody is told as unknown who is known: it says what to do, and does it no other way."""
    words = ("people", "erase", NAME, "--home", str(company.home), "--dry-run")
    code, said, wrong = run(*words, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (code, said) == (2, "")
    assert "PYTHONUTF8=1" in wrong
    assert run(*words, LC_ALL="C", PYTHONUTF8="1")[0] == 0
    assert run(*words, LC_ALL="C", PYTHONUTF8="")[0] == 0


def test_what_is_started_from_here_prints_anything_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoding that was asked for stays, and what it has no letter for is told by its number."""
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    words_out.print_anything()
    assert os.environ["PYTHONIOENCODING"] == "latin-1:backslashreplace"
    monkeypatch.delenv("PYTHONIOENCODING")
    words_out.print_anything()
    assert "PYTHONIOENCODING" not in os.environ
