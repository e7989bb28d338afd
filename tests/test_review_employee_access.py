"""A person's own page in Chromium, at every place: on a phone, in large type, in forced colours, without motion."""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from reports.review.desk import ReviewDesk
from tests.review_browser import SMALL, WIDER, violations, visited
from tests.review_company import served
from tests.review_stands import AFTER, ME, places
from tests.sheet_browser import QUIET

PLACES = (*AFTER, "brand", "silence", "to look at", "retake", "several", "hostile", "capped")
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[ReviewDesk, str]]]:
    """Serve the pages of one person at every place; return each desk and its address."""
    desks = places(tmp_path_factory.mktemp("places"))
    with ExitStack() as stack:
        yield {name: (desk, stack.enter_context(served(desk))) for name, desk in desks.items()}


@pytest.mark.parametrize("name", PLACES)
def test_every_place_is_open_to_everybody(
    browser: Browser, running: dict[str, tuple[ReviewDesk, str]], name: str
) -> None:
    """On the smallest phone: nothing for axe to find, no scrolling sideways, no target too small to hit."""
    desk, at = running[name]
    with visited(browser, desk, at, ME.id, **PHONE) as page:
        page.goto(f"{at}/me")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert violations(page) == []
        assert page.evaluate(WIDER) <= 0
        assert page.evaluate(SMALL) == []
        assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("path", ["/", "/me/stop", "/nowhere", "/me?code=stale", "/me?code=taken"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_other_pages_are_too(
    browser: Browser, running: dict[str, tuple[ReviewDesk, str]], path: str, scheme: str
) -> None:
    """In both themes, on a large screen."""
    desk, at = running["again"]
    with visited(browser, desk, at, "" if path == "/" else ME.id, color_scheme=scheme) as page:
        page.goto(at + path)
        assert violations(page) == []
        assert page.title()


def test_text_may_be_twice_as_large(browser: Browser, running: dict[str, tuple[ReviewDesk, str]]) -> None:
    """At 200 % nothing is cut off and nothing scrolls sideways, on a phone and on a screen."""
    desk, at = running["several"]
    for width in (640, 1280):
        with visited(browser, desk, at, ME.id, viewport={"width": width, "height": 900}) as page:
            page.goto(f"{at}/me")
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate(WIDER) <= 0
            cut = page.evaluate(
                "[...document.querySelectorAll('main *')].filter((e) => e.checkVisibility() && !e.closest('.unseen, .frame')"
                " && getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML.slice(0, 90))"
            )
            assert cut == []


def test_forced_colours_keep_what_is_pressed_and_focused(
    browser: Browser, running: dict[str, tuple[ReviewDesk, str]]
) -> None:
    """What is chosen differs from what is not, and the focus has an outline."""
    desk, at = running["open"]
    with visited(browser, desk, at, ME.id, forced_colors="active") as page:
        page.goto(f"{at}/me")
        grounds = [
            page.locator(f".viewer [aria-pressed={pressed}]").first.evaluate(
                "(e) => getComputedStyle(e).backgroundColor"
            )
            for pressed in ("true", "false")
        ]
        assert grounds[0] != grounds[1]
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        assert violations(page) == []


def test_who_wants_no_motion_gets_none(browser: Browser, running: dict[str, tuple[ReviewDesk, str]]) -> None:
    """No transition and no turning wheel."""
    desk, at = running["open"]
    with visited(browser, desk, at, ME.id, reduced_motion="reduce") as page:
        page.goto(f"{at}/me")
        page.evaluate("document.querySelector('[data-busy]').className = 'busy'")
        moving = (
            "(e) => [getComputedStyle(e).transitionDuration, getComputedStyle(e, '::before').animationName]"
        )
        assert page.locator("button").first.evaluate(moving) == ["0s", "none"]
        assert page.locator("[data-busy]").evaluate(moving) == ["0s", "none"]


def test_another_portrait_is_chosen_in_place(
    browser: Browser, running: dict[str, tuple[ReviewDesk, str]]
) -> None:
    """The pictures, the words and the answer change with it, and the focus stays where it is."""
    desk, at = running["several"]
    older = desk.company.book().people[ME.id].pictures[1]
    with visited(browser, desk, at, ME.id) as page:
        page.goto(f"{at}/me")
        page.get_by_role("radio").first.focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator(".after img")).to_have_attribute("src", re.compile(older))
        expect(page.locator("#say input[name=picture]")).to_have_value(older)
        expect(page.get_by_role("radio").nth(1)).to_be_focused()
        page.get_by_role("button", name="On each other").click()
        expect(page.get_by_role("slider")).to_be_visible()
    with visited(browser, desk, at, ME.id, java_script_enabled=False) as page:
        page.goto(f"{at}/me")
        page.get_by_role("radio").nth(1).check()
        page.get_by_role("button", name="Show the chosen one").click()
        expect(page.locator(".after img")).to_have_attribute("src", re.compile(older))
