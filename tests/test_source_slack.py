"""Slack as a source, by the contract of all sources, and what is Slack's own."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import stamina

from catchlight.errors import ConfigError, OutsideError
from catchlight.source import Source, StaleMarkError
from connectors import _slack_source, slack_photos
from connectors._pace import Limits, Pace
from connectors._slack_source import FIELDS
from tests.fake_slack_limits import Answer, Clock, busy
from tests.fake_slack_photos import OTHER_TEAM, TEAM, FakeSlack
from tests.fake_slack_photos import slack as running
from tests.source_contract import Contract, synced
from tests.source_worlds import Fault, What, jpeg


def refused(code: str) -> Answer:
    """Return how Slack says no: with status 200."""
    return Answer(200, json.dumps({"ok": False, "error": code}).encode())


_FAULTS = {
    "401": refused("invalid_auth"), "403": refused("missing_scope"), "404": Answer(404, b"no"), "429": busy("429 seconds"),
    "500": refused("internal_error"), "truncated": Answer(200, b'{"ok":true,"mem'), "wrong_type": Answer(200, b"<html>"),
    "slow": Answer(200, b"", {"Content-Length": "99"}),
}  # fmt: skip


class SlackWorld:
    """A workspace, read with an app's token that may only read."""

    none = ("gravatar",)
    tells = True
    page = 3

    def __init__(self, folder: Path, slack: FakeSlack) -> None:
        """Begin with nobody."""
        self.slack, self.token = slack, folder / "token"
        slack.members.clear()
        self.token.touch(0o600)
        self.token.write_text(slack.issue("B1", "users:read", "users:read.email", bot=True))
        self.calls: list[str] = []
        answer = slack.answer

        def heard(method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
            self.calls += [f"photo {one.id}" for one in slack.everybody() if one.hash and one.hash in target]
            return answer(method, target, headers, body)

        slack.answer = heard  # type: ignore[method-assign]

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Let somebody join."""
        profile = {FIELDS[name]: value for name, value in values.items()}  # type: ignore[index]
        self.slack.add(key, values.get("email", ""), picture, profile=profile)

    def without_photo(self, key: str, how: str) -> None:
        """Show a gravatar."""
        assert how == "gravatar"
        self.slack.show(self.slack.members[key], None)

    def gone(self, key: str) -> None:
        """Deactivate an account, or let it be a guest's or another company's."""
        ways = ({"is_restricted": True}, {"is_ultra_restricted": True}, {"is_stranger": True})
        member = self.slack.members[key]
        member.active = bool(int(key) % 2)
        member.more = dict(ways[int(key) % 3]) if member.active else {}

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Let answers be wrong."""
        wrong = (
            {"500": Answer(500), "403": Answer(403), "truncated": Answer(200, jpeg(1)[:200])}
            if what == "photo"
            else {}
        )
        self.slack.next["users.list" if what == "list" else "avatars"] = [{**_FAULTS, **wrong}[fault]] * times

    def settings(self, **more: Any) -> slack_photos.SourceSettings:
        """Return settings as IT would write them, for this machine."""
        hosts = {"hosts": (self.slack.url.removeprefix("http://"),), "timeout": 0.5}
        here = {"web_url": f"{self.slack.url}/api", "photo_hosts": hosts, "timeout": 0.5, "page": self.page}
        return slack_photos.SourceSettings(**{"token_file": self.token, **here, **more})

    def open(self, **more: Any) -> Source:
        """Return the source, at the workspace's pace."""
        clock: Any = self.slack.clock

        def pace(limits: Limits) -> Pace:
            return Pace(limits, clock, clock.sleep)

        return slack_photos.open_source(self.settings(**more), "chat", pace)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SlackWorld]:
    """Return a workspace without people; nothing waits before it tries again."""
    with running(clock=Clock()) as slack, stamina.set_testing(True, attempts=3):
        yield SlackWorld(tmp_path, slack)


class TestSlack(Contract):
    """The contract. A token does not end by itself, so 401 is none of what passes: see the refusals below."""

    FAULTS = frozenset(
        {("list", one) for one in ("403", "404", "429", "500", "truncated", "wrong_type", "slow")}
        | {("photo", one) for one in ("403", "429", "500", "truncated", "wrong_type", "slow")}
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("invalid_auth", "does not accept the token"), ("token_revoked", "withdrawn"), ("missing_scope", "lacks a scope"),
        ("limit_required", "only in pages"), ("account_inactive", "no longer there"), ("access_denied", "denies"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_in_words_with_slacks_code(world: SlackWorld, code: str, words: str) -> None:
    """Though its status is 200."""
    world.person("U1")
    world.slack.next["users.list"] = [refused(code)]
    with closing(world.open()) as source, pytest.raises(ConfigError, match=rf"token_file: .*{words}.*{code}"):
        list(source.pages(""))


def test_only_people_of_the_company_are_listed(world: SlackWorld) -> None:
    """No bots, no app's users, nobody deactivated; guests where the settings say so; owners always."""
    for key, more in {
        "U1": {}, "U2": {"owner": True}, "U3": {"is_restricted": True}, "U4": {"is_ultra_restricted": True},
        "U5": {"bot": True}, "U6": {"is_app_user": True}, "USLACKBOT": {}, "U7": {"active": False},
        "U8": {"is_stranger": True}, "U9": {"team": OTHER_TEAM},
    }.items():  # fmt: skip
        world.slack.add(key, f"{key}@example.org", **more)
    for guests, keys in ((False, {"U1", "U2"}), (True, {"U1", "U2", "U3", "U4"})):
        with closing(world.open(guests=guests)) as source:
            assert {one.key for page in source.pages("") for one in page.entries} == keys


def test_only_a_picture_of_their_own_is_a_photo(world: SlackWorld) -> None:
    """A gravatar has an original, too; where Slack lacks the original the largest counts."""
    world.person("U1")
    world.person("U2", jpeg(2))
    world.person("U3", jpeg(3))
    large = world.slack.shown(world.slack.members["U3"])
    world.slack.members["U3"].profile = {"image_original": None, "image_512": "x", "image_1024": large}
    with closing(world.open()) as source:
        found = {one.key: one for page in source.pages("") for one in page.entries}
        assert (found["U1"].photo, found["U2"].photo) == (None, world.slack.members["U2"].hash[:12])
        assert [one.picture for one in source.photos([("U1", ""), ("U2", ""), ("U3", "")])] == [
            None,
            jpeg(2),
            jpeg(3),
        ]
        (again,) = source.photos([("U2", found["U2"].photo or "")])
        assert again.same
    assert world.slack.leaked == []


def test_a_list_goes_on_by_its_cursor_in_every_workspace(world: SlackWorld) -> None:
    """In a new process; pictures of those who were listed before are looked for one by one."""
    world.slack.plan = "enterprise"
    world.token.write_text(world.slack.issue("U0", "users:read", "users:read.email", organisations=True))
    for n in range(8):
        world.slack.add(f"U{n}", picture=jpeg(n), team=TEAM if n < 4 else OTHER_TEAM)
    with closing(world.open()) as source, pytest.raises(ConfigError, match="team_ids"):
        next(source.pages(""))
    with closing(world.open(team_ids=(TEAM, OTHER_TEAM))) as source:
        pages = list(source.pages(""))
    assert [page.next for page in pages] == [f"{TEAM}|3", f"{OTHER_TEAM}|", f"{OTHER_TEAM}|3", ""]
    for at, page in enumerate(pages[:-1], 1):
        with closing(world.open(team_ids=(TEAM, OTHER_TEAM))) as source:
            assert list(source.pages(page.next)) == pages[at:]
            (got,) = source.photos([("U0", "")])
            assert got.picture == jpeg(0)


@pytest.mark.parametrize("mark", ["|gone", "T0OTHER|3"])
def test_a_mark_that_is_taken_no_more_is_stale(world: SlackWorld, mark: str) -> None:
    """A cursor ends some day, and a workspace may leave the settings."""
    world.person("U1")
    with closing(world.open()) as source, pytest.raises(StaleMarkError):
        list(source.pages(mark))


def test_a_picture_that_changed_since_the_list_is_looked_up_again(world: SlackWorld) -> None:
    """The old address is empty by then; somebody who left is one person's problem."""
    world.person("U1", jpeg(1))
    world.person("U2", jpeg(2))
    with closing(world.open()) as source:
        list(source.pages(""))
        world.slack.pictures.clear()
        world.slack.show(world.slack.members["U1"], jpeg(3))
        del world.slack.members["U2"]
        changed, left = source.photos([("U1", ""), ("U2", "")])
        assert (changed.picture, changed.version) == (jpeg(3), world.slack.members["U1"].hash[:12])
        assert "no account U2" in str(left.problem)
        world.slack.pictures.clear()
        (lost,) = source.photos([("U1", "")])
        assert "no longer keeps the picture" in str(lost.problem)


def test_too_many_requests_make_all_wait(world: SlackWorld) -> None:
    """As long as Slack says, whether its status says so, too, or only its code."""
    world.person("U1")
    world.slack.next["users.list"] = [
        Answer(429, b"", {"Retry-After": "30"}), Answer(200, b'{"ok":false,"error":"ratelimited"}', {"Retry-After": "40"}),
    ]  # fmt: skip
    with closing(world.open()) as source:
        list(source.pages(""))
    assert world.slack.clock() == pytest.approx(70)


def test_a_large_workspace_keeps_to_slacks_limits(world: SlackWorld, tmp_path: Path) -> None:
    """20 lists a minute, and none of it a single look at a user."""
    for n in range(100):
        world.slack.add(f"U{n}")
    synced(world, tmp_path / "sync")
    assert world.slack.buckets.exceeded == []
    assert {path for _, path, _ in world.slack.calls} == {"/api/auth.test", "/api/users.list"}


def test_a_picture_elsewhere_is_not_asked_for(world: SlackWorld, tmp_path: Path) -> None:
    """It is one person's problem."""
    world.person("U1", jpeg(1))
    world.slack.members["U1"].profile = {"image_original": "https://evil.test/U1.jpg"}
    assert "evil.test, which photo_hosts.hosts does not name" in synced(world, tmp_path / "sync")["U1"].note


def test_nothing_can_be_written(world: SlackWorld) -> None:
    """Only three methods are asked."""
    slack = _slack_source._Slack(world.settings(), Pace)
    for calls in (slack._web, slack._lists):
        for method, path in (
            ("POST", "/users.info"),
            ("GET", "/users.setPhoto"),
            ("GET", "/users.profile.set"),
        ):
            with pytest.raises(ValueError, match="not a call"):
                calls.call(method, path)


def test_what_stands_in_the_way_is_told(world: SlackWorld) -> None:
    """Scopes by name; nothing when all is well."""
    (told,) = slack_photos.probe_source(world.settings())
    assert "lists nobody" in told
    world.person("U1", jpeg(1), email="a@example.org")
    assert slack_photos.probe_source(world.settings()) == []
    world.token.write_text(world.slack.issue("B1", "users:read", bot=True))
    assert slack_photos.probe_source(world.settings()) == [
        "token_file: the token lacks users:read.email; add it under OAuth & Permissions"
    ]
    world.token.write_text("xoxb-wrong")
    (told,) = slack_photos.probe_source(world.settings())
    assert "invalid_auth" in told


def test_a_page_that_comes_again_ends_the_list(world: SlackWorld) -> None:
    """It is no list."""
    page = Answer(
        200, json.dumps({"ok": True, "members": [], "response_metadata": {"next_cursor": "1"}}).encode()
    )
    world.slack.next["users.list"] = [page, page]
    with closing(world.open()) as source, pytest.raises(OutsideError, match="again and again"):
        list(source.pages(""))
