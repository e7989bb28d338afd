"""Who there is, by a job file: several systems, one person each, and nothing taken that is in doubt."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.errors import ConfigError
from catchlight.job import Job
from catchlight.records import Answer, Decision
from catchlight.register import Register
from flows import gathering
from flows.commands.catchlight import app
from tests.source_worlds import jpeg

People = dict[str, dict[str, str]]
HR: People = {
    "4711": {"email": "ann@example.com", "given_name": "Ann", "family_name": "Archer", "country": "DE"},
    "4712": {"email": "bob@example.com", "given_name": "Bob", "family_name": "Berg", "country": "US"},
    "4713": {"email": "cleo@example.com", "given_name": "Cleo", "family_name": "Cole", "country": "DE"},
}
BOARD: People = {
    "a": {"email": "Ann@Example.com", "title": "Head of Something"},
    "b": {"email": "bob@example.com"},
    "x": {"email": "nobody@example.com"},
}


class Company:
    """Two folders, as HR and the directory would have it, and a job that joins them."""

    def __init__(self, root: Path) -> None:
        """Write everything."""
        self.root = root
        self.write("hr", HR, {key: number for number, key in enumerate(HR)})
        self.write("board", BOARD, {"a": 10, "b": 11, "x": 12})
        self.job = root / "job.toml"
        self.say()

    def say(self, people: str = "", hr: str = "", board: str = "") -> None:
        """Write the job file."""
        self.job.write_text(
            f'[sources.hr]\nkind = "folder"\nroot = "{self.root}/hr"\n{hr}\n[sources.board]\nkind = "folder"\n'
            f'root = "{self.root}/board"\njoin = ["email"]\n{board}\n{people}',
            encoding="utf-8",
        )

    def write(self, name: str, people: People, photos: dict[str, int]) -> None:
        """Write one system's list and photos."""
        folder = self.root / name
        (folder / "photos").mkdir(parents=True, exist_ok=True)
        for key, number in photos.items():
            (folder / f"photos/{key}.jpg").write_bytes(jpeg(number))
        columns = ["id", "given_name", "family_name", "email", "title", "country"]
        with (folder / "directory.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.DictWriter(file, columns, restval="")
            rows.writeheader()
            rows.writerows({"id": key, **values} for key, values in people.items())

    def read(self, *, accept_fewer: bool = False) -> gathering.Directory:
        """Gather."""
        return gathering.read(Job(source=self.job, home=self.root / "home", accept_fewer=accept_fewer))

    def run(self, *words: str) -> str:
        """Run the command; return what it printed."""
        done = CliRunner().invoke(app, [*words, "--home", str(self.root / "home")])
        return f"{done.exit_code}\n{done.output}"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with two systems."""
    return Company(tmp_path)


def _kinds(found: gathering.Directory) -> set[str]:
    return {finding.kind for finding in found.findings}


def test_people_of_two_systems_are_one_person_with_both_photos(company: Company) -> None:
    """The first system says who there is; what it does not know comes from the other."""
    found = company.read()
    assert [person.id for person in found.employees] == ["4711", "4712", "4713"]
    assert found.employees[0].title == "Head of Something"
    assert [photo.file for photo in found.photos if photo.employee == "4711"] == ["hr/4711", "board/a"]
    assert {finding.kind for finding in found.findings} == {"not_joined_nobody", "not_in_source"}
    lines = (company.root / "home/sources/not_joined.csv").read_text("utf-8-sig").splitlines()
    assert lines[1:] == [
        '"board","x","","nobody has its email nobody@example.com"',
        '"board","","4713","is not in this source"',
    ]


def test_all_photos_of_a_person_are_taken_along(company: Company) -> None:
    """Several files of one source, each once, and one that goes away is gone; people are counted, not photos."""
    company.write("hr", HR, {"4711_2024": 20, "4711_2019": 21, "4712_old": 1, "4713-x": 1})
    found = company.read()
    files = {photo.file: photo.digest for photo in found.photos}
    assert [file for file in files if "4711" in file] == [
        "hr/4711", "hr/4711 photos/4711_2019.jpg", "hr/4711 photos/4711_2024.jpg",
    ]  # fmt: skip
    assert len(found.employees) == 3
    (company.root / "hr/photos/4711_2019.jpg").unlink()
    again = company.read()
    assert "hr/4711 photos/4711_2019.jpg" not in {photo.file for photo in again.photos}
    assert (
        files.items()
        >= {photo.file: photo.digest for photo in again.photos if photo.employee == "4711"}.items()
    )


def test_a_list_without_second_photos_is_not_short(company: Company) -> None:
    """Nobody left: only pictures went away."""
    company.write("hr", HR, {f"4711_{number}": 20 + number for number in range(9)})
    assert len(company.read().photos) == 14
    for number in range(9):
        (company.root / f"hr/photos/4711_{number}.jpg").unlink()
    assert len(company.read().photos) == 5


def test_a_field_comes_from_the_system_that_the_job_believes(company: Company) -> None:
    """And from the other where that one says nothing."""
    company.say('[people]\nfirst = { email = ["board", "hr"] }')
    assert [person.email for person in company.read().employees] == [
        "Ann@Example.com", "bob@example.com", "cleo@example.com",
    ]  # fmt: skip


def test_only_whom_the_job_wants(company: Company) -> None:
    """By country, however it is written; an id of the job's own choice."""
    company.say('[people]\nid = "email"\n[people.only]\ncountry = ["de"]')
    assert [person.id for person in company.read().employees] == ["ann@example.com", "cleo@example.com"]


def test_the_very_same_picture_of_two_people_is_nobodys(company: Company) -> None:
    """One of them has the wrong photo, and which one cannot be told."""
    company.write("board", BOARD, {"a": 10, "b": 10, "x": 12})
    found = company.read()
    assert [photo.file for photo in found.photos] == ["hr/4711", "hr/4712", "hr/4713"]
    assert "shared_photo" in _kinds(found)


def test_a_list_that_is_suddenly_short_stops_the_run(company: Company) -> None:
    """Until somebody says that it is right; the other sources' memory and this one's stay."""
    company.read()
    company.write("hr", {"4711": HR["4711"]}, {})
    with pytest.raises(ConfigError, match="lists 1 people and had 3"):
        company.read()
    assert [person.id for person in company.read(accept_fewer=True).employees] == ["4711"]


def test_an_id_with_another_owner_waits_for_a_word(company: Company) -> None:
    """The command says whose it is, and the next run takes them along under an id of their own."""
    company.say('[people]\nid = "title"\nback_within_days = 0')
    titled = {key: {**values, "title": f"T{key}"} for key, values in HR.items()}
    company.write("hr", titled, {})
    assert [person.id for person in company.read().employees] == ["T4711", "T4712", "T4713"]
    del titled["4713"]
    titled["9042"] = {"email": "dan@example.com", "title": "T4713", "given_name": "Dan"}
    company.write("hr", titled, {"9042": 40})
    found = company.read()
    assert [person.id for person in found.employees] == ["T4711", "T4712"]
    assert "id_to_confirm" in _kinds(found)
    assert company.run("people", "confirm", "T4713", "--job", str(company.job)).startswith("2\n")
    assert company.run("people", "confirm", "T4713", "--job", str(company.job), "--another").startswith("0\n")
    assert [person.id for person in company.read().employees] == ["T4711", "T4712", "T4713~2"]


def test_nothing_is_read_again_that_did_not_change(company: Company) -> None:
    """A photo that is gone from the disk is still in the vault, where the list still has it as it was."""
    before = company.read()
    assert company.read() == before


def test_what_is_odd_in_a_list_is_told_with_its_source(company: Company) -> None:
    """As it is for a folder alone."""
    (company.root / "hr/photos/9999.jpg").write_bytes(jpeg(99))
    sentences = [finding.sentence for finding in company.read().findings if finding.kind == "unmatched_file"]
    assert sentences == ["hr: photos/9999.jpg belongs to no row."]


def test_no_photo_is_fetched_that_nobody_needs(company: Company) -> None:
    """Not of whom HR does not know, whom the job does not want, or who said that theirs shall not be processed."""
    company.say('[people.only]\ncountry = ["DE"]')
    register = Register(company.root / "home/register.db")
    register.add([Decision("4713", "", Answer.REFUSE, "4713", "2026-11-20T10:00:00Z")])
    register.close()
    found = company.read()
    assert [photo.file for photo in found.photos] == ["hr/4711", "board/a"]
    kept = {path.name for path in (company.root / "home/vault").rglob("*") if path.is_file()}
    assert kept == {photo.digest[2:] for photo in found.photos}


def test_doctor_proves_each_source_and_destination(company: Company) -> None:
    """What is wrong is told beside its name, and the rest is proved all the same."""
    company.say()
    text = company.job.read_text()
    company.job.write_text(
        'publish = ["intranet"]\n' + text.replace(f"{company.root}/board", "/nowhere"), "utf-8"
    )
    told = company.run("doctor", "--job", str(company.job))
    assert told.startswith("1\n")
    assert "source hr (folder): ready" in told
    assert "/nowhere: no such folder" in told
    assert "destination intranet:" in told
