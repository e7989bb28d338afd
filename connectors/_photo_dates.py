"""Dates as versions of photos: what If-Modified-Since is asked with."""

import re
from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import format_datetime, parsedate_to_datetime

_DATE = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")
_MARGIN = timedelta(minutes=5)  # between the servers behind one address


def is_date(version: str) -> bool:
    """Whether a version is a date as HTTP writes it; a server takes no other, and does not say so."""
    return _DATE.fullmatch(version) is not None


def seen_at(headers: Mapping[str, str]) -> str:
    """Return the version of a photo that was just sent: when it changed, or else a little before it was sent."""
    changed = headers.get("last-modified", "")
    if is_date(changed):
        return changed
    try:
        sent = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return ""
    return format_datetime(sent.astimezone(UTC) - _MARGIN, usegmt=True)
