"""What the pages say is true of the person who reads it."""

from dataclasses import replace
from pathlib import Path

import pytest

from catchlight.journal import State
from catchlight.policy import Rule
from catchlight.records import Answer, Rung
from catchlight.register import now
from catchlight.review_records import Delegation, Upload
from tests.review_company import plain, signed_in
from tests.review_stands import BASIS, ME, one_person, opened, photoless, policy, published, say, told
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


PHOTO = "e" * 64
BACK = {
    (PHOTO,): (
        "your earlier photo is then put there again",
        "what was there before is put back",
        "is shown again",
    ),
    ("",): (
        "then nothing of you is shown there, as before",
        "then nothing of you is shown there, as before",
        "Nothing of you is shown there now",
    ),
    (PHOTO, ""): (
        "where there was a photo of you before, it is then put there again",
        "where there was a photo of you before, it is put back",
        "where there was a photo of you before, it is shown again",
    ),
}


@pytest.mark.parametrize("replaced", BACK)
def test_what_comes_back_is_what_stood_there(tmp_path: Path, replaced: tuple[str, ...]) -> None:
    """While it stands, once it was taken back, and after it went; whoever had no photo is promised none."""
    desk = opened(one_person(tmp_path))
    published(desk, *replaced)
    browser = signed_in(desk, ME.id, ME.id)
    assert BACK[replaced][0] in plain(browser.get("/me").text)
    say(desk, Answer.KEEP, source="page")
    leaving = plain(browser.get("/me").text)
    assert BACK[replaced][1] in leaving
    desk.register.note(
        [replace(one, state=State.RESTORED, at=now()) for one in desk.register.receipts("folder")]
    )
    gone = plain(browser.get("/me").text)
    assert BACK[replaced][2] in gone
    assert ("earlier photo" in gone or "your current photo" in gone.casefold()) == (PHOTO in replaced)


@pytest.mark.parametrize(
    ("replaced", "told_"),
    [((PHOTO,), "and your earlier photo is put there again"), (("",), "and nothing comes in its place")],
)
def test_who_refuses_reads_the_same(tmp_path: Path, replaced: tuple[str, ...], told_: str) -> None:
    """On the page that asks whether they are sure; where nothing stands yet, it is true of both."""
    desk = opened(one_person(tmp_path))
    browser = signed_in(desk, ME.id, ME.id)
    assert "where there was a photo of you before" in plain(browser.get("/me/stop").text)
    published(desk, *replaced)
    assert told_ in plain(browser.get("/me/stop").text)


def test_who_had_no_photo_and_sends_one_keeps_none(tmp_path: Path) -> None:
    """There is no current photo to keep: everything stays as it is."""
    desk = opened(one_person(tmp_path, photo="f" * 64))
    desk.register.add([Upload(ME.id, "f" * 64, "me.jpg", ME.id, now())])
    page = plain(signed_in(desk, ME.id, ME.id).get("/me").text)
    assert "Leave everything as it is" in page
    assert "current photo" not in page.casefold()
    bare = plain(signed_in(opened(photoless(tmp_path / "none")), ME.id, ME.id).get("/me").text)
    assert "Leave everything as it is" in bare


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_log_says_when_answers_go(tmp_path: Path, language: str) -> None:
    """An erasure takes them away, so nobody reads that nothing is ever removed."""
    browser = staff(opened(one_person(tmp_path)), "auditor")
    page = plain(browser.get("/people/log", headers={"Accept-Language": language}).text)
    assert {"en": "when they are erased", "de": "wenn sie gelöscht wird"}[language] in page
