"""Signatures go where portraits go: with consent, once, put back, and without leaving old faces behind."""

import base64
import re
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from catchlight import ledger
from catchlight.consents import Consent, Word
from catchlight.desk import Desk
from catchlight.drift import find_drift
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.place import Accounts
from catchlight.publish_planning import draw
from catchlight.records import Employee
from catchlight.register import now
from catchlight.rollback import rollback
from flows.destinations import destinations, place_named
from flows.signing import Signing
from reports.publish_sheet import Seen, publish_sheet
from tests.published_company import Company, apply, codes, make_company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of two that signs with pictures; both agreed to be seen in signatures."""
    company = make_company(tmp_path)
    style = company.home / "signature"
    style.mkdir()
    (style / "signature.toml").write_text(
        'company = "Example AG"\naddress = ["1 Example Street"]\n[pictures]\nmode = "inline-file"\n'
    )
    (company.home / "destinations.toml").write_text(
        f'[outlook]\nkind = "folder"\nroot = "{company.out}"\nsignatures = "signature"\n'
    )
    finish(company, "r1", {"a": "1", "b": "2"})
    company.desk().register.add(
        [Consent(id_, "email_signature", Word.GRANTED, id_, now()) for id_ in ("a", "b")]
    )
    return company


def finish(company: Company, run: str, people: dict[str, str]) -> None:
    """Finish a run in which people have names, and let all of them approve."""
    company.answer(company.run(run, people))
    named = [Employee(id_, display_name=f"Person {id_}", email=f"{id_}@example.org") for id_ in people]
    file = Home(company.home).run(run) / ledger.file_name(Employee)
    ledger.write(file, ledger.table(Employee, named))


def desk_of(company: Company) -> Desk:
    """Return the desk that publishes signatures."""
    return replace(company.desk(), place=place_named("outlook", company.home))


def test_everybody_gets_their_files(company: Company) -> None:
    """HTML, text, the add-in's file and the picture, named as the person's other files; a second time nothing is written."""
    desk = desk_of(company)
    assert codes(apply(desk, draw(desk, "latest", ()))) == {"sent": 8, "listed": 1}
    assert {"signatures/a.htm", "signatures/a.txt", "signatures/a.json", "signatures/b.htm"} <= set(
        company.files()
    )
    page = company.files()["signatures/a.htm"].decode()
    assert "Person a" in page
    pictures = [name for name in company.files() if name.startswith("signatures/pictures/")]
    assert len(pictures) == 2
    assert any(name.removeprefix("signatures/") in page for name in pictures)
    assert codes(apply(desk, draw(desk, "latest", ()))) == {"unchanged": 8}
    assert find_drift(desk) == []


def test_the_plans_page_shows_the_face_in_a_signature(company: Company) -> None:
    """Its round picture, on white; a signature without a face is a word."""
    desk = desk_of(company)
    page = publish_sheet(draw(desk, "latest", ()), {}, Seen(), desk.vault)
    faces = [base64.b64decode(data) for data in re.findall('data:image/webp;base64,([^"]+)"', page)]
    assert len(faces) == 2
    with Image.open(BytesIO(faces[0])) as face:
        assert min(face.convert("RGB").getpixel((0, 0))) > 240
    (company.home / "signature" / "signature.toml").write_text('company = "Example AG"\n')
    plain = publish_sheet(draw(desk_of(company), "latest", ()), {}, Seen(), desk.vault)
    assert "data:image/webp" not in plain
    assert plain.count("signature</") >= 2


def test_an_older_face_does_not_stay(company: Company) -> None:
    """When somebody's portrait changes, the picture of before is taken away with the change."""
    desk = desk_of(company)
    apply(desk, draw(desk, "latest", ()))
    before = {name for name in company.files() if name.startswith("signatures/pictures/")}
    finish(company, "r2", {"a": "3", "b": "2"})
    desk = desk_of(company)
    assert codes(apply(desk, draw(desk, "latest", ())))["removed"] == 1
    after = {name for name in company.files() if name.startswith("signatures/pictures/")}
    assert (len(after), len(before - after)) == (2, 1)
    assert find_drift(desk) == []
    assert codes(apply(desk, draw(desk, "latest", ()))) == {"unchanged": 8}


def test_nobody_signs_with_a_face_without_their_own_yes(company: Company) -> None:
    """A yes to the portrait is not enough where it leaves the company; the way back leaves nothing."""
    desk = desk_of(company)
    apply(desk, draw(desk, "latest", ()))
    company.desk().register.add([Consent("a", "email_signature", Word.WITHDRAWN, "a", now())])
    assert destinations(company.home)["outlook"].purpose == "email_signature"
    assert codes(apply(desk, draw(desk, "latest", ())))["removed"] == 4
    assert not any(name.startswith("signatures/a") for name in company.files())
    rollback(desk, employee="b")
    assert company.files() == {}


def test_an_account_gets_its_html(company: Company) -> None:
    """Where each person has one signature, that is what is planned for their account."""
    shown: dict[str, bytes] = {}

    def accounts(people: Sequence[Employee]) -> Accounts:
        return Accounts({person.id: f"box-{person.id}" for person in people})

    place = replace(
        desk_of(company).place, look=shown.get, put=shown.__setitem__, remove=shown.pop, tidy=lambda _: None,
        accounts=accounts, makes=Signing(company.home, company.home / "signature").html,
    )  # fmt: skip
    desk = replace(company.desk(), place=place)
    plan = draw(desk, "latest", ())
    assert [(file.target, file.size) for person in plan.people for file in person.files] == [
        ("box-a", "signature"),
        ("box-b", "signature"),
    ]
    assert codes(apply(desk, plan)) == {"sent": 2}
    assert b"Person b" in shown["box-b"]
    assert b"<html" not in shown["box-b"]


def test_a_place_of_signatures_needs_a_style(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that does not say how the company signs is refused by its key."""
    from catchlight.place import Takes  # noqa: PLC0415
    from connectors import folder  # noqa: PLC0415

    monkeypatch.setattr(folder, "TAKES", Takes(brings="signature"), raising=False)
    file = company.home / "destinations.toml"
    file.write_text(file.read_text().replace('signatures = "signature"', ""))
    with pytest.raises(ConfigError, match=r"outlook.signatures: folder takes signatures"):
        place_named("outlook", company.home)
