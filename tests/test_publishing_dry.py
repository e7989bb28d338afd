"""Before somebody applies a plan, nothing is written anywhere: at each kind of destination, call by call."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import stamina
from typer.testing import CliRunner

from catchlight import plugins
from flows.commands import publish
from tests.publishing_servers import SERVERS, scim_world
from tests.publishing_soak import company_of
from tests.publishing_worlds import WORLDS, Factory, in_no_time

IDS = ["p000", "p001", "p002"]
PLACES: dict[str, Factory] = {**WORLDS, **SERVERS, "scim": scim_world}
READS = {"GET", "HEAD", "OPTIONS", "PROPFIND"}
SIGN_INS = ("/token", "/oauth2/v2.0/token")
NOT_THERE = re.compile(
    r"/catchlight-[0-9a-f]{16}\.partial$"
)  # WebDAV's probe asks what it may with a name that is not there


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the HTTP calls that do more than read or sign in."""
    found, send = list[str](), httpx.Client.send

    def listening(self: httpx.Client, request: httpx.Request, **more: object) -> httpx.Response:
        harmless = request.url.path.endswith(SIGN_INS) or NOT_THERE.search(request.url.path)
        if request.method not in READS and not harmless:
            found.append(f"{request.method} {request.url.path}")
        return send(self, request, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(httpx.Client, "send", listening)
    return found


def files(root: Path) -> Iterator[tuple[str, int, int, int]]:
    """Yield all files of a destination on this disk, so that each change shows."""
    for folder in (root / "intranet", root / "sshd" / "srv", root / "nginx" / "srv" / "photos"):
        for path in sorted(folder.rglob("*")):
            seen = os.lstat(path)
            yield str(path), seen.st_ino, seen.st_mtime_ns, seen.st_size


@pytest.mark.parametrize("kind", PLACES)
def test_nothing_is_written_before_apply(kind: str, tmp_path: Path, written: list[str]) -> None:
    """Probe, plan, a dry run of apply, and verify read, and leave everything as it is."""
    (tmp_path / "company").mkdir()
    company = company_of(tmp_path / "company", IDS)
    with in_no_time(), stamina.set_testing(True, attempts=3), PLACES[kind](tmp_path, IDS) as there:
        (company.home / "destinations.toml").write_text(there.as_destination())
        there.writes().clear()
        written.clear()
        before = list(files(tmp_path))
        for words in (("probe",), ("plan", "--sizes", "96"), ("apply", "--dry-run"), ("verify",)):
            done = CliRunner().invoke(publish.app, [*words, "--home", str(company.home)])
            assert done.exit_code == 0, (words, done.output)
        assert written == []
        assert there.writes() == {}
        assert list(files(tmp_path)) == before


def test_no_kind_of_destination_is_left_out() -> None:
    """Every connector that a plan can be made for is among them; signatures in Gmail have a test of their own."""
    kinds = {
        name
        for name in plugins.names("connectors")
        if hasattr(plugins.load("connectors", name), "open_place")
    }
    tried = {
        "microsoft": "microsoft365", "slack": "slack_photos", "google": "google_directory", "releases": "sftp",
    }  # fmt: skip
    assert {tried.get(kind, kind) for kind in PLACES} >= kinds - {"gmail_signatures"}
