"""Whether portraits will go on being signed: the certificates of Content Credentials, and the days they have left."""

import shlex
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from catchlight.checkup import Finding, State, shown
from catchlight.errors import ConfigError
from catchlight.policy import load_policy
from catchlight.publish_policy import FILE, load_publishing
from catchlight.signing_keys import Place
from catchlight.signing_state import SOON, CertificateState, certificate_states

_WHAT = "Signing"


def look_at_signing(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the certificates of a home; nothing to say where there is no home or signing is off."""
    if not home.is_dir():
        return
    try:
        credentials = load_publishing(home).marking.credentials
    except ConfigError:  # publish.toml has its own line
        return
    if credentials != "off":
        yield _of(home, now) if Place(home).is_set_up else _missing(home, credentials)


def _missing(home: Path, credentials: str) -> Finding:
    make = (
        f"with a stick that you keep in a safe: catchlight provenance init --company {_company(home)} --home {shown(home)} "
        "--root-key /media/stick/catchlight-root.key"
    )
    if credentials == "required":
        return Finding(State.FAIL, _WHAT, f"{FILE} wants it, and no keys were made", make)
    return Finding(State.WARN, _WHAT, "no keys were made; portraits go out unsigned", make)


def _company(home: Path) -> str:
    try:
        return shlex.quote(load_policy(home).company)
    except ConfigError:  # review.toml has its own line
        return "'Your company'"


def _of(home: Path, now: datetime) -> Finding:
    try:
        states = certificate_states(Place(home), now)
    except ConfigError as error:
        remedy = "put back provenance/ and secrets/provenance/ from the newest backup; nothing that needs a signature is published without"
        return Finding(State.FAIL, _WHAT, str(error), remedy)
    return _lasting(home, states, now)


def _lasting(home: Path, states: list[CertificateState], now: datetime) -> Finding:
    first = min(states, key=lambda one: one.until)
    wrong = [one for one in states if one.trouble]
    if not wrong:
        days = (first.until - now).days
        said = f"until {first.until:%d %B %Y} ({days} days): {first.name} ends first"
        return Finding(State.OK, _WHAT, said)
    ends = all(now < one.until < now + SOON for one in wrong)
    said = "; ".join(f"{one.name} (until {one.until:%d %B %Y}): {one.trouble}" for one in wrong)
    remedy = f"catchlight provenance renew --home {shown(home)}; nothing that needs a signature is published once it has ended"
    return Finding(State.WARN if ends else State.FAIL, _WHAT, said, remedy)
