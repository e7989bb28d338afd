"""Signing in at Microsoft Entra as an app, against a stand-in that verifies what the app proves itself with."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError
from connectors import microsoft365
from connectors._graph_calls import Graph
from connectors._graph_clouds import CLOUDS
from connectors._graph_settings import App
from tests.certificates import make_certificates
from tests.fake_graph import FakeGraph, graph
from tests.fake_graph_answers import EXPIRED, Answer, as_json
from tests.fake_graph_tokens import CLIENT, SECRET, TENANT
from tests.graph_app import PASSWORD, AppFiles, calm_graph, make_files, of_app

_USERS = (("GET", r"/v1\.0/users"),)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> AppFiles:
    """Return the files of an app registration."""
    return make_files(tmp_path_factory.mktemp("app"))


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGraph]:
    """Return a running tenant in which nobody waits."""
    with calm_graph(monkeypatch) as tenant:
        yield tenant


def signed(tenant: FakeGraph, app: AppFiles, /, **changed: Any) -> Graph:
    """Return Graph as the app sees it, allowed to list users."""
    return Graph(App(**of_app(tenant, app, **changed)), _USERS)


@pytest.mark.parametrize("shape", ["pem", "pfx", "locked_pem", "locked_pfx", "secret"])
def test_an_app_signs_in(tenant: FakeGraph, app: AppFiles, shape: str) -> None:
    """With a certificate as PEM or .pfx, locked or not, or with a secret; the token is asked for once."""
    ways: dict[str, Any] = (
        {"certificate_file": getattr(app, shape)} if shape != "secret" else {"secret_file": app.secret}
    )
    if shape.startswith("locked"):
        ways["certificate_password_file"] = app.password
    there = signed(tenant, app, **ways)
    assert [there.call("GET", "/v1.0/users").status for _ in range(3)] == [200] * 3
    assert tenant.tokens.asked == 1


def test_a_certificate_that_entra_does_not_know_is_refused(
    tenant: FakeGraph, app: AppFiles, tmp_path: Path
) -> None:
    """The stand-in verifies the signature, so that this test means something."""
    other = make_files(tmp_path)
    there = signed(tenant, app, certificate_file=other.pem)
    with pytest.raises(
        ConfigError, match=r"not among those of the app registration \(invalid_client AADSTS700027\)"
    ):
        there.call("GET", "/v1.0/users")
    assert tenant.calls == []


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (
            "invalid_client AADSTS7000215: Invalid client secret",
            ConfigError,
            "secret_file: this is not the value",
        ),
        ("invalid_client AADSTS7000222: keys are expired", ConfigError, "secret_file: the secret has ended"),
        ("unauthorized_client AADSTS700016: not found", ConfigError, "client_id: there is no such app"),
        (
            "invalid_scope AADSTS70011: scope",
            ConfigError,
            "does not sign this app in .invalid_scope AADSTS70011",
        ),
        ("temporarily_unavailable AADSTS90033: later", OutsideError, "temporarily_unavailable AADSTS90033"),
        ("<script> no code at all", ConfigError, "an error"),
    ],
)
def test_a_refusal_is_told_in_words(
    tenant: FakeGraph, app: AppFiles, error: str, kind: type[Exception], says: str
) -> None:
    """Which setting is wrong, and Entra's number for whoever looks it up."""
    code, _, description = error.partition(" ")
    tenant.tokens.refused = as_json(400, {"error": code, "error_description": description})
    with pytest.raises(kind, match=says) as caught:
        signed(tenant, app, secret_file=app.secret).call("GET", "/v1.0/users")
    assert SECRET not in str(caught.value)


def test_an_unknown_tenant_is_told(tenant: FakeGraph, app: AppFiles) -> None:
    """Discovery does not find it; the message names the key."""
    with pytest.raises(ConfigError, match=r"tenant: .* has no tenant example\.org"):
        signed(tenant, app, tenant="example.org").call("GET", "/v1.0/users")


@pytest.mark.parametrize(
    "answer",
    [Answer(503), Answer(200, b"<html>"), Answer(200, b"[]"), Answer(429, b"", {"Retry-After": "1"})],
)
def test_an_unwell_sign_in_is_the_world(tenant: FakeGraph, app: AppFiles, answer: Answer) -> None:
    """It is tried again another time; nothing is wrong with the settings."""
    tenant.tokens.refused = answer
    with pytest.raises(OutsideError):
        signed(tenant, app).call("GET", "/v1.0/users")


def test_nothing_is_sent_where_the_sign_in_leads_us(tenant: FakeGraph, app: AppFiles) -> None:
    """Neither by its discovery document nor by a redirect; no other host of Microsoft's is asked what it thinks."""
    with graph() as elsewhere:
        tenant.tokens.issuer_host = elsewhere.url.partition("://")[2]
        with pytest.raises(ConfigError, match="where our secret does not go"):
            signed(tenant, app).call("GET", "/v1.0/users")
        tenant.tokens.issuer_host = ""
        tenant.tokens.refused = Answer(307, b"", {"Location": f"{elsewhere.url}/{TENANT}/oauth2/v2.0/token"})
        with pytest.raises(ConfigError, match="our secret is not sent there"):
            signed(tenant, app).call("GET", "/v1.0/users")
        assert elsewhere.tokens.asked == 0


def test_the_environment_has_no_say(
    tenant: FakeGraph, app: AppFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No proxy, no authority and no region of the machine's; a proxy of the settings is used."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("MSAL_FORCE_REGION", "westeurope")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    assert signed(tenant, app).call("GET", "/v1.0/users").status == 200
    with pytest.raises(OutsideError):
        signed(tenant, app, proxy="http://127.0.0.1:9").call("GET", "/v1.0/users")


def test_over_tls_by_the_company_s_own_authority(app: AppFiles, tmp_path: Path) -> None:
    """Sign-in and Graph trust ca_file, and nobody without it."""
    certificates = make_certificates(tmp_path)
    with graph(certificates) as tenant, stamina.set_testing(True, attempts=1):
        assert signed(tenant, app, ca_file=certificates.authority).call("GET", "/v1.0/users").status == 200
        with pytest.raises(OutsideError, match=r"CERTIFICATE_VERIFY_FAILED|certificate verify failed"):
            signed(tenant, app).call("GET", "/v1.0/users")


def test_a_token_that_ends_is_signed_anew(tenant: FakeGraph, app: AppFiles) -> None:
    """Whether we know that it ended, or Graph tells us in the middle of a run."""
    there = signed(tenant, app)
    tenant.tokens.calls = 3
    assert [there.call("GET", "/v1.0/users").status for _ in range(9)] == [200] * 9
    assert tenant.tokens.asked == 3
    tenant.tokens.seconds, tenant.tokens.calls = 200, 0
    tenant.tokens.revoke()
    assert [there.call("GET", "/v1.0/users").status for _ in range(3)] == [200] * 3
    assert tenant.tokens.asked > 4


def test_refusals_of_new_tokens_end_it(tenant: FakeGraph, app: AppFiles) -> None:
    """The app was disabled or the tenant moved: nothing is gained by asking on and on."""
    there = signed(tenant, app)
    tenant.faults = {"401": 1.0}
    with pytest.raises(
        ConfigError, match=r"Graph does not accept the app's token .401 InvalidAuthenticationToken"
    ):
        there.call("GET", "/v1.0/users")
    assert len(tenant.calls) == 4


def test_a_refusal_by_mistake_is_passed_over(tenant: FakeGraph, app: AppFiles) -> None:
    """Two in a row happen in any large company, and end no run."""
    there = signed(tenant, app)
    tenant.next = [EXPIRED, EXPIRED]
    assert there.call("GET", "/v1.0/users").status == 200


def test_no_secret_is_shown(tenant: FakeGraph, app: AppFiles, caplog: pytest.LogCaptureFixture) -> None:
    """Not in a log at its most talkative, in a repr, nor in a message; neither key, secret, password nor token."""
    caplog.set_level(logging.DEBUG)
    shown = []
    for way in (
        {"secret_file": app.secret},
        {"certificate_file": app.locked_pfx, "certificate_password_file": app.password},
    ):
        settings = microsoft365.Settings(**of_app(tenant, app, **way))
        place = microsoft365.open_place(settings, "microsoft365:photos")
        there = signed(tenant, app, **way)
        there.call("GET", "/v1.0/users")
        tenant.tokens.refused = as_json(400, {"error": "invalid_client", "error_description": SECRET})
        shown += [
            repr(settings),
            repr(place),
            repr(there),
            repr(there.sign_in.credential),
            *microsoft365.probe(settings),
        ]
        tenant.tokens.refused = None
        tenant.tokens.certificate = None
    shown.append(caplog.text)
    for secret in (SECRET, PASSWORD, "PRIVATE KEY", "eyJ", *tenant.tokens.left):
        assert secret not in "".join(shown)


def test_each_cloud_has_its_own_addresses(app: AppFiles) -> None:
    """A token of one is worth nothing in another, so the two addresses and the scope go together."""
    found = {
        name: App(tenant=TENANT, client_id=CLIENT, secret_file=app.secret, cloud=name).there
        for name in CLOUDS
    }
    assert {name: (one.graph, one.sign_in) for name, one in found.items()} == {
        "global": ("https://graph.microsoft.com", "https://login.microsoftonline.com"),
        "gcc-high": ("https://graph.microsoft.us", "https://login.microsoftonline.us"),
        "dod": ("https://dod-graph.microsoft.us", "https://login.microsoftonline.us"),
        "china": ("https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
    }


def test_files_that_are_no_credential_are_refused_at_once(
    tenant: FakeGraph, app: AppFiles, tmp_path: Path
) -> None:
    """Open to others, without a key, locked, of another kind, or not there; nothing of them is quoted."""
    strange = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    public = app.certificate.public_bytes(Encoding.PEM)
    wrong = {
        "nothing": b"",
        "words": b"hello",
        "public": public,
        "strange": strange + public,
        "open": app.pem.read_bytes(),
    }
    for name, data in wrong.items():
        (tmp_path / name).touch(0o600 if name != "open" else 0o644)
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ConfigError, match="others may read" if name == "open" else "no RSA key"):
            signed(tenant, app, certificate_file=tmp_path / name)
    for name in ("locked_pem", "locked_pfx"):
        with pytest.raises(ConfigError, match="certificate_password_file opens it"):
            signed(tenant, app, certificate_file=getattr(app, name))
    with pytest.raises(ConfigError, match="cannot be read"):
        signed(tenant, app, certificate_file=tmp_path / "absent")
    assert tenant.tokens.asked == 0


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"secret_file": "/x", "certificate_file": "/y"}, "exactly one of them"),
        ({"secret_file": None}, "exactly one of them"),
        ({"secret_file": "/x", "certificate_password_file": "/y"}, "no certificate_file that it would open"),
        ({"tenant": "common"}, "every tenant"),
        ({"tenant": "../evil"}, "tenant"),
        ({"client_id": "me"}, "client_id"),
        ({"cloud": "moon"}, "cloud"),
        ({"url": "http://graph.example.com"}, "secrets travel over https only"),
        ({"sign_in_url": "https://user:word@example.com"}, "an address such as"),
        ({"client_secret": "x"}, "client_secret"),
    ],
)
def test_settings_that_would_be_unsafe_are_refused(changed: dict[str, Any], says: str) -> None:
    """The message names the key."""
    usual = {"tenant": TENANT, "client_id": CLIENT, "secret_file": "/secret"}
    with pytest.raises(ValidationError, match=says):
        App(**{**usual, **changed})
