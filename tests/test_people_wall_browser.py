"""The people wall, as its readers meet it: in a browser, without a script, on a phone, inside another page."""

import functools
import http.server
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from reports.people_wall import FRAGMENT, wall
from tests.published_company import portrait
from tests.sheet_browser import QUIET
from tests.wall_company import CROWD, HOSTILE, crowd

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Keep silent."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a wall of four hundred people, and a page of somebody else's that takes the fragment in."""
    folder = tmp_path_factory.mktemp("site")
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=folder)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        people = crowd()
        put(folder / "wall", wall(people, "Example & Sons", address=f"{address}/wall"))
        picture = portrait("everybody")
        put(folder / "wall", {face.file: picture for person in people for face in person.faces})
        fragment = (folder / "wall" / FRAGMENT).read_text("utf-8")
        host = f"<!doctype html><html lang=en><title>Intranet</title><main><h1>Intranet</h1>{fragment}</main></html>"
        put(folder / "intranet", {"home.html": f'<meta charset="utf-8">{host}'.encode()})
        yield address
        server.shutdown()


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


def opened(browser: Browser, address: str, **options: object) -> Iterator[Page]:
    """Open a page; fail at the end on any message of the console, dialog, or request to elsewhere."""
    context = browser.new_context(**options)
    page, heard = context.new_page(), list[str]()
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda asked: None if "127.0.0.1" in asked.url else heard.append(asked.url))
    page.goto(address)
    yield page
    context.close()
    assert [words for words in heard if "favicon" not in words and "404" not in words] == []


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """Return the wall's first page."""
    yield from opened(browser, f"{site}/wall/index.html")


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong with a page."""
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    page.add_script_tag(content=AXE)
    found = page.evaluate("(rules) => axe.run(document, rules)", RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]


def test_it_can_be_read_without_a_script(browser: Browser, site: str) -> None:
    """People, pictures, pages and departments are there; what would not work is not."""
    for page in opened(browser, f"{site}/wall/index.html", java_script_enabled=False):
        assert page.locator(".person:visible").count() == 120
        expect(page.get_by_role("searchbox")).not_to_be_visible()
        page.get_by_text("Departments").click()
        page.get_by_role("link", name="Department 3").click()
        expect(page.get_by_role("heading", name="Department 3")).to_be_visible()
        page.get_by_text("Departments").click()
        page.get_by_role("link", name="Everybody").click()
        page.get_by_role("link", name="Next").click()
        expect(page.locator(".person").first).to_contain_text("Person")


def test_hostile_names_are_shown_as_they_are(page: Page) -> None:
    """Markup, templates, marks that turn text around: text and nothing else, from the page and from the search."""
    static = page.evaluate(
        "fetch('people.json').then((a) => a.json()).then((m) => m.people.map((p) => p.name))"
    )
    for name in HOSTILE[:6]:
        assert name in static
    assert not [name for name in static if set(name) & set("\u202e\x00\n")]
    page.get_by_role("searchbox").fill("alert(1)")
    expect(page.locator("[data-found] .name")).to_have_count(3)
    shown = page.locator("[data-found] .name").all_inner_texts()
    assert sorted(shown) == sorted(name for name in HOSTILE if "alert(1)" in name)
    page.get_by_role("searchbox").fill("$&")
    expect(page.locator("[data-found] img")).to_have_count(1)
    expect(page.locator("[data-found] img")).to_have_attribute("alt", "Portrait of %s %(x)s $& $1")


def test_people_are_found_by_name_title_and_department(page: Page) -> None:
    """Without accents, in any order, within a department; and an empty field shows everybody again."""
    search, status = page.get_by_role("searchbox"), page.get_by_role("status")
    search.fill("angstrom zoe")
    expect(page.locator("[data-found] .name")).to_have_text(["Zoë Çelik-Ångström"])
    expect(status).to_have_text("1 person")
    search.fill("engineer 1")
    expect(status).to_have_text(re.compile(r"\d+ people"))
    page.get_by_role("combobox").select_option("Department 3")
    wanted = [n for n in range(CROWD) if n % 7 == 3 and "1" in f"person {n:05} engineer {n % 3} department 3"]
    expect(page.locator("[data-found] .person")).to_have_count(len(wanted))
    search.fill("nobody at all")
    expect(status).to_contain_text("Nobody found")
    search.fill("")
    page.get_by_role("combobox").select_option(index=0)
    expect(page.locator("[data-found]")).not_to_be_visible()
    assert page.locator("[data-static] .person:visible, ul[data-static] > .person").count() == 120


def test_more_people_come_when_asked_for(page: Page) -> None:
    """A long list comes in parts; the focus goes to the first of the new ones."""
    page.get_by_role("searchbox").fill("person")
    expect(page.locator("[data-found] .person")).to_have_count(120)
    page.get_by_role("button", name="Show more").press("Enter")
    expect(page.locator("[data-found] .person")).to_have_count(240)
    assert (
        page.evaluate("[...document.activeElement.parentElement.children].indexOf(document.activeElement)")
        == 120
    )


def test_a_lost_manifest_is_told(browser: Browser, site: str) -> None:
    """When the list cannot be loaded, everybody stays in view and a sentence says so."""
    for page in opened(browser, f"{site}/wall/index.html"):
        page.route("**/people.json", lambda route: route.fulfill(status=404, body=""))
        page.get_by_role("searchbox").fill("ada")
        expect(page.get_by_role("status")).to_contain_text("could not be loaded")
        assert page.locator(".person:visible").count() == 120


def test_keyboard_alone_is_enough(page: Page) -> None:
    """Skip link, search, department, and straight to the first link: nothing in between, all with a visible mark."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the people"
    page.keyboard.press("Tab")
    page.keyboard.type("person 00007")
    expect(page.locator("[data-found] .name")).to_have_text(["Person 00007"])
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"


def test_pictures_come_late_sharp_and_named(page: Page) -> None:
    """Below the fold nothing is loaded yet; dense screens get the larger file; every picture says who it is."""
    first, last = page.locator("ul[data-static] img").first, page.locator("ul[data-static] img").last
    assert last.get_attribute("loading") == "lazy"
    assert re.fullmatch(
        r"faces/192/\w{24}\.jpg 1x, faces/400/\w{24}\.jpg 2x", str(first.get_attribute("srcset"))
    )
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert not last.evaluate("image => image.complete && image.naturalWidth > 0")
    last.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert last.evaluate("image => image.decode().then(() => image.naturalWidth)") == 256


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["wall/index-4.html", "intranet/home.html"])
def test_axe_finds_nothing(browser: Browser, site: str, theme: str, path: str) -> None:
    """Contrast, names, roles and order hold in both themes, on its own and inside another page."""
    for page in opened(
        browser, f"{site}/{path}", color_scheme=theme, viewport={"width": 1000, "height": 900}
    ):
        assert faults(page) == []
        page.get_by_role("searchbox").fill("person 0001")
        expect(page.locator("[data-found] .person")).to_have_count(11)
        assert (
            page.evaluate(
                "(rules) => axe.run(document, rules).then((r) => r.violations.map((v) => v.id))", RULES
            )
            == []
        )


@pytest.mark.parametrize("path", ["wall/index.html", "intranet/home.html"])
def test_a_phone_is_wide_enough(browser: Browser, site: str, path: str) -> None:
    """At 320 px nothing scrolls sideways, the longest name included, and two people stand side by side."""
    for page in opened(browser, f"{site}/{path}", viewport={"width": 320, "height": 700}):
        page.get_by_role("searchbox").fill("a" * 90)
        expect(page.locator("[data-found] .person")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.get_by_role("searchbox").fill("")
        expect(page.locator("[data-found]")).not_to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        tops = page.locator("ul[data-static] .person").evaluate_all(
            "all => all.slice(0, 3).map((one) => one.offsetTop)"
        )
        assert (tops[0] == tops[1], tops[1] == tops[2]) == (True, False)


def test_another_page_can_take_the_fragment_in(browser: Browser, site: str) -> None:
    """From another folder its pictures, links and search work, and the page around it is left alone."""
    for page in opened(browser, f"{site}/intranet/home.html"):
        page.get_by_role("searchbox").fill("person 00012")
        expect(page.locator("[data-found] .name")).to_have_text(["Person 00012"])
        assert (
            page.locator("[data-found] img").evaluate(
                "image => image.decode().then(() => image.naturalWidth)"
            )
            == 256
        )
        assert page.locator("h1").evaluate("title => getComputedStyle(title).fontSize") == "32px"
        page.get_by_role("searchbox").fill("")
        page.get_by_role("link", name="Next").click()
        assert page.url == f"{site}/wall/index-2.html"


def test_paper_shows_people_and_no_controls(page: Page) -> None:
    """Printed, it is a wall of faces and names."""
    page.emulate_media(media="print")
    expect(page.get_by_role("searchbox")).not_to_be_visible()
    expect(page.locator("nav.pages")).not_to_be_visible()
    assert page.locator(".person:visible").count() == 120
