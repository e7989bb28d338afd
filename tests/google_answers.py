"""How a stand-in for Google answers: in JSON, with the errors of its APIs, and with pictures encoded anew."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image


@dataclass(frozen=True)
class Answer:
    """A status, a body, and headers."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def told(value: Any, status: int = 200) -> Answer:
    """Return JSON."""
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json; charset=UTF-8"})


def said(status: int, reason: str, words: str, **headers: str) -> Answer:
    """Return an error in the form of Google's older APIs."""
    one = {"domain": "global", "reason": reason, "message": words}
    answer = told({"error": {"code": status, "message": words, "errors": [one]}}, status)
    return Answer(
        status, answer.body, {**answer.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
    )


def fault(kind: str) -> Answer:
    """Return one of the answers that a busy or unwell Google gives; nothing was done."""
    return {
        "quota": said(403, "userRateLimitExceeded", "User Rate Limit Exceeded"),
        "crowd": said(403, "quotaExceeded", "Quota exceeded for quota metric 'Queries'"),
        "429": said(429, "rateLimitExceeded", "Resource has been exhausted (e.g. check quota)."),
        "500": said(500, "internalError", "Internal Error encountered."),
        "503": said(503, "backendError", "Service unavailable. Please try again"),
        "html": Answer(502, b"<html><title>Error 502 (Server Error)!!1</title></html>"),
    }[kind]


def only(answer: Answer, fields: str) -> Answer:
    """Return only the fields that were asked for: names, and one level below in brackets."""
    if not fields or not answer.body:
        return answer
    wanted = {name: inner.split(",") for name, _, inner in re.findall(r"(\w+)(\(([^)]*)\))?", fields)}
    body = json.loads(answer.body)
    kept = {name: _within(body[name], inner) for name, inner in wanted.items() if name in body}
    return told(kept)


def _within(value: Any, names: list[str]) -> Any:
    if names == [""] or not isinstance(value, list):
        return value
    return [{name: one[name] for name in names if name in one} for one in value]


@lru_cache(maxsize=1024)
def scaled(data: bytes, size: int) -> bytes:
    """Return a picture within a square, encoded anew; none is enlarged."""
    with Image.open(BytesIO(data)) as picture:
        small = picture.convert("RGB")
    small.thumbnail((size, size))
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def monogram(id_: str) -> bytes:
    """Return the picture that Google draws for somebody who has none."""
    buffer = BytesIO()
    Image.new("RGB", (256, 256), f"#{hashlib.sha256(id_.encode()).hexdigest()[:6]}").save(buffer, "PNG")
    return buffer.getvalue()
