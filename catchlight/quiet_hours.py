"""When people may be written to: not in the evening, at night, or at a weekend."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from catchlight.policy import Asking

_SATURDAY = 5


def opens(at: datetime, asking: Asking) -> datetime:
    """Return the first moment from ``at`` on at which a letter may leave, in UTC.

    Quiet hours are those of the clock on the wall: they move with summer time.
    """
    zone = ZoneInfo(asking.timezone)
    moment = at.astimezone(UTC)
    for _ in range(8):  # a weekend and its evenings are left after fewer steps
        local = moment.astimezone(zone)
        wall = _quiet_until(local.replace(tzinfo=None), asking)
        if wall is None:
            return moment
        moment = _first(wall, zone, moment)
    return moment


def _quiet_until(wall: datetime, asking: Asking) -> datetime | None:
    """Return when the quiet that holds at a time of the wall clock ends, None when it is not quiet."""
    if wall.weekday() >= _SATURDAY and not asking.weekends:
        return datetime.combine(wall.date() + timedelta(days=1), time())
    begins, ends, now = asking.quiet_from, asking.quiet_until, wall.time()
    over_night = begins > ends
    quiet = (now >= begins or now < ends) if over_night else begins <= now < ends
    if not quiet:
        return None
    tomorrow = over_night and now >= begins
    return datetime.combine(wall.date() + timedelta(days=tomorrow), ends)


def _first(wall: datetime, zone: ZoneInfo, after: datetime) -> datetime:
    """Return the first moment after ``after`` at which the clock shows ``wall`` (twice a year it shows it twice)."""
    shown = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return next((moment for moment in shown if moment > after), max(after, shown[-1]))
