"""Slack as a destination, against a stateful stand-in that follows its published contract."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import stamina
from PIL import Image
from pydantic import ValidationError

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.place import Place
from catchlight.records import Employee
from connectors import slack_photos
from connectors._pace import Pace
from connectors._slack_scim import change
from tests.fake_slack_limits import Answer, Clock
from tests.fake_slack_photos import OTHER_TEAM, TEAM, TOKEN, FakeSlack
from tests.fake_slack_photos import slack as running
from tests.place_contract import keeps_the_contract, refuses_strange_targets, shows
from tests.published_company import portrait

ANNA = Employee("1", email="anna@example.org")
USER = "U0ANNA"


@pytest.fixture
def clock() -> Clock:
    """Return the clock of the workspace and of our pace."""
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[FakeSlack]:
    """Return a running workspace with an owner and one more; nothing waits before it tries again."""
    with running(clock=clock) as slack, stamina.set_testing(True, attempts=3):
        slack.add(USER, "anna@example.org")
        yield slack


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """Return the file with the token."""
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_text(TOKEN)
    return file


def settings(slack: FakeSlack, token: Path, /, **changed: Any) -> slack_photos.Settings:
    """Return settings as IT would write them, for this machine."""
    here = {"url": f"{slack.url}/scim/v2", "web_url": f"{slack.url}/api", "image_hosts": ("127.0.0.1",)}
    return slack_photos.Settings(**{"token_file": token, **here, **changed})


def place(slack: FakeSlack, token: Path, /, **changed: Any) -> Place:
    """Return Slack as a destination that keeps to the workspace's clock."""
    clock = slack.clock

    def pace(limits: Any) -> Pace:
        return Pace(limits, clock, clock.sleep)  # type: ignore[attr-defined]

    return slack_photos.open_place(settings(slack, token, **changed), "slack_photos:chat", pace)


@pytest.mark.parametrize("removal", ["refuse", "try"])
def test_it_keeps_the_contract_of_places(slack: FakeSlack, token: Path, removal: str) -> None:
    """Removing apart, unless it is tried and Slack does it; strange targets make no call at all."""
    there = place(slack, token, removal=removal)
    assert there.accounts([ANNA]).targets == {"1": USER}
    keeps_the_contract(there, USER, removes=removal == "try")
    before = len(slack.calls)
    refuses_strange_targets(there)
    refuses_strange_targets(
        there, ["u0anna", "U0ANNA/", "B0ANNA", "U0ANNA ", "U0ÄNNA", "U", "Ｕ0ANNA", "U0ANNA\n"]
    )
    assert len(slack.calls) == before


def test_nothing_but_a_photo_is_ever_patched(slack: FakeSlack, token: Path) -> None:
    """Whatever is published, removed or refused: one operation on ``photos``; the account stays as it was."""
    there = place(slack, token, removal="try")
    for seed in ("one", "two"):
        there.put(USER, portrait(seed))
    there.remove(USER)
    slack.next["scim"] = [Answer(400, b'{"detail": "photos_invalid"}')]
    with pytest.raises(PhotoError):
        there.put(USER, portrait("three"))
    written = [json.loads(body) for method, _, body in slack.calls if method != "GET"]
    assert set(slack.writes()) == {("PATCH", f"/scim/v2/Users/{USER}")}
    for body in written:
        assert set(body) == {"schemas", "Operations"}
        (operation,) = body["Operations"]
        assert (operation["op"], operation["path"]) in {("add", "photos"), ("remove", "photos")}
        assert set(operation) <= {"op", "path", "value"}
        assert all(
            photo == {"value": "data:image/jpeg;base64,", "primary": True}
            for photo in operation.get("value", ())
        )
    member = slack.members[USER]
    assert (member.active, member.title, len(written)) == (True, "Engineer", 4)


@pytest.mark.parametrize("picture", [b"", b'","active":false,"x":"', b'"}],"path":"active"', b"\0\xff\n"])
def test_no_picture_changes_what_a_patch_says(picture: bytes) -> None:
    """Its bytes stand inside one word, whatever they are."""
    said = json.loads(json.dumps(change(picture)))
    (operation,) = said["Operations"]
    (photo,) = operation["value"]
    assert (operation["op"], operation["path"], set(photo)) == ("add", "photos", {"value", "primary"})
    assert photo["value"].startswith("data:image/")


@pytest.mark.parametrize("line", ["scim", "web", "lists"])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH", "HEAD", "GET"])
def test_no_other_call_can_be_made(slack: FakeSlack, token: Path, line: str, method: str) -> None:
    """Not with the administrator's token: no PUT, no DELETE, no group, no other method of the Web API."""
    calls = getattr(slack_photos._open(settings(slack, token), Pace), line)
    paths = [
        "/Users/U0ANNA/", "/Groups", "/Groups/S012", "/Users/../Groups", "/Users/U0ANNA?x", "/users.setPhoto",
        "/users.profile.set", "/admin.users.remove", "/auth.revoke", "/Bulk", "/chat.postMessage", "",
    ]  # fmt: skip
    known = {"scim": {"GET": ["/Users"], "PATCH": ["/Users/U0ANNA"]}, "web": {}, "lists": {}}
    everything = [*paths, "/Users", "/Users/U0ANNA"]
    for path in everything:
        if path not in known[line].get(method, []):
            with pytest.raises(ValueError, match="not a call that this connector makes"):
                calls.call(method, path)
    assert slack.calls == []


def test_the_stand_in_shows_what_a_put_would_do(slack: FakeSlack) -> None:
    """A bug that would PUT, or touch ``active``, is seen: the account is de-activated, its title gone."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    slack.answer("PUT", f"/scim/v2/Users/{USER}", headers, b'{"userName": "anna"}')
    assert (slack.members[USER].active, slack.members[USER].title) == (False, "")


def test_people_are_found_page_by_page(slack: FakeSlack, token: Path) -> None:
    """1,200 people, 200 a page, within the 20 calls a minute that Slack allows; by e-mail address or by id."""
    for number in range(1200):
        slack.add(f"U1{number:04}", f"p{number}@example.org")
    people = [Employee(f"U1{n:04}", email=f"P{n}@example.org") for n in range(1200)]
    assert len(set(place(slack, token).accounts(people).targets.values())) == 1200
    assert [path for _, path, _ in slack.calls].count("/api/users.list") == 7
    by_id = place(slack, token, match="id", employee="id").accounts(people[:2])
    assert by_id.targets == {"U10000": "U10000", "U10001": "U10001"}
    assert slack.buckets.exceeded == []


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"active": False}, "deactivated"),
        ({"bot": True}, "a bot's"),
        ({"is_app_user": True}, "a bot's"),
        ({"is_restricted": True}, "a guest's; guests = true"),
        ({"is_ultra_restricted": True}, "a guest's"),
        ({"is_stranger": True}, "another company"),
        ({"team": "T0THEIRS"}, "another company"),
        ({"owner": True}, "an owner's; owners = true"),
    ],
)
def test_accounts_that_are_none_of_ours_to_change_are_left_out(
    slack: FakeSlack, token: Path, more: dict[str, Any], says: str
) -> None:
    """With the reason; and never in the way of the account that this person uses."""
    slack.add("U0BEN", "ben@example.org", **more)
    ben = [Employee("2", email="ben@example.org")]
    assert says in place(slack, token, owners=False).accounts(ben).absent["2"]
    slack.add("U0BEN2", "ben@example.org")
    assert place(slack, token, owners=False).accounts(ben).targets == {"2": "U0BEN2"}


def test_guests_and_owners_can_be_taken_in(slack: FakeSlack, token: Path) -> None:
    """Owners are tried unless left out; guests when asked for; an owner whom Slack protects is told as that."""
    slack.add("U0GUEST", "guest@example.org", is_restricted=True)
    people = [Employee("g", email="guest@example.org"), Employee("o", email="owner@example.org")]
    there = place(slack, token, guests=True)
    assert there.accounts(people).targets == {"g": "U0GUEST", "o": "U0OWNER"}
    there.put("U0GUEST", portrait("guest"))
    with pytest.raises(PhotoError, match="an owner's account U0OWNER") as caught:
        there.put("U0OWNER", portrait("owner"))
    assert caught.value.reason == "slack.owner"


def test_two_accounts_with_one_address_are_left_out(slack: FakeSlack, token: Path) -> None:
    """Which one is right cannot be told; a third that is deactivated is not the reason."""
    slack.add("U0OTHER", "Anna@example.org")
    slack.add("U0LEFT", "anna@example.org", active=False)
    assert "2 accounts have email" in place(slack, token).accounts([ANNA]).absent["1"]


def test_an_organisation_is_listed_workspace_by_workspace(slack: FakeSlack, token: Path) -> None:
    """Its token names them; whoever is in two is one person; without names it cannot start."""
    slack.plan = "enterprise"
    slack.tokens[TOKEN] = replace(slack.tokens[TOKEN], organisations=True)
    slack.add("W0BEN", "ben@example.org", team=OTHER_TEAM)
    people = [ANNA, Employee("2", email="ben@example.org")]
    with pytest.raises(ConfigError, match=r"team_ids: .* name the workspaces"):
        place(slack, token).accounts(people)
    there = place(slack, token, team_ids=(TEAM, OTHER_TEAM))
    assert there.accounts(people).targets == {"1": USER, "2": "W0BEN"}
    there.put("W0BEN", portrait("ben"))
    assert slack.effective == {"W0BEN": 1}
    slack.add("W0GIL", "gil@example.org", enterprise_user={"enterprise_id": "E0THEIRS"})
    assert "another company" in there.accounts([Employee("3", email="gil@example.org")]).absent["3"]


def test_addresses_that_are_not_shown_are_told(slack: FakeSlack, token: Path) -> None:
    """Slack leaves them out without a word."""
    slack.tokens[TOKEN] = replace(slack.tokens[TOKEN], scopes=("admin", "users:read"))
    with pytest.raises(ConfigError, match=r"lacks the scope users:read\.email"):
        place(slack, token).accounts([ANNA])


def test_what_is_stored_is_the_original(slack: FakeSlack, token: Path) -> None:
    """Not the 192 pixels that SCIM shows; the secret does not go to the server of pictures."""
    slack.add("U0BEN", "ben@example.org", picture=portrait("ben", 1024, 1024))
    there = place(slack, token)
    assert there.look("U0BEN") == portrait("ben", 1024, 1024)
    assert there.look(USER) is None  # a gravatar is no picture of theirs
    assert slack.leaked == []


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ({"is_custom_image": True}, "does not show its original"),
        ({"is_custom_image": True, "image_original": "https://evil.example/a.jpg"}, "kept at evil.example"),
        (
            {"is_custom_image": True, "image_original": "https://evil-slack-edge.com/a.jpg"},
            "evil-slack-edge.com",
        ),
        ({"is_custom_image": True, "image_original": "http://a.slack-edge.com/a.jpg"}, "no address of https"),
        (
            {"is_custom_image": True, "image_original": "https://u:p@a.slack-edge.com/a.jpg"},
            "no address of https",
        ),
        ({"is_custom_image": True, "image_original": "file:///etc/passwd"}, "kept at no host"),
        (
            {"is_custom_image": True, "image_original": "https://a.slack-edge.com/a b\n.jpg"},
            "strange address",
        ),
    ],
)
def test_a_picture_that_cannot_be_stored_is_not_replaced(
    slack: FakeSlack, token: Path, profile: dict[str, Any], says: str
) -> None:
    """It is not taken for nothing, and no host is asked that the settings do not name."""
    slack.members[USER].more = {"profile": profile}
    with pytest.raises(PhotoError, match=says) as caught:
        place(slack, token, image_hosts=("slack-edge.com",)).look(USER)
    assert caught.value.reason == "photo.elsewhere"


def test_a_deactivated_account_is_gone(slack: FakeSlack, token: Path) -> None:
    """And so is one that Slack does not know."""
    slack.members[USER].active = False
    for user in (USER, "U0NOBODY"):
        with pytest.raises(PhotoError) as caught:
            place(slack, token).look(user)
        assert caught.value.reason == "account.gone"


def test_a_plan_takes_no_call_for_each_person(slack: FakeSlack, token: Path) -> None:
    """The list says what each profile has; a second look, and the look before a write, ask anew."""
    for number in range(5):
        slack.add(f"U1{number}", f"p{number}@example.org", picture=portrait(str(number)))
    people = [Employee(str(n), email=f"p{n}@example.org") for n in range(5)]
    there = place(slack, token)
    targets = there.accounts(people).targets
    assert [there.look(targets[str(n)]) for n in range(5)] == [portrait(str(n)) for n in range(5)]
    asked = [path for _, path, _ in slack.calls]
    assert asked.count("/api/users.info") == 0
    slack.show(slack.members["U10"], portrait("a picture of their own"))
    with pytest.raises(PhotoError, match="changed meanwhile") as caught:
        there.put("U10", portrait("ours"))
    assert caught.value.reason == "photo.changed"
    assert shows(there, there.look("U10"), portrait("a picture of their own"))
    assert slack.writes() == []


def test_the_list_is_not_believed_for_long(
    slack: FakeSlack, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a quarter of an hour everybody is asked for."""
    there = place(slack, token)
    there.accounts([ANNA])
    slack.show(slack.members[USER], portrait("new"))
    monkeypatch.setattr("connectors._slack_profiles._LISTED_FOR", -1.0)
    assert there.look(USER) is not None


def test_two_thousand_pixels_and_another_face(slack: FakeSlack, token: Path) -> None:
    """Encoded anew it is the same; another person's is not."""
    there = place(slack, token)
    there.put(USER, portrait("anna", 1024, 1024))
    assert shows(there, there.look(USER), portrait("anna", 1024, 1024))
    assert not shows(there, there.look(USER), portrait("ben", 1024, 1024))


@pytest.mark.parametrize(
    ("picture", "reason", "says"),
    [
        (portrait("tall", 1024, 819), "photo.shape", "819 × 1024: use a preset that crops square"),
        (b"no picture at all", "photo.not_a_picture", "not a picture"),
        (b"", "photo.empty", "empty"),
    ],
)
def test_what_is_none_for_slack_makes_no_write(
    slack: FakeSlack, token: Path, picture: bytes, reason: str, says: str
) -> None:
    """Slack would put bars beside a portrait that is not square, and nobody could tell whether it arrived."""
    with pytest.raises(PhotoError, match=says) as caught:
        place(slack, token).put(USER, picture)
    assert caught.value.reason == reason
    assert slack.writes() == []


def test_what_somebody_had_before_comes_back_though_it_is_large(slack: FakeSlack, token: Path) -> None:
    """As it is where Slack takes that; within our own limits where it refuses it as too large."""
    buffer = BytesIO()
    with Image.effect_noise((1500, 1500), 60) as noise:
        noise.save(buffer, "PNG")
    large, there = buffer.getvalue(), place(slack, token)
    there.put(USER, large)
    assert len(slack.writes()) == 2
    assert slack.effective[USER] == 1
    assert Image.open(BytesIO(there.look(USER) or b"")).size == (1024, 1024)
    slack.longest = 50_000_000
    there.put(USER, large)
    assert len(slack.writes()) == 3


def test_nothing_is_removed_unless_it_is_tried(slack: FakeSlack, token: Path) -> None:
    """Slack documents no call for it; who has no picture needs none."""
    there = place(slack, token)
    there.remove(USER)
    there.put(USER, portrait("anna"))
    with pytest.raises(PhotoError, match="documents no call that removes") as caught:
        there.remove(USER)
    assert caught.value.reason == "photo.no_removal"
    assert len(slack.writes()) == 1
    slack.removal = "refused"
    with pytest.raises(PhotoError, match="photos_invalid"):
        place(slack, token, removal="try").remove(USER)
    slack.removal = "works"
    place(slack, token, removal="try").remove(USER)
    assert there.look(USER) is None


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"token_file": None}, "token_file"),
        ({"url": "http://example.com/scim/v2"}, "secrets travel over https only"),
        ({"web_url": "https://u:p@slack.com/api"}, "an address such as"),
        ({"image_hosts": ("https://slack-edge.com",)}, "the name of a host"),
        ({"image_hosts": ("*",)}, "the name of a host"),
        ({"a_minute": 200}, "a_minute"),
        ({"removal": "yes"}, "removal"),
        ({"size": "2048"}, "size"),
        ({"match": "name"}, "match"),
        ({"token": "xoxp-1"}, "token"),
    ],
)
def test_settings_that_would_be_unsafe_are_refused(
    slack: FakeSlack, token: Path, changed: dict[str, Any], says: str
) -> None:
    """The message names the key."""
    with pytest.raises(ValidationError, match=says):
        settings(slack, token, **changed)


def test_the_token_is_shown_nowhere_and_no_proxy_is_taken_from_the_environment(
    slack: FakeSlack, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in a repr, nor in what is told of an error; a proxy of the machine's does not see our calls."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    there = place(slack, token)
    assert there.look(USER) is None
    assert TOKEN not in repr(there) + repr(settings(slack, token))
    with pytest.raises(OutsideError) as caught:
        place(slack, token, proxy="http://127.0.0.1:9").look(USER)
    assert TOKEN not in repr(caught.value)
