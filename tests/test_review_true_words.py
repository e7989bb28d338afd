"""What the pages say is true of the person who reads it."""

from pathlib import Path

import pytest

from catchlight.records import Rung
from tests.review_company import plain, signed_in
from tests.review_stands import ME, one_person, opened
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
