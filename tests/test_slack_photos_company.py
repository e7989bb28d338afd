"""A small company on Slack: planned, applied, verified, and put back by the real publishing code."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import stamina

from catchlight.alike import alike
from catchlight.desk import Desk
from catchlight.drift import find_drift
from catchlight.errors import ConfigError
from catchlight.journal import State
from catchlight.publish_planning import draw
from catchlight.rollback import rollback
from catchlight.sending import settle
from tests.fake_slack_limits import Clock
from tests.fake_slack_photos import TOKEN, FakeSlack
from tests.fake_slack_photos import slack as running
from tests.fake_slack_scim import no
from tests.published_company import Company, apply, codes, make_company, portrait
from tests.test_slack_photos import place

NEW, OLD, GUEST, OWNER, GONE = "U0NEW", "U0OLD", "U0GUEST", "U0OWNER", "U0GONE"
BEFORE = portrait("what old had before", 512, 512)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """Return a workspace that shows new pictures two seconds late; the owner may not be changed."""
    with running(clock=Clock(), lag=2) as slack, stamina.set_testing(True, attempts=3):
        slack.add(NEW)
        slack.add(OLD, picture=BEFORE)
        slack.add(GUEST, is_restricted=True)
        slack.add(GONE, active=False)
        yield slack


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company of five who all approved."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {id_: id_ for id_ in (NEW, OLD, GUEST, OWNER, GONE)}))
    (tmp_path / "token").touch(0o600)
    (tmp_path / "token").write_text(TOKEN)
    return company


def desk_of(company: Company, slack: FakeSlack, removal: str = "refuse") -> Desk:
    """Return a desk that publishes to Slack, and waits on the workspace's clock."""
    there = place(slack, company.home.parent / "token", match="id", employee="id", removal=removal)
    return replace(company.desk(), place=there, wait=slack.clock.sleep)  # type: ignore[attr-defined]


def test_there_and_back(company: Company, slack: FakeSlack) -> None:
    """One picture each, once; what is shown late is waited for; what Slack refuses is told; then as it was before."""
    desk = desk_of(company, slack, removal="try")
    plan = draw(desk, "r1", ("96",))
    assert [(p.employee, [(f.size, f.change) for f in p.files]) for p in plan.people] == [
        (NEW, [("1024", "new")]), (OLD, [("1024", "change")]), (OWNER, [("1024", "new")]),
    ]  # fmt: skip
    assert {skip.employee: skip.sentence for skip in plan.skipped} == {
        GUEST: "the Slack account is a guest's; guests = true takes them in",
        GONE: "the Slack account is deactivated",
    }
    results = apply(desk, plan)
    assert codes(results) == {"sent": 2, "failed": 1}
    assert "an owner's account U0OWNER" in next(one.sentence for one in results if one.code == "failed")
    assert codes(apply(desk, draw(desk, "r1", ()))) == {"unchanged": 2, "failed": 1}
    assert slack.effective == {NEW: 1, OLD: 1}
    settle(desk)
    assert find_drift(desk) == []
    assert codes(rollback(desk, "r1")) == {"removed": 1, "restored": 1}
    slack.clock.sleep(10)  # type: ignore[attr-defined]
    assert desk.place.look(NEW) is None
    assert alike(BEFORE, desk.place.look(OLD) or b"")
    assert slack.buckets.exceeded == []
    assert slack.leaked == []
    assert all(member.title == "Engineer" for member in slack.everybody())


def test_who_had_none_keeps_the_new_one_and_is_told(company: Company, slack: FakeSlack) -> None:
    """Unless removing is tried; the others have theirs again, and a picture of somebody's own stays."""
    desk = desk_of(company, slack)
    apply(desk, draw(desk, "r1", ()))
    results = {one.employee: one for one in rollback(desk, "r1")}
    assert (results[OLD].code, results[NEW].code) == ("restored", "failed")
    assert "documents no call that removes" in results[NEW].sentence
    apply(desk, draw(desk, "r1", ()))
    slack.show(slack.members[OLD], portrait("a picture of their own"))
    slack.clock.sleep(10)  # type: ignore[attr-defined]
    settle(desk)
    assert [(drift.employee, drift.kind) for drift in find_drift(desk)] == [(OLD, "changed")]
    assert {one.employee: one.code for one in rollback(desk, "r1")}[OLD] == "conflict"


def test_what_is_shown_too_late_is_unclear_and_then_settled(company: Company, slack: FakeSlack) -> None:
    """It is not taken for failed; the next run reads it back, and writes nothing a second time."""
    slack.lag = 60
    desk = desk_of(company, slack)
    assert codes(apply(desk, draw(desk, "r1", ())))["failed"] == 3
    states = {receipt.employee: receipt.state for receipt in desk.register.receipts()}
    assert states[NEW] == State.UNCLEAR
    slack.clock.sleep(60)  # type: ignore[attr-defined]
    settle(desk)
    assert codes(apply(desk, draw(desk, "r1", ())))["unchanged"] == 2
    assert (slack.effective[NEW], slack.effective[OLD]) == (1, 1)


def test_a_plan_that_is_no_longer_paid_stops_everything(company: Company, slack: FakeSlack) -> None:
    """Only those who were under way at once were tried, nobody a second time; the next run settles them."""
    desk = desk_of(company, slack)
    plan = draw(desk, "r1", ())
    slack.next["scim"] = [no(403, "plus_teams_only")] * 9
    with pytest.raises(ConfigError, match="people set their pictures themselves"):
        apply(desk, plan)
    assert len(slack.writes()) == len(set(slack.writes())) <= desk.place.takes.at_once
    assert slack.effective == {}
    slack.next.clear()
    settle(desk)
    assert codes(apply(desk, draw(desk, "r1", ())))["sent"] == 2


def test_a_dry_look_writes_nothing(company: Company, slack: FakeSlack) -> None:
    """A plan lists people and reads pictures: two calls, and one more for each picture that there is."""
    draw(desk_of(company, slack), "r1", ())
    assert slack.writes() == []
    assert [path for _, path, _ in slack.calls][:2] == ["/api/auth.test", "/api/users.list"]
    assert len(slack.calls) == 3
