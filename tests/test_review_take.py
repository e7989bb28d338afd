"""What people take with them: their own portrait, once they said yes to it, and nobody else's."""

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from catchlight.consents import Consent
from catchlight.policy import Gates
from catchlight.records import Answer, Employee
from catchlight.register import now
from catchlight.showplaces import Showplace, Showplaces
from flows.showplaces import read_showplaces, signature_folder
from reports.review.desk import ReviewDesk
from tests.review_company import client, signed_in
from tests.review_stands import AFTER, ME, hostile, one_person, opened, policy, published, say
from tests.signature_company import pictures, signing

PATHS = ("/me/slack", "/me/slack.jpg", "/me/kit.zip", "/me/signature")


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """Return the desk of a person who said yes."""
    desk = opened(one_person(tmp_path))
    say(desk, Answer.APPROVE)
    return desk


@pytest.fixture
def browser(desk: ReviewDesk) -> TestClient:
    """Return their browser."""
    return signed_in(desk, ME.id, ME.id)


def test_the_page_leads_there_and_on(browser: TestClient) -> None:
    """From one's own page to the steps for Slack, and from there to the picture."""
    assert 'href="/me/slack"' in browser.get("/me").text
    page = browser.get("/me/slack", headers={"accept-language": "de"})
    assert 'lang="de"' in page.text
    assert set(re.findall(r'(?:src|href)="(/[^"]*)"', page.text)) == {"/me/slack.jpg"}
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_the_picture_is_ones_own_and_small_enough(desk: ReviewDesk, browser: TestClient) -> None:
    """A square JPEG of at most 1024 pixels and two megabytes, that no other browser may keep."""
    found = browser.get("/me/slack.jpg")
    with Image.open(BytesIO(found.content)) as picture:
        assert picture.format == "JPEG"
        assert picture.width == picture.height <= 1024
    assert len(found.content) <= 2_000_000
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["content-type"] == "image/jpeg"
    say(desk, Answer.KEEP)
    assert browser.get("/me/slack.jpg").status_code == 404


@pytest.mark.parametrize("name", sorted(set(AFTER) - {"approved", "published"}))
def test_without_a_yes_there_is_nothing_to_take(tmp_path: Path, name: str) -> None:
    """Whatever else was answered, and also while the brand holds it back."""
    desk = opened(one_person(tmp_path))
    AFTER[name](desk)
    browser = signed_in(desk, ME.id, ME.id)
    assert [browser.get(path).status_code for path in PATHS] == [404] * 4
    assert not re.search("/me/(slack|kit|signature)", browser.get("/me").text)


def test_what_waits_for_the_brand_is_not_taken_and_what_is_published_is(tmp_path: Path) -> None:
    """The second gate holds here too."""
    gated = opened(one_person(tmp_path / "gated"), policy(gates=Gates(brand=True)))
    say(gated, Answer.APPROVE)
    assert signed_in(gated, ME.id, ME.id).get("/me/slack.jpg").status_code == 404
    out = opened(one_person(tmp_path / "out"))
    published(out)
    assert signed_in(out, ME.id, ME.id).get("/me/slack.jpg").status_code == 200


def test_nobody_takes_somebody_elses(desk: ReviewDesk) -> None:
    """Not without a session, not with another's, not with a role, and naming somebody does nothing."""
    assert [client(desk).get(path).status_code for path in PATHS] == [401] * 4
    for other in (signed_in(desk, "p2", "p2"), signed_in(desk, "hr", roles=("hr", "brand"))):
        for path in PATHS:
            assert other.get(path).status_code in {403, 404}
            assert other.get(f"{path}?employee={ME.id}&picture=x").status_code in {403, 404}


def test_the_kit_is_ones_own_portrait_in_all_sizes(browser: TestClient) -> None:
    """A ZIP with its texts, that nothing keeps; the company's page leads to it."""
    assert 'href="/me/kit.zip"' in browser.get("/me").text
    found = browser.get("/me/kit.zip")
    assert found.headers["content-type"] == "application/zip"
    assert found.headers["content-disposition"] == 'attachment; filename="portrait.zip"'
    assert found.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(BytesIO(found.content)) as archive:
        assert {"slack.jpg", "press-web.jpg", "linkedin.jpg"} <= set(archive.namelist())
        assert any(
            ME.name in archive.read(name).decode("utf-8-sig")
            for name in archive.namelist()
            if name.endswith(".txt")
        )
    assert browser.head("/me/kit.zip").content == b""


SIGNATURE = Showplaces((Showplace("", "", "email_signature"),), ("email_signature",))


@pytest.fixture
def signs(tmp_path: Path, desk: ReviewDesk) -> ReviewDesk:
    """Return the desk of a company whose signatures can carry a picture."""
    folder = tmp_path / "signing"
    folder.mkdir()
    return replace(desk, signing=signing(folder, pictures("cid")), showplaces=lambda: SIGNATURE)


def faces(page: str) -> list[str]:
    """Return the pictures on a page about a signature."""
    return re.findall(r'src="(/me/signature/pictures/[^"]+)"', page)


def test_a_signature_shows_a_face_only_to_whoever_ticked_that(signs: ReviewDesk) -> None:
    """Without their tick it is text; the page brings a strict policy, its style and script from here, and the picture."""
    browser = signed_in(signs, ME.id, ME.id)
    assert 'href="/me/signature"' in browser.get("/me").text
    plain = browser.get("/me/signature")
    assert ME.name in plain.text
    assert faces(plain.text) == []
    signs.register.add([Consent(ME.id, "email_signature", "granted", ME.id, now())])
    page = browser.get("/me/signature")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'unsafe" not in policy
    for asset in re.findall(r'(?:href|src)="(/me/signature/assets/[^"]+)"', page.text):
        assert browser.get(asset).status_code == 200
    (picture,) = set(faces(page.text))
    assert browser.get(picture).headers["content-type"] == "image/png"
    assert signed_in(signs, "p2", "p2").get(picture).status_code == 404
    assert browser.get("/me/signature/pictures/..%2f..%2fregister.db").status_code == 404
    signs.register.add([Consent(ME.id, "email_signature", "withdrawn", ME.id, now())])
    assert browser.get(picture).status_code == 404


@pytest.mark.parametrize("table", ["", '[outlook]\nkind = "folder"\nroot = "/x"\nsignatures = "our"\n'])
def test_where_a_company_says_how_it_signs(tmp_path: Path, table: str) -> None:
    """In the folder that a destination names, or in its home; then people are asked whether their face is in it."""
    (tmp_path / "destinations.toml").write_text(table)
    folder = tmp_path / ("our" if table else "signature")
    assert signature_folder(tmp_path) == (folder if table else None)
    folder.mkdir()
    assert signature_folder(tmp_path) == folder
    named = [(one.name, one.purpose) for one in read_showplaces(tmp_path).places]
    assert named == [("outlook" if table else "", "email_signature")]


def test_files_are_made_at_a_pace(browser: TestClient) -> None:
    """Making pictures is work, so nobody can ask for them without end."""
    codes = [browser.get("/me/slack.jpg").status_code for _ in range(14)]
    assert codes[:12] == [200] * 12
    assert 429 in codes


@pytest.mark.parametrize("person", [hostile(), Employee(ME.id, display_name="W" * 300)])
def test_hostile_names_are_only_text(tmp_path: Path, person: Employee) -> None:
    """Also on this page."""
    desk = opened(one_person(tmp_path, person))
    say(desk, Answer.APPROVE)
    page = signed_in(desk, ME.id, ME.id).get("/me/slack").text
    assert not re.search(r"<script|<img src=x|<svg/onload", page)
