"""The contact sheet in Chromium: what it shows, finds, sorts and opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from catchlight.ledger import table
from catchlight.records import Employee
from tests.sheet_browser import EVERYBODY, QUIET, names, opened
from tests.sheet_company import HOSTILE, sheet


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


def test_opens_from_a_file_with_every_picture_drawn(page: Page) -> None:
    """Offline, without a complaint, no picture broken."""
    assert len(names(page)) == EVERYBODY
    page.set_viewport_size({"width": 1280, "height": 4000})
    page.evaluate("() => Promise.all([...document.images].map((image) => image.decode()))")


def test_hostile_names_are_text(page: Page) -> None:
    """A name is shown as it was written, and does nothing, on the card and in the dialog."""
    assert set(HOSTILE) <= set(page.locator(".card .name").all_text_contents())
    for name in HOSTILE:
        page.locator(".card .name", has_text=name).first.click()
        assert page.locator("#detail-name").text_content() == name
        page.keyboard.press("Escape")
    assert page.evaluate("window.hacked") is None


def test_outcome_chips_filter_and_count(page: Page) -> None:
    """One chip shows its outcome only; two show both; the figures stay true."""
    page.get_by_role("button", name="Review").click()
    assert names(page) == ["Bob Müller"]
    assert page.locator("#shown").inner_text() == f"1 of {EVERYBODY} portraits"
    page.get_by_role("button", name="Retake").click()
    assert names(page) == ["Bob Müller", "Cid Cole", "Dan Dean"]
    page.get_by_role("button", name="Clear", exact=True).click()
    assert len(names(page)) == EVERYBODY


def test_department_and_reason_filter(page: Page) -> None:
    """Both selects narrow what is shown, and count the others' chips."""
    page.get_by_label("Reason", exact=True).select_option(label="Sharpness: low (1)")
    assert names(page) == ["Bob Müller"]
    page.get_by_label("Reason", exact=True).select_option("")
    page.get_by_label("Department", exact=True).select_option("IT & <Ops>")
    assert "Bob Müller" not in names(page)
    assert page.get_by_role("button", name="Review").inner_text().split() == ["Review", "0"]


def test_search_finds_name_id_and_department_without_accents(page: Page) -> None:
    """What people type is found: "muller" is Müller, an id, a part of a department."""
    box = page.get_by_role("searchbox")
    for typed, first in (("bob muller", "Bob Müller"), ("003", "Cid Cole"), ("<ops> cid", "Cid Cole")):
        box.fill(typed)
        assert names(page)[0] == first
    box.fill("nobody at all")
    assert names(page) == []
    assert page.locator("#nobody").is_visible()


def test_sorting_by_a_check_shows_values_and_keeps_the_unmeasured_last(page: Page) -> None:
    """Worst first by default; each card says the value; who has none comes last either way."""
    sort, order = page.get_by_label("Sort by"), page.get_by_label("Order", exact=True)
    sort.select_option("sharpness")
    assert names(page)[0] == "Bob Müller"
    assert page.locator(".card:visible").first.get_attribute("data-reading") == "Sharpness: 0.4 log units"
    order.select_option("down")
    assert names(page)[-2:] == ["Cid Cole", "Dan Dean"]
    order.select_option("up")
    assert names(page)[0] == "Bob Müller"
    assert names(page)[-2:] == ["Cid Cole", "Dan Dean"]
    sort.select_option("outcome")
    assert names(page)[:3] == ["Cid Cole", "Dan Dean", "Bob Müller"]


@pytest.mark.parametrize(("view", "side"), [("wall", 160), ("signature", 80), ("chat", 36)])
def test_small_views_show_pictures_at_their_real_size(page: Page, view: str, side: int) -> None:
    """The wall test is worth nothing if its pictures have another size."""
    page.locator(f"[name=view][value={view}]").check()
    box = page.locator(".card:visible img:visible").first.bounding_box()
    assert box
    assert (round(box["width"]), round(box["height"])) == (side, side)
    assert page.locator(".card:visible").count() == EVERYBODY


def test_wall_shows_before_and_after(page: Page) -> None:
    """After shows the new portrait, and the current photo of those who keep it; before shows all current ones."""
    page.locator("[name=view][value=wall]").check()
    ann, cid = page.locator(".card", has_text="Ann Archer"), page.locator(".card", has_text="Cid Cole")
    assert ann.locator(".after").is_visible()
    assert cid.locator(".before").is_visible()
    page.locator("[name=show][value=before]").check()
    assert ann.locator(".before").is_visible()
    assert not ann.locator(".after").is_visible()


def test_chat_is_round_unless_square_is_asked(page: Page) -> None:
    """Both shapes can be seen at 36 px."""
    page.locator("[name=view][value=chat]").check()
    image = page.locator(".card:visible img:visible").first
    radius = "element => getComputedStyle(element).borderTopLeftRadius"
    assert image.evaluate(radius) == "50%"
    page.locator("[name=shape][value=square]").check()
    assert image.evaluate(radius) == "4px"


def test_detail_shows_reasons_and_every_reading(page: Page) -> None:
    """The dialog says why, what to do, each value, its limits, and what was not measured."""
    page.get_by_role("link", name="Bob Müller").click()
    dialog = page.locator("#detail")
    assert dialog.locator(".flags").inner_text() == "The photo is a little soft."
    rows = dialog.locator("tbody tr").all_inner_texts()
    assert rows[0].split("\t")[:2] == ["Sharpness", "0.4 log units"]
    assert "below the limit of 0.5" in rows[0]
    assert "−6 to 6" in rows[1]
    assert "photos/bob.jpg" in dialog.locator(".facts").inner_text()
    page.keyboard.press("k")
    assert "not measured: the eyes <b>are</b> hidden" in dialog.locator("tbody").inner_text()
    assert dialog.locator(".full a").get_attribute("href", timeout=1000).endswith("/portraits/001.jpg")


def test_overlay_works_by_slider_buttons_and_blink_key(page: Page) -> None:
    """Comparing needs no dragging: keys and buttons reach both ends."""
    page.get_by_role("link", name="Ann Archer").click()
    slider = page.get_by_role("slider")
    page.get_by_role("button", name="Overlay").click()
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == "0 % new portrait"
    page.locator("[data-slide='100']").click()
    assert slider.get_attribute("aria-valuetext") == "100 % new portrait"
    page.locator("#detail-name").focus()
    page.keyboard.press("b")
    assert slider.input_value() == "0"
    page.keyboard.press("b")
    assert slider.input_value() == "100"


def test_address_keeps_what_is_shown(page: Page) -> None:
    """A filtered view survives reloading, and can be sent on; what is unknown in it is ignored."""
    page.keyboard.press("3")
    page.locator("[name=view][value=wall]").check()
    page.get_by_role("searchbox").fill("dan")
    page.reload()
    assert names(page) == ["Dan Dean"]
    assert page.locator("[name=view][value=wall]").is_checked()
    page.evaluate("location.hash = 'view=nonsense&sort=%22%5D&department=<b>&person=002'")
    page.wait_for_selector("#detail[open]")
    assert page.locator("#detail-name").inner_text() == "Bob Müller"
    assert page.locator("[name=view][value=cards]").is_checked()


def test_large_companies_unfold_as_one_scrolls(browser: Browser, tmp_path: Path) -> None:
    """Only 300 cards are laid out at once; scrolling, keys and printing reach all of them."""
    people = [Employee(f"{n:04}", display_name=f"Person {n:04}") for n in range(700)]
    for page in opened(browser, sheet(tmp_path, employees=table(Employee, people)).as_uri()):
        shown = page.locator(".card:not([hidden])")
        assert shown.count() == 300
        assert page.locator("#shown").inner_text() == "700 portraits"
        page.locator("#more").scroll_into_view_if_needed()
        expect(shown).to_have_count(600, timeout=20_000)
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert shown.count() == 700
        page.get_by_role("searchbox").fill("person 0699")
        assert names(page) == ["Person 0699"]
