"""After a refresh people are asked, when its form names a day: the same letters as ``catchlight review invite``."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from catchlight.errors import ConfigError
from catchlight.policy import load_policy
from catchlight.small_counts import FEWEST, Hidden, part, shown
from catchlight.spelling import ids_of
from flows.correspondence import Order, Pass, invite
from flows.letters import Bureau, Clock, open_bureau
from flows.postbox import channels_of
from flows.progress import say

_LONGEST = 365
_NOT_AGAIN = (
    "Not asked again is whoever let an earlier deadline about the same portrait pass in silence{}. "
    "catchlight review invite --again asks them."
)


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
    ids = ids_of(only, bureau.book.people)
    done = invite(bureau, channels[0], Order("refresh", ids))
    _tell(bureau, done, ids or bureau.book.people.keys())
    return done.queued


def _tell(bureau: Bureau, done: Pass, asked: Collection[str]) -> None:
    """Say what a pass about some people did; what was done of a few of them tells who has answered, and is not told."""
    for sentence in _of_few() if len(asked) < FEWEST else _of_many(done, len(asked)):
        say(sentence)
    unreached = sum(_has_no_address(bureau, id_) for id_ in asked)
    if unreached:
        say(
            f"People without an e-mail address of their own: {unreached}. catchlight review invite tells who, and prints their links."
        )
    for why in done.report.broken:
        say(f"Letters could not be sent: {why}. They wait; start Send reminders when that is mended.")


def _of_few() -> Iterator[str]:
    yield "Whoever of them has not answered has a letter now, or gets it with Send reminders. Of fewer than 5 people no numbers are told."
    yield _NOT_AGAIN.format("")


def _of_many(done: Pass, people: int) -> Iterator[str]:
    written = part(done.queued, people, rest_told=False)
    left = "" if isinstance(written, Hidden) else f", and {done.report.sent} have left"
    yield f"Letters written: {shown(written)}{left}. What waits leaves with Send reminders."
    if done.draft.silent:
        yield _NOT_AGAIN.format(f": {shown(part(done.draft.silent, people, rest_told=False))}")


def _has_no_address(bureau: Bureau, id_: str) -> bool:
    person = bureau.book.people[id_].portrait.employee
    return "@" not in person.email or id_ in bureau.sharing
