"""Slack as a destination when something is wrong: refusals, busy and unwell servers, cut lines, lag, a kill."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import stamina

from catchlight.desk import open_desk
from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError
from catchlight.journal import State
from catchlight.records import Employee
from catchlight.sending import settle
from connectors import slack_photos
from tests.fake_slack_limits import Answer, Buckets, Clock, busy
from tests.fake_slack_photos import TOKEN, FakeSlack, Token
from tests.fake_slack_photos import slack as running
from tests.fake_slack_scim import no
from tests.place_contract import shows
from tests.published_company import portrait
from tests.test_slack_photos import ANNA, USER, place, settings


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """Return a running workspace with an owner and one more; nothing waits before it tries again."""
    with running(clock=Clock()) as slack, stamina.set_testing(True, attempts=3):
        slack.add(USER, "anna@example.org")
        yield slack


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """Return the file with the token."""
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_text(TOKEN)
    return file


def said(code: str, status: int = 200, **more: str) -> Answer:
    """Return a refusal of the Web API."""
    return Answer(status, json.dumps({"ok": False, "error": code, **more}).encode())


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (no(400, "photos_invalid"), PhotoError, r"does not take this picture for account U0ANNA \(400 photos_inv"),
        (no(404, "no_such_user"), PhotoError, "no account U0ANNA any more"),
        (no(404, ""), PhotoError, "no account U0ANNA any more"),
        (no(403, "cannot_modify_owner"), PhotoError, "an owner's account"),
        (no(403, "cannot_modify_gdpr"), PhotoError, "erased for data protection"),
        (no(403, "permission_denied"), PhotoError, "owner may not change account U0ANNA"),
        (no(400, "something_new"), PhotoError, "did not take the picture.*something_new"),
        (no(413, ""), PhotoError, "too large"),
        (no(401, "invalid_authentication"), ConfigError, "token_file: Slack does not accept the token"),
        (no(401, ""), ConfigError, "token_file: Slack does not accept the token"),
        (no(403, "plus_teams_only"), ConfigError, "no SCIM: SCIM comes with Business. and Enterprise"),
        (no(403, "non_org_teams_only"), ConfigError, "Org Owner must install the app on the organisation"),
        (no(403, "token_revoked"), ConfigError, "token was withdrawn"),
        (no(403, "missing_scope"), ConfigError, "lacks a scope"),
        (no(400, "too_many_requests"), OutsideError, "cannot do it now"),
        (no(409, ""), OutsideError, "cannot do it now"),
        (no(500, ""), OutsideError, "answers 500"),
        (no(501, ""), OutsideError, "cannot do it now"),
        (Answer(400, b'{"Errors": {"description": "no_such_user", "code": 404}}'), PhotoError, "no account"),
        (Answer(400, b"<html>"), PhotoError, "did not take the picture"),
        (Answer(302, b"", {"Location": "https://elsewhere.example/"}), ConfigError, "secret is not sent there"),
    ],
)  # fmt: skip
def test_each_refused_write_is_told_and_not_repeated(
    slack: FakeSlack, token: Path, answer: Answer, error: type[CatchlightError], says: str
) -> None:
    """By whom it concerns: this person, everybody, or nobody for long; a write is never sent again blindly."""
    slack.next["scim"] = [answer]
    with pytest.raises(error, match=says):
        place(slack, token).put(USER, portrait("anna"))
    assert len(slack.writes()) == 1
    assert slack.effective[USER] == 0


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (said("user_not_found"), PhotoError, "no account U0ANNA"),
        (said("user_not_visible"), PhotoError, "may not see account U0ANNA"),
        (said("something_new"), PhotoError, "account U0ANNA: Slack says no .something_new"),
        (said("invalid_auth"), ConfigError, "token_file: Slack does not accept the token"),
        (said("missing_scope", needed="users:read"), ConfigError, "lacks a scope.*users:read"),
        (said("not_allowed_token_type"), ConfigError, "user token, which begins with xoxp-"),
        (said("account_inactive"), ConfigError, "no longer there"),
        (Answer(404, b"not found"), ConfigError, "web_url: .* does not answer like Slack"),
    ],
)
def test_each_refused_look_is_told(
    slack: FakeSlack, token: Path, answer: Answer, error: type[CatchlightError], says: str
) -> None:
    """A code about the token stops everything, one about a person does not."""
    slack.next["api"] = [answer]
    with pytest.raises(error, match=says):
        place(slack, token).look(USER)
    assert slack.next["api"] == []


@pytest.mark.parametrize(
    "answer",
    [
        busy(), busy("429 seconds"), Answer(500), Answer(503), Answer(200, b"<html>"), Answer(200, b"[]"),
        said("internal_error"), said("fatal_error"), said("ratelimited"), Answer(200, lost=True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("area", ["api", "avatars"])
def test_a_read_is_tried_again(slack: FakeSlack, token: Path, area: str, answer: Answer) -> None:
    """Whatever passes by itself is no problem, of the profile or of the picture; what stays is."""
    slack.show(slack.members[USER], portrait("anna"))
    there = place(slack, token)
    slack.next[area] = [answer, answer]
    assert there.look(USER) == portrait("anna")
    slack.next[area] = [answer] * 9
    with pytest.raises(OutsideError):
        there.look(USER)


@pytest.mark.parametrize(
    "answer", [Answer(404), Answer(403), Answer(302, b"", {"Location": "https://evil.example/"}), Answer(200)]
)
def test_an_original_that_is_not_there_is_no_absence(slack: FakeSlack, token: Path, answer: Answer) -> None:
    """Neither moved nor missing means that a person has none."""
    slack.show(slack.members[USER], portrait("anna"))
    slack.next["avatars"] = [answer] * 3
    with pytest.raises(OutsideError, match=r"answers \d+ for a picture|moved elsewhere|else than a picture"):
        place(slack, token).look(USER)


def test_a_slow_body_and_an_endless_list_are_left(slack: FakeSlack, token: Path) -> None:
    """A byte now and then keeps no call alive; a cursor that comes again is no next page."""
    page = {"ok": True, "members": [{"id": USER}], "response_metadata": {"next_cursor": "again"}}
    there = place(slack, token)
    who = Answer(200, b'{"ok": true, "team_id": "T0EXAMPLE"}')
    slack.next["api"] = [who, *[Answer(200, json.dumps(page).encode())] * 3]
    with pytest.raises(OutsideError, match="same page again"):
        there.accounts([ANNA])
    slack.next.clear()
    slack.drip = 0.1
    with pytest.raises(OutsideError, match="takes too long"):
        place(slack, token, timeout=0.3).look(USER)


@pytest.mark.parametrize("how", ["seconds", "date", "", "soon"])
def test_a_busy_server_is_waited_for(slack: FakeSlack, token: Path, how: str) -> None:
    """As long as it says, by us all; a write, too, since nothing was done yet."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    header = {"seconds": "7", "date": date, "soon": "soon"}.get(how)
    slack.next["scim"] = [no(429, "too_many_requests", **({"Retry_After": header} if header else {}))]
    place(slack, token).put(USER, portrait("anna"))
    assert slack.effective[USER] == 1
    low, high = {"seconds": (7, 8), "date": (50, 61)}.get(how, (0, 1))
    assert low <= slack.clock() <= high


def test_a_server_that_wants_an_hour_is_left_for_the_next_run(slack: FakeSlack, token: Path) -> None:
    """Nothing sleeps for an hour inside a run."""
    slack.next["scim"] = [no(429, "too_many_requests", Retry_After="3600")]
    with pytest.raises(OutsideError, match="429"):
        place(slack, token).put(USER, portrait("anna"))
    assert len(slack.writes()) == 1


def test_a_user_who_is_being_changed_is_waited_for(slack: FakeSlack, token: Path) -> None:
    """Slack locks an account while it changes, and says only that there were too many requests."""
    slack.lock, there = 0.5, place(slack, token)
    for seed in ("one", "two"):
        there.put(USER, portrait(seed))
    assert (len(slack.writes()), slack.clock()) == (3, 1)
    slack.members[USER].locked_until = slack.clock() + 1e9
    with pytest.raises(OutsideError, match="429"):
        there.put(USER, portrait("three"))
    assert slack.effective[USER] == 2


def test_the_vendors_pace_is_kept_and_left_to_others(slack: FakeSlack, token: Path) -> None:
    """Forty writes and eighty looks in a row stay below Slack's limits; without our pace the stand-in would tell."""
    for number in range(40):
        slack.add(f"U1{number}", picture=portrait("before"))
    there = place(slack, token)
    for number in range(40):
        there.put(f"U1{number}", portrait(str(number)))
    assert slack.clock() >= (40 - 10) / 2
    for number in range(80):
        there.look(f"U1{number % 40}")
    assert slack.clock() >= (40 - 10) / 2 + (80 - 40) * 60 / 100
    assert slack.buckets.exceeded == []
    assert there.takes.a_minute == 50
    buckets = Buckets(Clock())
    assert [bool(buckets.take("scim.update")) for _ in range(21)] == [False] * 20 + [True]


def test_a_write_without_an_answer_is_found_by_reading_back(slack: FakeSlack, token: Path) -> None:
    """Slack took it, and the line broke before it said so: it is not patched a second time."""
    there = place(slack, token)
    slack.faults.rates = {"lost after": 1}
    with pytest.raises(OutsideError):
        there.put(USER, portrait("anna"))
    slack.faults.rates = {}
    assert slack.effective[USER] == len(slack.writes()) == 1
    assert shows(there, there.look(USER), portrait("anna"))


def test_the_probe_changes_nothing_and_says_what_is_wrong(slack: FakeSlack, token: Path) -> None:
    """A good token; scopes, a bot's, a member's; plans; an organisation; a withdrawn token; no server."""

    def told(**changed: Any) -> str:
        return " | ".join(slack_photos.probe(settings(slack, token, **changed)))

    good = slack.tokens[TOKEN]
    assert told() == ""
    slack.tokens[TOKEN] = Token("U0OWNER", ("users:read",))
    assert "lacks admin, users:read.email; add it to the app's User Token Scopes" in told()
    slack.tokens[TOKEN] = Token("U0OWNER", good.scopes, bot=True)
    assert "this is a bot's token" in told()
    slack.tokens[TOKEN] = Token(USER, good.scopes)
    assert "an Owner or Admin who stays one" in told()
    slack.tokens[TOKEN] = good
    for plan in ("free", "pro"):
        slack.plan = plan
        assert "Business+ and Enterprise; on Free and Pro people set their pictures themselves" in told()
    slack.plan = "enterprise"
    assert "an Org Owner must install the app on the organisation" in told()
    slack.tokens[TOKEN] = Token("U0OWNER", good.scopes, organisations=True)
    assert "team_ids: with an organisation's token" in told()
    assert told(team_ids=("T0EXAMPLE",)) == ""
    slack.tokens.clear()
    assert "does not accept the token" in told()
    assert TOKEN not in told()
    assert told(url="http://127.0.0.1:9", web_url="http://127.0.0.1:9")
    token.chmod(0o644)
    assert "others may read this secret" in told()
    assert slack.writes() == []


def test_many_faults_pass(slack: FakeSlack, token: Path) -> None:
    """One call in ten goes wrong: forty people have their picture after two more tries, and nobody two writes."""
    kinds = ("429", "429 seconds", "429 date", "500", "503", "page", "unwell", "lost before", "lost after")
    slack.faults.rates = dict.fromkeys(kinds, 0.011)
    people = [Employee(f"U1{n:02}", email=f"p{n}@example.org") for n in range(40)]
    for person in people:
        slack.add(person.id, person.email)
    there = place(slack, token)
    for _ in range(3):
        for person in people:
            _publish(there, person.id)
    slack.faults.rates = {}
    assert all(shows(there, there.look(one.id), portrait(one.id)) for one in people)
    assert set(slack.effective.values()) == {1}
    assert sum(slack.faults.made.values()) > 10
    assert slack.leaked == []


def _publish(there: Any, user: str) -> None:
    """Do as the journal does: look first, and write only what is not there."""
    try:
        if not shows(there, there.look(user), portrait(user)):
            there.put(user, portrait(user))
    except OutsideError:
        pass


_KILLED = """
import os, signal, sys
from pathlib import Path
from connectors import slack_photos
from connectors._allowed_calls import AllowedCalls
from catchlight.desk import open_desk
from catchlight.records import Receipt
from catchlight.sending import send
real = AllowedCalls.call
def call(self, method, path, **content):
    reply = real(self, method, path, **content)
    if method == "PATCH":
        os.kill(os.getpid(), signal.SIGKILL)
    return reply
AllowedCalls.call = call
settings = slack_photos.Settings.model_validate_json(sys.argv[1])
desk = open_desk(Path(sys.argv[2]), slack_photos.open_place(settings, "slack_photos:chat"))
send(desk, [Receipt("slack_photos:chat", "1", "U0ANNA", sys.argv[3], "", "", "", "run")])
"""


def test_a_program_killed_after_the_write_is_settled_by_reading_back(
    slack: FakeSlack, token: Path, tmp_path: Path
) -> None:
    """The journal says that it is done, and the photo was patched once."""
    slack.clock = time.monotonic
    desk = open_desk(tmp_path, slack_photos.open_place(settings(slack, token), "slack_photos:chat"))
    sent = desk.vault.keep(portrait("anna"))
    command = [sys.executable, "-c", _KILLED, settings(slack, token).model_dump_json(), str(tmp_path), sent]
    done = subprocess.run(command, check=False, cwd=Path(slack_photos.__file__).parents[1])
    assert done.returncode == -signal.SIGKILL
    settle(desk)
    assert list(desk.register.receipts("slack_photos:chat"))[-1].state == State.DONE
    assert slack.effective[USER] == 1
