"""After a refresh people are asked, when its form names a day: the same letters as ``catchlight review invite``."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from catchlight.errors import ConfigError
from catchlight.policy import load_policy
from flows.correspondence import Order, invite
from flows.letters import open_bureau
from flows.postbox import channels_of
from flows.progress import say

_LONGEST = 365


def days_until(day: date, home: Path, now: datetime | None = None) -> int:
    """Return in how many days that is, in the company's time zone; ConfigError when nobody could keep to it."""
    zone = ZoneInfo(load_policy(home).asking.timezone)
    days = (day - (now or datetime.now(UTC)).astimezone(zone).date()).days
    if not 1 <= days <= _LONGEST:
        message = (
            f"ask_until: {day} is no deadline; choose a day from tomorrow on, at most {_LONGEST} days ahead"
        )
        raise ConfigError(message)
    return days


def ask(home: Path, days: int, only: Collection[str] = ()) -> int:
    """Ask everybody of the newest run, or ``only`` some, who has not answered; return how many letters were put into the outbox."""
    bureau = open_bureau(home)
    channels = channels_of(bureau)
    if not channels:
        message = (
            "ask_until: review.toml has neither a section mail nor one named slack: letters cannot be sent"
        )
        raise ConfigError(message)
    asking = bureau.policy.asking.model_copy(update={"days": days})
    policy = bureau.policy.model_copy(update={"asking": asking})
    done = invite(replace(bureau, policy=policy), channels[0], Order("refresh", only))
    say(
        f"{done.queued} letters were written, {done.report.sent} have left. What waits leaves with Send reminders."
    )
    for why in done.report.broken:
        say(f"Letters could not be sent: {why}. They wait; start Send reminders when that is mended.")
    return done.queued
