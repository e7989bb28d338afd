"""What people's profiles say of their picture.

The list of all people says it too, a thousand at once. What it said is used for the first look at each person, so
that a plan takes a few calls; before a picture is written, whoever was last seen on the list is asked for again.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catchlight.errors import OutsideError, PhotoError
from connectors._allowed_calls import AllowedCalls
from connectors._slack_web import ask

_LISTED_FOR = 900.0  # seconds: a large plan takes as long


@dataclass(frozen=True, slots=True)
class Profile:
    """Of one account: whether it is there, and where the picture of the person's own is kept ("" for none)."""

    deleted: bool
    original: str

    @classmethod
    def of(cls, id_: str, user: Mapping[str, Any]) -> "Profile":
        """Read what Slack says of a user; PhotoError for a picture without its original."""
        profile = user.get("profile")
        said = profile if isinstance(profile, dict) else {}
        if said.get("is_custom_image") is not True:
            # Slack's own, or a gravatar: neither is a picture that this person gave to Slack.
            return cls(bool(user.get("deleted")), "")
        original = said.get("image_original")
        if not isinstance(original, str) or not original:
            message = f"account {id_} has a picture, but Slack does not show its original; nothing was done"
            raise PhotoError("photo.elsewhere", message)
        return cls(bool(user.get("deleted")), original)


class Profiles:
    """Profiles by account; threads may share it."""

    def __init__(self, calls: AllowedCalls, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nobody listed."""
        self._calls, self._clock = calls, clock
        self._listed: dict[str, tuple[float, Mapping[str, Any]]] = {}
        self._shown: dict[str, Profile] = {}

    def remember(self, users: Mapping[str, Mapping[str, Any]]) -> None:
        """Take what the list of people said just now."""
        now = self._clock()
        self._listed = {id_: (now, user) for id_, user in users.items()}

    def of(self, id_: str) -> Profile:
        """Return a profile; PhotoError for an account that is not there, or a picture without its original."""
        self._shown.pop(id_, None)
        at, user = self._listed.pop(id_, (float("-inf"), {}))
        if self._clock() - at > _LISTED_FOR:
            return self._asked(id_)
        self._shown[id_] = _there(id_, user)
        return self._shown[id_]

    def still(self, id_: str) -> None:
        """Raise PhotoError when a profile that was last seen on the list is another by now."""
        self._listed.pop(id_, None)
        shown = self._shown.pop(id_, None)
        if shown and self._asked(id_) != shown:
            raise PhotoError(
                "photo.changed", f"account {id_} changed meanwhile; nothing was done, run it again"
            )

    def _asked(self, id_: str) -> Profile:
        told = ask(self._calls, "users.info", id_)
        user = told.get("user")
        if not isinstance(user, dict) or str(user.get("id")) != id_:
            raise OutsideError(f"users.info answers with another user than {id_}")
        return _there(id_, user)


def _there(id_: str, user: Mapping[str, Any]) -> Profile:
    profile = Profile.of(id_, user)
    if profile.deleted:
        raise PhotoError("account.gone", f"account {id_} is deactivated")
    return profile
