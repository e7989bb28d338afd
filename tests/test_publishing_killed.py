"""Publishing and rolling back, killed at every moment: nothing is lost, and the next start goes on."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from catchlight.desk import alone
from catchlight.drift import find_drift
from catchlight.errors import ConfigError
from catchlight.journal import State
from catchlight.publish_plan import write_plan
from catchlight.publish_planning import draw
from catchlight.register import now
from catchlight.rollback import rollback
from tests.published_company import SIZES, Company, apply, make_company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return an empty company."""
    return make_company(tmp_path)


class Killed(BaseException):
    """Stands for the end of the program: nothing in Catchlight may catch it."""


def dying_clock(moments: int) -> Callable[[], str]:
    """Return a clock that works so many times and then ends the program."""
    left = [moments]

    def clock() -> str:
        if not left[0]:
            raise Killed
        left[0] -= 1
        return now()

    return clock


@pytest.mark.parametrize("moments", range(17))
def test_a_program_that_ends_anywhere_goes_on_where_it_was(company: Company, moments: int) -> None:
    """Killed between backup, write and receipt of any person: nothing is lost, the same plan ends the work."""
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(b"before")
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    plan = draw(company.desk(), "r1", SIZES)
    try:
        apply(company.desk(dying_clock(moments)), plan)
    except Killed:
        pass
    else:
        assert moments == 16
    assert company.files().get("96/a.jpg") in (
        b"before",
        company.desk().vault.get(plan.people[0].files[1].sent),
    )
    apply(company.desk(), plan)
    assert company.files() == {
        file.target: company.desk().vault.get(file.sent) for person in plan.people for file in person.files
    }
    assert find_drift(company.desk()) == []
    rollback(company.desk(), "r1")
    assert company.files() == {"96/a.jpg": b"before"}


@pytest.mark.parametrize("moments", range(11))
def test_a_rollback_that_ends_anywhere_goes_on_where_it_was(company: Company, moments: int) -> None:
    """Killed on the way back, a second rollback brings the rest back and repeats nothing."""
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(b"before")
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    company.publish()
    try:
        rollback(company.desk(dying_clock(moments)), "r1")
    except Killed:
        pass
    else:
        assert moments == 10
    rollback(company.desk(), "r1")
    assert company.files() == {"96/a.jpg": b"before"}
    assert not (company.out / "portraits.csv").exists()
    assert find_drift(company.desk()) == []


def test_a_rollback_right_after_a_crash_takes_back_what_was_written(company: Company) -> None:
    """A write that no receipt confirms yet is found by reading back, and undone with the rest."""
    company.answer(company.run("r1", {"a": "1"}))
    plan = draw(company.desk(), "r1", SIZES)
    with pytest.raises(Killed):
        apply(company.desk(dying_clock(5)), plan)
    assert len(company.files()) == 2
    rollback(company.desk(), "r1")
    assert company.files() == {}


def test_half_a_file_of_a_killed_write_is_cleared(company: Company) -> None:
    """What a write that was killed left beside its target goes with the next start, also on the way back."""
    company.answer(company.run("r1", {"a": "1"}))
    plan = draw(company.desk(), "r1", SIZES)
    with pytest.raises(Killed):
        apply(company.desk(dying_clock(5)), plan)
    (company.out / "96" / ".a.jpg.partial").write_bytes(b"half")
    rollback(company.desk(), "r1")
    assert company.files() == {}


def test_what_somebody_put_over_an_interrupted_write_stays(company: Company) -> None:
    """After a crash, a picture that is neither the old nor ours is not touched by any of us."""
    company.answer(company.run("r1", {"a": "1"}))
    plan = draw(company.desk(), "r1", SIZES)
    with pytest.raises(Killed):
        apply(company.desk(dying_clock(5)), plan)
    (company.out / "96" / "a.jpg").write_bytes(b"theirs")
    with pytest.raises(ConfigError, match="plan again"):
        apply(company.desk(), plan)
    rollback(company.desk(), "r1")
    assert company.files() == {"96/a.jpg": b"theirs"}


CHILD = """
import sys
from pathlib import Path
from catchlight import published_list, publishing
from catchlight.desk import alone, open_desk
from catchlight.publish_plan import read_plan
from flows.destinations import folder_place

home, out, plan = map(Path, sys.argv[1:])
with alone(home):
    desk, drawn = open_desk(home, folder_place(out, home)), read_plan(plan)
    publishing.check(desk, drawn)
    print("go", flush=True)
    publishing.apply(desk, drawn)
    published_list.update(desk, drawn.run)
"""


def child(company: Company, plan: Path) -> subprocess.Popen[str]:
    """Start a publication in a process of its own and wait until it is about to write."""
    command = [sys.executable, "-c", CHILD, str(company.home), str(company.out), str(plan)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=Path(__file__).parents[1]
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    return process


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda sign: sign.name)
def test_a_signal_in_the_middle_loses_nothing(company: Company, sign: signal.Signals) -> None:
    """A process that is ended while it writes ends at once, leaves whole files only, and the next one finishes."""
    people = {f"p{number:02}": str(number) for number in range(40)}
    (company.out / "96").mkdir()
    for id_ in people:
        (company.out / "96" / f"{id_}.jpg").write_bytes(b"old " + id_.encode())
    old = company.files()
    company.answer(company.run("r1", people))
    plan = draw(company.desk(), "r1", SIZES)
    path = write_plan(company.home, plan)
    new = {
        file.target: company.desk().vault.get(file.sent) for person in plan.people for file in person.files
    }
    for files in (3, 20, 50):
        process = child(company, path)
        while (
            process.poll() is None and sum(data == new.get(n) for n, data in company.files().items()) < files
        ):
            pass
        os.kill(process.pid, sign)
        process.communicate(timeout=30)
        whole = {name: data for name, data in company.files().items() if not name.endswith(".partial")}
        assert all(data in (old.get(name), new[name]) for name, data in whole.items())
    process = child(company, path)
    assert process.wait() == 0
    assert company.files() == new
    assert find_drift(company.desk()) == []
    rollback(company.desk(), "r1")
    assert company.files() == old


def test_two_publications_at_once_are_refused(company: Company) -> None:
    """While one program publishes, another says so and writes nothing; each picture is written once."""
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    path = write_plan(company.home, draw(company.desk(), "r1", SIZES))
    first = child(company, path)
    os.kill(first.pid, signal.SIGSTOP)
    command = [sys.executable, "-c", CHILD, str(company.home), str(company.out), str(path)]
    second = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False
    )
    assert "another publication is running" in second.stderr
    os.kill(first.pid, signal.SIGCONT)
    assert first.wait(30) == 0
    done = [receipt.target for receipt in company.desk().register.receipts() if receipt.state == State.DONE]
    assert sorted(done) == sorted({*company.files(), "portraits.csv"})


def test_a_lock_of_a_killed_program_holds_nobody_up(company: Company) -> None:
    """The file of the lock stays, the lock itself ended with its program: nothing has to be waited for or removed."""
    company.answer(company.run("r1", {"a": "1"}))
    process = child(company, write_plan(company.home, draw(company.desk(), "r1", SIZES)))
    with pytest.raises(ConfigError, match="another publication"), alone(company.home):
        pass
    process.kill()
    process.wait()
    assert (company.home / "publish.lock").is_file()
    with alone(company.home):
        pass
