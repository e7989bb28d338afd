"""What the documents promise of a place is what its vendor lets be done there, and every address is named."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from catchlight import plugins
from flows.commands.documents import app
from flows.reached import addresses

FOLDER = '[intranet]\nkind = "folder"\nroot = "{out}"\n'
BAMBOO = '[people]\nkind = "bamboohr"\ncompany = "exampleco"\napi_key_file = "/x"\n'
SLACK = (
    '[chat]\nkind = "slack_own_photo"\nclient_id = "1.2"\nclient_secret_file = "/x"\n'
    'redirect_uri = "https://photos.example.com/me/slack/done"\n'
)
GUID = "00000000-0000-0000-0000-000000000000"
APP = {"tenant": "example.com", "client_id": GUID, "secret_file": "/x"}
GOOGLE = {"key_file": "/x", "admin": "admin@example.com"}


def _pages(root: Path, places: str, language: str = "en") -> dict[str, str]:
    home, to = root / "home", root / "pages"
    home.mkdir()
    (root / "out").mkdir()
    (home / "destinations.toml").write_text(places.format(out=root / "out"), "utf-8")
    made = CliRunner().invoke(app, ["--home", str(home), "--to", str(to), "--language", language])
    assert made.exit_code == 0, made.output
    return {file.stem: _text(file) for file in to.glob("*.html")}


def _text(file: Path) -> str:
    main = file.read_text(encoding="utf-8").partition("<main>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_a_removal_is_promised_where_it_can_happen(tmp_path: Path) -> None:
    """Of other places the employees' notice says what stays, and who alone can take it off."""
    notice = _pages(tmp_path, FOLDER + BAMBOO + SLACK)["employee-notice"]
    assert "at intranet, people is to be taken down within 24 hours" in notice
    assert "IT keeps running: catchlight publish withdrawals" in notice
    assert "At people a portrait cannot be removed where there was no photo before" in notice
    assert "by hand. From chat only you can take it off" in notice


@pytest.mark.parametrize(("places", "says"), [(FOLDER, True), (SLACK, False)])
def test_nothing_is_said_of_places_that_there_are_not(tmp_path: Path, places: str, *, says: bool) -> None:
    """A plain place is promised as before; where only people themselves publish, no deadline is."""
    notice = _pages(tmp_path, places)["employee-notice"]
    assert ("A portrait that is shown already is to be taken down within 24 hours" in notice) == says
    assert ("only you can take it off" in notice) != says
    assert "cannot be removed" not in notice


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "en",
            ("only the person themselves can take it off", "Place people: https://exampleco.bamboohr.com"),
        ),
        ("de", ("kann nur die Person selbst es entfernen", "Ort people: https://exampleco.bamboohr.com")),
    ],
)
def test_the_other_pages_agree_and_name_the_address(
    tmp_path: Path, language: str, says: tuple[str, str]
) -> None:
    """The works council's and the record of processing."""
    pages = _pages(tmp_path, BAMBOO + SLACK, language)
    assert says[0] in pages["works-council"]
    assert says[0] in pages["retention-policy"]
    assert says[1] in pages["works-council"]
    assert says[1] in pages["record-of-processing"]
    assert "photos.example.com" not in pages["record-of-processing"]


@pytest.mark.parametrize(
    ("kind", "settings", "reached"),
    [
        ("bamboohr", {"company": "acme", "api_key_file": "/x"}, {"https://acme.bamboohr.com"}),
        ("microsoft365", APP, {"https://graph.microsoft.com", "https://login.microsoftonline.com"}),
        ("sharepoint", {**APP, "cloud": "china", "drive": "x"}, {"https://login.chinacloudapi.cn", "*.sharepoint.cn"}),
        ("google_directory", GOOGLE, {"https://admin.googleapis.com", "*.googleusercontent.com"}),
        ("gmail_signatures", GOOGLE, {"https://gmail.googleapis.com", "https://oauth2.googleapis.com"}),
        ("slack_photos", {"token_file": "/x"}, {"https://api.slack.com", "slack-edge.com"}),
    ],
)  # fmt: skip
def test_what_settings_do_not_spell_out_is_named_too(
    kind: str, settings: dict[str, Any], reached: set[str]
) -> None:
    """Their connector knows it."""
    assert reached <= set(addresses(plugins.load("connectors", kind).Settings(**settings)))


def test_hosts_of_photos_are_named(tmp_path: Path) -> None:
    """A source fetches them from elsewhere; what a system calls a field is no address."""
    settings = plugins.load("connectors", "scim").SourceSettings(
        url="https://idp.example.com/scim/v2",
        token_file=tmp_path / "token",
        photo_hosts={"hosts": ["photos.example.net"]},
        fields={"title": "urn:x:y:userType"},
    )
    assert addresses(settings) == ("https://idp.example.com", "photos.example.net")
