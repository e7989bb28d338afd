"""What the pages say is true of the person who reads it."""

from pathlib import Path

import pytest

from catchlight.policy import Rule
from catchlight.records import Answer, Rung
from catchlight.register import now
from catchlight.review_records import Delegation
from tests.review_company import plain, signed_in
from tests.review_stands import BASIS, ME, one_person, opened, policy, say, told
from tests.staffed_company import picture, staff

WORDS = {"en": ("few pixels", "small"), "de": ("wenige Pixel", "klein")}


@pytest.mark.parametrize("language", WORDS)
def test_an_enlarged_photo_has_few_pixels(tmp_path: Path, language: str) -> None:
    """Whoever fills a photo of few pixels is not told to be small in it, on their page or on the brand's."""
    desk = opened(one_person(tmp_path, rung=Rung.CROP, enlarged=2.0))
    told, untold = WORDS[language]
    for browser, path in (
        (signed_in(desk, ME.id, ME.id), "/me"),
        (staff(desk, "brand"), f"/people/portrait/{picture(desk, ME.id)}"),
    ):
        page = plain(browser.get(path, headers={"Accept-Language": language}).text)
        (sentence,) = [part for part in page.split(".") if told in part]
        assert untold not in sentence


RULE = Rule(entities=("GmbH",), basis=BASIS, rungs=tuple(Rung))
NOBODY = "Nobody decides this for you"


def test_nobody_decides_is_said_where_nobody_does(tmp_path: Path) -> None:
    """Where no agreement and no colleague may answer in their place."""
    page = plain(signed_in(opened(one_person(tmp_path)), ME.id, ME.id).get("/me").text)
    assert f"{NOBODY}, and you can change it later." in page


def test_silence_that_counts_is_said_beside_the_answer(tmp_path: Path) -> None:
    """With the agreement, and that their own word comes first."""
    desk = told(opened(one_person(tmp_path), policy(silence=[RULE.model_dump()])), RULE)
    page = plain(signed_in(desk, ME.id, ME.id).get("/me").text)
    assert NOBODY not in page
    assert "Without your answer, what is agreed for you holds" in page
    assert "What you say yourself always comes first" in page


def test_approval_in_bulk_is_said_as_long_as_it_is_possible(tmp_path: Path) -> None:
    """Not once they have answered: then HR has nothing to say yes to."""
    desk = opened(one_person(tmp_path), policy(bulk=[RULE.model_dump()]))
    page = plain(signed_in(desk, ME.id, ME.id).get("/me").text)
    assert NOBODY not in page
    assert "HR may say yes for you, because this is agreed" in page
    say(desk, Answer.RETRY, "0" * 64, tags="tighter")
    assert "HR may say yes" not in plain(signed_in(desk, ME.id, ME.id).get("/me").text)


def test_a_delegate_is_named_beside_the_answer(tmp_path: Path) -> None:
    """By name."""
    desk = opened(one_person(tmp_path))
    desk.register.add([Delegation(ME.id, "p2", ME.id, now(), "2999-01-01T00:00:00+00:00")])
    page = plain(signed_in(desk, ME.id, ME.id).get("/me").text)
    assert NOBODY not in page
    assert "Somebody else may answer for you, too: \u2068Bob\u2069." in page
