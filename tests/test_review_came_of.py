"""A new portrait is said to have come of what somebody asked for only where it did."""

from pathlib import Path

import pytest

from catchlight.records import Answer
from catchlight.register import now
from catchlight.review_records import Upload
from reports.review.desk import ReviewDesk
from tests.review_company import plain, signed_in
from tests.review_stands import ME, again, one_person, opened, say, wished

ASKED = "This one was made because you asked for it. It is try number 2."
SENT = "This one was made from the photo that you sent."
OLDER = "You have answered about an older one. That answer does not count for this one"


def _page(desk: ReviewDesk) -> str:
    return plain(signed_in(desk, ME.id, ME.id).get("/me").text)


def _send(desk: ReviewDesk, photo: str) -> None:
    say(desk, Answer.UPLOAD, "")
    desk.register.add([Upload(ME.id, photo, "me.jpg", ME.id, now())])


def test_a_portrait_with_their_wish_was_made_because_they_asked(tmp_path: Path) -> None:
    """As they asked about the one before."""
    desk = opened(one_person(tmp_path))
    again(desk)
    assert ASKED in _page(desk)


@pytest.mark.parametrize("picture", ["0" * 64, "1" * 64])
def test_an_update_is_not_what_somebody_asked_for(tmp_path: Path, picture: str) -> None:
    """Who asked for another try once, and chose since or not, reads that their answer was about an older one."""
    desk = opened(one_person(tmp_path))
    say(desk, Answer.RETRY, "0" * 64, comment="Please, more like me.")
    if picture != "0" * 64:
        say(desk, Answer.APPROVE, picture)
    page = _page(desk)
    assert OLDER in page
    assert ASKED not in page


def test_a_wish_that_was_met_long_ago_explains_no_newer_portrait(tmp_path: Path) -> None:
    """They chose what came of it, and a new preset made another with the same wish."""
    desk = opened(one_person(tmp_path))
    wished(desk)
    say(desk, Answer.RETRY, "0" * 64, tags="as_photographed")
    say(desk, Answer.APPROVE, "1" * 64)
    page = _page(desk)
    assert OLDER in page
    assert ASKED not in page


def test_a_photo_they_sent_is_told_until_they_answer(tmp_path: Path) -> None:
    """And of a portrait that was made from it, not of another's photo."""
    desk = opened(one_person(tmp_path, photo="f" * 64))
    _send(desk, "f" * 64)
    assert SENT in _page(desk)
    say(desk, Answer.APPROVE, "1" * 64)
    page = _page(desk)
    assert OLDER in page
    assert SENT not in page
