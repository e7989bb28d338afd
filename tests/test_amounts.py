"""One of something is said as one."""

from pathlib import Path

import pytest

from catchlight.amounts import amount, people
from catchlight.publish_planning import draw
from flows.commands.publish_words import tell_plan
from flows.rehearsal import Rehearsal
from tests.published_company import SIZES, make_company


@pytest.mark.parametrize(("count", "said"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_what_is_counted_stands_in_its_number(count: int, said: str) -> None:
    """With an s, or with words of its own."""
    assert amount(count, "file") == said
    assert people(count).endswith("person" if count == 1 else "people")


def test_a_plan_of_one_speaks_of_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As does what a dry run would do."""
    company = make_company(tmp_path)
    company.answer(company.run("r1", {"a": "1"}))
    tell_plan(draw(company.desk(), "latest", SIZES[:1]))
    assert "1 person new, 0 change, 0 as they are; 1 file, " in capsys.readouterr().out
    assert Rehearsal(2, 1, ()).sentence == "2 people; 1 would be rendered, 1 is done already."
