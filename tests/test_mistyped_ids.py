"""An id that nobody has is told with those that are near, and nothing is written down under it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import ledger
from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.records import Answer, Decision, Employee
from catchlight.register import now
from flows.commands.catchlight import app


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the home of three people, and of one who left and is in the register alone."""
    people = [Employee("0017"), Employee("17"), Employee("E2044")]
    ledger.write(tmp_path / "runs/r1" / ledger.file_name(Employee), ledger.table(Employee, people))
    register = open_register(tmp_path)
    register.decide([Decision("left", "p", Answer.APPROVE, "left", now())])
    register.close()
    return tmp_path


def _withdraw(home: Path, id_: str, *more: str) -> tuple[int, str]:
    words = ["people", "consent", id_, "--purpose", "intranet", "--said", "withdrawn", "--home", str(home)]
    done = CliRunner().invoke(app, [*words, *more])
    return done.exit_code, " ".join(done.output.split())


def _written(home: Path) -> list[tuple[str, str]]:
    register = open_register(home)
    found = [(one.employee, one.word) for one in register.rows(Consent)]
    register.close()
    return found


def test_a_withdrawal_under_a_mistyped_id_is_refused_with_those_that_are_near(home: Path) -> None:
    """Nobody believes that it holds."""
    code, said = _withdraw(home, "017")
    assert (code, "do you mean 0017 or 17?" in said) == (2, True)
    assert "do you mean E2044?" in _withdraw(home, "e2045")[1]
    assert "do you mean" not in _withdraw(home, "zzz")[1]
    assert _written(home) == []


@pytest.mark.parametrize("id_", ["0017", " 17 ", "left"])
def test_who_is_known_can_withdraw_also_when_they_left(home: Path, id_: str) -> None:
    """Of a run or of the register alone."""
    assert _withdraw(home, id_)[0] == 0
    assert _written(home) == [(id_.strip(), Word.WITHDRAWN)]


def test_a_word_can_come_before_any_list(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Paper that was collected before the first refresh, and that of somebody who begins next month."""
    assert _withdraw(home, "new", "--not-listed")[0] == 0
    fresh = tmp_path_factory.mktemp("fresh")
    assert [_withdraw(fresh, id_)[0] for id_ in ("1", "2")] == [0, 0]


def test_a_log_that_says_nothing_of_somebody_says_so(home: Path) -> None:
    """And whether there is anybody of that id at all; a program gets no line."""

    def shown(*words: str) -> str:
        done = CliRunner().invoke(app, ["audit", "show", "--home", str(home), "--person", *words])
        assert done.exit_code == 0
        return " ".join(done.output.split())

    assert shown("17") == "Nothing is logged about 17."
    assert shown("017").startswith(
        "Nothing is logged about 017: nobody here has the id '017'; do you mean 0017"
    )
    assert "decision" in shown("left")
    assert shown("nobody", "--json") == ""
