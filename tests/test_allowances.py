"""What somebody takes back while a run is under way counts for their part of it."""

from pathlib import Path

import pytest

from catchlight.agreed import agreed
from catchlight.allowances import covers
from catchlight.consents import Consent, Word
from catchlight.job import Job
from catchlight.order import Order
from catchlight.painting import CLOTHES, GENERATE
from catchlight.permission import read_permissions
from catchlight.records import Employee
from catchlight.register import Register

ANA = Employee("ana", "Ana")


def _said(home: Path, word: Word, *purposes: str) -> None:
    register = Register(home / "register.db")
    try:
        day = "2026-03-01" if word is Word.GRANTED else "2026-03-02"
        register.add([Consent("ana", purpose, word, "ana", f"{day}T10:00:00+00:00") for purpose in purposes])
    finally:
        register.close()


@pytest.mark.parametrize(("taken", "covered"), [((), True), ((CLOTHES,), False), ((GENERATE,), False)])
def test_paint_that_was_taken_back_is_not_laid_on(
    tmp_path: Path, taken: tuple[str, ...], covered: bool
) -> None:
    """Of clothes as of all: whoever took it back since the plan waits for the next run."""
    _said(tmp_path, Word.GRANTED, GENERATE, CLOTHES)
    order = Order("ana", "recipe", (), agreed=agreed(tmp_path, {"ana"})["ana"], compared=False)
    _said(tmp_path, Word.WITHDRAWN, *taken)
    job = Job(source=tmp_path, home=tmp_path)
    assert covers(order, ANA, job, read_permissions(tmp_path)) is covered
