"""Letters as Slack messages: each refusal told in words, waiting when Slack says so, the token kept."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import stamina
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError
from catchlight.outbox import Delivery, Fate, Message
from connectors.slack import Settings, send
from tests.slack_server import TOKEN, Slack, slack_server

TEXT = "Hello Zoë,\n\n<!channel> & <@U1>\n\nhttps://photos.example.com/l/abc.def?x=1&y=2\n"


@pytest.fixture
def slack() -> Slack:
    """Return a workspace with Ann, Bob and Cid."""
    return Slack({f"{name}@example.com": f"U{name}" for name in ("ann", "bob", "cid")})


@pytest.fixture
def address(slack: Slack) -> Iterator[str]:
    """Run the workspace; what waits does so without waiting."""
    with slack_server(slack) as address, stamina.set_testing(True, attempts=3):
        yield address


@pytest.fixture
def settings(address: str, tmp_path: Path) -> Settings:
    """Return the settings of an app of this workspace."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o600)
    return Settings(token_file=file, address=address, timeout=5)


def people(*names: str) -> list[Message]:
    """Return a letter for each."""
    return [Message(name, f"{name}@example.com", "Your portrait", TEXT) for name in names]


def fates(deliveries: Iterable[Delivery]) -> dict[str, str]:
    """Return what became of each letter."""
    return {one.letter: one.fate for one in deliveries}


def test_a_letter_becomes_a_direct_message(slack: Slack, settings: Settings) -> None:
    """The text as it is, nothing in it taken for a mention, the link one that nobody fetches ahead."""
    assert fates(send(settings, people("ann", "bob"))) == {"ann": Fate.SENT, "bob": Fate.SENT}
    first, second = slack.messages
    assert (first["channel"], second["channel"]) == ("DUann", "DUbob")
    assert first["text"].startswith("Your portrait\n\nHello Zoë,")
    assert "&lt;!channel&gt; &amp; &lt;@U1&gt;" in first["text"]
    assert "\n<https://photos.example.com/l/abc.def?x=1&amp;y=2>\n" in first["text"]
    assert (first["unfurl_links"], first["unfurl_media"]) == ("false", "false")
    assert slack.tokens == {f"Bearer {TOKEN}"}
    assert slack.calls.count("auth.test") == 1


def test_somebody_who_is_not_on_slack_stops_nobody_else(settings: Settings) -> None:
    """Who is unknown is told in words."""
    done = list(send(settings, people("nobody", "ann")))
    assert fates(done) == {"nobody": Fate.REFUSED, "ann": Fate.SENT}
    assert done[0].why == "nobody in this Slack workspace has this e-mail address (users_not_found)"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("invalid_auth", "does not accept the token"),
        ("token_revoked", "install the app again"),
        ("account_inactive", "no longer there"),
        ("not_allowed_token_type", "xoxb-"),
        ("something_new", "Slack says something_new"),
    ],
)
def test_a_token_that_is_no_good_costs_nobody_a_letter(
    slack: Slack, settings: Settings, error: str, says: str
) -> None:
    """Slack is asked who we are before the first letter is taken."""
    slack.refuse("auth.test", error)
    letters = iter(people("ann"))
    with pytest.raises(ConfigError, match=says) as told:
        list(send(settings, letters))
    assert TOKEN not in str(told.value)
    assert next(letters)


@pytest.mark.parametrize("method", ["users.lookupByEmail", "conversations.open", "chat.postMessage"])
def test_a_missing_scope_is_named(slack: Slack, settings: Settings, method: str) -> None:
    """It would be missing for everybody: the first letter waits, the others are not taken."""
    slack.refuse(method, "missing_scope", needed="users:read.email", provided="chat:write")
    letters = iter(people("ann", "bob"))
    sent = send(settings, letters)
    assert next(sent).fate == Fate.LATER
    with pytest.raises(ConfigError, match=r"lacks a scope.*: users:read\.email \(missing_scope\)"):
        next(sent)
    assert next(letters).letter == "bob"


@pytest.mark.parametrize("method", ["auth.test", "users.lookupByEmail", "chat.postMessage"])
def test_slack_is_given_the_time_it_wants(slack: Slack, settings: Settings, method: str) -> None:
    """After 429 the same call is made again, and the message is posted once."""
    slack.answer(method, 429, {"ok": False, "error": "ratelimited"}, Retry_After="30")
    assert fates(send(settings, people("ann"))) == {"ann": Fate.SENT}
    assert slack.calls.count(method) == 2
    assert len(slack.messages) == 1


def test_how_long_slack_wants_us_to_wait(slack: Slack, settings: Settings) -> None:
    """The wait is the one of Retry-After; when it is too long the letters wait for the next pass."""
    waits: list[float] = []
    slack.answer("chat.postMessage", 429, "", Retry_After="7")
    slack.answer("chat.postMessage", 429, "", Retry_After="3600")
    letters = iter(people("ann", "bob"))
    stamina.instrumentation.set_on_retry_hooks([lambda details: waits.append(details.wait_for)])
    stamina.set_testing(False)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tenacity.nap.time.sleep", lambda _: None)
            sent = send(settings, letters)
            assert next(sent).fate == Fate.LATER
            with pytest.raises(OutsideError, match="wants us to wait 3600 seconds"):
                next(sent)
    finally:
        stamina.instrumentation.set_on_retry_hooks(None)
    assert waits == [7.0]
    assert next(letters).letter == "bob"
    assert slack.messages == []


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        ("channel_not_found", Fate.REFUSED),
        ("restricted_action", Fate.REFUSED),
        ("message_limit_exceeded", Fate.LATER),
        ("fatal_error", Fate.UNCLEAR),
        ("internal_error", Fate.UNCLEAR),
    ],
)
def test_what_slack_says_of_a_message(slack: Slack, settings: Settings, error: str, fate: Fate) -> None:
    """A fault in the middle may have posted it, so it is not posted again."""
    slack.refuse("chat.postMessage", error)
    assert fates(send(settings, people("ann", "bob"))) == {"ann": fate, "bob": Fate.SENT}


def test_a_connection_that_ends_without_an_answer(slack: Slack, settings: Settings) -> None:
    """Nobody knows whether the message is there; before that step nothing can have been posted."""
    slack.answers["chat.postMessage"] = [None]
    assert fates(send(settings, people("ann", "bob"))) == {"ann": Fate.UNCLEAR, "bob": Fate.SENT}
    slack.answers["users.lookupByEmail"] = [None]
    sent = send(settings, people("ann"))
    assert next(sent).fate == Fate.LATER
    with pytest.raises(OutsideError, match="cannot be reached"):
        next(sent)


def test_a_slack_that_has_a_fault(slack: Slack, settings: Settings) -> None:
    """A 5xx while posting may have posted it; before it, the letter waits."""
    slack.answer("chat.postMessage", 503, "<html>")
    assert fates(send(settings, people("ann"))) == {"ann": Fate.UNCLEAR}
    slack.answer("users.lookupByEmail", 500, "<html>")
    assert fates(send(settings, people("bob"))) == {"bob": Fate.LATER}


def test_the_token_goes_nowhere_else(slack: Slack, settings: Settings) -> None:
    """A redirect is not followed."""
    other = Slack()
    with slack_server(other) as elsewhere:
        slack.answer("auth.test", 307, "", Location=f"{elsewhere}/auth.test")
        with pytest.raises(ConfigError, match="leads elsewhere"):
            list(send(settings, people("ann")))
    assert other.calls == []


def test_an_address_that_is_not_slack(slack: Slack, settings: Settings) -> None:
    """A proxy's sign-in page is told from Slack, and unencrypted addresses are refused."""
    slack.answer("auth.test", 200, "<html>Please sign in</html>")
    with pytest.raises(ConfigError, match="does not answer like Slack"):
        list(send(settings, people("ann")))
    for wrong in ("http://slack.com/api", "http://127.0.0.1.evil.example/api", "ftp://slack.com"):
        with pytest.raises(ValidationError, match="https only"):
            Settings(token_file=settings.token_file, address=wrong)


def test_a_token_that_others_may_read(settings: Settings) -> None:
    """The file must be its owner's alone."""
    settings.token_file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        list(send(settings, people("ann")))
