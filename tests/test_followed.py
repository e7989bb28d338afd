"""Rows that are followed are those of the store, whatever was erased and added between two looks."""

from pathlib import Path

import pytest

from catchlight.followed import Followed
from catchlight.records import Answer, Decision
from catchlight.register import Register, now


def _said(person: str) -> Decision:
    return Decision(person, "p", Answer.APPROVE, person, now())


@pytest.mark.parametrize("erased", [[], ["b"], ["c"], ["b", "c"], ["a", "b", "c"]])
@pytest.mark.parametrize("added", [[], ["d"], ["d", "e"], ["d", "e", "f"]])
def test_what_is_followed_is_what_the_store_has(tmp_path: Path, erased: list[str], added: list[str]) -> None:
    """SQLite gives the number of an erased last row again: count and last number may be as before."""
    register = Register(tmp_path / "register.db")
    register.add(map(_said, "abc"))
    followed = Followed(register, Decision)
    assert followed.look() == set("abc")
    with register.alone() as store:
        for person in erased:
            store.remove(Decision, employee=person)
    register.add(map(_said, added))
    assert followed.look() >= {*erased, *added}
    assert followed.all() == register.rows(Decision)
    assert followed.count == len(register.rows(Decision))
    assert followed.look() == set()
    register.close()
