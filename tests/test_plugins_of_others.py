"""Somebody's package of plug-ins, as docs/plugins.md shows it: it works, a mistake in it is named, and no promise goes with it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from catchlight import ledger, look, plugins
from catchlight.checks import FAILED, measured
from catchlight.checkup_plug_ins import look_at_plug_ins
from catchlight.config import load_preset
from catchlight.decoder import Decoder
from catchlight.desk import Desk, open_desk
from catchlight.develop import Development, Room, develop
from catchlight.errors import ConfigError, OutsideError
from catchlight.judge import judge, limits
from catchlight.order import Order, recipe_of
from catchlight.publish_planning import draw
from catchlight.records import Photo, Reading, Render
from catchlight.rollback import rollback
from catchlight.source_memory import Memory
from catchlight.studio import Studio
from catchlight.vault import Vault
from catchlight.whose_fault import plug_in_of
from flows import stages
from flows.destinations import place_named
from flows.sources import wire
from flows.syncing import sync
from reports.review.story import told
from reports.review.words import Words
from tests.acme_package import Install, forget, install, written
from tests.place_contract import keeps_the_contract
from tests.published_company import Company, apply, codes, make_company
from tests.refreshed_company import ROOT
from tests.source_worlds import jpeg
from tests.studio import Gallery
from tests.studio_fixtures import Seated

pytest_plugins = ["tests.studio_fixtures", "tests.acme_package"]

CHECK, HR, CMS = "acme_portraits/checks/sunglasses.py", "acme_portraits/connectors/acme_hr.py", "acme_portraits/connectors/acme_cms.py"  # fmt: skip
MEASURE = "    head = sitting.head\n"


def _check(line: str) -> dict[str, str]:
    """Return the page's check with another first line of its measure."""
    return {CHECK: written()[CHECK].replace(MEASURE, f"{MEASURE}    {line}\n")}


def _pyproject(points: str) -> dict[str, str]:
    return {"pyproject.toml": f"[project.entry-points.catchlight]\n{points}"}


@pytest.fixture
def room(tmp_path: Path, studio: Studio, decoder: Decoder) -> Room:
    """Return a room with an empty vault, and a preset of its own: limits are kept by preset."""
    preset = studio.preset.model_copy()
    return Room(preset, studio, decoder, Vault(tmp_path / "vault"))


def _developed(room: Room, gallery: Gallery) -> Development:
    photo = Photo("ana", "good.jpg", room.vault.put(gallery.bytes_of("E000298")))
    return develop(Order("ana", recipe_of("ana", [photo], "setup"), (photo,)), room)


def _reading(done: Development) -> Reading:
    return next(one for one in done.readings if one.check == "sunglasses")


def test_a_check_of_ones_own_is_measured_and_judged_like_any_other(
    acme: Install, room: Room, gallery: Gallery
) -> None:
    """Every other reading and the portrait are as they were without it."""
    without = _developed(room, gallery)
    acme()
    done = _developed(replace(room, preset=room.preset.model_copy()), gallery)
    assert done.render.picture == without.render.picture
    assert [one for one in done.readings if one.check != "sunglasses"] == list(without.readings)
    reading = _reading(done)
    assert reading.value is not None
    assert (reading.high, reading.error) == (60.0, "")
    dark = ledger.table(Reading, [replace(reading, value=80.0)])
    row = judge(ledger.table(Render, [done.render]), dark, room.preset).row(0, named=True)
    assert (row["outcome"], row["reasons"]) == ("review", ["sunglasses.high"])
    assert row["sentences"] == ["Sunglasses seem to sit on the head; please send a photo without them."]


def test_people_read_a_check_of_ones_own_in_their_language(acme: Install) -> None:
    """Its own words; where it has none in a language, its English ones as they are, and never half of each."""
    acme()
    assert told("sunglasses.high", "English.", Words("de")).text.startswith("Im Haar sitzt")
    assert told("sunglasses.outlier", "English.", Words("de")).text.startswith("Sonnenbrille im Haar: anders")
    acme({CHECK: written()[CHECK].replace("WORDS", "OTHER")})
    assert told("sunglasses.high", "English.", Words("de")).text == "English."


@pytest.mark.parametrize("line", ["sitting.portrait[:] = 0", "sitting.alpha[:] = 1", "sitting.subject.picture[:] = 0", 'head = {}["x"]'])  # fmt: skip
def test_a_check_that_fails_or_writes_costs_one_reading(acme: Install, seated: Seated, line: str) -> None:
    """What other checks see, and what is delivered, stays as it was."""
    acme(_check(line))
    sitting = seated("E000298")
    before = sitting.portrait.copy(), sitting.alpha.copy(), sitting.subject.picture.copy()
    assert measured("sunglasses", sitting).error.startswith(FAILED)
    after = sitting.portrait, sitting.alpha, sitting.subject.picture
    assert all((one == other).all() for one, other in zip(before, after, strict=True))


def test_a_mistake_is_told_with_plug_in_and_package(acme: Install) -> None:
    """Whoever runs it knows whom to ask."""
    acme()
    nobody: Any = None
    with pytest.raises(AttributeError) as raised:
        plugins.load("catchlight.checks", "sunglasses").measure(nobody)
    assert plug_in_of(raised.value) == "in the check sunglasses of acme-portraits 1.0"


def test_a_changed_check_measures_everybody_anew(acme: Install) -> None:
    """So does what it reads; comments and connectors do not, and a package without checks changes nothing."""

    def digest(changed: Mapping[str, str]) -> str:
        acme(changed)
        return look.code_digest()

    forget()
    without = look.code_digest()
    assert digest(_pyproject('connectors = "acme_portraits.connectors"')) == without
    first = digest({})
    assert first != without
    assert digest({CHECK: written()[CHECK].replace("60.0", "60.0  # by eye")}) == first
    assert digest({HR: written()[HR].replace("at_once=20", "at_once=10")}) == first
    assert digest({CHECK: written()[CHECK].replace("< 40", "< 41")}) != first
    dark = [
        digest({name: "DARK = 1"})
        for name in ("acme_portraits/_shades.py", "acme_portraits/checks/shades.toml")
    ]
    darker = [
        digest({"acme_portraits/checks/shades.toml": "DARK = 2"}),
        digest({"acme_portraits/_shades.py": "DARK = 2"}),
    ]
    assert len({first, *dark, *darker}) == 5


def _job(folder: Path, people: int) -> Path:
    rows = [{"number": f"00{number}", "first": "Zoë", "last": "Łukasz"} for number in range(people)]
    (folder / "people.json").write_text(json.dumps(rows))
    for row in rows[1:]:
        (folder / f"{row['number']}.jpg").write_bytes(jpeg(int(row["number"])))
    job = folder / "job.toml"
    job.write_text(f'[sources.hr]\nkind = "acme_hr"\nexport = "{folder / "people.json"}"\n')
    return job


def test_a_source_of_ones_own_is_read(acme: Install, tmp_path: Path) -> None:
    """People, ids with their zeros, photos; who has none has none."""
    acme()
    (wired,) = wire(_job(tmp_path, 4))[1]
    assert wired.probe() == []
    with closing(Memory(tmp_path / "hr.db")) as memory, closing(wired.open()) as source:
        assert source.name == "hr"
        sync(source, memory, Vault(tmp_path / "vault"), 0.5)
        found = {one.key: one for one in memory.people()}
    assert list(found) == ["000", "001", "002", "003"]
    assert found["001"].values == {"given_name": "Zoë", "family_name": "Łukasz"}
    assert [bool(one.digest) for one in found.values()] == [False, True, True, True]


def test_a_connectors_mistake_names_its_package(acme: Install, tmp_path: Path) -> None:
    """Whoever runs it knows whom to ask."""
    acme(
        {
            HR: written()[HR].replace('row["number"]', 'row["no"]'),
            CMS: written()[CMS].replace("found[0][0]", "found[0][1]"),
        }
    )
    (wired,) = wire(_job(tmp_path, 1))[1]
    with (
        closing(wired.open()) as source,
        pytest.raises(OutsideError, match=r"source hr \(acme_hr of acme-portraits 1\.0\)"),
    ):
        list(source.pages(""))
    place = place_named("cms", _company(tmp_path).home)
    with pytest.raises(OutsideError, match=r"destination cms \(acme_cms of acme-portraits 1\.0\)"):
        place.look("96/a.jpg")


def _company(tmp_path: Path, more: str = 'consent = "intranet"') -> Company:
    """Return a company that publishes to the page's CMS, in which somebody has a picture."""
    import sqlite3  # noqa: PLC0415  the company's, not ours

    company, database = make_company(tmp_path), tmp_path / "cms.db"
    with closing(sqlite3.connect(database)) as store, store:
        store.execute("create table if not exists pictures (name text primary key, data blob)")
        store.execute("insert or replace into pictures values ('96/a.jpg', ?)", (jpeg(7),))
    table = f'[cms]\nkind = "acme_cms"\ndatabase = "{database}"\n{more}\n'
    (company.home / "destinations.toml").write_text(table)
    return company


def _desk(company: Company) -> Desk:
    return open_desk(company.home, place_named("cms", company.home))


def test_a_destination_of_ones_own_is_published_to_and_brought_back(acme: Install, tmp_path: Path) -> None:
    """By the same plan, consent, backup and way back as anywhere."""
    acme()
    company = _company(tmp_path)
    pictures = company.run("r1", {"a": "a", "b": "b", "c": "c"})
    company.answer({id_: pictures[id_] for id_ in "ab"})
    results = apply(_desk(company), draw(_desk(company), "latest", ("96",)))
    assert codes(results)["sent"] == 2
    place = place_named("cms", company.home)
    assert place.name == "acme_cms:cms"
    assert place.look("96/a.jpg") not in {None, jpeg(7)}
    assert place.look("96/c.jpg") is None
    rollback(_desk(company), "r1")
    assert (place.look("96/a.jpg"), place.look("96/b.jpg")) == (jpeg(7), None)
    keeps_the_contract(place, "x.jpg")


def test_what_a_place_is_for_is_not_for_its_code_to_say(acme: Install, tmp_path: Path) -> None:
    """People agree to it; a connector that forgot it would show them on the web by what they said of the intranet."""
    acme()
    with pytest.raises(ConfigError, match=r"cms\.consent: missing; .*is for: intranet, .*external_web"):
        place_named("cms", _company(tmp_path, "").home)


def test_a_destination_cannot_say_that_a_picture_arrived(acme: Install, tmp_path: Path) -> None:
    """Nor under whose name it goes, or that something else goes there."""
    lying = "Place('folder:/srv', look, put, remove, takes=Takes(keeps_bytes=False), same=lambda *_: True, makes=print)"
    acme({CMS: written()[CMS].replace("Place(name, look, put, remove, takes=TAKES)", lying)})
    place = place_named("cms", _company(tmp_path).home)
    assert (place.name, place.makes) == ("acme_cms:cms", None)
    assert not place.same(jpeg(1), b"")


WRONG = [
    (_pyproject('check = "acme_portraits.checks"'), r"acme-portraits 1\.0: its entry point check .*none of checks, engines, connectors"),
    (_pyproject('checks = "acme_portraits.chekcs"'), r"acme-portraits 1\.0: .*acme_portraits\.chekcs.* is no package"),
    (_pyproject('checks = "acme_portraits.checks.sunglasses"'), r"is no package, a folder"),
    (_pyproject('checks = "nowhere.checks"'), r"acme-portraits 1\.0: .*cannot be found \(ModuleNotFoundError"),
    ({"acme_portraits/checks/yaw.py": ""}, r"two plug-ins are named 'yaw': catchlight\.checks\.yaw and acme_portraits\.checks\.yaw of acme-portraits 1\.0"),
    ({CHECK: "import no_such_module"}, r"'sunglasses' of acme-portraits 1\.0 cannot be loaded \(ModuleNotFoundError"),
    ({CHECK: "raise SystemExit(0)"}, r"'sunglasses' of acme-portraits 1\.0 cannot be loaded \(SystemExit"),
    ({CHECK: "TITLE = 'A'"}, r"'sunglasses' of acme-portraits 1\.0 has no Settings"),
    ({CHECK: written()[CHECK].replace('"high"', '"hihg"')}, r"SENTENCES needs high"),
    ({CHECK: written()[CHECK].replace("(Limits)", "(Limits, extra='ignore')")}, r'has no Settings: .*extra="forbid"'),
    ({CHECK: written()[CHECK].replace("def measure", "def mesure")}, r"has no measure\(sitting\)"),
    ({CHECK: written()[CHECK].replace("60.0", "'much'")}, r"cannot be loaded \(ValidationError"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "said"), WRONG, ids=[said[:40] for _, said in WRONG])
def test_a_check_that_is_wrong_is_never_left_out_without_a_word(
    acme: Install, changed: dict[str, str], said: str
) -> None:
    """Nothing starts without it, and whoever reads the refusal knows which package to mend."""
    acme(changed)
    with pytest.raises(ConfigError, match=said):
        limits(load_preset("house"))
    (found,) = look_at_plug_ins()
    assert found.state == "fail"


def test_two_packages_do_not_take_each_others_place(acme: Install) -> None:
    """Whichever is installed first."""
    site = acme()
    other = {"other/__init__.py": "", "other/sunglasses.py": "", **_pyproject('checks = "other"')}
    install(site, other, "other-portraits")
    with pytest.raises(ConfigError, match=r"of acme-portraits 1\.0 and other\.sunglasses of other-portraits"):
        plugins.names("catchlight.checks")


def test_a_broken_connector_costs_only_who_uses_it(acme: Install, tmp_path: Path) -> None:
    """Every command loads all of them to see which there are."""
    acme({HR: "import no_such_driver"})
    other = tmp_path / "other.toml"
    other.write_text(f'[sources.drop]\nkind = "folder"\nroot = "{tmp_path}"\n')
    assert len(wire(other)[1]) == 1
    assert place_named("cms", _company(tmp_path).home)
    with pytest.raises(
        ConfigError, match=r"sources\.hr\.kind: .*'acme_hr' of acme-portraits 1\.0 cannot be loaded"
    ):
        wire(_job(tmp_path, 1))
    assert [one.state for one in look_at_plug_ins()] == ["fail"]


@pytest.mark.parametrize(
    ("file", "old", "said"),
    [
        (HR, "def probe_source", "has no probe_source"),
        (HR, "class SourceSettings", "has no SourceSettings"),
        (HR, "def open_source", "is neither a source"),
        (CMS, "def probe", "has no probe"),
        (CMS, "TAKES = Takes(most_bytes=5 << 20)", "says not what its place takes"),
    ],
)
def test_a_connector_that_lacks_something_says_what(acme: Install, file: str, old: str, said: str) -> None:
    """Before anything is read or written."""
    new = "TAKES = {}" if "TAKES" in old else old.replace(" ", " no_", 1)
    text = (
        written()[file]
        .replace("-> Source", "")
        .replace(old, new)
        .replace("settings: SourceSettings", "settings")
    )
    acme({file: text})
    with pytest.raises(ConfigError, match=said):
        plugins.load("connectors", Path(file).stem)


def test_a_worker_without_the_plug_ins_makes_no_portraits(acme: Install, tmp_path: Path) -> None:
    """A check would be left out for those whom that machine develops."""
    acme()
    (tmp_path / "plan.json").touch()
    plan: Any = SimpleNamespace(folder=tmp_path)
    bench: Any = SimpleNamespace(plug_ins=())
    with pytest.raises(
        OutsideError, match=r"other plug-ins \(acme-portraits 1\.0: checks\.sunglasses.*planned \(none\)"
    ):
        stages.develop_apart(plan, 0, [], bench)


@pytest.mark.slow
def test_a_wheel_is_built_and_installed_without_internet(tmp_path: Path) -> None:
    """As the page says it; the program that is installed then names what was added."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    for name, text in written().items():
        (tmp_path / "acme" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "acme" / name).write_text(text, encoding="utf-8")
    build = ["wheel", "--no-index", "--no-build-isolation", "--no-deps", "-w", str(tmp_path), "."]
    subprocess.run([*pip, *build], cwd=tmp_path / "acme", check=True)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run(
        [*pip, "install", "--no-index", "--no-deps", "--target", str(tmp_path / "site"), str(wheel)],
        check=True,
    )
    path = os.pathsep.join([str(tmp_path / "site"), str(ROOT)])
    code = "from catchlight import plugins; print(plugins.added())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "acme-portraits 1.0: checks.sunglasses, connectors.acme_cms, connectors.acme_hr" in done.stdout
