"""From a name to a place: folders, and what destinations.toml names."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.errors import ConfigError
from flows.commands import publish
from flows.destinations import destinations, kinds, place_named
from tests.sftp_server import SftpServer
from tests.webdav_server import PASSWORD, WebdavServer


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home folder whose destinations.toml names a folder."""
    for name in ("home", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "home" / "destinations.toml").write_text(
        f'[intranet]\nkind = "folder"\nroot = "{tmp_path / "out"}"\nsizes = [96]\n'
    )
    return tmp_path / "home"


def test_a_destination_has_a_name(home: Path) -> None:
    """The name leads to the same place, with the same journal, as the folder itself."""
    assert place_named("intranet", home).name == place_named(str(home.parent / "out"), home).name
    assert destinations(home)["intranet"].sizes == ("96",)
    assert destinations(home)["intranet"].probe() == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[a]\nkind = "pigeon"', r"a\.kind: 'pigeon' is none of .*folder"),
        ("[a]\nkind = 5", r"a\.kind: '5' is none of"),
        ('[a]\nkind = "folder"', r"a\.root: missing; add it"),
        ('[a]\nkind = "folder"\nroot = "/x"\nrot = 1', r"a\.rot: there is no such key; do you mean root"),
        ('[a]\nkind = "folder"\nroot = ""', r"a\.root: is empty"),
        ('[a]\nkind = "folder"\nroot = "/x"\nconsent = "fun"', r"a\.consent: 'fun' is none of intranet"),
        ("a = 1", "a: not a table"),
        ("[a", "not valid TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(home: Path, text: str, says: str) -> None:
    """The message names the file, the key, and what would be accepted."""
    (home / "destinations.toml").write_text(text)
    with pytest.raises(ConfigError, match=says) as caught:
        destinations(home)
    assert "destinations.toml" in str(caught.value)


def test_a_place_may_be_for_something_else(home: Path) -> None:
    """What the table says of consent goes before what its kind says, also where a plan calls the folder by its path."""
    assert (place_named("intranet", home).takes.consent, destinations(home)["intranet"].purpose) == (
        "intranet",
        "intranet",
    )
    file = home / "destinations.toml"
    file.write_text(file.read_text() + 'consent = "external_web"\n')
    for name in ("intranet", place_named("intranet", home).name, str(home.parent / "out")):
        assert place_named(name, home).takes.consent == "external_web"


def test_an_unknown_name_lists_those_there_are(home: Path) -> None:
    """A typing error does not become a folder."""
    with pytest.raises(ConfigError, match=r"'intrnet'.*there are: intranet"):
        place_named("intrnet", home)
    assert "folder" in kinds()


def test_probe_says_what_stands_against_each(home: Path) -> None:
    """A folder that is there is ready, one that is not is told, and a name that is none lists those there are."""
    text = (home / "destinations.toml").read_text()
    (home / "destinations.toml").write_text(text + f'[gone]\nkind = "folder"\nroot = "{home / "gone"}"\n')
    runner = CliRunner()
    done = runner.invoke(publish.app, ["probe", "--home", str(home)])
    assert (done.exit_code, "intranet: ready" in done.output, "no such folder" in done.output) == (
        1,
        True,
        True,
    )
    assert runner.invoke(publish.app, ["probe", "--home", str(home), "--to", "intranet"]).exit_code == 0
    assert runner.invoke(publish.app, ["probe", "--home", str(home), "--to", "moon"]).exit_code == 2


def test_pin_shows_a_key_to_compare(sshd: SftpServer) -> None:
    """The fingerprint and the line are those of the server's own key."""
    done = CliRunner().invoke(publish.app, ["pin", "127.0.0.1", "--port", str(sshd.port)])
    assert done.exit_code == 0
    assert "SHA256:" in done.output
    key = sshd.settings().known_hosts.read_text().split()[2]
    assert key in done.output.replace("\n", "")


def test_a_secret_may_come_from_the_environment(
    home: Path, webdav: WebdavServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In place of its file; it works, is shown nowhere, and a variable that is not there is named."""
    (home / "destinations.toml").write_text(
        f'[pages]\nkind = "webdav"\nurl = "{webdav.address}/photos"\nusername = "anna"\n'
        f'ca_file = "{webdav.certificates.authority}"\npassword_file = "env:WEBDAV_PASSWORD"\n'
    )
    with pytest.raises(ConfigError, match=r"env:WEBDAV_PASSWORD: this environment variable is not set"):
        place_named("pages", home)
    monkeypatch.setenv("WEBDAV_PASSWORD", PASSWORD)
    place = place_named("pages", home)
    place.put("a.jpg", b"one")
    assert place.look("a.jpg") == b"one"
    assert PASSWORD not in repr(place) + repr(destinations(home)) + caplog.text
