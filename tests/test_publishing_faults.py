"""Publishing under faults: killed anywhere, a full disk, a lost backup, a register that fails."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from catchlight import publishing
from catchlight.desk import alone
from catchlight.drift import find_drift
from catchlight.errors import ConfigError, OutsideError
from catchlight.publish_plan import draw, write_plan
from catchlight.register import now
from catchlight.rollback import rollback
from tests.published_company import SIZES, Company, apply, codes, make_company


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
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
    assert process.stdout is not None
    assert process.stdout.readline() == "go\n"
    return process


def test_sigkill_in_the_middle_loses_nothing(company: Company) -> None:
    """A process that is killed for good while it writes leaves whole files only, and the next one finishes."""
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
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        whole = {name: data for name, data in company.files().items() if not name.endswith(".partial")}
        assert all(data in (old.get(name), new[name]) for name, data in whole.items())
    process = child(company, path)
    assert process.wait() == 0
    assert company.files() == new
    assert find_drift(company.desk()) == []
    rollback(company.desk(), "r1")
    assert company.files() == old


def test_two_publications_at_once_are_refused(company: Company) -> None:
    """While one publisher holds the home, another says so and writes nothing."""
    with alone(company.home), pytest.raises(ConfigError, match="another publication"), alone(company.home):
        pass
    with alone(company.home):
        pass


def test_a_full_disk_stops_before_anything_is_lost(company: Company) -> None:
    """When files cannot grow, ten people fail, the rest is not tried, and with room again all is done."""
    company.answer(company.run("r1", {f"p{n:02}": str(n) for n in range(14)}))
    desk = company.desk()
    plan = draw(desk, "r1", ("512",))
    publishing.check(desk, plan)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def put(target: str, data: bytes) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(data) // 2, unlimited[1]))
        try:
            desk.place.put(target, data)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)

    results = publishing.apply(replace(desk, place=replace(desk.place, put=put)), plan)
    assert codes(results) == {"failed": 10, "stopped": 1}
    assert "File too large" in results[0].sentence
    assert company.files() == {}
    assert codes(apply(company.desk(), plan)) == {"sent": 14, "listed": 1}


def test_a_destination_that_goes_away_is_not_an_empty_one(company: Company) -> None:
    """An unmounted disk stops the plan and the rollback, instead of looking like nobody had a picture."""
    company.answer(company.run("r1", {"a": "1"}))
    desk, plan = company.desk(), draw(company.desk(), "r1", SIZES)
    shutil.rmtree(company.out)
    for use in (lambda: draw(desk, "r1", SIZES), lambda: publishing.check(desk, plan)):
        with pytest.raises(OutsideError, match="could not be read"):
            use()
    assert codes(publishing.apply(desk, plan)) == {"failed": 2}


def test_one_file_that_cannot_be_written_does_not_stop_the_others(company: Company) -> None:
    """A folder where a file should be, or a link, fails alone, and is named."""
    company.answer(company.run("r1", {"a": "1", "b": "2", "c": "3"}))
    plan = draw(company.desk(), "r1", ("96",))
    desk = company.desk()
    publishing.check(desk, plan)
    (company.out / "96" / "a.jpg").mkdir(parents=True)
    (company.out / "96" / "b.jpg").symlink_to(company.home / "register.db")
    results = publishing.apply(desk, plan)
    assert codes(results) == {"failed": 2, "sent": 1}
    assert [result.employee for result in results if "link" in result.sentence] == ["b"]
    assert (company.out / "96" / "b.jpg").is_symlink()


def test_a_register_that_fails_stops_before_the_next_write(company: Company) -> None:
    """Without a journal nothing is sent: the error comes before the first byte."""
    company.answer(company.run("r1", {"a": "1"}))
    plan = draw(company.desk(), "r1", SIZES)
    with sqlite3.connect(company.home / "register.db") as direct:
        direct.execute(
            "CREATE TRIGGER full BEFORE INSERT ON receipts BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    with pytest.raises(OutsideError, match="disk full"):
        apply(company.desk(), plan)
    assert company.files() == {}


def test_a_backup_that_would_be_bad_is_no_backup(company: Company) -> None:
    """When the vault holds a damaged copy of what is there, the picture is not replaced."""
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(b"before")
    desk = company.desk()
    path = desk.vault.path(desk.vault.put(b"before"))
    path.write_bytes(b"befor\xe5")
    company.answer(company.run("r1", {"a": "1"}))
    assert codes(company.publish(sizes=("96",)))["failed"] == 1
    assert company.files()["96/a.jpg"] == b"before"


def test_a_backup_that_was_damaged_later_is_reported_and_skipped(company: Company) -> None:
    """One flipped bit in the vault is found by verify and stops that one person's rollback only."""
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(b"before a")
    (company.out / "96" / "b.jpg").write_bytes(b"before b")
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    company.publish(sizes=("96",))
    desk = company.desk()
    desk.vault.path(desk.vault.put(b"before a")).write_bytes(b"before \xe1")
    assert [(drift.employee, drift.kind) for drift in find_drift(desk)] == [("a", "backup_lost")]
    assert codes(rollback(desk, "r1")) == {"failed": 1, "restored": 1, "listed": 1}
    assert company.files()["96/b.jpg"] == b"before b"


def test_a_portrait_lost_from_the_vault_is_left_out(company: Company) -> None:
    """A person whose portrait is gone or damaged is skipped with the reason; the others are published."""
    pictures = company.run("r1", {"a": "1", "b": "2"})
    company.answer(pictures)
    company.desk().vault.path(pictures["a"]).write_bytes(b"damaged")
    plan = draw(company.desk(), "r1", SIZES)
    assert [(skip.employee, skip.reason) for skip in plan.skipped] == [("a", "picture.lost")]
    assert codes(apply(company.desk(), plan)) == {"sent": 2, "listed": 1}


def test_a_run_that_is_not_there_is_named(company: Company) -> None:
    """A wrong run, a run outside the folder, and an unfinished one are refused with what there is."""
    with pytest.raises(ConfigError, match="none yet"):
        draw(company.desk(), "latest", SIZES)
    company.run("r1", {"a": "1"})
    (company.home / "runs" / "r2").mkdir()
    for name in ("r3", "../vault", "", "."):
        with pytest.raises(ConfigError, match="there are: r1, r2"):
            draw(company.desk(), name, SIZES)
    with pytest.raises(ConfigError, match=r"renders.parquet is not there"):
        draw(company.desk(), "r2", SIZES)
    (company.home / "runs" / "latest").unlink()
    (company.home / "runs" / "latest").write_text("r1\n")
    assert draw(company.desk(), "latest", SIZES).run == "r1"
