"""Whose account is whose: by one value, which is the same or is not."""

import pytest

from catchlight.records import Employee
from connectors._accounts import paired


@pytest.mark.parametrize(
    ("ours", "theirs", "found"),
    [
        ("J.Weiß@Example.com", " j.weiß@example.com", True),
        ("zo\u00eb@example.com", "ZOE\u0308@example.com", True),
        ("j.weiß@example.com", "j.weiss@example.com", False),
        ("j.weiss@example.com", "j.weiß@example.com", False),
    ],
)
def test_an_account_is_whose_value_it_has(ours: str, theirs: str, found: bool) -> None:
    """Case, blanks and the form of an accent do not matter; ``ß`` and ``ss`` are two people's."""
    pairs = paired([Employee("e1", email=ours)], "email", "mail", [("account", [theirs])])
    assert (pairs.targets == {"e1": "account"}, "e1" in pairs.absent) == (found, not found)
