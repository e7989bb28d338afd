"""Moments as text: UTC, sortable, never later than now."""

from datetime import UTC, datetime

from catchlight.errors import ConfigError


def now() -> str:
    """Return this moment as ISO text in UTC; such texts sort by time."""
    return moment(datetime.now(UTC))


def moment(at: datetime | str) -> str:
    """Return a time as ISO text in UTC, never later than now; ConfigError when it is none.

    A time without a zone is taken as UTC. A clock that runs ahead must not outlive later answers.
    """
    try:
        at = datetime.fromisoformat(at) if isinstance(at, str) else at
        at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{at!r} is not a time; write it as 2026-11-23T14:30:00+00:00"
        raise ConfigError(message) from error
    return min(at, datetime.now(UTC)).isoformat(timespec="microseconds")
