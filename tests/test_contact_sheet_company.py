"""What the contact sheet says of the company: score, who stands out, who is treated alike."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from catchlight.spoilers import Spoiler
from reports.contact_sheet_company import score, treatments
from tests.sheet_browser import QUIET, names, opened
from tests.sheet_company import HOSTILE, SPOILERS, THIRDS, sheet


@pytest.fixture
def page(chromium: str, tmp_path: Path) -> Iterator[Page]:
    """Return the sheet, open and offline."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield from opened(browser, sheet(tmp_path).as_uri())
        browser.close()


def test_who_stands_out_leads_to_the_card_and_to_all_of_them(page: Page) -> None:
    """A link opens the portrait; another shows only those; each says in what it stands out."""
    links = page.locator(".standing-out li a")
    assert links.count() == len(SPOILERS)
    links.first.click()
    assert page.locator("#detail-name").text_content() == HOSTILE[0]
    assert "eyes higher and head larger than the others" in page.locator("#detail .flags").inner_text()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Show these 6 portraits only").click()
    assert sorted(names(page)) == sorted(HOSTILE)


def test_the_table_of_thirds_can_be_read(page: Page) -> None:
    """At the foot, in words: what is not alike is named, with its figures."""
    treated = page.locator(".treated").inner_text()
    assert "Not alike, and more than chance" in treated
    assert re.search(r"To be looked at of people\s+not alike", treated)
    assert "100 %" in treated
    assert "Left out: a third has fewer than 20 people" in treated


def test_nothing_is_said_of_what_was_not_found(tmp_path: Path) -> None:
    """No spoilers, no report, no score: no empty headings."""
    text = sheet(tmp_path, run={}, spoilers=(), fairness=None).read_text("utf-8")
    for heading in ("Stand out of the wall", "Are all treated alike", 'class="score"'):
        assert heading not in text


def test_a_spoiler_who_has_left_is_not_listed(tmp_path: Path) -> None:
    """Only people on the sheet are linked; one portrait is not called several."""
    text = sheet(
        tmp_path, spoilers=[Spoiler("gone", 9, "colour cast"), Spoiler("001", 4, "colour cast")]
    ).read_text("utf-8")
    assert len(re.findall(r'<li><a href="#p\d+"><bdi>Ann Archer<', text)) == 1
    assert len(re.findall(r'<li><a href="#p\d+">', text)) == 1
    assert "Show this portrait only" in text
    assert "Stands out of the wall: colour cast." in text


def test_the_score_stands_before_and_after(tmp_path: Path) -> None:
    """As run.json has it, in whole numbers, with how it is made; a half-known score is none."""
    text = unescape(re.sub(r"<[^>]+>", "", sheet(tmp_path).read_text("utf-8")))
    assert re.search(r"Score before: 22 → , now: 93 of 100", text)
    assert "90 on its target" in text
    assert score({"score": {"before": None, "after": 90.0}}) is None


def test_a_report_without_figures_gives_no_table() -> None:
    """A table in which everything is left out says less than the sentence above it."""
    rows = [{**row, "finding": "left out", "thirds": None} for row in THIRDS["measures"]]
    assert treatments({"measures": rows}) == []
    assert len(treatments(THIRDS)) == 4
