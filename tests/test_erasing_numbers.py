"""An id of a few digits is looked for where people stand, and not where something is counted or measured."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from catchlight.audit import Act
from catchlight.desk import open_register
from catchlight.erasure import erase
from catchlight.records import Answer, Decision
from catchlight.register import now
from catchlight.review_records import Letter, Notice
from catchlight.scrubbing import scrub
from catchlight.traces import Traces


def _redraw(*_: object) -> None:
    raise AssertionError


@pytest.mark.parametrize("id_", ["2", "17"])
def test_whose_id_is_a_small_number_is_erased_and_no_count_is(tmp_path: Path, id_: str) -> None:
    """Neither the number of a letter's tries, nor a text's version, nor a line of the audit log is somebody."""
    with closing(open_register(tmp_path)) as register:
        letter = Letter("l", "other", "i", "invitation", "mail", "en", "sent", now(), attempt=id_)
        notice = Notice("d", "portrait", id_, "en", "What is done.", now())
        register.add([letter, notice, Decision(id_, "p", Answer.APPROVE, id_, now())])
        for _ in range(20):
            register.tell(Act.PURGE)
        done = erase(tmp_path, register, id_, _redraw)
        assert done.left == ()
        assert register.rows(Letter) == [letter]
        assert register.rows(Notice) == [notice]
        assert register.decisions() == []


def test_sizes_and_widths_are_nobody(tmp_path: Path) -> None:
    """A plan of files 400 pixels wide, and a table of portraits 668 high, stay for everybody else."""
    plan = {"files": [{"employee": "a", "size": "400"}, {"employee": "400", "size": "96"}], "sizes": ["400"]}
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan))
    scrub(file, Traces("400"))
    assert json.loads(file.read_bytes()) == {"files": [{"employee": "a", "size": "400"}], "sizes": ["400"]}
    table = tmp_path / "portraits.csv"
    table.write_text("employee,width\n668,720\na,668\nb,668\n")
    scrub(table, Traces("668"))
    assert "720" not in table.read_text()
    assert table.read_text().count("668") == 2
