"""What asking people leaves behind: invitations, more time, letters, uploads, delegations, notices, sessions.

Rows are added, never changed; only a session is renewed and forgotten.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invitation:
    """One person asked about one picture. ``id`` is random and is what a personal link carries."""

    id: str
    employee: str
    picture: str
    by: str
    at: str
    expires: str
    deadline: str


@dataclass(frozen=True, slots=True)
class Revocation:
    """An invitation whose link opens nothing any more."""

    invitation: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Extension:
    """More time for an invitation: its deadline, and the life of its link, reach until ``until``."""

    invitation: str
    employee: str
    until: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One state of one message: queued, sending, sent, failed or dropped.

    ``id`` is made of what the message is (kind, person, invitation, channel), so the same one is queued
    once. ``after`` is the moment from which on it may leave (quiet hours), ``attempt`` counts the tries.
    ``told`` is the rule by which it said that silence publishes, "" where it said nothing of the kind.
    """

    id: str
    employee: str
    invitation: str
    kind: str
    channel: str
    language: str
    state: str
    at: str
    after: str = ""
    why: str = ""
    attempt: str = "1"
    told: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo that a person sent (``photo``: its digest in the vault); the newest takes the others' place."""

    employee: str
    photo: str
    file: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who may answer for whom, and until when; a later row of the same two ends or prolongs it."""

    employee: str
    delegate: str
    by: str
    at: str
    until: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A text that people were shown before they answered; ``digest`` is the sha256 of ``text``."""

    digest: str
    name: str
    version: str
    language: str
    text: str
    at: str


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. ``id`` is the sha256 of what the cookie holds; ``roles`` are blank-separated.

    ``employee`` is whose own page this is ("" for somebody who has none), ``invitation`` the link
    that it began with ("" after single sign-on), ``who`` what decisions name.
    """

    id: str
    who: str
    employee: str
    roles: str
    invitation: str
    began: str
    seen: str
