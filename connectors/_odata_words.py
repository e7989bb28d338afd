"""OData 2.0 as SAP SuccessFactors speaks it: how ids and dates are written, and what its errors say."""

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from catchlight.errors import OutsideError
from connectors._allowed_calls import Reply

_DATE = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/")


def quoted(text: str) -> str:
    """Return a value as it stands in an address: between quotation marks, its own doubled."""
    return "'" + quote(text.replace("'", "''"), safe="") + "'"


def plain(value: Any) -> str:
    """Return a property as text; null is "", and a moment is its date."""
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    found = _DATE.fullmatch(str(value))
    return datetime.fromtimestamp(int(found[1]) / 1000, UTC).date().isoformat() if found else str(value)


def results(reply: Reply) -> list[dict[str, Any]]:
    """Return the rows of a page; OutsideError when there are none to be seen."""
    told = reply.json().get("d")
    rows = told.get("results") if isinstance(told, dict) else None
    if not isinstance(rows, list):
        raise OutsideError(f"{reply.url.partition('?')[0]}: answers without a list")
    return [row for row in rows if isinstance(row, dict)]


def following(reply: Reply, entity: str) -> str:
    """Return the rest of the address of the next page, below ours and as the server wrote it; "" after the last."""
    url = str(reply.json()["d"].get("__next") or "")
    parts = urlsplit(url)
    if url and not (parts.path.endswith(f"/{entity}") and re.fullmatch(r"[^\s#]+", parts.query)):
        raise OutsideError(f"{reply.url.partition('?')[0]}: goes on at a strange address")
    return f"/{entity}?{parts.query}" if url else ""


def error_of(reply: Reply) -> str:
    """Return what an OData error says, in one line; "" for an answer that is none, such as a proxy's page."""
    try:
        told = json.loads(reply.body)["error"]
        words = f"{told.get('code') or ''} {(told.get('message') or {}).get('value') or ''}"
    except (ValueError, KeyError, TypeError, AttributeError):
        found = re.search(rb"<error\b.*?<message[^>]*>(.*?)</message>", reply.body[:4000], re.DOTALL)
        words = found[1].decode("utf-8", "replace") if found else ""
    return " ".join(words.split())[:200]
