"""The contact sheet for everybody: keyboard, phone, both themes, no script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.sheet_browser import EVERYBODY, QUIET, focused, names, opened
from tests.sheet_company import HOSTILE, sheet

_SMALL = """(within) => [...document.querySelectorAll(`${within} :is(a[href], button, select, input, summary)`)]
  .filter((target) => target.checkVisibility() && !target.closest(".skip"))
  .filter((target) => !within.includes("detail") ? !target.closest("dialog") : true)
  .filter((target) => {
    const box = target.matches(".card .name") ? target.closest(".card").getBoundingClientRect() : target.getBoundingClientRect();
    return box.width < 24 || box.height < 24;
  })
  .map((target) => target.outerHTML.slice(0, 120))"""


_FAINT = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).slice(0, 3).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((numbers(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = [...document.body.querySelectorAll("*")].filter((element) =>
    element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return texts.flatMap((element) => {
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort();
    const ratio = (b + 0.05) / (a + 0.05);
    return ratio < 4.5 ? [`${ratio.toFixed(2)} ${element.outerHTML.slice(0, 100)}`] : [];
  });
}"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the file address of the made-up company's sheet."""
    return sheet(tmp_path_factory.mktemp("sheet")).as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Return the sheet, open and offline; it may neither complain nor ask for anything."""
    yield from opened(browser, address)


def test_cards_can_be_read_without_javascript(browser: Browser, address: str) -> None:
    """Names, outcomes, pictures and reasons are in the page itself; controls that would not work are hidden."""
    for page in opened(browser, address, java_script_enabled=False):
        assert page.locator(".card:visible").count() == EVERYBODY
        assert page.get_by_text("The photo is a little soft.").is_visible()
        assert not page.locator(".tools").is_visible()


@pytest.mark.parametrize("view", ["cards", "wall", "signature", "chat"])
@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_overflows_or_is_too_small_to_hit(
    browser: Browser, address: str, view: str, width: int
) -> None:
    """At 320 px nothing scrolls sideways, and every target is at least 24 px."""
    size = {"width": width, "height": 900}
    for page in opened(browser, f"{address}#view={view}", viewport=size, has_touch=width == 320):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(_SMALL, "body") == []


def test_detail_fits_a_phone(browser: Browser, address: str) -> None:
    """The dialog needs no sideways scrolling either, with the longest name."""
    for page in opened(browser, f"{address}#person=010", viewport={"width": 320, "height": 700}):
        assert page.locator("#detail-name").inner_text() == HOSTILE[-1]
        for selector in ("#detail", "#detail .body", "#detail .scroll"):
            assert page.locator(selector).evaluate("element => element.scrollWidth <= element.clientWidth")
        assert page.evaluate(_SMALL, "#detail") == []


def test_keyboard_alone_is_enough(page: Page) -> None:
    """Next, open, next inside, close: the focus comes back to the person that was looked at."""
    page.keyboard.press("1")
    page.keyboard.press("j")
    first = focused(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("k")
    assert focused(page) == first
    page.keyboard.press("1")
    page.keyboard.press("3")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.locator("#detail-name").inner_text() == "Cid Cole"
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    expect(page.locator(".card .name", has_text="Dan Dean")).to_be_focused()
    page.keyboard.press("3")
    page.keyboard.press("/")
    page.keyboard.type("j1?")
    assert page.get_by_role("searchbox").input_value() == "j1?"


def test_help_switches_single_keys_off(page: Page) -> None:
    """Who dictates or trembles can switch single keys off (WCAG 2.1.4)."""
    page.keyboard.press("?")
    page.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    assert len(names(page)) == EVERYBODY


def test_skip_link_keeps_the_filters(page: Page) -> None:
    """Jumping over the head of the page must not reset it."""
    page.keyboard.press("2")
    page.evaluate("location.hash = 'people'")
    page.wait_for_timeout(100)
    assert names(page) == ["Bob Müller"]


def test_text_is_legible_in_both_themes(browser: Browser, address: str) -> None:
    """Every text keeps 4.5 : 1 against what lies behind it, in light and in dark."""
    for theme in ("light", "dark"):
        for page in opened(browser, address, color_scheme=theme, reduced_motion="reduce"):
            page.keyboard.press("2")
            assert page.evaluate(_FAINT) == []
