"""What the pages for works council and data protection say of answers and of skin is what the code does."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from typer.testing import CliRunner

from catchlight.checks.skin_ev import Settings
from catchlight.config import Light
from catchlight.fairness import SMALLEST
from flows.commands.documents import app
from tests.review_browser import WIDER

LANGUAGES = ("en", "de")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium)
        yield opened
        opened.close()


def folder(root: Path, language: str, preset: str = "") -> Path:
    """Return the folder of the pages, of a job with a preset where one is given."""
    (home := root / "home").mkdir(exist_ok=True)
    (photos := root / "photos").mkdir(exist_ok=True)
    job = root / "job.toml"
    job.write_text(f'{preset}\n[sources.list]\nkind = "folder"\nroot = "{photos}"\n', "utf-8")
    to = root / f"pages-{language}"
    more = ["--job", str(job)] if preset else []
    done = CliRunner().invoke(app, ["--home", str(home), "--to", str(to), "--language", language, *more])
    assert done.exit_code == 0, done.output
    return to


def text(page: Path) -> str:
    """Return a page as running text."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.read_text("utf-8"))).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_importing_answers_is_told(tmp_path: Path, language: str) -> None:
    """That answers can be written down for people is said, and what holds against it."""
    pages = folder(tmp_path, language)
    for name in ("works-council", "dpia"):
        assert "catchlight review import" in text(pages / f"{name}.html")
    said = {"en": "What a person said themselves stays", "de": "Was eine Person selbst gesagt hat, bleibt"}
    assert said[language] in text(pages / "works-council.html")


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_much_lighter_is_said_as_it_is_bounded(tmp_path: Path, language: str) -> None:
    """The numbers are those of the code: nothing says that nobody's photo is made brighter."""
    page = text(folder(tmp_path, language) / "dpia.html")
    decimal = "." if language == "en" else ","
    for number in (Light().max_stops, Settings().high):
        assert str(number).replace(".", decimal) in page
    assert f" {3 * SMALLEST} " in page
    assert "No step lightens" not in page
    assert "Kein Schritt hellt auf" not in page


def test_a_preset_s_own_bounds_are_said(tmp_path: Path) -> None:
    """A company that lets exposure and skin move otherwise reads its own numbers, or that nothing is flagged."""
    preset = tmp_path / "own.toml"
    preset.write_text(
        'title = "Own"\n[light]\nmax_stops = 0.7\n[checks.skin_ev]\nlow = -0.2\nhigh = 0.2\n', "utf-8"
    )
    page = text(folder(tmp_path, "en", f'preset = "{preset}"') / "dpia.html")
    assert "by 0.7 stops at most" in page
    assert "more than 0.2 stops lighter or darker is flagged" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_scrolls_sideways_on_a_phone(tmp_path: Path, language: str, browser: Browser) -> None:
    """Wide tables scroll inside of it."""
    page = browser.new_page(viewport={"width": 390, "height": 800})
    for file in folder(tmp_path, language).glob("*.html"):
        page.goto(file.as_uri())
        assert page.evaluate(WIDER) == 0, file.name
    page.close()
