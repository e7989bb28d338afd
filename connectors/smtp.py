"""A mail server, over SMTP (RFC 5321): it takes letters, one connection for many of them.

Certificates are always verified. A letter counts as sent when the server said so; when the connection
ends after its words began to leave, it may have been sent, and that is what is told.
"""

import re
import smtplib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address

from pydantic import Field

from catchlight.errors import ConfigError, OutsideError
from catchlight.outbox import Delivery, Fate, Message
from catchlight.policy import Mail, read_secret
from connectors._mail_message import Envelope, envelope, sender_of
from connectors._mail_server import connect, name_of

_LOST = 3  # connections in a row that end early: the server does not want us now
_OK, _OK_FORWARDED, _GO_ON, _CLOSING, _SIGN_IN_FIRST = 250, 251, 354, 421, 530
_LINK = re.compile(r"https?:\S+", re.IGNORECASE)


class Settings(Mail):
    """The mail server, as ``[mail]`` of review.toml has it."""

    timeout: float = Field(60, gt=0, description="seconds to wait for an answer")


@dataclass(frozen=True, slots=True)
class _Step:
    """What became of one letter; whether the connection is lost; why no letter at all is welcome."""

    delivery: Delivery
    lost: bool = False
    stop: str = ""


def send(settings: Settings, letters: Iterable[Message]) -> Iterator[Delivery]:
    """Hand letters to the mail server one by one, and say what became of each.

    A letter is taken from ``letters`` only when the server is ready for it. Raises ConfigError when
    the server does not want us, OutsideError when it cannot be reached; what was not taken is not sent.
    """
    waiting, lost, sender = iter(letters), 0, sender_of(settings.sender)
    while lost < _LOST:
        with _signed_in(settings) as server:
            for letter in waiting:
                step = _deliver(server, settings, sender, letter)
                yield step.delivery
                if step.stop:
                    raise ConfigError(step.stop)
                lost = lost + 1 if step.lost else 0
                if step.lost:
                    break
            else:
                return
    message = f"{name_of(settings)}: the server ended {_LOST} connections in a row"
    raise OutsideError(message)


@contextmanager
def _signed_in(settings: Settings) -> Iterator[smtplib.SMTP]:
    """Connect, encrypt, sign in; say goodbye at the end."""
    server = connect(settings, settings.timeout)
    try:
        _sign_in(server, settings)
        yield server
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def _sign_in(server: smtplib.SMTP, settings: Settings) -> None:
    if not settings.username:
        return
    if settings.password_file is None:
        message = "mail.password_file: it is needed beside mail.username; a file that only you can read"
        raise ConfigError(message)
    password, where = read_secret(settings.password_file), name_of(settings)
    try:
        server.login(settings.username, password)
    except smtplib.SMTPNotSupportedError as error:
        message = f"mail.username: {where} offers no sign-in; leave username and password_file out"
        raise ConfigError(message) from error
    except smtplib.SMTPAuthenticationError as error:
        why = _said(error.smtp_code, error.smtp_error)
        if error.smtp_code < 500:
            message = f"{where}: signing in does not work now: {why}"
            raise OutsideError(message) from error
        message = f"mail.username, mail.password_file: {where} does not accept them: {why}"
        raise ConfigError(message) from error
    except (smtplib.SMTPException, OSError) as error:
        message = f"{where}: signing in does not work now: {error}"
        raise OutsideError(message) from error


def _deliver(server: smtplib.SMTP, settings: Settings, sender: Address, letter: Message) -> _Step:
    """Take one letter through MAIL, RCPT and DATA."""
    try:
        parts = envelope(sender, letter, utf8=server.has_extn("smtputf8"))
    except ValueError as error:
        return _Step(Delivery(letter.letter, Fate.REFUSED, str(error)))
    try:
        refused = _announce(server, settings, letter, parts)
    except (smtplib.SMTPServerDisconnected, OSError):
        why = "the connection ended before the letter was taken"
        return _Step(Delivery(letter.letter, Fate.LATER, why), lost=True)
    return refused or _hand_over(server, letter, parts)


def _announce(server: smtplib.SMTP, settings: Settings, letter: Message, parts: Envelope) -> _Step | None:
    """Name sender and recipient; return what stands against the letter, None when its words may follow."""
    code, reply = server.mail(parts.sender, ["SMTPUTF8", "BODY=8BITMIME"] if parts.utf8 else [])
    if code >= 500 and code != _SIGN_IN_FIRST:
        stop = f"mail.sender: {name_of(settings)} does not accept {parts.sender}: {_said(code, reply)}"
        return _Step(Delivery(letter.letter, Fate.LATER, _said(code, reply)), stop=stop)
    if code == _OK:
        code, reply = server.rcpt(parts.to)
    if code in (_OK, _OK_FORWARDED):
        code, reply = server.docmd("DATA")
    if code == _GO_ON:
        return None
    if code != _CLOSING:
        server.rset()
    if code == _SIGN_IN_FIRST:
        stop = f"mail.username: {name_of(settings)} wants a sign-in: {_said(code, reply)}"
        return _Step(Delivery(letter.letter, Fate.LATER, _said(code, reply)), stop=stop)
    return _refusal(letter, code, reply)


def _hand_over(server: smtplib.SMTP, letter: Message, parts: Envelope) -> _Step:
    try:
        server.send(parts.data)
        code, reply = server.getreply()
    except (smtplib.SMTPServerDisconnected, OSError):
        why = "the connection ended while the letter was handed over"
        return _Step(Delivery(letter.letter, Fate.UNCLEAR, why), lost=True)
    if code == _OK:
        return _Step(Delivery(letter.letter, Fate.SENT))
    return _refusal(letter, code, reply)


def _refusal(letter: Message, code: int, reply: bytes) -> _Step:
    fate = Fate.REFUSED if code >= 500 else Fate.LATER
    return _Step(Delivery(letter.letter, fate, _said(code, reply)), lost=code == _CLOSING)


def _said(code: int, reply: bytes | str) -> str:
    """Return a server's answer as one short line; filters quote links, and links are secret."""
    reply = reply if isinstance(reply, str) else reply.decode("utf-8", "replace")
    text = " ".join(reply.split())
    return f"{code} {_LINK.sub('…', text)}"[:200]
