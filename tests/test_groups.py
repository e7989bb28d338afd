"""Groups of people with a look of their own: each is made, judged and compared by their own preset."""

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from catchlight.consistency import compare
from catchlight.errors import ConfigError
from catchlight.job import Job
from catchlight.publish_crops import places
from catchlight.spoilers import rank
from catchlight.upload import UploadDesk
from flows import gathering
from flows.readiness import check
from flows.redo import redo
from flows.sources import wire
from tests.asked_company import PRESET, Asked, refresh
from tests.source_worlds import jpeg
from tests.test_consistency import readings, verdicts

BLUE = PRESET.replace("#f1f3f5", "#3a5a9b").replace("#cdd3d9", "#2a4373").replace("Small", "Blue")
SWISS, SALES, OTHERS = "A000148", "E000298", ("H001052", "O000174")
SENT = "C000537"


class Company:
    """A folder of people, and a job in which some of them have a look of their own."""

    def __init__(self, root: Path) -> None:
        """Write two presets; nobody is there yet."""
        self.root, self.home, self.people = root, root / "home", dict[str, tuple[str, str]]()
        (root / "hr/photos").mkdir(parents=True)
        (root / "small.toml").write_text(PRESET, encoding="utf-8")
        (root / "blue.toml").write_text(BLUE, encoding="utf-8")
        self.say(f'[[groups]]\npreset = "{root}/blue.toml"\ncountry = ["CH"]')

    def say(self, groups: str) -> None:
        """Write the job file."""
        source = f'[sources.hr]\nkind = "folder"\nroot = "{self.root}/hr"\n'
        self.file.write_text(f'preset = "{self.root}/small.toml"\n{source}{groups}\n', encoding="utf-8")

    @property
    def file(self) -> Path:
        """The job file."""
        return self.root / "job.toml"

    @property
    def job(self) -> Job:
        """The job, as the command would have it."""
        return Job(source=self.file, home=self.home, preset=wire(self.file)[0].preset)

    def move(self, person: str, country: str = "", department: str = "") -> None:
        """Let somebody be in a country and a department."""
        self.people[person] = (country, department)
        with (self.root / "hr/directory.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(("id", "country", "department", "photo"))
            table.writerows((id_, *where, f"photos/{id_}.jpg") for id_, where in self.people.items())

    def presets(self) -> dict[str, str]:
        """Return by which preset each person is to look: "" for the job's."""
        return {person.id: Path(person.preset).stem for person in gathering.read(self.job).employees}

    def refresh(self) -> int:
        """Refresh; return how many were rendered."""
        run = json.loads((refresh(self.job) / "run.json").read_bytes())
        return int(run["counts"]["rendered"])


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return three people, of whom one is in Switzerland."""
    made = Company(tmp_path)
    for number, (person, country, department) in enumerate(
        [("1", "CH", "Sales"), ("2", "DE", "Sales"), ("3", "", "")]
    ):
        (tmp_path / f"hr/photos/{person}.jpg").write_bytes(jpeg(number))
        made.move(person, country, department)
    return made


def test_the_first_group_that_somebody_belongs_to_counts(company: Company) -> None:
    """However its name is written; whoever is in none looks as the job says."""
    assert company.presets() == {"1": "blue", "2": "", "3": ""}
    company.say(
        '[[groups]]\npreset = "office"\ncountry = ["ch", "at"]\n[[groups]]\npreset = "house"\ndepartment = ["SALES"]'
    )
    assert company.presets() == {"1": "office", "2": "house", "3": ""}
    company.say('[[groups]]\npreset = "office"\ncountry = ["CH", "DE"]\ndepartment = ["Board"]')
    found = gathering.read(company.job)
    assert {person.preset for person in found.employees} == {""}
    assert [one.sentence for one in found.findings if one.kind == "empty_group"] == [
        "The group with the preset office has nobody; look at its filter."
    ]


@pytest.mark.parametrize(
    ("groups", "key", "remedy"),
    [
        ('[[groups]]\npreset = "office"', "groups.0", 'country = ["CH"]'),
        ('[[groups]]\npreset = "ofice"\ncountry = ["CH"]', "groups.0.preset", "there are:"),
        ('[[groups]]\ncountry = ["CH"]', "groups.0.preset", "missing"),
        ('[[groups]]\npreset = "office"\ncountri = ["CH"]', "groups.0.countri", "do you mean country?"),
        ('[[groups]]\npreset = "studio-grey-4x5"\ncountry = ["CH"]', "groups.0.preset", "crop.aspect"),
    ],
)
def test_a_group_that_cannot_be_is_refused(company: Company, groups: str, key: str, remedy: str) -> None:
    """Before anything is read: nobody's, without a look, or with portraits of another shape."""
    company.say(groups)
    with pytest.raises(ConfigError, match=key) as refused:
        check(company.job)
    assert remedy in str(refused.value)


def test_people_are_compared_with_those_who_look_like_them() -> None:
    """Two looks that are alike in themselves are a consistent company, and nobody of the smaller one spoils the wall."""
    light = {f"a{n}": {"source_background": 90.0, "background": 91.0 + n / 100} for n in range(20)}
    dark = {f"b{n}": {"source_background": 30.0, "background": 31.0 + n / 100} for n in range(8)}
    odd = {"b9": {"source_background": 30.0, "background": 60.0}}
    people = light | dark | odd
    by = pl.DataFrame(
        {"employee": list(people), "group": ["light" if one[0] == "a" else "dark" for one in people]}
    )
    together = compare(readings(light | dark), verdicts(light | dark))
    apart = compare(readings(light | dark), verdicts(light | dark), by)
    assert together["score"]["after"] < 20
    assert apart["score"]["after"] > 99
    assert [one.employee for one in rank(readings(people), verdicts(people), by)] == ["b9"]


@pytest.fixture(scope="module")
def refreshed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return four real people with a finished run; one of them has the Swiss look."""
    made = Company(tmp_path_factory.mktemp("groups"))
    for person in (SWISS, SALES, *OTHERS):
        photo = (shared / f"congress/photos/{person}.jpg").read_bytes()
        (made.root / f"hr/photos/{person}.jpg").write_bytes(photo)
        made.move(person, "CH" if person == SWISS else "DE", "Sales" if person == SALES else "")
    assert made.refresh() == 4
    return made


@pytest.mark.slow
def test_everybody_looks_as_their_group(refreshed: Company) -> None:
    """The ground is theirs, and so are the limits by which it is judged; run.json tells of both looks."""
    asked = Asked(refreshed.home)
    renders = {row["employee"]: row["preset"] for row in asked.table("renders").iter_rows(named=True)}
    assert renders == {SWISS: "blue", SALES: "small"} | dict.fromkeys(OTHERS, "small")
    assert asked.reading(SWISS, "background") < 60
    assert asked.reading(SALES, "background") > 85
    assert not any("background" in reason for person in renders for reason in asked.verdict(person).reasons)
    run = json.loads((refreshed.home / "runs" / asked.run / "run.json").read_bytes())
    assert [(group["name"], group["title"], group["people"]) for group in run["groups"]] == [
        ("blue", "Blue", 1)
    ]
    sheet = (refreshed.home / "runs" / asked.run / "contact_sheet.html").read_text("utf-8")
    assert sheet.count('<p class="done">blue · ') == 1
    assert f"blue {run['groups'][0]['digest'][:12]} for 1 person" in sheet
    assert len(places(refreshed.home, refreshed.home / "runs" / asked.run)) == 4


@pytest.mark.slow
def test_who_changes_the_group_is_made_anew_and_nobody_else(refreshed: Company) -> None:
    """Nor is anybody rendered when nothing changed; back in the former group, the former portrait is known."""
    assert refreshed.refresh() == 0
    refreshed.move(SALES, "CH")
    assert refreshed.refresh() == 1
    assert Asked(refreshed.home).reading(SALES, "background") < 60
    refreshed.move(SALES, "DE")
    assert refreshed.refresh() == 0
    assert Asked(refreshed.home).reading(SALES, "background") > 85


@pytest.mark.slow
def test_another_try_and_a_photo_that_is_sent_keep_the_look(refreshed: Company, shared: Path) -> None:
    """The desk looks by the group's preset, and the next pass finds that portrait made."""
    asked = Asked(refreshed.home)
    asked.retry(**{SALES: "tighter"})
    desk = UploadDesk(refreshed.home)
    sent = desk.check(SWISS, (shared / f"congress/photos/{SENT}.jpg").read_bytes(), "me.jpg", SWISS)
    desk.close()
    assert sent.usable, sent.sentence
    redo(refreshed.home)
    run = json.loads((refreshed.home / "runs" / asked.run / "run.json").read_bytes())
    assert run["counts"]["rendered"] == 1
    assert asked.reading(SWISS, "background") < 60
    assert asked.reading(SALES, "background") > 85
