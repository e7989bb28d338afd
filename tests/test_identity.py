"""Whose claims are whose: roles by mapping, people by subject, and nobody by an address."""

import logging
from pathlib import Path
from typing import Any

import pytest

from catchlight.identity import Claims, EntryError, employee_of, identify
from catchlight.records import Employee
from catchlight.sign_on import SignOn


def keycloak(**more: Any) -> SignOn:
    """Return settings for a provider that is not Entra."""
    given = {"issuer": "https://login.example.com", "client_id": "a", "client_secret_file": Path("b")}
    roles = {"hr": "hr", "portrait-brand": "brand", "staff": "employee"}
    return SignOn(**given | {"roles": roles} | more)


@pytest.mark.parametrize(
    ("claim", "sent", "roles"),
    [
        ("roles", {"roles": ["hr", "boss", "portrait-brand"]}, ("brand", "hr")),
        ("roles", {"roles": "hr"}, ("hr",)),
        ("roles", {"roles": ["HR", "hr ", 7, None, ["hr"]]}, ()),
        ("roles", {"roles": {"hr": True}}, ()),
        ("roles", {}, ()),
        ("roles", {"roles": ["staff"]}, ()),
        ("realm_access.roles", {"realm_access": {"roles": ["hr"]}}, ("hr",)),
        ("https://example.com/roles", {"https://example.com/roles": ["hr"]}, ("hr",)),
    ],
)
def test_roles_are_those_that_the_company_mapped(
    claim: str, sent: dict[str, Any], roles: tuple[str, ...]
) -> None:
    """Exactly as written; any other value gives nothing, and being an employee is the directory's to say."""
    assert identify(keycloak(roles_claim=claim), {"sub": "s"} | sent).roles == roles


@pytest.mark.parametrize(
    "sent", [{"hasgroups": True}, {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}}]
)
def test_groups_that_do_not_fit_into_a_token_are_told_to_it(
    sent: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Entra leaves the claim out beyond 200 groups: nobody gets a role by it, and the log says what to use."""
    assert identify(keycloak(roles_claim="groups"), {"sub": "s"} | sent).roles == ()
    assert [line.levelno for line in caplog.records] == [logging.WARNING]
    assert "app roles" in caplog.text


@pytest.mark.parametrize(
    "sent", [{}, {"sub": ""}, {"sub": "  "}, {"sub": None}, {"email": "ada@example.com"}]
)
def test_nobody_enters_without_a_subject(sent: dict[str, Any]) -> None:
    """An address is never taken in its place: it passes from one person to another."""
    with pytest.raises(EntryError, match="sub"):
        identify(keycloak(), sent)


PEOPLE = [
    Employee("007", subject="s-ada", email="ada@example.com"),
    Employee("008", email="grace@example.com"),
    Employee("009", subject="s-twice"),
    Employee("010", subject="s-twice"),
]


@pytest.mark.parametrize(
    ("claims", "employee"),
    [
        (Claims("s-ada"), "007"),
        (Claims("S-ADA"), ""),
        (Claims("ada@example.com"), ""),
        (Claims("s-new", "008"), "008"),
        (Claims("s-new", "8"), ""),
        (Claims("s-new", "007"), ""),  # the directory knows 007 by another subject
        (Claims("s-ada", "008"), "007"),  # the directory's subject decides
        (Claims("s-new", ""), ""),
        (Claims("s-twice"), ""),
    ],
)
def test_an_employee_is_found_by_subject_or_by_a_claim_with_their_id(claims: Claims, employee: str) -> None:
    """Exactly, and only where it can be one person alone."""
    assert employee_of(claims, PEOPLE) == employee


def test_the_employee_id_comes_from_the_claim_that_the_company_named() -> None:
    """And from no other."""
    sent = {"sub": "s", "employeeid": "008"}
    assert identify(keycloak(employee="employeeid"), sent).employee == "008"
    assert identify(keycloak(), sent).employee == ""
