"""Tokens of Google's service accounts: asked for as Google wants it, at its own endpoint, each for one user."""

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from catchlight.errors import ConfigError, OutsideError, PhotoError
from connectors import google_directory
from connectors._google_calls import tokens_of
from connectors._google_key import read_key
from connectors._google_tokens import Tokens
from tests.fake_google import FakeGoogle
from tests.google_answers import Answer, fault, told
from tests.google_fixtures import Clock, as_written, workspace
from tests.google_token import key_json, write_key

SCOPE = google_directory.SCOPES


@pytest.fixture
def company() -> Iterator[FakeGoogle]:
    """Return a running company."""
    with workspace() as company:
        yield company


def tokens(company: FakeGoogle, folder: Path) -> Tokens:
    """Return the tokens of the company's key."""
    return tokens_of(google_directory.Settings(**as_written(company, folder)))


def asked(company: FakeGoogle) -> int:
    """Return how many tokens were asked for."""
    return company.calls.count(("POST", "/token"))


def test_a_token_is_kept_per_user_and_scopes_and_had_anew_when_it_is_over(
    company: FakeGoogle, tmp_path: Path
) -> None:
    """One request each, until Google takes it no more."""
    own = tokens(company, tmp_path)
    first = own.of("anna@example.org", SCOPE)
    assert first(False) == first(False)  # noqa: FBT003
    assert own.of("anna@example.org", SCOPE)(False) == first(False)  # noqa: FBT003
    assert asked(company) == 1
    assert own.of("admin@example.org", SCOPE)(False) != first(False)  # noqa: FBT003
    assert first(True) != own.of("admin@example.org", SCOPE)(False)  # noqa: FBT003
    assert asked(company) == 3


def test_a_token_that_ends_in_the_middle_is_had_anew_once(company: FakeGoogle, tmp_path: Path) -> None:
    """And when that is not taken either, the key is named."""
    there = google_directory.open_place(google_directory.Settings(**as_written(company, tmp_path)), "x")
    there.look("101")
    company.issuer.given.clear()
    there.look("101")
    assert asked(company) == 2
    company.issuer.lifetime = -1
    company.issuer.given.clear()
    with pytest.raises(ConfigError, match=r"key_file.*does not take our token"):
        there.look("101")


def test_a_token_that_is_about_to_end_is_not_used(company: FakeGoogle, tmp_path: Path) -> None:
    """Google gave one for a minute: the next call asks for another."""
    company.issuer.lifetime = 60
    sign = tokens(company, tmp_path).of("anna@example.org", SCOPE)
    assert sign(False) != sign(False)  # noqa: FBT003


@pytest.mark.parametrize(
    ("user", "error", "says"),
    [
        ("nobody@example.org", PhotoError, "no token for nobody@example.org.*Invalid email or User ID"),
        ("admin@example.org", ConfigError, "admin admin@example.org: Google knows no such user"),
    ],
)
def test_a_user_who_is_none_is_told(
    company: FakeGoogle, tmp_path: Path, user: str, error: type[Exception], says: str
) -> None:
    """One person, or the administrator without whom nothing works."""
    company.users.pop("1")
    with pytest.raises(error, match=says):
        tokens(company, tmp_path).of(user, SCOPE)(False)  # noqa: FBT003


def test_a_key_that_google_no_longer_knows_is_told(company: FakeGoogle, tmp_path: Path) -> None:
    """Its signature is not accepted; the machine's clock may be it, too."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    other = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_key(tmp_path / "google.json", private_key=other.decode())
    with pytest.raises(ConfigError, match=r"Invalid JWT Signature.*was it deleted.*clock off"):
        tokens(company, tmp_path).of("anna@example.org", SCOPE)(False)  # noqa: FBT003


@pytest.mark.parametrize(
    "answer", [b"<html>sign in</html>", b"[]", b"{}", b'"ya29"', b"", b'{"error": {"code": 400}}']
)
@pytest.mark.parametrize("status", [200, 400, 403])
def test_a_page_is_no_token(
    company: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes, status: int
) -> None:
    """A proxy in between answers to everything."""
    monkeypatch.setattr(FakeGoogle, "answer", lambda *_: Answer(status, answer))
    with pytest.raises(OutsideError):
        tokens(company, tmp_path).of("anna@example.org", SCOPE)(False)  # noqa: FBT003


def test_an_unwell_token_endpoint_holds_up_a_write_that_was_not_made(
    company: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was sent to the directory yet, so all is tried again; a token endpoint that stays unwell is told."""
    there = google_directory.open_place(google_directory.Settings(**as_written(company, tmp_path)), "x")
    real, moods = FakeGoogle.answer, [fault("500"), fault("429")]

    def answer(
        self: FakeGoogle, verb: str, target: str, headers: dict[str, str], body: bytes
    ) -> Answer | None:
        return moods.pop(0) if moods and target == "/token" else real(self, verb, target, headers, body)

    monkeypatch.setattr(FakeGoogle, "answer", answer)
    from tests.published_company import portrait  # noqa: PLC0415

    there.put("101", portrait("anna"))
    assert company.writes["101"] == 1
    company.issuer.given.clear()
    moods += [fault("500")] * 3
    with pytest.raises(OutsideError, match="/token: answers 500"):
        there.put("101", portrait("ben"))
    assert moods == []
    assert company.writes["101"] == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the secret is empty"),
        ("not json", "not the JSON key of a service account"),
        ("[]", "not the JSON key"),
        ('{"type": "service_account"}', "not the JSON key"),
        (key_json(type="authorized_user"), "only a service account's key"),
        (key_json(token_uri="https://evil.example/token"), "only a service account's key for https://oauth2"),  # noqa: S106
    ],
)
def test_what_is_no_key_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """A key that would send its signature elsewhere too; the message shows nothing of it."""
    file = tmp_path / "key.json"
    file.touch(0o600)
    file.write_text(text)
    with pytest.raises(ConfigError, match=says) as caught:
        read_key(file)
    assert "PRIVATE KEY" not in str(caught.value)


def test_a_damaged_private_key_is_named_and_not_shown(company: FakeGoogle, tmp_path: Path) -> None:
    """The file is named, and not what is in it."""
    write_key(
        tmp_path / "google.json",
        private_key="-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n",
    )
    with pytest.raises(ConfigError, match=r"google\.json: the private key in it cannot be read") as caught:
        tokens(company, tmp_path).of("anna@example.org", SCOPE)(False)  # noqa: FBT003
    assert "secret" not in str(caught.value)


def test_a_key_that_others_may_read_is_refused(company: FakeGoogle, tmp_path: Path) -> None:
    """Mode 600, or not at all."""
    own = as_written(company, tmp_path)
    own["key_file"].chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP)
    (told_,) = google_directory.probe(google_directory.Settings(**own))
    assert "others may read this secret" in told_


def test_key_and_tokens_are_shown_nowhere(
    company: FakeGoogle, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a repr, not in a log at its finest; a proxy of the machine's does not see our calls."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    caplog.set_level(logging.DEBUG)
    own = google_directory.Settings(**as_written(company, tmp_path))
    there = google_directory.open_place(own, "x")
    there.look("101")
    shown = repr(there) + repr(own) + caplog.text + repr(read_key(own.key_file))
    assert "PRIVATE KEY" not in shown
    assert not any(token in shown for token in company.issuer.given)


def test_only_the_token_endpoint_is_asked_for_tokens(company: FakeGoogle, tmp_path: Path) -> None:
    """Whatever the library would like to ask."""
    own = tokens(company, tmp_path)
    for url in (
        "https://iamcredentials.googleapis.com/v1/x:generateAccessToken",
        "http://metadata.google.internal/",
    ):
        with pytest.raises(ValueError, match="not a call that this connector makes"):
            own.ask(url=url, method="POST", headers={}, body=b"")


def test_the_quota_is_kept_by_the_stand_in_too(tmp_path: Path) -> None:
    """The stand-in counts by its own clock and refuses what is too much; a minute later it takes more."""
    clock = Clock()
    with workspace() as company:
        company.clock, company.a_minute = clock, 2
        there = google_directory.open_place(google_directory.Settings(**as_written(company, tmp_path)), "x")
        there.look("101")
        there.look("101")
        with pytest.raises(OutsideError, match="too busy"):
            there.look("101")
        clock.now += 61
        assert there.look("101") is None
        assert company.most_a_minute == 2


def test_a_busy_google_is_left_alone_for_longer_and_longer(company: FakeGoogle, tmp_path: Path) -> None:
    """5, 10, 20 and 40 seconds: longer together than the minute that a quota is counted over."""
    waits: list[float] = []
    there = google_directory.open_place(google_directory.Settings(**as_written(company, tmp_path)), "x")
    there.accounts([])
    company.next = [fault("quota"), fault("429"), fault("crowd"), fault("503"), told({"id": "101"})]
    stamina.instrumentation.set_on_retry_hooks([lambda details: waits.append(details.wait_for)])
    stamina.set_testing(False)
    import time  # noqa: PLC0415

    real, time.sleep = time.sleep, lambda _: None
    try:
        there.look("101")
    finally:
        time.sleep = real
        stamina.instrumentation.set_on_retry_hooks(None)
    assert [low <= wait <= 1.3 * low for low, wait in zip((5, 10, 20, 40), waits, strict=True)] == [True] * 4
