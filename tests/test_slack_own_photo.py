"""People who let us set their own picture in Slack: asked for one thing, used at once, and given back."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import stamina
from PIL import Image
from pydantic import ValidationError

from catchlight.alike import alike
from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from connectors import slack_own_photo
from connectors._slack_own_calls import calls_of
from tests.fake_slack_limits import Answer, Clock, busy
from tests.fake_slack_photos import TEAM, TOKEN, FakeSlack
from tests.fake_slack_photos import slack as running
from tests.published_company import portrait

ANNA, SCOPE = "U0ANNA", "users.profile:read,users.profile:write"
OURS = portrait("anna", 1024, 1024)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """Return a workspace on the free plan; nobody has a token, and Anna has just allowed ours."""
    with running(clock=Clock(), plan="free") as slack, stamina.set_testing(True, attempts=3):
        slack.add(ANNA, "anna@example.org")
        slack.tokens.clear()
        slack.codes["code-1"] = (ANNA, SCOPE)
        yield slack


@pytest.fixture
def secret(tmp_path: Path, slack: FakeSlack) -> Path:
    """Return the file with the app's secret."""
    file = tmp_path / "secret"
    file.touch(0o600)
    file.write_text(slack.client_secret)
    return file


def settings(slack: FakeSlack, secret: Path, /, **changed: Any) -> slack_own_photo.Settings:
    """Return settings as IT would write them, for this machine."""
    usual = {
        "client_id": slack.client,
        "client_secret_file": secret,
        "redirect_uri": slack.redirect_uri,
        "team": TEAM,
    }
    return slack_own_photo.Settings(**{**usual, "web_url": f"{slack.url}/api", **changed})


def finish(made: slack_own_photo.Settings, code: str, picture: bytes, account: str = "") -> None:
    """Set a picture, as it is done for whoever came back."""
    with slack_own_photo.allowed(made, "slack_own_photo:slack", code, account) as own:
        own.place.put(own.account, picture)


def test_a_person_is_asked_for_their_profile_alone(slack: FakeSlack, secret: Path) -> None:
    """The address names the app, their profile and nothing more, our page, the workspace, and their session."""
    state = slack_own_photo.fresh_state()
    parts = urlsplit(slack_own_photo.begin(settings(slack, secret), state))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://slack.com/oauth/v2/authorize"
    assert parse_qs(parts.query) == {
        "client_id": [slack.client], "user_scope": [SCOPE], "redirect_uri": [slack.redirect_uri], "state": [state],
        "team": [TEAM],
    }  # fmt: skip
    assert slack.calls == []


def test_whoever_comes_back_is_whoever_was_sent() -> None:
    """Another session's state, none at all, and one that could be guessed, are refused."""
    state = slack_own_photo.fresh_state()
    assert slack_own_photo.is_ours(state, state)
    for kept, returned in [
        (state, slack_own_photo.fresh_state()),
        (state, ""),
        ("", ""),
        ("short", "short"),
        (state, "ä"),
    ]:
        assert not slack_own_photo.is_ours(kept, returned)
    assert len({slack_own_photo.fresh_state() for _ in range(100)}) == 100


@pytest.mark.parametrize("state", ["", "short", "a" * 21, "a b" * 20, "a&user_scope=admin" * 3])
def test_a_state_that_could_be_guessed_is_refused(slack: FakeSlack, secret: Path, state: str) -> None:
    """Nothing is put into the address but what fresh_state() gives."""
    with pytest.raises(ValueError, match="fresh_state"):
        slack_own_photo.begin(settings(slack, secret), state)


def test_the_picture_is_set_and_the_permission_given_back(slack: FakeSlack, secret: Path) -> None:
    """Three calls; afterwards Slack knows no token of ours any more."""
    finish(settings(slack, secret), "code-1", OURS, ANNA)
    assert [path for _, path, _ in slack.calls] == [
        "/api/oauth.v2.access",
        "/api/users.setPhoto",
        "/api/auth.revoke",
    ]
    assert alike(OURS, slack.members[ANNA].picture or b"")
    assert slack.tokens == {}
    assert slack.effective == {ANNA: 1}


@pytest.mark.parametrize(
    ("allowed", "changed", "account", "reason"),
    [
        ((ANNA, "users:read"), {}, "", "slack.scope"),
        ((ANNA, SCOPE), {"team": "T0THEIRS"}, "", "slack.elsewhere"),
        ((ANNA, SCOPE), {}, "U0BEN", "slack.other"),
    ],
)
def test_another_account_is_not_touched(
    slack: FakeSlack,
    secret: Path,
    allowed: tuple[str, str],
    changed: dict[str, str],
    account: str,
    reason: str,
) -> None:
    """Whatever they allowed is given back: another workspace, another person, or less than was asked for."""
    slack.codes["code-1"] = allowed
    with pytest.raises(PhotoError, match="begin again") as caught:
        finish(settings(slack, secret, **changed), "code-1", OURS, account)
    assert caught.value.reason == reason
    assert slack.effective == {}
    assert slack.tokens == {}


@pytest.mark.parametrize("code", ["used", "", "a b", "../x", "ü"])
def test_a_code_is_good_once(slack: FakeSlack, secret: Path, code: str) -> None:
    """An old one, or none, ends with a sentence about what to do."""
    with pytest.raises(PhotoError, match="begin again"):
        finish(settings(slack, secret), code, OURS)
    finish(settings(slack, secret), "code-1", OURS)
    with pytest.raises(PhotoError, match="begin again"):
        finish(settings(slack, secret), "code-1", OURS)


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (portrait("broad", 300, 900), "photo.shape"),
        (b"x", "photo.not_a_picture"),
    ],
)
def test_what_slack_does_not_take_is_not_sent(
    slack: FakeSlack, secret: Path, picture: bytes, reason: str
) -> None:
    """And the permission is given back."""
    with pytest.raises(PhotoError) as caught:
        finish(settings(slack, secret), "code-1", picture)
    assert caught.value.reason == reason
    assert slack.effective == {}
    assert slack.tokens == {}


@pytest.mark.parametrize(("height", "width", "shown"), [(300, 300, 512), (2000, 2000, 1024), (512, 512, 512)])
def test_what_people_had_before_is_made_to_fit(
    slack: FakeSlack, secret: Path, height: int, width: int, shown: int
) -> None:
    """Slack had it in another size, and takes it in one of its own."""
    before = portrait("anna before", height, width)
    finish(settings(slack, secret), "code-1", before)
    with Image.open(BytesIO(slack.members[ANNA].picture or b"")) as there:
        assert max(there.size) == shown
    assert alike(before, slack.members[ANNA].picture or b"")


def test_the_picture_of_now_is_read_put_back_and_taken_away(slack: FakeSlack, secret: Path) -> None:
    """The original, without our secret; what Slack shows for nobody's picture counts as none, and is not removed."""
    made, named = settings(slack, secret, image_hosts=("127.0.0.1",)), "slack_own_photo:slack"
    with slack_own_photo.allowed(made, named, "code-1") as own:
        assert own.place.look(own.account) is None
        own.place.remove(own.account)
        assert slack.effective == {}
        own.place.put(own.account, OURS)
        assert alike(OURS, own.place.look(own.account) or b"")
        own.place.remove(own.account)
        assert own.place.look(own.account) is None
    assert slack.leaked == []
    assert slack.effective == {ANNA: 2}


@pytest.mark.parametrize(("told", "is_own"), [(None, True), (False, False), (True, True)])
def test_an_own_picture_is_known_where_slack_does_not_say(
    slack: FakeSlack, secret: Path, told: bool | None, is_own: bool
) -> None:
    """The documentation names is_custom_image for other calls: without it, what Slack keeps itself is somebody's own."""
    member = slack.add("U0BEN", "ben@example.org", picture=OURS)
    member.profile = {"is_custom_image": told}
    slack.codes["code-2"] = ("U0BEN", SCOPE)
    made = settings(slack, secret, image_hosts=("127.0.0.1",))
    with slack_own_photo.allowed(made, "slack_own_photo:slack", "code-2") as own:
        assert (own.place.look(own.account) is not None) == is_own


def test_the_probe_knows_the_app_and_changes_nothing(slack: FakeSlack, secret: Path) -> None:
    """Slack complains of the code alone; a wrong secret is told."""
    assert slack_own_photo.probe(settings(slack, secret)) == []
    secret.write_text("wrong")
    (told,) = slack_own_photo.probe(settings(slack, secret))
    assert "client_secret_file" in told
    assert slack.effective == {}


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (Answer(200, b'{"ok":false,"error":"bad_image"}'), PhotoError, "cannot read this picture"),
        (Answer(200, b'{"ok":false,"error":"too_large"}'), PhotoError, "too large"),
        (Answer(200, b'{"ok":false,"error":"too_many_frames"}'), PhotoError, "moving"),
        (Answer(200, b'{"ok":false,"error":"profile_locked"}'), PhotoError, "profile_locked"),
        (Answer(200, b'{"ok":false,"error":"internal_error"}'), OutsideError, "unwell"),
        (Answer(200, b"<html>"), OutsideError, "without a JSON object"),
        (Answer(500), OutsideError, "answers 500"),
        (Answer(200, lost=True), OutsideError, ""),
    ],
)
def test_a_refused_picture_is_told_and_the_permission_given_back(
    slack: FakeSlack, secret: Path, answer: Answer, error: type[CatchlightError], says: str
) -> None:
    """In the person's words; nothing is sent twice."""
    usual, told = slack.answer, iter([answer])
    slack.answer = lambda method, target, *rest: (  # type: ignore[method-assign]
        next(told) if target.endswith("users.setPhoto") else usual(method, target, *rest)
    )
    with pytest.raises(error, match=says or None):
        finish(settings(slack, secret), "code-1", OURS)
    assert slack.tokens == {}
    assert [path for _, path, _ in slack.calls][-1] == "/api/auth.revoke"


def test_a_permission_that_cannot_be_given_back_is_no_matter(slack: FakeSlack, secret: Path) -> None:
    """The picture is set, and what is stored nowhere cannot be used again."""
    usual = slack.answer
    slack.answer = lambda method, target, *rest: (  # type: ignore[method-assign]
        Answer(500) if target.endswith("auth.revoke") else usual(method, target, *rest)
    )
    finish(settings(slack, secret), "code-1", OURS)
    assert slack.effective == {ANNA: 1}


def test_a_busy_slack_is_waited_for(slack: FakeSlack, secret: Path) -> None:
    """It did nothing yet; a code is not lost by that."""
    slack.next["api"] = [busy()]
    finish(settings(slack, secret), "code-1", OURS)
    assert slack.effective == {ANNA: 1}


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"client_id": "1.2"}, "bad_client_secret"), ({"redirect_uri": "https://x.example/"}, "redirect")],
)
def test_an_app_that_slack_does_not_know_is_for_it(
    slack: FakeSlack, secret: Path, changed: dict[str, str], says: str
) -> None:
    """The message names the settings, and no secret."""
    with pytest.raises(ConfigError, match=says) as caught:
        finish(settings(slack, secret, **changed), "code-1", OURS)
    assert slack.client_secret not in str(caught.value)


def test_no_other_call_can_be_made(slack: FakeSlack, secret: Path) -> None:
    """Nothing else is read or written with what a person gave us."""
    calls = calls_of(settings(slack, secret))
    for method, path in [
        ("GET", "/users.setPhoto"), ("POST", "/users.profile.get"), ("POST", "/users.profile.set"), ("GET", "/users.list"),
        ("POST", "/chat.postMessage"), ("PUT", "/users.setPhoto"), ("POST", "/users.setPhoto/"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="not a call that this connector makes"):
            calls.call(method, path)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"client_id": "abc"}, "client_id"),
        ({"redirect_uri": "http://portraits.example.org/slack"}, "https only"),
        ({"team": "example"}, "team"),
        ({"authorize_url": "http://slack.example/"}, "https only"),
        ({"client_secret": TOKEN}, "client_secret"),
    ],
)
def test_settings_that_would_be_unsafe_are_refused(
    slack: FakeSlack, secret: Path, changed: dict[str, str], says: str
) -> None:
    """The message names the key."""
    with pytest.raises(ValidationError, match=says):
        settings(slack, secret, **changed)
