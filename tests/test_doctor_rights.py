"""``catchlight doctor`` by an account that may not read all of a home comes to its end, with a line for each part."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.checkup_home import look_at_home
from catchlight.desk import open_register, place_of_register
from catchlight.records import Answer, Decision
from flows.commands import doctor

NOBODY = 65534


@pytest.fixture
def home() -> Iterator[Path]:
    """Return a home with an answer, where every account can reach it."""
    folder = Path(tempfile.mkdtemp())
    home = folder / "home"
    (home / "runs").mkdir(parents=True)
    register = open_register(home)
    register.decide([Decision("p1", "", Answer.KEEP, "p1", "2026-11-20T10:00:00+00:00")])
    register.close()
    folder.chmod(0o755)
    home.chmod(0o755)
    examined(home)  # what is imported meanwhile, another account may not read
    yield home
    for path in (home, *home.iterdir()):
        path.chmod(0o700)
    shutil.rmtree(folder)


@contextmanager
def somebody_else() -> Iterator[None]:
    """Be an account without rights for a while, where we are root; whom else a closed folder is closed to, too."""
    root = os.geteuid() == 0
    if root:
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        if root:
            os.setresuid(0, 0, 0)


def examined(home: Path) -> tuple[int, dict[str, tuple[str, str]]]:
    """Return the exit code of the command, and each line that failed by its part, with its remedy."""
    done = CliRunner().invoke(doctor.app, ["--home", str(home)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    lines = done.stdout.splitlines()
    failed = {
        line[6:20].strip(): (line, after) for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if line.startswith("fail")
    }  # fmt: skip
    return done.exit_code, failed


def test_closed_secrets_are_told_and_the_look_goes_on(home: Path) -> None:
    """They are not «0 files, yours alone», and whatever needs them has its own line."""
    (home / "secrets").chmod(0)
    with somebody_else():
        code, failed = examined(home)
        said = {one.what for one in look_at_home(home)}
    assert code == 1
    assert "may not read secrets" in failed["Rights"][0]
    assert "register.url: Permission denied" in failed["Register"][0]
    assert all(
        "→" in remedy and str(home / "secrets") in remedy
        for _, remedy in (failed["Rights"], failed["Register"])
    )
    assert "Secrets" not in said


def test_closed_runs_do_not_look_like_none(home: Path) -> None:
    """A folder that cannot be listed is empty to whoever only looks for files in it."""
    (home / "runs").chmod(0)
    with somebody_else():
        code, failed = examined(home)
    assert (code, "runs" in failed["Rights"][0]) == (1, True)
    assert "Permission denied" in failed["Runs"][0]


def test_of_a_home_that_is_closed_each_part_fails(home: Path) -> None:
    """With one remedy, and exit code 1."""
    home.chmod(0)
    with somebody_else():
        code, failed = examined(home)
    home.chmod(0o755)
    assert code == 1
    assert {"Rights", "Register"} <= set(failed)
    assert all("→" in remedy for _, remedy in failed.values())


def test_an_address_that_cannot_be_looked_for_is_not_taken_for_none(home: Path) -> None:
    """Else an empty register would be begun beside the real one."""
    (home / "secrets").chmod(0)
    with somebody_else(), pytest.raises(OSError, match=r"register\.url"):
        place_of_register(home)
