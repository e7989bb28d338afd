"""A person puts their portrait into their own Slack from their page, and takes it back: with their word, once, journaled."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import stamina
from starlette.testclient import TestClient

from catchlight.alike import alike
from catchlight.choosing import Choices, choose
from catchlight.errors import ConfigError
from catchlight.records import Answer, Receipt
from catchlight.register import now
from flows.destinations import destinations, place_named
from flows.own_photos import own_photos
from flows.showplaces import read_showplaces
from reports.review.desk import ReviewDesk
from tests.fake_slack_limits import Answer as Said
from tests.fake_slack_limits import Clock
from tests.fake_slack_photos import TEAM, FakeSlack
from tests.fake_slack_photos import slack as running
from tests.published_company import portrait
from tests.review_company import ORIGIN, signed_in, token_of
from tests.review_stands import ME, one_person, opened, say

ADA, BOTH, PLACE = "U0ADA", "users.profile:read,users.profile:write", "slack_own_photo:slack"
OLD = portrait("Ada of before", 800, 800)


@dataclass
class World:
    """Ada, who said yes to her portrait, at the review server of a company whose Slack has no SCIM."""

    slack: FakeSlack
    desk: ReviewDesk
    browser: TestClient

    def leave(self, verb: str = "put") -> str:
        """Press the button; return the state that Slack is sent."""
        page = self.browser.get("/me").text
        answer = self.browser.post("/me/slack/go", data={"token": token_of(page), "verb": verb})
        assert answer.status_code == 200, answer.text
        address = answer.headers["refresh"].removeprefix("0;url=")
        return parse_qs(urlsplit(address).query)["state"][0]

    def come_back(self, state: str, account: str = ADA, **more: str) -> httpx.Response:
        """Allow it at Slack with an account, and come back."""
        self.slack.codes["code-1"] = (account, BOTH)
        return self.browser.get("/me/slack/done", params={"code": "code-1", "state": state, **more})

    def receipts(self) -> list[Receipt]:
        """Return what was journaled."""
        return self.desk.register.receipts(PLACE)

    @property
    def shown(self) -> bytes | None:
        """What Slack shows of Ada."""
        return self.slack.members[ADA].picture

    def is_ours(self) -> bool:
        """Whether that is her portrait."""
        picture = self.desk.company.book().people[ME.id].portrait.picture
        return alike(self.desk.vault.get(picture), self.shown or b"")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return Ada with a picture in Slack, and a portrait that she said yes to."""
    with running(clock=Clock(), plan="free", redirect_uri=f"{ORIGIN}/me/slack/done") as slack:
        slack.add(ADA, ME.email, picture=OLD)
        slack.add("U0BOB", "bob@example.com")
        slack.tokens.clear()
        desk = opened(one_person(tmp_path))
        configure(desk.home, slack)
        own = own_photos(desk.home, desk.register, ORIGIN)
        desk = replace(desk, own_photos=own, showplaces=lambda: read_showplaces(desk.home))
        say(desk, Answer.APPROVE)
        with stamina.set_testing(True, attempts=3):
            yield World(slack, desk, signed_in(desk, ME.id, ME.id))


def configure(home: Path, slack: FakeSlack, redirect: str = f"{ORIGIN}/me/slack/done") -> None:
    """Write destinations.toml, and the app's secret."""
    secret = home.parent / "secret"
    secret.touch(0o600)
    secret.write_text(slack.client_secret)
    (home / "destinations.toml").write_text(
        f'[slack]\nkind = "slack_own_photo"\nclient_id = "{slack.client}"\nclient_secret_file = "{secret}"\n'
        f'redirect_uri = "{redirect}"\nteam = "{TEAM}"\nweb_url = "{slack.url}/api"\n'
        f'authorize_url = "{slack.url}/oauth/v2/authorize"\nimage_hosts = ["127.0.0.1"]\nlag = 0\n'
    )


def test_the_portrait_is_put_there_and_what_was_there_comes_back(world: World) -> None:
    """With a backup and a receipt; Slack's permission is given back each time, and nothing of it is stored."""
    assert 'name="verb" value="back"' not in world.browser.get("/me").text
    answer = world.come_back(world.leave())
    assert (answer.status_code, answer.headers["location"]) == (303, "/me?code=own_set")
    assert world.is_ours()
    assert [one.state for one in world.receipts()] == ["backed_up", "sending", "done"]
    assert world.desk.vault.get(world.receipts()[-1].replaced) == OLD
    assert world.slack.tokens == {}
    page = world.browser.get("/me?code=own_set").text
    assert "Your portrait is in your Slack." in page
    assert "There since" in page
    answer = world.come_back(world.leave("back"))
    assert answer.headers["location"] == "/me?code=own_back"
    assert alike(OLD, world.shown or b"")
    assert world.slack.tokens == {}
    kept = b"".join(file.read_bytes() for file in world.desk.home.rglob("*") if file.is_file())
    assert b"xoxp-" not in kept


def test_where_nothing_was_nothing_is_there_again(world: World) -> None:
    """Slack's stand-in is no picture to put back."""
    world.slack.show(world.slack.members[ADA], None)
    world.come_back(world.leave())
    assert world.is_ours()
    world.come_back(world.leave("back"))
    assert world.shown is None


def test_twice_is_written_once_and_one_way_back_leads_to_the_beginning(world: World) -> None:
    """However often it is put there, taking back gives what was there before us."""
    world.come_back(world.leave())
    world.come_back(world.leave())
    assert world.slack.effective == {ADA: 1}
    world.slack.show(world.slack.members[ADA], portrait("changed by Ada", 600, 600))
    world.come_back(world.leave())
    assert world.slack.effective == {ADA: 2}
    world.come_back(world.leave("back"))
    assert alike(OLD, world.shown or b"")
    assert 'value="back"' not in world.browser.get("/me").text


def test_what_they_changed_since_stays(world: World) -> None:
    """Taking back ours takes nothing of theirs."""
    world.come_back(world.leave())
    theirs = portrait("changed by Ada", 600, 600)
    world.slack.show(world.slack.members[ADA], theirs)
    assert "stays as it is" in world.come_back(world.leave("back")).text
    assert world.shown == theirs


def test_who_does_not_want_to_be_in_chat_is_not_put_there(world: World) -> None:
    """The page offers nothing, and a permission that comes back after they said no changes nothing."""
    state = world.leave()
    choose(world.desk.register, Choices({"chat": False}), ME.id, ME.id)
    assert 'value="put"' not in world.browser.get("/me").text
    answer = world.come_back(state)
    assert "may not be shown in chat" in answer.text
    assert world.shown == OLD
    assert world.receipts() == []
    assert world.slack.tokens == {}


def test_who_took_their_yes_back_can_still_take_the_picture_back(world: World) -> None:
    """And nothing else."""
    world.come_back(world.leave())
    say(world.desk, Answer.KEEP)
    page = world.browser.get("/me").text
    assert 'value="back"' in page
    assert 'value="put"' not in page
    world.come_back(world.leave("back"))
    assert alike(OLD, world.shown or b"")


@pytest.mark.parametrize("state", ["", "a" * 43, "other"])
def test_a_permission_of_another_browser_is_not_taken(world: World, state: str) -> None:
    """Nor one that was sent along, one used before, or one of somebody else's session."""
    own = world.leave()
    if state == "other":
        other = signed_in(world.desk, "p2", "p2")
        other.cookies.set("__Host-slack", world.browser.cookies["__Host-slack"])
        world.slack.codes["code-1"] = (ADA, BOTH)
        answer = other.get("/me/slack/done", params={"code": "code-1", "state": own})
    else:
        answer = world.come_back(state)
    assert answer.status_code == 400
    assert world.slack.calls == []
    assert world.shown == OLD


def test_who_does_not_allow_it_is_led_to_the_other_way(world: World) -> None:
    """Nothing was changed, and the page with picture and steps is one click away."""
    answer = world.come_back(world.leave(), error="access_denied")
    assert "gave no permission" in answer.text
    assert 'href="/me/slack"' in answer.text
    assert world.slack.calls == []


def test_an_account_is_one_persons(world: World) -> None:
    """Whoever put it into one account takes no other."""
    world.come_back(world.leave())
    assert "another Slack account" in world.come_back(world.leave(), account="U0BOB").text
    assert world.slack.members["U0BOB"].picture is None


def test_nobody_uses_the_account_of_somebody_else(world: World) -> None:
    """Where a colleague's portrait was put, nobody else's comes."""
    world.desk.register.note([Receipt(PLACE, "p2", ADA, "a" * 64, "", "done", now())])
    assert "another Slack account" in world.come_back(world.leave()).text
    assert world.shown == OLD


def test_a_server_that_was_killed_is_settled_by_the_next_visit(world: World) -> None:
    """What was written and not journaled is read back, and not written again."""
    world.come_back(world.leave())
    last = world.receipts()[-1]
    world.desk.register.note([replace(last, state="sending")])
    world.come_back(world.leave())
    assert world.slack.effective == {ADA: 1}
    assert world.receipts()[-1].state == "done"


@pytest.mark.parametrize(
    ("method", "answer", "says"),
    [
        ("oauth.v2.access", Said(200, b'{"ok":false,"error":"bad_client_secret"}'), "please tell IT"),
        ("oauth.v2.access", Said(500), "do not know whether it worked"),
        ("users.setPhoto", Said(500), "do not know whether it worked"),
        ("users.setPhoto", Said(200, b'{"ok":false,"error":"too_large"}'), "do not know whether it worked"),
    ],
)
def test_what_slack_says_no_to_is_told(world: World, method: str, answer: Said, says: str) -> None:
    """In words for the person; no secret is shown, and the old picture stays."""
    world.slack.next[method] = [answer] * 3
    page = world.come_back(world.leave())
    assert says in page.text
    assert world.slack.client_secret not in page.text
    assert world.shown == OLD


def test_without_such_an_app_there_is_the_page_alone(tmp_path: Path) -> None:
    """No button, and no way around it."""
    desk = opened(one_person(tmp_path))
    say(desk, Answer.APPROVE)
    browser = signed_in(desk, ME.id, ME.id)
    page = browser.get("/me").text
    assert not re.search("/me/slack/(go|done)", page)
    assert browser.post("/me/slack/go", data={"token": token_of(page)}).status_code == 404


def test_nobody_else_publishes_there(world: World) -> None:
    """No plan is made for it; a consent for chat can be given, and a wrong way back is told at the start."""
    with pytest.raises(ConfigError, match="from their own page"):
        place_named("slack", world.desk.home)
    assert [(one.name, one.purpose) for one in read_showplaces(world.desk.home).places] == [("slack", "chat")]
    assert destinations(world.desk.home)["slack"].probe() == []
    configure(world.desk.home, world.slack, "https://elsewhere.example.com/slack")
    with pytest.raises(ConfigError, match="come back to https"):
        own_photos(world.desk.home, world.desk.register, ORIGIN)
