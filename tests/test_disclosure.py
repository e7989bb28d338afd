"""People are told that a photo was edited, wherever there is room for it, unless the company switched it off."""

import csv
import json
from collections.abc import Mapping
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest

from catchlight.consents import Consent, Word
from catchlight.desk import open_desk, open_register
from catchlight.errors import ConfigError
from catchlight.painting import GENERATE
from catchlight.publish_planning import draw
from catchlight.records import Employee
from catchlight.register import now
from catchlight.source_type import HEAD, SourceType, marked, written
from flows.destinations import place_named
from flows.signing import Signing
from reports.signatures import sign
from tests.published_company import Company, apply, make_company
from tests.signature_company import EILEEN, face, pictures, signing

TOLD = {"kept": "", "cropped": "", "relit": "Photo edited with AI", "made": "Photo edited with AI"}
RUNGS = {"kept": "keep", "cropped": "crop", "relit": "relight", "made": "generate"}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with one person on each rung that matters."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {id_: id_ for id_ in RUNGS}, rungs=RUNGS))
    with closing(open_register(company.home)) as register:
        register.add([Consent("made", GENERATE, Word.GRANTED, "made", now())])
    return company


def published(company: Company, switch: str = "") -> Mapping[str, str]:
    """Publish to a folder with a wall; return what the list says beside each person."""
    (company.home / "destinations.toml").write_text(
        f'[site]\nkind = "folder"\nroot = "{company.out}"\n{switch}\n[site.wall]\ncompany = "Example AG"\n'
    )
    desk = open_desk(company.home, place_named("site", company.home))
    apply(desk, draw(desk, "latest", ["96"]))
    rows = csv.DictReader(StringIO((company.out / "portraits.csv").read_text("utf-8-sig")))
    return {row["employee"]: row["disclosure"] for row in rows}


def test_the_list_and_the_wall_tell_who_was_edited(company: Company) -> None:
    """Beside each file, below each name, in the alt text and for other programs; nothing of who was only cropped."""
    assert published(company) == TOLD
    people = json.loads((company.out / "wall" / "people.json").read_bytes())["people"]
    assert {person["name"]: person["mark"] for person in people} == TOLD
    page = (company.out / "wall" / "index.html").read_text()
    assert page.count('<span class="mark">') == 2
    assert 'alt="Portrait of relit. Photo edited with AI"' in page
    assert 'alt="Portrait of kept"' in page


def test_it_is_off_for_one_place_or_for_all_and_speaks_german(company: Company) -> None:
    """A destination's own word counts before publish.toml's."""
    assert set(published(company, "disclosure = false").values()) == {""}
    assert b"edited with AI" not in (company.out / "wall" / "index.html").read_bytes()
    (company.home / "publish.toml").write_text("[marking]\ndisclosure = false\n")
    assert set(published(company).values()) == {""}
    (company.home / "publish.toml").write_text('[marking]\ndisclosure = false\nlanguage = "de"\n')
    assert published(company, "disclosure = true")["relit"] == "Foto mit KI bearbeitet"
    with pytest.raises(ConfigError, match=r"site\.disclosure"):
        published(company, 'disclosure = "maybe"')


def test_a_signature_says_it_to_whoever_does_not_see_the_picture(tmp_path: Path) -> None:
    """The alt text names the person and the edit, in the signature's language; the file carries the type; it can be off."""
    relit, inline = marked(face(), SourceType.COMPOSITE), pictures("inline-file")
    style = signing(tmp_path, inline)
    signed = sign(style, EILEEN, relit, way="file")
    assert 'alt="Portrait of Eileen Collins (photo edited with AI)"' in signed.html
    assert signed.picture
    assert written(signed.picture.data[:HEAD]) == SourceType.COMPOSITE
    assert "(Foto mit KI bearbeitet)" in sign(style, EILEEN, relit, way="file", language="de").html
    assert 'alt="Portrait of Eileen Collins"' in sign(style, EILEEN, face(), way="file").html
    off = signing(tmp_path, pictures("inline-file", "disclosure = false"))
    assert "edited" not in sign(off, EILEEN, relit, way="file").html


def test_portraits_of_before_are_told_of_by_their_rung(company: Company, tmp_path: Path) -> None:
    """A portrait that was made before portraits carried their type gives a signature that tells of it."""
    folder = tmp_path / "signature"
    folder.mkdir()
    signing(folder, pictures("inline-file"))
    made = Signing(company.home, folder)
    for person in draw(company.desk(), "latest", ["96"]).people:
        html = made.files(Employee(person.employee, display_name="Ada"), person.picture)[
            "signatures/*.htm"
        ].decode()
        assert ("edited with AI" in html) == (person.employee in {"relit", "made"})
