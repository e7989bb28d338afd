"""Whether the keys that portraits are signed with still serve: how long each certificate holds, and whose key is there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.x509 import Certificate

from catchlight.errors import ConfigError
from catchlight.signing_keys import Place

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CertificateState:
    """One certificate: whose, until when, and what is wrong with it ("" for nothing)."""

    name: str
    until: datetime
    trouble: str = ""


def certificate_states(place: Place, now: datetime) -> list[CertificateState]:
    """Return the state of each certificate of a home; ConfigError when one cannot be read."""
    known = place.certificates()
    named = [("signer", known.signer), *(("issuer", one) for one in known.above[:1]), ("root", known.root)]
    named += [("time", known.time)] if known.time else []
    return [
        CertificateState(name, one.not_valid_after_utc, _trouble(place, name, one, now))
        for name, one in named
    ]


def _trouble(place: Place, name: str, certificate: Certificate, now: datetime) -> str:
    if certificate.not_valid_after_utc < now:
        return "has ended; `catchlight provenance renew`"
    if certificate.not_valid_after_utc < now + SOON:
        return "ends soon; `catchlight provenance renew`"
    if name == "root" or (name == "issuer" and not place.private(name).exists()):
        return ""  # kept offline, or a company's own authority elsewhere
    try:
        key = place.key(name).public_key()
    except ConfigError as error:
        return str(error)
    return "" if key == certificate.public_key() else "the key is another one's"
