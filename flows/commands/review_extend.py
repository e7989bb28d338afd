"""``catchlight review extend``: more time to answer."""

import getpass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from catchlight.days import last_day
from catchlight.errors import ConfigError
from catchlight.extending import extend as give_time
from catchlight.spelling import as_known
from flows.commands.options import HOME, HomeOption
from flows.commands.publish_words import say
from flows.letters import Bureau, open_bureau
from flows.terminal import told

EVERYBODY = "all"


def extend(
    people: Annotated[
        list[str], typer.Argument(help="Employee ids, or all for everybody who has not answered.")
    ],
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="How many days more.")],
    home: HomeOption = HOME,
) -> None:
    """Give people more time to answer; their links live as long.

    The days are counted from the deadline, or from now where it has passed. Only people who were asked and
    have not answered get more time. Their page shows the new day at once, and so do the reminders that
    follow: one of them leaves with the first catchlight review remind on the next day. Who prolonged what,
    and when, stays in the register.

    Exit code 0: done. 1: some of the people named have no open question, the others got more time. 2: it
    could not start.
    """
    with told():
        bureau = open_bureau(home)
        people = [as_known(one, bureau.book.people) for one in people]
        asked = _asked(bureau, people)
        zone = ZoneInfo(bureau.policy.asking.timezone)
        now = bureau.clock().astimezone(zone)
        found = give_time(bureau.register, asked, days, getpass.getuser(), now)
        until = _until([row.until for row in found.values()], zone)
    say(f"People with more time: {len(found)}.{until}")
    none = sorted(set(people) - {EVERYBODY} - set(found))
    if none:
        say(f"  {len(none)} have no open question, so nothing changed: {', '.join(none)}")
    raise typer.Exit(1 if none else 0)


def _asked(bureau: Bureau, people: list[str]) -> dict[str, str]:
    """Return the people meant, each with the picture that they are asked about."""
    if EVERYBODY in people and len(people) > 1:
        message = "review extend: give ids, or all, not both"
        raise ConfigError(message)
    ids = list(bureau.book.people) if people == [EVERYBODY] else people
    bureau.must_know(ids)
    records = bureau.records()
    return {id_: bureau.case(records, id_).picture for id_ in ids}


def _until(ends: list[str], zone: ZoneInfo) -> str:
    days = sorted({last_day(datetime.fromisoformat(end), zone).isoformat() for end in ends})
    if not days:
        return ""
    return f" They may answer until {days[0]}." if len(days) == 1 else f" Until {days[0]} to {days[-1]}."
