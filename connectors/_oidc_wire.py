"""HTTP to the sign-on provider: only where we were told, no redirects, bounded in time and size, JSON or nothing."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from catchlight.errors import OutsideError
from connectors._trust import trusted

SECONDS = 8.0
_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the provider, in the shape that msal reads."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Do nothing: an answer that is no use was raised already."""

    def json(self) -> Any:
        """Return what the answer says."""
        return json.loads(self.text)


class Wire:
    """One connection pool to the provider; threads may share it."""

    def __init__(self, ca_file: Path | None, seconds: float = SECONDS) -> None:
        """Trust ``ca_file`` instead of the usual authorities, where it is given."""
        self._seconds = seconds
        timeout = httpx.Timeout(seconds, connect=min(seconds, 4.0))
        self._client = httpx.Client(
            verify=trusted(ca_file, "sso.ca_file"),
            timeout=timeout,
            follow_redirects=False,  # an answer from elsewhere is not the provider's
            limits=httpx.Limits(max_keepalive_connections=0),  # a code cannot be sent again on a stale one
        )

    def get(self, url: str, **options: Any) -> Answer:
        """Look something up."""
        return self._ask("GET", url, **options)

    def post(self, url: str, **options: Any) -> Answer:
        """Send a form."""
        return self._ask("POST", url, **options)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _ask(self, method: str, url: str, **options: Any) -> Answer:
        until = time.monotonic() + self._seconds
        try:
            with self._client.stream(method, url, **options) as response:
                body = _read(response, until)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unwell(url, type(error).__name__) from error
        return _useful(url, Answer(response.status_code, body, dict(response.headers)))


def _read(response: httpx.Response, until: float) -> str:
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) > _BYTES or time.monotonic() > until:
            raise httpx.ReadTimeout("too much, or too slow")
    return body.decode("utf-8", "replace")


def _useful(url: str, answer: Answer) -> Answer:
    """Return an answer that can be read; its text may hold tokens, so no message repeats it."""
    status = answer.status_code
    if 300 <= status < 400 or status == 429 or status >= 500:
        raise _unwell(url, f"answers {status}")
    try:
        told = answer.json()
    except ValueError as error:
        raise _unwell(url, f"answers {status} without JSON") from error
    if not isinstance(told, dict):
        raise _unwell(url, f"answers {status} with something else than an object")
    return answer


def _unwell(url: str, why: str) -> OutsideError:
    return OutsideError(f"single sign-on: {httpx.URL(url).copy_with(query=None, userinfo=b'')}: {why}")
