"""Publishing under faults: a full disk, a lost backup, a register that fails."""

import os
import resource
import shutil
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from catchlight import published_list, publishing
from catchlight.drift import find_drift
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.publish_planning import draw
from catchlight.rollback import rollback
from tests.published_company import SIZES, Company, apply, codes, make_company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return an empty company."""
    return make_company(tmp_path)


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
        with pytest.raises(OutsideError, match=r"could not be read|is the disk still mounted"):
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


@pytest.mark.parametrize("what", ["link", "folder", "pipe", "huge"])
def test_what_is_in_the_way_of_one_person_stops_nobody_else(company: Company, what: str) -> None:
    """Whoever may put something where portraits are published keeps nobody else's from being planned, and it is told."""
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    company.publish()
    target = company.out / "96" / "a.jpg"
    target.unlink()
    if what == "link":
        target.symlink_to(company.home / "register.db")
    elif what == "folder":
        target.mkdir()
    elif what == "pipe":
        os.mkfifo(target)
    else:
        with target.open("wb") as file:
            file.truncate((64 << 20) + 1)
    drawn = draw(company.desk(), "r1", SIZES)
    assert [person.employee for person in drawn.people] == ["b"]
    assert [(skip.employee, skip.reason) for skip in drawn.skipped] == [
        ("a", "place.too_large" if what == "huge" else "place.link")
    ]
    assert "96/a.jpg is in the way: it is" in drawn.skipped[0].sentence
    assert not drawn.removals
    assert [(one.employee, one.kind) for one in find_drift(company.desk())] == [("a", "refused")]


@pytest.mark.parametrize("what", ["link", "folder"])
def test_what_is_in_the_way_of_the_list_ends_no_publication(company: Company, what: str) -> None:
    """Portraits are sent, and what became of the list is told beside them."""
    company.answer(company.run("r1", {"a": "1"}))
    target = company.out / published_list.NAME
    if what == "link":
        target.symlink_to(company.home / "register.db")
    else:
        target.mkdir()
    sent, told = company.publish(sizes=("96",))
    assert (sent.code, told.target, told.code) == ("sent", published_list.NAME, "failed")
    assert "portraits.csv is in the way: it is" in told.sentence


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


def test_a_disk_without_room_for_the_journal_stops_before_the_first_write(company: Company) -> None:
    """The register's own files cannot grow: nothing goes out, and with room again everything does."""
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    desk = company.desk()
    plan = draw(desk, "r1", SIZES)
    publishing.check(desk, plan)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, unlimited[1]))
    try:
        with pytest.raises(OutsideError, match="register"):
            publishing.apply(desk, plan)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert company.files() == {}
    assert codes(apply(company.desk(), plan)) == {"sent": 4, "listed": 1}


def test_a_backup_that_would_be_bad_is_made_anew(company: Company) -> None:
    """When the vault holds a damaged copy of what is there, a good one is kept before it is replaced."""
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(b"before")
    desk = company.desk()
    path = desk.vault.path(desk.vault.put(b"before"))
    path.write_bytes(b"befor\xe5")
    company.answer(company.run("r1", {"a": "1"}))
    assert "failed" not in codes(company.publish(sizes=("96",)))
    assert company.files()["96/a.jpg"] != b"before"
    assert path.read_bytes() == b"before"
    rollback(company.desk(), "r1")
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


def test_what_changed_between_check_and_write_stays(company: Company) -> None:
    """A picture that its owner replaces in the last moment is theirs; everyone else's goes out."""
    company.answer(company.run("r1", {"a": "1", "b": "2"}))
    desk = company.desk()
    plan = draw(desk, "r1", ("96",))
    publishing.check(desk, plan)
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(b"theirs")
    assert codes(publishing.apply(desk, plan)) == {"conflict": 1, "sent": 1}
    assert company.files()["96/a.jpg"] == b"theirs"


def test_a_place_that_stores_something_else_is_found_out(company: Company) -> None:
    """When what is read back is not what was sent, it is no success, and the backup is still there."""
    (company.out / "96").mkdir()
    (company.out / "96" / "a.jpg").write_bytes(b"before")
    company.answer(company.run("r1", {"a": "1"}))
    desk = company.desk()
    plan = draw(desk, "r1", ("96",))
    lossy = replace(desk.place, put=lambda target, data: desk.place.put(target, data[:-1]))
    results = publishing.apply(replace(desk, place=lossy), plan)
    assert codes(results) == {"failed": 1}
    assert "not what was sent" in results[0].sentence
    assert desk.vault.get(plan.people[0].files[0].found) == b"before"


class UnwellError(OutsideError):
    """A place that answers that it failed."""

    status = 500


@pytest.mark.parametrize(
    ("error", "does", "lag", "ends", "tries"),
    [
        (OutsideError("reset"), False, 0, {"sent": 1, "listed": 1}, 2),
        (OutsideError("no answer"), True, 0, {"sent": 1, "listed": 1}, 1),
        (UnwellError("500"), False, 5, {"sent": 1, "listed": 1}, 2),
        (UnwellError("500"), True, 5, {"sent": 1, "listed": 1}, 1),
        (OutsideError("reset"), False, 5, {"failed": 1}, 1),
        (PhotoError("photo.refused", "no"), False, 0, {"failed": 1}, 1),
    ],
)
def test_a_write_that_surely_was_not_done_is_tried_once_more(
    company: Company, error: Exception, does: bool, lag: float, ends: dict[str, int], tries: int
) -> None:
    """By what is read back; without an answer, at a place that shows things late, and after a no, it is not."""
    company.answer(company.run("r1", {"a": "1"}))
    desk, writes = company.desk(), list[str]()

    def put(target: str, data: bytes) -> None:
        portrait = not target.endswith(".csv")
        writes.extend([target] * portrait)
        if does or not portrait or len(writes) > 1:
            desk.place.put(target, data)
        if portrait and len(writes) == 1:
            raise error

    place = replace(desk.place, put=put, takes=replace(desk.place.takes, lag=lag))
    losing = replace(desk, place=place, wait=lambda _: None)
    assert codes(apply(losing, draw(losing, "r1", ("96",)))) == ends
    assert len(writes) == tries
