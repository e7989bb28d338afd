"""A letter as mail: addresses that can carry nothing else, headers, and the bytes that travel."""

import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, parseaddr

from catchlight.errors import ConfigError
from catchlight.outbox import Message

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@\x00-\x20\x7f]+@[^\s<>()\[\],;:\"\\@\x00-\x20\x7f]+")
_LINE_START = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends, who gets it, and the letter's bytes with their end; ``utf8`` for addresses beyond ASCII."""

    sender: str
    to: str
    data: bytes = field(repr=False)
    utf8: bool = False


def sender_of(text: str) -> Address:
    """Return the sender that ``mail.sender`` names; ConfigError when it is none."""
    name, address = parseaddr(text)
    if not _ADDRESS.fullmatch(address) or not address.isascii() or not text.isprintable():
        message = f'mail.sender: {text!r} is no address; write it as "Photos <photos@example.com>"'
        raise ConfigError(message)
    return Address(name, addr_spec=address)


def envelope(sender: Address, letter: Message, *, utf8: bool) -> Envelope:
    """Return a letter ready to travel; ValueError with a sentence when its address cannot be used.

    ``utf8`` says whether the server takes addresses with letters beyond ASCII.
    """
    to = _recipient(letter.to)
    if not to.isascii() and not utf8:
        message = "the mail server takes no addresses with letters beyond ASCII"
        raise ValueError(message)
    data = _mail(sender, to, letter).as_bytes(policy=SMTP.clone(utf8=not to.isascii()))
    return Envelope(sender.addr_spec, to, _LINE_START.sub(b"..", data) + b".\r\n", not to.isascii())


def _recipient(address: str) -> str:
    """Return an address with its domain as it is spoken to servers."""
    if not _ADDRESS.fullmatch(address) or len(address) > 254:
        message = "not an e-mail address; correct it in the directory"
        raise ValueError(message)
    local, _, domain = address.partition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        message = "the domain of the e-mail address cannot exist; correct it in the directory"
        raise ValueError(message) from error


def _mail(sender: Address, to: str, letter: Message) -> EmailMessage:
    local, _, domain = to.partition("@")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = Address(username=local, domain=domain)
    mail["Subject"] = " ".join(letter.subject.split())
    mail["Date"] = localtime()
    mail["Message-ID"] = f"<{letter.letter}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"  # Exchange answers Auto-Submitted mail otherwise
    mail.set_content(letter.text, cte="quoted-printable")
    mail["Content-Language"] = letter.language
    return mail
