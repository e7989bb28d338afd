"""A person's own page in Chromium: each answer with and without scripts, and by keyboard alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from catchlight.records import Decision
from catchlight.review_records import Upload
from reports.review.desk import ReviewDesk
from tests.published_company import portrait
from tests.review_browser import free_port, violations, visited
from tests.review_company import served
from tests.review_stands import ME, Gate, one_person, opened, policy
from tests.sheet_browser import QUIET

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[ReviewDesk, str]]:
    """Serve the page of a person who was asked, at an address that its forms may be sent to."""
    port = free_port()
    desk = opened(one_person(tmp_path), policy(url=f"http://127.0.0.1:{port}", server={"largest_upload": 1}))
    with served(desk, port) as at:
        yield desk, at


def link(desk: ReviewDesk) -> str:
    """Return the path of the person's link."""
    picture = desk.company.book().people[ME.id].pictures[0]
    return "/l/" + desk.invitations.token(desk.invitations.invite(ME.id, picture, "hr", 14))


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("answer", ["approve", "keep", "retry", "upload", "refuse"])
def test_every_answer_can_be_given(
    browser: Browser, asked: tuple[ReviewDesk, str], answer: str, scripts: bool
) -> None:
    """From the link to the page that says what was recorded, without scripts too."""
    desk, at = asked
    with visited(browser, desk, at, java_script_enabled=scripts) as page:
        page.goto(at + link(desk))
        assert page.url == f"{at}/me"
        expect(page.locator(".viewer")).to_be_visible(
            visible=scripts and bool(page.locator(".viewer").count())
        )
        give(page, answer)
        page.wait_for_url(f"{at}/me?code=taken")
        told = page.get_by_role("status").filter(has_text="Your answer is recorded.")
        expect(told).to_be_visible()
        if scripts:
            expect(told).to_be_focused()
    assert [said.answer for said in desk.register.rows(Decision)] == [answer]


def give(page: Page, answer: str) -> None:
    """Answer as a person does, with what the page shows."""
    if answer in ("approve", "keep"):
        page.get_by_role(
            "button", name={"approve": "Use the new portrait", "keep": "Keep my current"}[answer]
        ).click()
    elif answer == "retry":
        page.get_by_text("Try again", exact=True).click()
        page.get_by_label("Softer light").check()
        page.get_by_label("In your own words").fill("Please.")
        page.get_by_role("button", name="Ask for another try").click()
    elif answer == "upload":
        page.get_by_text("Send another photo", exact=True).click()
        page.get_by_label("Your photo", exact=True).set_input_files(
            {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": portrait("new")}
        )
        page.get_by_role("button", name="Check and send").click()
    else:
        page.get_by_role("link", name="Do not process my photo").click()
        page.get_by_role("button", name="Yes, do not process my photo").click()


def test_a_run_by_keyboard_alone(browser: Browser, asked: tuple[ReviewDesk, str]) -> None:
    """Skip to the page, compare, blink, zoom, and answer; what has the focus can be seen."""
    desk, at = asked
    with visited(browser, desk, at, ME.id) as page:
        page.goto(f"{at}/me")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
        page.keyboard.press("Enter")
        reach(page, "On each other")
        page.keyboard.press("Enter")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Shift+Tab")
        slider = page.get_by_role("slider")
        expect(slider).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuetext", "55 % new portrait")
        page.keyboard.press("End")
        page.keyboard.press("b")
        expect(slider).to_have_value("0")
        page.keyboard.press("z")
        expect(page.get_by_role("button", name="Zoom on the eyes")).to_have_attribute("aria-pressed", "true")
        scales = page.locator(".frame img").evaluate_all(
            "(both) => both.map((e) => getComputedStyle(e).transform)"
        )
        assert scales[0] == scales[1] != "none"
        reach(page, "Use the new portrait")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{at}/me?code=taken")
    assert [said.answer for said in desk.register.rows(Decision)] == ["approve"]


def reach(page: Page, name: str) -> None:
    """Go on with the tab key until a button has the focus; each stop must be visible and outlined."""
    for _ in range(40):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const e = document.activeElement, box = e.getBoundingClientRect();"
            " return [e.textContent.trim(), box.width > 1 && box.bottom > 0 && box.top < innerHeight, getComputedStyle(e).outlineStyle]; })()"
        )
        assert seen[1:] == [True, "solid"], seen
        if seen[0] == name:
            return
    raise AssertionError(name)


def test_enter_in_the_reasons_approves_nothing(browser: Browser, asked: tuple[ReviewDesk, str]) -> None:
    """A key pressed in one form never sends another one."""
    desk, at = asked
    with visited(browser, desk, at, ME.id) as page:
        page.goto(f"{at}/me")
        page.get_by_text("Try again", exact=True).click()
        page.get_by_label("Softer light").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="Something is missing")).to_be_focused()
    assert desk.register.rows(Decision) == []


def test_a_mistake_keeps_what_was_written(browser: Browser, asked: tuple[ReviewDesk, str]) -> None:
    """The error leads to its field, which names it."""
    desk, at = asked
    with visited(browser, desk, at, ME.id, **PHONE) as page:
        page.goto(f"{at}/me")
        page.get_by_text("Try again", exact=True).click()
        page.locator("#comment").evaluate(
            "(e) => { e.removeAttribute('maxlength'); e.value = 'x'.repeat(501); }"
        )
        page.get_by_role("button", name="Ask for another try").click()
        alert = page.get_by_role("alert").filter(has_text="Something is missing")
        expect(alert).to_be_focused()
        assert violations(page) == []
        alert.get_by_role("link").click()
        expect(page.locator("#comment")).to_be_focused()
        expect(page.locator("#comment")).to_have_accessible_description(re.compile("at most 500 characters"))
        expect(page.locator("#comment")).to_have_value("x" * 501)


def test_a_bad_photo_is_told_beside_its_field(browser: Browser, asked: tuple[ReviewDesk, str]) -> None:
    """Too large a one is told before it travels."""
    desk, at = asked
    gate = desk.uploads
    assert isinstance(gate, Gate)
    gate.refusal = ("sharpness.far", "The photo is out of focus.")
    with visited(browser, desk, at, ME.id) as page:
        page.goto(f"{at}/me")
        page.get_by_text("Send another photo", exact=True).click()
        page.get_by_role("button", name="Check and send").click()
        expect(page.get_by_role("alert").filter(has_text="Choose a photo first.")).to_be_visible()
        field = page.get_by_label("Your photo", exact=True)
        field.set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 2_000_000})
        page.get_by_role("button", name="Check and send").click()
        expect(page.get_by_text("This file has 2 MB; send one of at most 1 MB.")).to_be_visible()
        assert gate.seen == []
        field.set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": portrait("bad")})
        page.get_by_role("button", name="Check and send").click()
        expect(page.get_by_role("alert").filter(has_text="This photo cannot be used")).to_be_focused()
        assert violations(page) == []
    assert desk.register.rows(Upload) == []


def test_two_clicks_are_one_answer(browser: Browser, asked: tuple[ReviewDesk, str]) -> None:
    """An impatient finger does no harm."""
    desk, at = asked
    with visited(browser, desk, at, ME.id) as page:
        page.goto(f"{at}/me")
        page.get_by_role("button", name="Use the new portrait").dblclick(no_wait_after=True)
        page.wait_for_url(re.compile(r"/me\?code="))
    assert len(desk.register.rows(Decision)) == 1


def test_who_was_signed_out_meanwhile_is_told_so(browser: Browser, asked: tuple[ReviewDesk, str]) -> None:
    """Also when what they send is a whole photo: the page is not simply gone."""
    desk, at = asked
    with visited(browser, desk, at, ME.id, java_script_enabled=False) as page:
        page.goto(f"{at}/me")
        desk.sessions.end_all_of(ME.id)
        page.get_by_text("Send another photo", exact=True).click()
        photo = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 900_000}
        page.get_by_label("Your photo", exact=True).set_input_files(photo)
        page.get_by_role("button", name="Check and send").click()
        expect(page.get_by_text("You are signed out")).to_be_visible()
