"""After a refresh people are asked, when its form names a day: the same letters as ``catchlight review invite``."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from catchlight.errors import ConfigError
from catchlight.policy import load_policy
from catchlight.spelling import ids_of
from flows.correspondence import Order, invite
from flows.letters import Clock, open_bureau
from flows.postbox import channels_of
from flows.progress import say

_LONGEST = 365


def check_day(day: date, home: Path, now: datetime | None = None) -> None:
    """Raise ConfigError for a day by which nobody could answer, in the company's time zone."""
    if not day_in(1, home, now) <= day <= day_in(_LONGEST, home, now):
        message = (
            f"ask_until: {day} is no deadline; choose a day from tomorrow on, at most {_LONGEST} days ahead"
        )
        raise ConfigError(message)


def day_in(days: int, home: Path, now: datetime | None = None) -> date:
    """Return the day in so many days, in the company's time zone."""
    zone = ZoneInfo(load_policy(home).asking.timezone)
    return (now or datetime.now(UTC)).astimezone(zone).date() + timedelta(days=days)


def ask(home: Path, until: date, only: Collection[str] = (), clock: Clock = lambda: datetime.now(UTC)) -> int:
    """Ask everybody of the newest run, or ``only`` some, who has not answered, and give them time to the end of a day.

    Return how many letters were put into the outbox. ConfigError when that day is over by now.
    """
    bureau = replace(open_bureau(home, clock), until=until)
    if bureau.ends() <= clock():
        message = f"ask_until: {until} was over before the refresh ended, so nobody was asked; start it again with a later day"
        raise ConfigError(message)
    channels = channels_of(bureau)
    if not channels:
        message = (
            "ask_until: review.toml has neither a section mail nor one named slack: letters cannot be sent"
        )
        raise ConfigError(message)
    done = invite(bureau, channels[0], Order("refresh", ids_of(only, bureau.book.people)))
    say(
        f"{done.queued} letters were written, {done.report.sent} have left. What waits leaves with Send reminders."
    )
    unreached = len(done.draft.no_address) + len(done.draft.sharing)
    if unreached:
        say(
            f"{unreached} people have no e-mail address of their own: catchlight review invite tells who, and prints their links."
        )
    if done.draft.silent:
        say(
            f"Not asked again, since an earlier deadline about the same portrait passed in silence: {done.draft.silent}. "
            "catchlight review invite --again asks them."
        )
    for why in done.report.broken:
        say(f"Letters could not be sent: {why}. They wait; start Send reminders when that is mended.")
    return done.queued
