"""Who is signed in at the review server. Only the sha256 of a cookie is kept."""

import hashlib
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from catchlight.audit import Act
from catchlight.audit_writing import Told
from catchlight.register import Register
from catchlight.review_records import Session

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_RENEW = timedelta(minutes=2)  # a session is written down again no more often than this


class Sessions:
    """The sessions of a register."""

    def __init__(self, register: Register) -> None:
        """Keep sessions in ``register``."""
        self._register = register

    def begin(self, who: str, employee: str = "", roles: tuple[str, ...] = (), invitation: str = "") -> str:
        """Sign somebody in and return what their cookie holds; old sessions are cleared away."""
        cookie, now = secrets.token_urlsafe(32), _text(_now())
        session = Session(_digest(cookie), who, employee, " ".join(roles), invitation, now, now)
        with self._register.alone() as store:
            store.forget_unseen(_text(_now() - IDLE))
            store.add([session])
            store.tell(Told(Act.SIGN_IN, who, employee, f"{session.roles} {'link' if invitation else 'sso'}"))
        return cookie

    def find(self, cookie: str) -> Session | None:
        """Return the session of a cookie; None when it is unknown, idle for too long or too old."""
        if not cookie:
            return None
        found = self._register.rows(Session, id=_digest(cookie))
        session, now = (found[0] if found else None), _now()
        if session is None or _at(session.seen) < now - IDLE or _at(session.began) < now - LONGEST:
            return None
        if _at(session.seen) < now - _RENEW:
            session = replace(session, seen=_text(now))
            with self._register.alone() as store:
                if store.rows(Session, id=session.id):
                    store.renew(session)
        return session

    def end(self, cookie: str) -> None:
        """Sign out."""
        with self._register.alone() as store:
            store.forget(id=_digest(cookie))

    def end_all_of(self, employee: str) -> None:
        """Sign one person out everywhere."""
        with self._register.alone() as store:
            store.forget(employee=employee)


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)


def _text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
