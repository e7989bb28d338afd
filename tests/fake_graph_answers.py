"""What the stand-in for Microsoft Graph answers with: a status, a body, headers, and errors in Graph's shape."""

import json
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """A status, a body, and headers."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def as_json(status: int, value: object) -> Answer:
    """Return an object as an answer."""
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def wrong(status: int, code: str, message: str = "", **headers: str) -> Answer:
    """Return an error as Graph answers it."""
    body = {"error": {"code": code, "message": message, "innerError": {"request-id": "0"}}}
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})


DENIED = wrong(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
EXPIRED = wrong(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
