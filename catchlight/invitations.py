"""Personal links: signed, expiring, revocable, for one person's own picture."""

import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from catchlight.deadlines import asks as is_asking
from catchlight.deadlines import invitations as standing_now
from catchlight.errors import ConfigError
from catchlight.records import Answer, Decision, Side
from catchlight.register import Register
from catchlight.review_records import Invitation, Revocation
from catchlight.secret_file import make_secret
from catchlight.spoken import spoken

_SALT = "review-link-v1"
PicturesNow = Callable[[str], tuple[str, ...] | None]
_OLDEST = 10 * 366 * 86_400  # seconds; the invitation itself says when a link ends


class Link(StrEnum):
    """What a link is worth."""

    GOOD = "good"
    FORGED = "forged"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SPENT = "spent"  # an answer about this picture was given
    OLDER = "older"  # there is a newer portrait
    PAST = "past"  # one of ours, of which nothing is known any more


@dataclass(frozen=True, slots=True)
class Opened:
    """A link's worth, and the invitation that it belongs to (None when forged or long past)."""

    worth: Link
    invitation: Invitation | None


class Invitations:
    """The invitations of a register, and the key that signs their links."""

    def __init__(self, register: Register, home: Path, clock: Callable[[], datetime] | None = None) -> None:
        """Use the key in ``home/secrets/links.key``, made when it is not there; the first line signs."""
        self._register = register
        self._keys = keys(home / "secrets" / "links.key")
        self._clock = clock or (lambda: datetime.now(UTC))

    def invite(self, employee: str, picture: str, by: str, until: int | datetime) -> Invitation:
        """Ask one person about one picture ("" where a photo is asked for).

        They have time ``until`` a moment, or so many days. Asked again about the same one, the standing invitation comes
        back, unless it was answered.
        """
        return self._make(employee, picture, by, until, asks=True)

    def lead(self, employee: str, picture: str, by: str, until: int | datetime) -> Invitation:
        """Let one person onto their page once more, who is asked nothing: the link ends, but no deadline runs."""
        return self._make(employee, picture, by, until, asks=False)

    def _make(self, employee: str, picture: str, by: str, until: int | datetime, *, asks: bool) -> Invitation:
        now = self._clock()
        end = until if isinstance(until, datetime) else now + timedelta(days=until)
        at, ends = now.isoformat(timespec="microseconds"), end.astimezone(UTC).isoformat(timespec="seconds")
        with self._register.alone() as store:
            invitations = standing_now(store.rows, employee=employee)
            revoked = {row.invitation for row in store.rows(Revocation)}
            answers = spoken(store.rows, employee=employee)
            standing = live(invitations, revoked, answers, picture, now, asks=asks)
            if standing:
                return standing
            id_, deadline = secrets.token_urlsafe(12), ends if asks else at
            new = Invitation(id_, employee, picture, by, at, ends, deadline)
            store.add([new])
        return new

    def token(self, invitation: Invitation) -> str:
        """Return what the link of an invitation carries; it names nobody."""
        return str(self._signer().dumps(invitation.id))

    def open(self, token: str, pictures_now: PicturesNow) -> Opened:
        """Say what a link is worth; ``pictures_now`` gives a person's pictures of today, the newest first.

        It gives None for somebody who is not in the newest run: there is no newer portrait of them.
        """
        try:
            id_ = str(self._signer().loads(token, max_age=_OLDEST))
        except SignatureExpired as error:
            return Opened(Link.EXPIRED, self._find(str(self._signer().load_payload(error.payload or b""))))
        except BadSignature:
            return Opened(Link.FORGED, None)
        found = self._find(id_)
        return Opened(self._worth(found, pictures_now), found) if found else Opened(Link.PAST, None)

    def revoke(self, invitation: str, by: str) -> None:
        """Let a link open nothing any more."""
        at = self._clock().isoformat(timespec="microseconds")
        self._register.add([Revocation(invitation, by, at)])

    def _worth(self, found: Invitation, pictures_now: PicturesNow) -> Link:
        if self._register.rows(Revocation, invitation=found.id):
            return Link.REVOKED
        if datetime.fromisoformat(found.expires) <= self._clock():
            return Link.EXPIRED
        pictures = pictures_now(found.employee)
        if pictures is not None and found.picture not in (pictures[:1] or ("",)):
            return Link.OLDER
        answers = spoken(self._register.rows, employee=found.employee)
        return Link.SPENT if is_answered(found, answers) else Link.GOOD

    def _find(self, id_: str) -> Invitation | None:
        found = standing_now(self._register.rows, id=id_)
        return found[0] if found else None

    def _signer(self) -> URLSafeTimedSerializer:
        # SHA-1 is this library's default; the last key of the list signs, all of them open.
        return URLSafeTimedSerializer(
            list(reversed(self._keys)),
            salt=_SALT,
            signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"},
        )


def is_answered(invitation: Invitation, answers: Iterable[Decision]) -> bool:
    """Whether the person answered after they were asked: about this picture, or to be left alone."""
    own = (d for d in answers if d.side == Side.EMPLOYEE and d.at >= invitation.at)
    return any(d.picture == invitation.picture or d.answer in (Answer.KEEP, Answer.REFUSE) for d in own)


def about(
    invitations: Iterable[Invitation],
    revoked: Collection[str],
    answers: Collection[Decision],
    picture: str,
    *,
    asks: bool = True,
) -> list[Invitation]:
    """Return one person's invitations about a picture that no answer followed, ended ones too.

    Without ``asks`` those that only lead to their page.
    """
    ours = (one for one in invitations if one.picture == picture and one.id not in revoked)
    return [one for one in ours if is_asking(one) == asks and not is_answered(one, answers)]


def live(
    invitations: Iterable[Invitation],
    revoked: Collection[str],
    answers: Collection[Decision],
    picture: str,
    now: datetime,
    *,
    asks: bool = True,
) -> Invitation | None:
    """Return one person's newest invitation that still asks about a picture, if there is one; ``asks`` as above."""
    found = about(invitations, revoked, answers, picture, asks=asks)
    return next((one for one in reversed(found) if datetime.fromisoformat(one.expires) > now), None)


def keys(path: Path) -> list[str]:
    """Return the keys of a file, the newest first; the file is made, for its owner alone, when it is not there."""
    try:
        make_secret(path)
    except OSError as error:
        message = f"{path}: the key of the links cannot be made: {error.strerror}"
        raise ConfigError(message) from error
    if path.stat().st_mode & 0o077:
        message = f"{path}: others may read this key; make it yours alone: chmod 600 {path}"
        raise ConfigError(message)
    found = path.read_text(encoding="utf-8").split()
    if not found:
        message = (
            f"{path}: the key is empty; put it back from your backup, or remove the file: then all links end"
        )
        raise ConfigError(message)
    return found
