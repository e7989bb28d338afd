"""Days as people count them: each ends at midnight where the company is, however many hours it had."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def end_of(day: date, zone: tzinfo) -> datetime:
    """Return the moment, in UTC, at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def last_day(until: datetime, zone: tzinfo) -> date:
    """Return the last day that somebody has who has time until a moment: at midnight it is the day that ends."""
    return (until.astimezone(UTC) - timedelta(microseconds=1)).astimezone(zone).date()
