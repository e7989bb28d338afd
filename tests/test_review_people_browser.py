"""The company's pages in a Chromium: for everybody, with the keyboard alone, and without JavaScript."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from catchlight.delegations import Delegations, Wanted
from catchlight.records import Answer
from reports.review.desk import ReviewDesk
from tests.review_company import served
from tests.sheet_browser import QUIET
from tests.sheet_company import HOSTILE
from tests.staffed_company import GATED, answers, brand_says, free_port, picture, say, staffed_company

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = {
    "overview": ("hr", "/people"),
    "queue": ("brand", "/people/queue"),
    "empty": ("reviewer", "/people/queue?search=nobody"),
    "portrait": ("brand", "/people/portrait/p1"),
    "hostile": ("reviewer", "/people/portrait/h5?said=stale"),
    "held": ("brand", "/people/portrait/h1"),
    "bulk": ("hr", "/people/bulk?done=3"),
    "delegations": ("hr", "/people/delegations"),
    "log": ("auditor", "/people/log"),
    "delegated": ("employee", "/delegated"),
    "theirs": ("employee", "/delegated/portrait/h5"),
}
_SMALL = """() => [...document.querySelectorAll("a[href], button, select, input, textarea, summary")]
  .filter((one) => one.checkVisibility() && one.type !== "hidden" && !one.closest(".skip"))
  .filter((one) => {
    const box = (one.closest(".portrait.opens h2") ? one.closest(".portrait") : one.type === "checkbox" ? one.closest("label") : one).getBoundingClientRect();
    return box.width < 24 || box.height < 24;
  }).map((one) => one.outerHTML.slice(0, 120))"""
_UNSEEN_FOCUS = """() => {
  const at = document.activeElement;
  if (at === document.body) return "";
  const ring = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return ring(getComputedStyle(at)) || ring(getComputedStyle(at, "::after")) ? "" : at.outerHTML.slice(0, 120);
}"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ReviewDesk]:
    """Serve a company with hostile names, of which p1, p2, p3 and h1 said yes and h1 is held back."""
    port = free_port()
    desk = staffed_company(tmp_path).desk(GATED.model_copy(update={"url": f"http://127.0.0.1:{port}"}))
    for employee in ("p1", "p2", "p3", "h1"):
        say(desk, employee, by=HOSTILE[0])
    brand_says(desk, "h1", Answer.HOLD, "W" * 200 + HOSTILE[0])
    until = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    wanted = Wanted("h5", "h2", until, "hr", "W" * 200 + HOSTILE[0])
    Delegations(desk.register).name(wanted, desk.company.book().people, needs_reason=True)
    with served(desk, port):
        yield desk


def opened(browser: Browser, desk: ReviewDesk, name: str, **options: Any) -> Page:
    """Open a page as whoever it is for; the page must answer."""
    role, path = PAGES[name]
    cookie = desk.sessions.begin(role, "h2" if role == "employee" else "", (role,))
    context = browser.new_context(**options)
    kept: Any = {"name": "__Host-sid", "value": cookie, "url": "https://127.0.0.1/", "secure": True}
    context.add_cookies([kept])
    page = context.new_page()
    head, _, person = path.rpartition("/")
    if head.endswith("/portrait"):
        key, _, query = person.partition("?")
        path = f"{head}/{picture(desk, key)}{'?' if query else ''}{query}"
    answer = page.goto(desk.policy.url + path)
    assert answer
    assert answer.status == 200
    return page


def violations(page: Page, only: object) -> list[object]:
    """Return what axe finds on a page: the rule and the elements."""
    found: list[object] = page.evaluate(
        """(only) => axe.run(document, {runOnly: only, resultTypes: ["violations"]})
          .then((result) => result.violations.map((one) => [one.id, one.nodes.map((node) => node.html)]))""",
        only,
    )
    return found


@pytest.mark.parametrize("name", PAGES)
def test_no_page_violates_wcag(browser: Browser, desk: ReviewDesk, name: str) -> None:
    """Axe finds nothing of WCAG 2.0 to 2.2, A and AA, also with the help open; and no faint text in the dark."""
    page = opened(browser, desk, name, reduced_motion="reduce")
    page.evaluate(AXE)
    assert violations(page, TAGS) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, {"type": "rule", "values": ["color-contrast"]}) == []
    if name == "portrait":
        page.keyboard.press("?")
        assert page.locator("#keys").is_visible()
        assert violations(page, TAGS) == []
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_every_page_fits_a_phone_and_large_text(browser: Browser, desk: ReviewDesk, name: str) -> None:
    """At 320 px, and with text of twice the size, nothing scrolls sideways; every target is at least 24 px."""
    page = opened(browser, desk, name, viewport={"width": 320, "height": 700}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(_SMALL) == []
    assert page.evaluate("window.hacked") is None
    page.set_viewport_size({"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.context.close()


def test_where_the_focus_is_can_be_seen(browser: Browser, desk: ReviewDesk) -> None:
    """Every stop of the tab key is outlined, in forced colours too."""
    for name in ("queue", "portrait", "overview", "delegated"):
        page = opened(browser, desk, name, forced_colors="active")
        stops = 0
        for _ in range(30):
            page.keyboard.press("Tab")
            assert page.evaluate(_UNSEEN_FOCUS) == ""
            stops += page.evaluate("document.activeElement !== document.body")
        assert stops > 5
        page.context.close()


def test_forced_colours_keep_the_signs(browser: Browser, desk: ReviewDesk) -> None:
    """An outcome keeps its sign, and the chosen filter can be told from the others."""
    page = opened(browser, desk, "queue", forced_colors="active")
    sign = "getComputedStyle(document.querySelector('.mark'), '::before').backgroundColor"
    assert page.evaluate(sign) not in (
        "rgba(0, 0, 0, 0)",
        page.evaluate("getComputedStyle(document.querySelector('.portrait')).backgroundColor"),
    )
    ground = "(one) => getComputedStyle(one).backgroundColor"
    chosen, other = (
        page.locator(".choices a[aria-current]").first,
        page.locator(".choices a:not([aria-current])").first,
    )
    assert chosen.evaluate(ground) != other.evaluate(ground)
    page.context.close()


def test_who_wants_no_motion_gets_none(browser: Browser, desk: ReviewDesk) -> None:
    """The zoom jumps instead of gliding."""
    page = opened(browser, desk, "portrait", reduced_motion="reduce")
    assert page.locator(".right img").evaluate("(one) => getComputedStyle(one).transitionDuration") == "0s"
    page.context.close()


def arrived(page: Page, name: str) -> None:
    """Wait until the portrait of somebody is there and listens to keys."""
    page.get_by_role("heading", level=1, name=name).wait_for()
    page.locator("html.keys").wait_for()


def test_the_keyboard_alone_is_enough(browser: Browser, desk: ReviewDesk) -> None:
    """From the queue through portraits: open, compare, say yes, hold back with a reason, to the end."""
    page = opened(browser, desk, "queue")
    page.goto(f"{desk.policy.url}/people/queue?brand=waiting")
    page.locator(".portrait a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/portrait/**")
    assert page.locator("h1").inner_text() == "Ada1 Byron"
    page.keyboard.press("n")
    arrived(page, "Ada2")
    page.keyboard.press("p")
    arrived(page, "Ada1")
    page.keyboard.press("y")
    arrived(page, "Ada2")
    assert "Recorded." in page.get_by_role("status").inner_text()
    page.keyboard.press("h")
    page.keyboard.type("nypzbu? A strand of hair is missing.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    arrived(page, "Ada3")
    page.keyboard.press("y")
    page.wait_for_url("**/people/queue?brand=waiting&said=taken")
    assert answers(desk)[1:] == [("p1", "approve"), ("p2", "hold"), ("p3", "approve")]
    assert desk.register.decisions("p2")[-1].comment == "nypzbu? A strand of hair is missing."
    page.context.close()


def test_blink_and_zoom_show_both_pictures_at_the_same_place(browser: Browser, desk: ReviewDesk) -> None:
    """Blinking changes only the picture; zooming and moving goes for both."""
    page = opened(browser, desk, "portrait")
    shown, aligned = page.locator(".right img"), page.locator(".left img").get_attribute("src")
    portrait = shown.get_attribute("src")
    page.keyboard.press("b")
    assert aligned in str(shown.evaluate("(one) => one.src"))
    assert page.locator(".now").inner_text() == "The photo"
    page.keyboard.press("b")
    assert portrait in str(shown.evaluate("(one) => one.src"))
    page.keyboard.press("z")
    page.keyboard.press("ArrowDown")
    page.locator(".left .frame").click(position={"x": 40, "y": 40})
    places = page.locator(".frame img").evaluate_all(
        "(all) => all.map((one) => { const s = getComputedStyle(one); return [s.transform, s.transformOrigin]; })"
    )
    assert places[0] == places[1]
    assert places[0][0] != "none"
    page.keyboard.press("z")
    assert not page.locator(".zoomed").count()
    page.context.close()


def test_single_keys_can_be_switched_off(browser: Browser, desk: ReviewDesk) -> None:
    """Who speaks to the computer switches letters off, and they stay off on the next page (WCAG 2.1.4)."""
    page = opened(browser, desk, "portrait")
    page.keyboard.press("?")
    page.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    for _ in range(2):
        page.keyboard.press("y")
        page.keyboard.press("z")
        assert not page.locator(".zoomed").count()
        page.reload()
    assert ("p1", "approve") not in answers(desk)
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Single keys are on").check()
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    assert page.locator(".zoomed").count() == 1
    page.context.close()


def test_all_of_it_works_without_javascript(browser: Browser, desk: ReviewDesk) -> None:
    """Links and forms are enough: filter, open, hold back, release, say yes, approve in bulk, delegate."""
    page = opened(browser, desk, "queue", java_script_enabled=False)
    page.get_by_label("Name").fill("ada1")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Ada1 Byron").click()
    assert not page.locator(".compare").is_visible()
    page.locator("summary", has_text="Hold it back").click()
    page.get_by_label("Why?").fill("crop")
    page.get_by_role("button", name="Hold back and go on").click()
    page.goto(f"{desk.policy.url}/people/queue?brand=held&search=ada1")
    page.get_by_role("link", name="Ada1 Byron").click()
    page.get_by_role("button", name="Release it").click()
    assert [said for said in answers(desk) if said[0] == "p1"] == [("p1", "hold"), ("p1", "approve")]
    page.context.close()
    page = opened(browser, desk, "bulk", java_script_enabled=False)
    page.get_by_role("button", name="Approve one portrait").click()
    assert "One portrait was approved." in page.get_by_role("status").inner_text()
    page.context.close()
    page = opened(browser, desk, "delegated", java_script_enabled=False)
    page.get_by_role("link", name="Look at the portrait").click()
    page.get_by_role("button", name="Keep the current photo").click()
    assert desk.register.decisions("h5")[-1].source == "delegate"
    page.context.close()
