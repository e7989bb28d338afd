"""Two people are erased who did the same for others: what each did stays, and counts, without their names."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from catchlight.audit_check import verify
from catchlight.audit_settings import seal_of
from catchlight.consents import Consent, Word
from catchlight.desk import open_register
from catchlight.erasure import erase
from catchlight.records import Answer, Decision, PlanYes
from catchlight.register import now
from flows.burying import bury_alone
from tests.postgresql_server import database

GONE = ("E10001", "E10002", "E10003")


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Return a home folder with its register in each database that there is."""
    home = tmp_path / "home"
    (home / "secrets").mkdir(parents=True)
    if request.param == "sqlite":
        yield home
        return
    with database(request.getfixturevalue("postgresql_server"), uuid4().hex) as address:
        (home / "secrets/register.url").write_text(address)
        (home / "secrets/register.url").chmod(0o600)
        yield home


def test_rows_that_nothing_but_the_erased_told_apart_stay_apart(home: Path) -> None:
    """Three yeses to a plan are still three, and so are words and answers that were given for somebody else."""
    with closing(open_register(home)) as register:
        for one in GONE:
            register.add([
                PlanYes("d" * 64, one, now()),
                Decision("E2", "p", Answer.HOLD, f"delegate {one}", "2026-01-01", side="brand"),
                Consent("E2", "chat", Word.GRANTED, one, "2026-01-01"),
                Decision(one, "p", Answer.APPROVE, one, now()),
            ])  # fmt: skip
        for one in GONE:
            assert erase(home, register, one, lambda _: None).left == ()
        assert [one.by for one in register.rows(PlanYes)] == ["[erased]", "[erased 2]", "[erased 3]"]
        assert [one.by for one in register.decisions()] == [
            "delegate [erased]", "delegate [erased 2]", "delegate [erased 3]",
        ]  # fmt: skip
        assert len(register.rows(Consent)) == len(GONE)
        assert verify(register, seal_of(home)).problems == ()
    bury_alone(home)
