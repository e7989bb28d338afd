"""Single sign-on with the provider: only what it signed for us, now, for somebody of our tenant, lets anybody in."""

import base64
import hmac
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from catchlight.errors import ConfigError, OutsideError
from catchlight.identity import EntryError, Refusal
from catchlight.policy import load_policy
from catchlight.sign_on import SignOn
from connectors.oidc import Provider
from tests import oidc_provider as fake
from tests.certificates import Certificates, make_certificates
from tests.oidc_provider import BACK, settings_of

pytest_plugins = ["tests.sign_on_fixtures"]

Change = Callable[[fake.Claims], fake.Claims]


@pytest.fixture
def came_back(entra: fake.Provider, certificates: Certificates, settings: SignOn) -> Callable[..., object]:
    """Return what goes through a whole sign-in and returns who came back."""

    def go(provider: Provider | None = None, **other: str) -> object:
        provider = provider or Provider(settings)
        address, kept = provider.begin(BACK)
        return provider.finish(kept, dict(parse_qsl(entra.visit(address, certificates))) | other)

    return go


def test_somebody_of_our_tenant_comes_back_as_themselves(
    entra: fake.Provider, certificates: Certificates, settings: SignOn
) -> None:
    """By object id, never by address; with state, nonce and PKCE, and no scope that we do not need."""
    entra.claims = lambda claims: claims | {"roles": ["Portraits.HR", "Something.Else"]}
    provider = Provider(settings)
    address, kept = provider.begin(BACK)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"].split() == ["openid", "profile"]
    assert len(asked["state"]) > 20
    assert len(asked["nonce"]) > 20
    who = provider.finish(kept, dict(parse_qsl(entra.visit(address, certificates))))
    assert (who.subject, who.roles, who.name) == (fake.OBJECT, ("hr",), "Ada Byron")
    assert provider.farewell("https://photos.example.com/").startswith(
        f"{entra.origin}/{fake.TENANT}/oauth2/"
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda claims: claims | {"iss": "https://login.evil.example/v2.0"}, Refusal.UNTRUSTED),
        (lambda claims: claims | {"aud": "another-application"}, Refusal.UNTRUSTED),
        (lambda claims: claims | {"aud": [fake.CLIENT, "other"], "azp": "other"}, Refusal.UNTRUSTED),
        (lambda claims: claims | {"exp": int(time.time()) - 600}, Refusal.UNTRUSTED),
        (lambda claims: claims | {"nbf": int(time.time()) + 600}, Refusal.UNTRUSTED),
        (lambda claims: claims | {"nonce": "of another sign-in"}, Refusal.UNTRUSTED),
        (lambda claims: {key: claims[key] for key in claims if key != "nonce"}, Refusal.UNTRUSTED),
        (lambda claims: {key: claims[key] for key in claims if key != "exp"}, Refusal.UNTRUSTED),
        (lambda claims: claims | {"tid": fake.OTHER_TENANT}, Refusal.TENANT),
        (lambda claims: claims | {"tid": "9188040d-6c67-4c5b-b112-36a304b66dad"}, Refusal.TENANT),
        (lambda claims: {key: claims[key] for key in claims if key != "tid"}, Refusal.TENANT),
        (lambda claims: claims | {"idp": "live.com"}, Refusal.TENANT),
        (lambda claims: claims | {"idp": f"https://sts.windows.net/{fake.OTHER_TENANT}/"}, Refusal.TENANT),
        (lambda claims: claims | {"acct": 1}, Refusal.TENANT),
        (lambda claims: {key: claims[key] for key in claims if key != "oid"}, Refusal.SETUP),
        (lambda claims: claims | {"oid": ["a", "list"]}, Refusal.SETUP),
    ],
)
def test_a_token_that_is_not_for_us_lets_nobody_in(
    entra: fake.Provider, came_back: Callable[..., object], change: Change, reason: Refusal
) -> None:
    """Another issuer, audience, time, sign-in, tenant, a personal account, a guest, or nobody."""
    entra.claims = change
    with pytest.raises(EntryError) as refused:
        came_back()
    assert refused.value.reason == reason


def _part(content: object) -> str:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unsigned(claims: fake.Claims) -> str:
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def _with_the_public_key_as_secret(entra: fake.Provider) -> Callable[[fake.Claims], str]:
    kid, key = next(iter(entra.keys.items()))
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def sign(claims: fake.Claims) -> str:
        said = f"{_part({'alg': 'HS256', 'kid': kid})}.{_part(claims)}"
        return f"{said}.{_part(hmac.digest(public, said.encode(), 'sha256'))}"

    return sign


def _tampered(entra: fake.Provider) -> Callable[[fake.Claims], str]:
    def sign(claims: fake.Claims) -> str:
        head, _, signature = entra.signed(claims | {"oid": "somebody else"}).split(".")
        return f"{head}.{_part(claims)}.{signature}"

    return sign


def _by_a_stranger(entra: fake.Provider) -> Callable[[fake.Claims], str]:
    stranger, kid = rsa.generate_private_key(65537, 2048), next(iter(entra.keys))
    return lambda claims: jwt.encode(claims, stranger, "RS256", {"kid": kid})


@pytest.mark.parametrize(
    "forge",
    [
        lambda _: _unsigned,
        _with_the_public_key_as_secret,
        _tampered,
        _by_a_stranger,
        lambda entra: (
            lambda claims: jwt.encode(claims, next(iter(entra.keys.values())), "RS256", {"kid": "unknown"})
        ),
        lambda _: lambda _claims: "not.a.token",
        lambda _: lambda _claims: "nothing",
    ],
    ids=["unsigned", "HS256", "changed", "strange key", "unknown key", "no token", "no dots"],
)
def test_a_forged_token_lets_nobody_in(
    entra: fake.Provider,
    came_back: Callable[..., object],
    forge: Callable[[fake.Provider], Callable[[fake.Claims], str]],
) -> None:
    """Whatever is not signed with a key that the provider publishes."""
    entra.sign = forge(entra)
    with pytest.raises(EntryError) as refused:
        came_back()
    assert refused.value.reason == Refusal.UNTRUSTED


def test_a_new_key_of_the_provider_is_found(
    entra: fake.Provider, settings: SignOn, came_back: Callable[..., object]
) -> None:
    """Providers change their keys; nobody has to restart us. An unknown key makes us ask, but not each time."""
    clock = [0.0]
    provider = Provider(settings, clock=lambda: clock[0])
    came_back(provider)
    entra.take_new_key()
    for _ in range(3):
        with pytest.raises(EntryError):
            came_back(provider)
    assert entra.asked.count("keys") == 1
    clock[0] += 31
    came_back(provider)
    assert entra.asked.count("keys") == 2


def test_a_code_is_good_once_and_for_one_sign_in(
    entra: fake.Provider, certificates: Certificates, settings: SignOn
) -> None:
    """Used again, with another sign-in's verifier, or with a wrong state, it is worth nothing."""
    provider = Provider(settings)
    address, kept = provider.begin(BACK)
    answer = dict(parse_qsl(entra.visit(address, certificates)))
    with pytest.raises(EntryError) as refused:
        provider.finish(kept, answer | {"state": "another"})
    assert refused.value.reason == Refusal.STALE
    provider.finish(kept, answer)
    with pytest.raises(EntryError) as refused:
        provider.finish(kept, answer)
    assert refused.value.reason == Refusal.STALE
    stolen = dict(parse_qsl(entra.visit(address, certificates)))
    other = provider.begin(BACK)[1]
    with pytest.raises(EntryError) as refused:
        provider.finish(other, stolen | {"state": other["state"]})
    assert refused.value.reason == Refusal.STALE


@pytest.mark.parametrize(
    ("error", "reason"),
    [("access_denied", Refusal.DECLINED), ("invalid_scope", Refusal.SETUP), ("<b>x</b>\n", Refusal.SETUP)],
)
def test_a_no_of_the_provider_is_a_no(settings: SignOn, error: str, reason: Refusal) -> None:
    """And its text, which anybody could have written, goes nowhere."""
    provider = Provider(settings)
    kept = provider.begin(BACK)[1]
    with pytest.raises(EntryError) as refused:
        provider.finish(kept, {"state": kept["state"], "error": error, "error_description": "<script>"})
    assert refused.value.reason == reason
    assert "<" not in str(refused.value)


def test_a_wrong_secret_is_told_to_it_and_to_nobody_else(
    entra: fake.Provider,
    certificates: Certificates,
    came_back: Callable[..., object],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log names the key in review.toml and Entra's number; no secret, code or token is in any log line."""
    caplog.set_level(logging.DEBUG)
    wrong = settings_of(entra, certificates, tmp_path)
    wrong.client_secret_file.write_text("an-old-secret", encoding="utf-8")
    with pytest.raises(EntryError) as refused:
        came_back(Provider(wrong))
    assert refused.value.reason == Refusal.SETUP
    assert "AADSTS7000215" in caplog.text
    assert "sso.client_secret_file" in caplog.text
    came_back(Provider(settings_of(entra, certificates, tmp_path)))
    ours = "\n".join(
        line.getMessage()
        for line in caplog.records
        if not line.name.startswith(("httpx", "httpcore", "uvicorn"))
    )
    assert not [word for word in ("an-old-secret", fake.SECRET, "an-access-token", "eyJ") if word in ours]


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: JSONResponse({}, 503),
        lambda _: JSONResponse({}, 429),
        lambda _: HTMLResponse("<h1>Sign in to the hotel's network</h1>"),
        lambda _: JSONResponse(["a", "list"]),
        lambda told: JSONResponse(told | {"more": "x" * 2_000_000}),
    ],
    ids=["503", "429", "a page", "a list", "too much"],
)
@pytest.mark.parametrize("where", ["discovery", "token"])
def test_an_unwell_provider_is_told_from_a_refusal(
    entra: fake.Provider,
    came_back: Callable[..., object],
    where: str,
    answer: Callable[[Any], Response],
) -> None:
    """Whoever signs in is asked to try again, and nothing endless is read."""
    setattr(entra, where, answer)
    with pytest.raises(OutsideError):
        came_back()


@pytest.mark.parametrize("where", ["discovery", "token"])
def test_no_redirect_is_followed(entra: fake.Provider, came_back: Callable[..., object], where: str) -> None:
    """An answer from elsewhere is not the provider's, however right it looks."""
    path = {"discovery": "v2.0/.well-known/openid-configuration", "token": "oauth2/v2.0/token"}[where]
    first = [RedirectResponse(f"{entra.origin}/{fake.TENANT}/{path}", 307)]
    setattr(entra, where, lambda told: first.pop() if first else JSONResponse(told))
    with pytest.raises(OutsideError, match="307"):
        came_back()


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://login.evil.example/v2.0"},
        {"token_endpoint": "http://login.example.com/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_is_not_the_one_we_were_told_gets_nothing(
    entra: fake.Provider, settings: SignOn, change: dict[str, str]
) -> None:
    """Neither a browser nor our secret is sent there."""
    entra.discovery = lambda told: JSONResponse(told | change)
    with pytest.raises(OutsideError):
        Provider(settings).begin(BACK)
    assert "token" not in entra.asked


def test_a_provider_that_is_down_is_asked_again_a_moment_later(
    entra: fake.Provider, settings: SignOn
) -> None:
    """Not by everybody at once, and not never."""
    clock = [0.0]
    provider = Provider(settings, clock=lambda: clock[0])
    entra.discovery = lambda _: JSONResponse({}, 500)
    for _ in range(5):
        with pytest.raises(OutsideError):
            provider.begin(BACK)
    assert entra.asked == ["discovery"]
    entra.discovery = None
    clock[0] += 6
    provider.begin(BACK)


def test_a_server_with_another_authoritys_certificate_is_not_the_provider(
    entra: fake.Provider, certificates: Certificates, tmp_path: Path
) -> None:
    """Whoever sits between us and the provider cannot take its place."""
    other = make_certificates(tmp_path / "other").authority
    with pytest.raises(OutsideError):
        Provider(settings_of(entra, certificates, tmp_path, ca_file=other)).begin(BACK)


def test_files_that_cannot_be_used_are_told_at_the_start(
    entra: fake.Provider, certificates: Certificates, tmp_path: Path
) -> None:
    """A secret that others can read, and a CA file that is none."""
    settings = settings_of(entra, certificates, tmp_path)
    settings.client_secret_file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        Provider(settings)
    settings.client_secret_file.chmod(0o600)
    with pytest.raises(ConfigError, match=r"sso\.ca_file"):
        Provider(settings.model_copy(update={"ca_file": settings.client_secret_file}))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'issuer = "https://login.example.com"\ntenant = "3f8a1f0e-52c1-4e55-9a3d-0c6d3c1b7a10"',
            "give tenant",
        ),
        ("", "give tenant"),
        ('issuer = "http://login.example.com"', "https"),
        ('tenant = "common"', "your own tenant"),
        ('tenant = "9188040d-6c67-4c5b-b112-36a304b66dad"', "your own tenant"),
        ('issuer = "https://login.example.com"\nsubject = "email"', "stays with one person"),
        ('issuer = "https://login.example.com"\nroles = {HR = "boss"}', "hr"),
    ],
)
def test_a_setup_that_would_let_strangers_in_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """Any tenant, plain http, and claims that pass from one person to another."""
    head = '[sso]\nclient_id = "a"\nclient_secret_file = "b"\n'
    (tmp_path / "review.toml").write_text(head + text, encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        load_policy(tmp_path)
