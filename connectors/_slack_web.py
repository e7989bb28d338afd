"""Slack's Web API, as far as it reads: nearly every answer has status 200, and ``ok`` says whether it is one."""

from typing import Any

import stamina

from catchlight.errors import ConfigError, OutsideError
from connectors._allowed_calls import AllowedCalls, Reply
from connectors._pace import Limits
from connectors._slack_photo_errors import no_of_web


class WrongAnswerError(OutsideError):
    """What came back was not an answer of Slack's, or said that it was unwell: worth another try."""


def ask(calls: AllowedCalls, method: str, user: str = "", **asked: str) -> dict[str, Any]:
    """Ask a method that changes nothing; ``user`` is whom it is about, "" for everybody.

    ConfigError when Slack does not want us, PhotoError when it refuses this user, OutsideError when it is unwell.
    """
    return answer(calls, method, user, **asked).json()


def listing(url: str, sign: str) -> Limits:
    """Return how often all programs with this token may ask for lists of users (Tier 2)."""
    return Limits(1, reads=20, burst=10, tenant=f"{url} {sign} users.list")  # kept as a digest alone


def looking(url: str, sign: str, a_minute: float) -> Limits:
    """Return how often all programs with this token may look at single users (Tier 4)."""
    return Limits(4, a_minute, burst=20, tenant=f"{url} {sign} users.info")


@stamina.retry(on=WrongAnswerError, attempts=3, timeout=60)
def answer(calls: AllowedCalls, method: str, user: str = "", **asked: str) -> Reply:
    """Do as :func:`ask` does, and return the whole reply: the token's scopes are in its headers."""
    reply = calls.call("GET", f"/{method}", params=asked | ({"user": user} if user else {}))
    checked(reply, user)
    return reply


def checked(reply: Reply, user: str = "", key: str = "token_file") -> dict[str, Any]:
    """Return what a method answered; raise for a refusal, and for what is no answer of Slack's.

    ``key`` is the setting that a ConfigError names.
    """
    if reply.status != 200:
        raise ConfigError(f"web_url: {reply.url} does not answer like Slack (status {reply.status})")
    try:
        told = reply.json()
    except OutsideError as error:
        raise WrongAnswerError(str(error)) from error
    if told.get("ok") is not True:
        refusal = no_of_web(told, user, key)
        raise WrongAnswerError(str(refusal)) if isinstance(refusal, OutsideError) else refusal
    return told


def code_of(reply: Reply) -> str:
    """Return the code of a refusal, "" for anything else."""
    try:
        told = reply.json()
    except OutsideError:
        return ""
    return "" if told.get("ok") is True else str(told.get("error") or "")
