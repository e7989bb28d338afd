"""What every test can ask for: the shared photographs, the model files, a fresh home."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

from connectors import _folder_quiet, _pace
from connectors._pace import Limits, Pace
from tests import nginx_server
from tests.certificates import make_certificates
from tests.ldap_server import LdapServer, is_installed, ldap_server
from tests.postgresql_server import postgresql, programs
from tests.sftp_server import SftpServer, sftp_server
from tests.sftp_server import is_installed as has_sshd
from tests.webdav_server import WebdavServer, webdav_server
from tests.webdav_server import is_installed as has_webdav

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")  # a busy one is slow, and no test is about time

_PICTURES = (
    "anatomy",
    "relief",
    "light",
    "lamp",
    "triangle",
    "relight",
    "ladder",
    "printing",
    "enlarge",
    "cropping",
    "ofiq_measures",
    "plate",
    "office",
    "logo",
    "shadow",
    "grain",
    "palette",
    "neutrals",
    "pixels",
    "mount",
    "framing",
    "matte",
    "extend",
    "backdrop",
    "grade",
    "quality",
    "subject",
    "working_sheet",
    "correction",
    "sitting",
)
install_import_hook([f"catchlight.{name}" for name in (*_PICTURES, "checks", "engines")], "tests.check")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the contract of sources the faults that each source's world can have."""
    faults = sorted(getattr(metafunc.cls, "FAULTS", ()))
    passing = {"401", "429", "500", "truncated"}
    wanted: dict[str, list[Any]] = {
        "once": [pair for pair in faults if pair[1] in passing],
        "list_fault": [fault for what, fault in faults if what == "list"],
        "photo_fault": [fault for what, fault in faults if what == "photo"],
    }
    for name in wanted.keys() & set(metafunc.fixturenames):
        metafunc.parametrize(
            name, wanted[name], ids=lambda one: "-".join(one) if isinstance(one, tuple) else one
        )


class _Hurry:
    """A clock that goes on only while somebody waits for it."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def _nobody_waits_for_a_vendors_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let waiting between calls take no time; what is waited for is tested with clocks of the tests' own."""
    hurry = _Hurry()
    monkeypatch.setattr(Pace.__init__, "__defaults__", (Limits(), lambda: hurry.now, hurry.sleep))
    monkeypatch.setattr(_pace, "_folder", None)  # shared by programs, not by tests


@pytest.fixture(autouse=True)
def _nobody_waits_for_a_list_that_was_just_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list of a test was."""
    monkeypatch.setattr(_folder_quiet, "WAIT", 0.0)


ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
os.environ.setdefault("CATCHLIGHT_MODELS", str(ROOT / ".models"))


def _absent(what: str) -> None:
    """Skip with a reason on a machine that lacks it; fail where everything must be there."""
    if os.environ.get("CI") or os.environ.get("CATCHLIGHT_REQUIRE_SERVERS"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real photographs."""
    if not SHARED.is_dir():
        _absent("the shared photographs are not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium."""
    path = Path("/usr/bin/chromium")
    if not path.is_file():
        _absent("chromium is not installed (Debian package chromium)")
    return str(path)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Return the address of a running PostgreSQL."""
    found = programs()
    if found is None:
        _absent("PostgreSQL is not installed (Debian package postgresql)")
    else:
        with postgresql(found) as address:
            yield address


@pytest.fixture(scope="session")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LdapServer]:
    """Return a running OpenLDAP, with TLS by an authority of its own."""
    if not is_installed():
        _absent("OpenLDAP's server is not installed (Debian package slapd)")
    with ldap_server(make_certificates(tmp_path_factory.mktemp("slapd"))) as server:
        yield server


@pytest.fixture(scope="session")
def nginx_program() -> str:
    """Return the path of an nginx."""
    if not nginx_server.PROGRAM:
        _absent("nginx is not installed (Debian package nginx-light)")
    return nginx_server.PROGRAM


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[SftpServer]:
    """Return a running OpenSSH server with a folder to publish to."""
    if not has_sshd():
        _absent("OpenSSH's server is not installed (Debian package openssh-server)")
    with sftp_server(tmp_path / "sshd") as server:
        yield server


@pytest.fixture
def webdav(nginx_program: str, tmp_path: Path) -> Iterator[WebdavServer]:
    """Return a running nginx with a WebDAV folder, over TLS by an authority of its own."""
    if not nginx_program or not has_webdav():
        _absent("nginx cannot do WebDAV (Debian package libnginx-mod-http-dav-ext)")
    with webdav_server(tmp_path / "webdav", tls=True) as server:
        yield server


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test fail that looks up a name or opens a connection."""

    def never(*_: object) -> None:
        message = "the network was asked"
        raise AssertionError(message)

    monkeypatch.setattr("socket.getaddrinfo", never)
    monkeypatch.setattr("socket.socket.connect", never)
