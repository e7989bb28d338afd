"""Letters that came back: reports of mail servers (RFC 3464), and which of our letters each is about."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message as Mail
from email.utils import parsedate_to_datetime

_OURS = re.compile(r"<([0-9a-f]{32})@[^<>\s]+>")  # what connectors/smtp gives a letter for its Message-ID
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_LINK = re.compile(r"https?:\S+", re.IGNORECASE)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Bounce:
    """What one report says of one recipient; ``letter`` is "" where it names none of ours, ``at`` when it was written."""

    letter: str
    recipients: tuple[str, ...]
    status: str
    why: str
    at: datetime | None

    @property
    def is_final(self) -> bool:
        """Whether the letter will never arrive."""
        return self.status.startswith("5.")


def bounces_in(mail: Mail) -> Iterator[Bounce]:
    """Yield what a mail reports, once for each recipient; nothing for a mail that is no report."""
    letter, at = _letter(mail), _moment(mail)
    for part in mail.walk():
        blocks = part.get_payload()
        if part.get_content_type() != "message/delivery-status" or not isinstance(blocks, list):
            continue
        for block in blocks:
            found = _bounce(block, letter, at) if isinstance(block, Mail) else None
            if found:
                yield found


def _bounce(block: Mail, letter: str, at: datetime | None) -> Bounce | None:
    """Return what the fields of one recipient say; None for those of the whole mail, and for a delivery."""
    recipients = tuple(filter(None, map(_address, (block["Original-Recipient"], block["Final-Recipient"]))))
    action, status = str(block["Action"] or "").strip().casefold(), _STATUS.search(str(block["Status"] or ""))
    if not recipients or not status or action not in ("failed", "delayed"):
        return None
    code = status[0] if action == "failed" else f"4{status[0][1:]}"
    told = " ".join(str(block["Diagnostic-Code"] or "").split())
    return Bounce(letter, recipients, code, f"{code} {_LINK.sub('…', told)}".strip()[:_LONGEST], at)


def _address(field: str | None) -> str:
    """Return the address of a field such as ``rfc822;ann@example.com``."""
    kind, _, address = str(field or "").partition(";")
    known = kind.strip().casefold() in ("rfc822", "utf-8")
    return _XTEXT.sub(lambda code: chr(int(code[1], 16)), address.strip().strip("<>")) if known else ""


def spoken(address: str) -> str:
    """Return an address as servers speak it, so that two of them can be compared."""
    local, _, domain = address.strip().casefold().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{local}@{domain}"


def _letter(mail: Mail) -> str:
    """Return the letter that a report is about: the mail inside it says so, else what it answers."""
    inside = [part for part in mail.walk() if part is not mail and part["Message-ID"]]
    texts = [str(part["Message-ID"]) for part in inside]
    texts += [_headers(part) for part in mail.walk() if part.get_content_type() == "text/rfc822-headers"]
    texts += [str(mail[name] or "") for name in ("In-Reply-To", "References")]
    return next((found[1] for text in texts if (found := _OURS.search(text))), "")


def _headers(part: Mail) -> str:
    """Return the Message-ID in headers that were sent back without their mail."""
    text = part.get_payload(decode=True)
    lines = text.decode("ascii", "replace").splitlines() if isinstance(text, bytes) else []
    return next((line for line in lines if line.casefold().startswith("message-id:")), "")


def _moment(mail: Mail) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(mail["Date"]))
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC)
