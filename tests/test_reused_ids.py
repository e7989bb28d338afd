"""An id of a plain list that another person has now: they wait until somebody says so, and get nothing of the former one."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.identities import Claim, Ids, confirm, is_another, listed, read_ids, settle
from catchlight.job import Job
from catchlight.plan import Plan
from catchlight.register import now
from catchlight.tombstones import add_tombstones
from flows import stages
from flows.commands.catchlight import app
from tests.source_worlds import jpeg

ADA = Claim("1005", listed("1005"), "Ada Lovelace", "ada.lovelace@example.com", reused=True)
BOB = replace(ADA, name="Bob Berg", email="bob.berg@example.com")


class Staff:
    """A folder whose list a test rewrites, and a home."""

    def __init__(self, root: Path) -> None:
        """Begin with Ada and Cleo."""
        self.folder, self.home = root / "our people", root / "home"
        (self.folder / "photos").mkdir(parents=True)
        self.cleo = ("1006", "Cleo Cole", "cleo@example.com", 2)
        self.write(("1005", ADA.name, ADA.email, 1))

    def write(self, *rows: tuple[str, str, str, int]) -> None:
        """Write the list and photos."""
        with (self.folder / "directory.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(["id", "display_name", "email", "photo"])
            for id_, name, email, number in (*rows, self.cleo):
                (self.folder / f"photos/{id_}.jpg").write_bytes(jpeg(number))
                out.writerow([id_, name, email, f"photos/{id_}.jpg"])

    def gather(self, only: tuple[str, ...] = ()) -> Plan:
        """Read the list, as a refresh does."""
        return stages.gather(Job(source=self.folder, home=self.home, only=only))

    def finished(self, table: str) -> None:
        """Let a run of the list have ended, of which one table is there."""
        plan = self.gather()
        run = self.home / "runs" / plan.run
        run.mkdir(parents=True)
        (run / table).write_bytes((plan.folder / table).read_bytes())
        (run.parent / "latest").symlink_to(run.name)

    def ids(self) -> list[str]:
        """Return who is in the next run."""
        return [person.id for person in self.gather().employees()]

    def waiting(self) -> list[str]:
        """Return what is told of who waits."""
        return [one["sentence"] for one in self.gather().findings if one["kind"] == "id_to_confirm"]

    def run(self, *words: str) -> str:
        """Run the command."""
        done = CliRunner().invoke(app, [*words, "--home", str(self.home)])
        return f"{done.exit_code}\n{done.output}"


@pytest.fixture
def staff(tmp_path: Path) -> Staff:
    """Return a folder that was read once."""
    staff = Staff(tmp_path)
    assert staff.ids() == ["1005", "1006"]
    return staff


def test_another_person_waits_and_the_run_tells_what_to_type(staff: Staff) -> None:
    """Nobody's name stands beside another one's face meanwhile."""
    staff.write(("1005", BOB.name, BOB.email, 3))
    (told,) = staff.waiting()
    for words in ("Ada Lovelace", "Bob Berg", f"confirm 1005 --another --source '{staff.folder}'"):
        assert words in told
    assert staff.ids() == ["1006"]
    with pytest.raises(ConfigError, match=r"--only 1005: id 1005 was Ada Lovelace's"):
        staff.gather(only=("1005",))


def test_somebody_else_gets_an_id_of_their_own(staff: Staff) -> None:
    """No consent of the former one counts for them, now and in every later run."""
    register = open_register(staff.home)
    register.add([Consent("1005", "intranet", Word.GRANTED, "1005", now(), "", "page")])
    register.close()
    staff.write(("1005", BOB.name, BOB.email, 3))
    assert staff.run("people", "confirm", "1005", "--source", str(staff.folder), "--another").startswith(
        "0\n"
    )
    plan = staff.gather()
    assert [(one.id, one.name) for one in plan.employees()] == [("1005~2", "Bob Berg"), ("1006", "Cleo Cole")]
    assert [photo.employee for photo in plan.photos()] == ["1005~2", "1006"]
    staff.write(("1005", BOB.name, "bob@example.com", 4))
    assert staff.ids() == ["1005~2", "1006"]
    staff.write(("1005", "Dora Dahl", "dora@example.com", 5))
    assert staff.run("people", "confirm", "1005", "--source", str(staff.folder), "--another").startswith(
        "0\n"
    )
    assert staff.ids() == ["1005~3", "1006"]


def test_the_same_person_with_a_new_name_keeps_the_id(staff: Staff) -> None:
    """Once somebody said so."""
    staff.write(("1005", "Ada King", "ada.king@example.com", 3))
    assert staff.waiting()
    assert staff.run("people", "confirm", "1005", "--source", str(staff.folder), "--same").startswith("0\n")
    assert staff.ids() == ["1005", "1006"]


def test_a_new_name_with_the_photo_of_the_last_run_is_no_question(staff: Staff) -> None:
    """Who marries does not change their picture on that day."""
    staff.finished("photos.parquet")
    staff.write(("1005", "Ada King", "ada.king@example.com", 1))
    assert not staff.waiting()
    staff.write(("1005", BOB.name, BOB.email, 3))
    assert staff.waiting()


def test_whoever_had_run_before_ids_were_remembered_is_remembered_by_the_last_run(staff: Staff) -> None:
    """A home of an earlier version asks at the first list, too."""
    staff.finished("employees.parquet")
    (staff.home / "sources/ids.json").unlink()
    staff.write(("1005", BOB.name, BOB.email, 3))
    assert staff.waiting()


@pytest.mark.parametrize(
    ("change", "other"),
    [
        ({"name": "Ada King"}, False),
        ({"email": "ada@other.example"}, False),
        ({"name": "LOVELACE, Ada", "email": "al@example.com"}, False),
        ({"name": "Ada King", "email": "ada.king@example.com"}, True),
        ({"name": "Ada King", "email": "ada.king@example.com", "shown": True}, False),
        ({"name": "Ada King", "email": "ada.king@example.com", "subject": "s-1"}, False),
        ({"name": "Bob Berg", "email": ""}, True),
        ({"name": "Ada King", "email": ""}, False),
        ({"name": "", "email": ""}, False),
    ],
)
def test_what_makes_another_person(change: dict[str, str], other: bool) -> None:
    """All that is known of both is different, and neither photo nor subject says that it is the same one."""
    before = replace(ADA, subject="s-1").seen
    assert is_another(replace(ADA, **change), before) == other


def test_answers_of_somebody_forgotten_are_nobody_else_s() -> None:
    """Who left long ago is not remembered by name, and their answers are still there."""
    ids, held = settle(Ids(), [BOB], None, {"1005"})
    assert "answers of somebody who left" in held[BOB.owner]
    assert not ids.seen
    fresh = confirm(ids, BOB, another=True, taken=lambda id_: id_ == "1005~2")
    assert (fresh.of(BOB), settle(fresh, [BOB], None, {"1005"})[1]) == ("1005~3", {})


def test_who_was_erased_is_not_written_down_again_and_the_run_says_how_many(staff: Staff) -> None:
    """One line, without a name, with what to do."""
    add_tombstones(staff.home, [("id", "1005")], now())
    ids = staff.home / "sources/ids.json"
    told = json.loads(ids.read_text())
    del told["seen"]["1005"]
    ids.write_text(json.dumps(told))
    plan = staff.gather()
    assert [one.id for one in plan.employees()] == ["1006"]
    (told,) = (one["sentence"] for one in plan.findings if one["kind"] == "erased")
    assert "because they were erased: 1." in told
    assert "people readmit" in told
    assert "Ada" not in told
    assert "1005" not in read_ids(staff.home).seen
    with pytest.raises(ConfigError, match="people readmit 1005"):
        staff.gather(only=("1005",))


def test_a_job_file_s_folder_asks_and_counts_as_well(staff: Staff) -> None:
    """The list is the same one, and says no more of who somebody is."""
    job = staff.folder.parent / "job.toml"
    job.write_text(f'[sources.hr]\nkind = "folder"\nroot = "{staff.folder}"\n', "utf-8")

    def gather() -> Plan:
        return stages.gather(Job(source=job, home=staff.home, accept_fewer=True))

    assert {one.id for one in gather().employees()} == {"1005", "1006"}
    staff.write(("1005", BOB.name, BOB.email, 3))
    plan = gather()
    assert {one.id for one in plan.employees()} == {"1006"}
    assert "id_to_confirm" in {one["kind"] for one in plan.findings}
    assert staff.run("people", "confirm", "1005", "--job", str(job), "--another").startswith("0\n")
    assert {one.id for one in gather().employees()} == {"1005~2", "1006"}
    add_tombstones(staff.home, [("id", "1005~2"), ("hr", "1005")], now())
    shutil.rmtree(staff.home / "ledger")  # else the run that was begun with these people goes on
    assert "erased" in {one["kind"] for one in gather().findings}
