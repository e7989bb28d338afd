"""Who somebody is, as the company's single sign-on says: from checked claims to a subject, roles and an employee."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catchlight.records import Employee
from catchlight.sign_on import SignOn

_log = logging.getLogger("catchlight.sign_on")


class Refusal(StrEnum):
    """Why somebody may not enter; each is a page with its own words."""

    STALE = "stale"  # begun in another browser, too long ago, or used already
    DECLINED = "declined"  # the person, or the provider, said no
    UNTRUSTED = "untrusted"  # the answer is not what the provider signs for us
    TENANT = "tenant"  # an account of another organisation
    SETUP = "setup"  # the provider does not know us, or leaves out what we need
    NOBODY = "nobody"  # neither an employee of the newest run nor somebody with a role


class EntryError(PermissionError):
    """Nobody may enter with this answer; ``reason`` is for the page, the text for the log, without secrets."""

    def __init__(self, reason: Refusal, told: str) -> None:
        super().__init__(told)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Claims:
    """Who somebody is: ``subject`` and, where it is sent, the employee id; ``roles`` are ours."""

    subject: str
    employee: str = ""
    roles: tuple[str, ...] = ()
    name: str = ""


def identify(sso: SignOn, claims: Mapping[str, Any]) -> Claims:
    """Return who the claims of a checked token belong to; EntryError for another organisation's account."""
    if sso.tenant:
        _require_tenant(sso, claims)
    name = sso.subject or ("oid" if sso.tenant else "sub")
    subject = _text(claims.get(name))
    if not subject:
        raise EntryError(Refusal.SETUP, f"the token has no claim {name!r}, which sso.subject asks for")
    return Claims(
        subject,
        _text(_find(claims, sso.employee)) if sso.employee else "",
        _roles(sso, claims),
        _text(claims.get("name")),
    )


def employee_of(claims: Claims, people: Iterable[Employee]) -> str:
    """Return the id of the one employee whom the claims belong to, "" for nobody.

    The directory's subject decides. The employee claim counts for people without one: it must not
    lead to somebody whom the directory knows by another subject.
    """
    known = [person for person in people if person.subject == claims.subject or person.id == claims.employee]
    found = [person for person in known if person.subject == claims.subject]
    found = found or [person for person in known if claims.employee and not person.subject]
    if len(found) > 1:
        ids = ", ".join(sorted(person.id for person in found)[:5])
        _log.warning(
            "subject %s belongs to several people of the directory (%s): nobody enters", claims.subject, ids
        )
    return found[0].id if len(found) == 1 else ""


def can_enter(sso: SignOn | None, person: Employee) -> bool:
    """Whether somebody can be told by single sign-on at all; without any, everybody enters alike."""
    return sso is None or bool(person.subject or sso.employee)


def _require_tenant(sso: SignOn, claims: Mapping[str, Any]) -> None:
    tenant = _text(claims.get("tid")).casefold()
    if tenant != sso.tenant:
        raise EntryError(Refusal.TENANT, f"tenant {tenant or 'none'} is not the one of sso.tenant")
    # A guest has our tenant's tid; only where they signed in tells them from staff.
    home = _text(claims.get("idp"))
    if claims.get("acct") in {1, "1"} or (home and tenant not in home.casefold()):
        raise EntryError(Refusal.TENANT, "a guest of the tenant")


def _roles(sso: SignOn, claims: Mapping[str, Any]) -> tuple[str, ...]:
    sent = _find(claims, sso.roles_claim)
    if sent is None and (claims.get("hasgroups") or sso.roles_claim in _mapping(claims.get("_claim_names"))):
        _log.warning(
            "the %s claim was left out of a token because it is too long: use app roles instead "
            '(in Entra: App roles; in review.toml: sso.roles_claim = "roles")',
            sso.roles_claim,
        )
    values = [sent] if isinstance(sent, str) else sent if isinstance(sent, list) else []
    ours = {sso.roles[value] for value in values if isinstance(value, str) and value in sso.roles}
    return tuple(sorted(ours - {"employee"}))  # that one is of the directory, not of the provider


def _find(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim; a dotted name also finds one inside another, as Keycloak's realm_access.roles."""
    if name in claims:
        return claims[name]
    outer, _, inner = name.partition(".")
    return _find(_mapping(claims.get(outer)), inner) if inner else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
