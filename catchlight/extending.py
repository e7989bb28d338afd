"""More time to answer, for those who were asked and have not."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from catchlight.deadlines import Rows, invitations
from catchlight.invitations import live
from catchlight.register import Register
from catchlight.review_records import Extension, Revocation
from catchlight.spoken import spoken

_EVER = datetime.min.replace(tzinfo=UTC)


def extend(
    register: Register, asked: Mapping[str, str], days: int, by: str, now: datetime
) -> dict[str, Extension]:
    """Give people (id → the picture that they are asked about) so many days more; return who got them.

    Counted from the deadline, or from now where it has passed, in the days of the clock of ``now``. Only who was asked and has not answered gets
    more time: what an answer decided is not opened again.
    """
    with register.alone() as store:
        revoked = {row.invitation for row in store.rows(Revocation)}
        found = {
            id_: _more(store.rows, id_, picture, revoked, timedelta(days=days), by, now)
            for id_, picture in asked.items()
        }
        new = {id_: row for id_, row in found.items() if row}
        store.add(new.values())
    return new


def _more(
    rows: Rows, employee: str, picture: str, revoked: Collection[str], more: timedelta, by: str, now: datetime
) -> Extension | None:
    asked = live(
        invitations(rows, employee=employee), revoked, spoken(rows, employee=employee), picture, _EVER
    )
    if asked is None:
        return None
    start = max(now, datetime.fromisoformat(asked.deadline)).astimezone(now.tzinfo)
    until = (start + more).astimezone(UTC).isoformat(timespec="seconds")
    return Extension(asked.id, employee, until, by, now.astimezone(UTC).isoformat(timespec="microseconds"))
