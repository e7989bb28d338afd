"""What a faulty HTTP server sends, for the worlds of sources."""

from collections.abc import Callable
from typing import TypeVar

from tests.source_worlds import Fault, jpeg

_Answer = TypeVar("_Answer")
Make = Callable[[int, bytes, dict[str, str]], _Answer]

IMPATIENT = 0.3
"""Seconds for which a world's source waits while the world is slow."""


def faulty(make: Make[_Answer], fault: Fault) -> _Answer:
    """Return a fault as a stand-in's answer: a status, half a picture, a page, or an answer that does not end."""
    if fault == "wrong_type":
        return make(200, b"<html>Please sign in</html>", {"Content-Type": "image/jpeg"})
    if fault in {"truncated", "slow"}:
        ends = {"Connection": "close"} if fault == "truncated" else {}
        return make(200, jpeg(9)[:200], {"Content-Length": "5000", **ends})
    return make(int(fault), b"", {"Retry-After": "0"} if fault == "429" else {})
