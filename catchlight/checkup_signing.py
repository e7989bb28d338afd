"""Whether portraits will go on being signed: the certificates of Content Credentials, and the days they have left."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from catchlight.checkup import Finding, State
from catchlight.errors import ConfigError
from catchlight.publish_policy import FILE, load_publishing
from catchlight.signing_keys import Place
from catchlight.signing_state import SOON, CertificateState, certificate_states

_WHAT = "Signing"
_MAKE = "catchlight provenance init"


def look_at_signing(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the certificates of a home; nothing to say where there is no home or signing is off."""
    if not home.is_dir():
        return
    try:
        credentials, place = load_publishing(home).marking.credentials, Place(home)
        if credentials != "off":
            yield _of(certificate_states(place, now), now) if place.is_set_up else _missing(credentials)
    except ConfigError as error:
        yield Finding(State.FAIL, _WHAT, str(error), "catchlight provenance status")


def _missing(credentials: str) -> Finding:
    if credentials == "required":
        return Finding(State.FAIL, _WHAT, f"{FILE} wants it, and no keys were made", _MAKE)
    return Finding(State.WARN, _WHAT, "no keys were made; portraits go out unsigned", _MAKE)


def _of(states: list[CertificateState], now: datetime) -> Finding:
    first = min(states, key=lambda one: one.until)
    wrong = [one for one in states if one.trouble]
    if not wrong:
        days = (first.until - now).days
        said = f"until {first.until:%d %B %Y} ({days} days): {first.name} ends first"
        return Finding(State.OK, _WHAT, said)
    ends = all(now < one.until < now + SOON for one in wrong)
    said = "; ".join(f"{one.name} (until {one.until:%d %B %Y}): {one.trouble}" for one in wrong)
    remedy = "catchlight provenance renew; nothing that needs a signature is published once it has ended"
    return Finding(State.WARN if ends else State.FAIL, _WHAT, said, remedy)
