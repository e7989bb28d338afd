"""Signatures in a Chromium: at both densities, in the light and in the dark, from right to left, with the longest names."""

import functools
import http.server
import itertools
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from catchlight.records import Employee
from reports._signature_colours import DARK_PAGES, turned
from reports._signature_ink import Colours
from reports._signature_picture import picture_file
from reports._signature_settings import Pictures
from reports._signature_style import signature_of
from reports.signatures import (
    PEOPLE,
    File,
    Style,
    Where,
    bundle,
    document,
    page,
    page_assets,
    page_policy,
    preview,
    sign,
)
from tests.review_browser import SMALL, WIDER, violations
from tests.sheet_browser import QUIET, opened
from tests.signature_company import EILEEN, HEBREW, face, pictures, signing

TEMPLATES = ("card", "compact", "plain")
# Each text's contrast with what lies behind it; the page itself is the last ground.
DIM = """(page) => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => numbers(colour).slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if ((numbers(colour)[3] ?? 1) > 0) return colour;
    }
    return page;
  };
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    if (!node.textContent.trim()) continue;
    const [a, b] = [light(getComputedStyle(node.parentElement).color), light(ground(node.parentElement))].sort();
    if ((b + 0.05) / (a + 0.05) < 4.5) found.push(node.textContent);
  }
  return found;
}"""
SPILT = """() => [...document.querySelectorAll("td, span, a, img")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.right > innerWidth + 0.5 || box.left < -0.5;
}).map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def style(tmp_path_factory: pytest.TempPathFactory) -> Style:
    """Return a company that signs in German and Hebrew and shows faces from its own address."""
    return signing(
        tmp_path_factory.mktemp("company"), pictures("hosted") + HEBREW, 'languages = ["de", "he"]'
    )


def rgb(colour: str) -> str:
    """Return a colour as a browser says it."""
    return f"rgb({', '.join(map(str, bytes.fromhex(colour[1:])))})"


@functools.cache
def picture_of(side: int) -> File:
    """Return the picture that everybody shows here, made once."""
    return picture_file("everybody", face(), side, Pictures(), Colours())


def signed(style: Style, person: Employee, language: str, template: str) -> str:
    """Return a person's signature, with a picture from the company's address, as a page."""
    picture = picture_of(style.settings.pictures.side_of(template))
    address = style.settings.pictures.address
    return document(signature_of(style, person, language, template, picture, address), style.settings.colours)


def shown(browser: Browser, **options: Any) -> Iterator[Page]:
    """Open a window for messages: pictures come from the company's address, nothing else is fetched."""
    context = browser.new_context(**options)
    page_, heard = context.new_page(), list[str]()

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix("https://faces.example.com/s/")
        found = [one for one in (picture_of(96), picture_of(56)) if one.name == name]
        if found:
            route.fulfill(body=found[0].data, content_type=found[0].kind)
        else:
            heard.append(route.request.url)
            route.abort()

    page_.route("**/*", answer)
    page_.on("console", lambda said: heard.append(said.text))
    yield page_
    context.close()
    assert heard == []


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("density", [1, 2])
def test_signatures_hold_in_light_and_dark(
    browser: Browser, style: Style, template: str, scheme: str, density: int
) -> None:
    """No text spills over or is dim, on a phone or a desktop, in either direction; pictures have two pixels for one."""
    ground = rgb("#ffffff" if scheme == "light" else DARK_PAGES["dark"])
    side = style.settings.pictures.side_of(template)
    size = "(one) => [one.width, one.height, one.naturalWidth, one.naturalHeight]"
    for page_ in shown(browser, color_scheme=scheme, device_scale_factor=density):
        for width in (320, 700):
            page_.set_viewport_size({"width": width, "height": 600})
            for person, language in itertools.product(PEOPLE, ("de", "he")):
                page_.set_content(signed(style, person, language, template), wait_until="load")
                assert page_.evaluate(DIM, ground) == []
                assert page_.locator("img").evaluate(size) == [side, side, 2 * side, 2 * side]
                assert page_.evaluate(WIDER) <= 0, (person.name, language, width)
                assert page_.evaluate(SPILT) == [], (person.name, language, width)


@pytest.mark.parametrize("template", TEMPLATES)
def test_colours_survive_being_turned(browser: Browser, style: Style, template: str) -> None:
    """Where a mail program turns a light message dark, every text still stands off from its ground."""
    html = sign(style, EILEEN, template=template, language="de").html
    html = re.sub("#[0-9a-f]{6}", lambda found: turned(found[0]), html)
    for page_ in shown(browser):
        page_.set_content(f'<body style="background:{DARK_PAGES["turned"]}">{html}')
        assert page_.evaluate(DIM, rgb(DARK_PAGES["turned"])) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_directions_do_not_get_mixed_up(browser: Browser, style: Style, template: str) -> None:
    """A Hebrew signature begins at the right, picture first; a Hebrew name in a German one leaves the columns in place."""
    left = "(text) => { const range = document.createRange(); range.selectNodeContents(text); return range.getBoundingClientRect().left }"
    for page_ in shown(browser):
        for language, name in (("he", "Ada Byron"), ("he", "שרה לוי"), ("de", "שרה לוי")):
            person = Employee("x", display_name=name, title="Engineer", email="a@example.com")
            page_.set_content(signed(style, person, language, template), wait_until="load")
            picture = page_.locator("img").bounding_box()
            at = page_.get_by_text(name, exact=True).evaluate(left)
            assert picture
            assert (at < picture["x"]) == (language == "he"), (template, language, name)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a person's page as a server would: with its policy as a header too."""
    folder = tmp_path_factory.mktemp("site")
    own = signing(folder, pictures("cid"))
    for name, data in bundle(EILEEN, face(), own).items():
        target = folder / name.removeprefix("signatures/").replace("*", "eileen")
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
    for name, data in page_assets().items():
        (folder / name).write_bytes(data)
    for language in ("en", "de"):
        text = page(own, EILEEN, face(), language, where=Where(download="eileen.htm"))
        (folder / f"{language}.html").write_text(text, encoding="utf-8")

    class Served(http.server.SimpleHTTPRequestHandler):
        """Serves the folder with the page's policy, and says nothing."""

        def end_headers(self) -> None:
            """Add the policy."""
            self.send_header("content-security-policy", page_policy(own))
            super().end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
            """Keep silent."""

    handler = functools.partial(Served, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def visit(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open a page; fail at the end on whatever the browser complained about."""
    context = browser.new_context(**options)
    page_, heard = context.new_page(), []
    page_.on("console", lambda said: heard.append(said.text))
    page_.on("pageerror", lambda error: heard.append(str(error)))
    page_.goto(address)
    yield page_
    context.close()
    assert heard == []


def test_the_button_copies_the_signature_with_its_picture(browser: Browser, site: str) -> None:
    """The clipboard holds HTML with the picture in it, since no mail program reaches the intranet, and plain text."""
    for page_ in visit(browser, f"{site}/en.html", permissions=["clipboard-read", "clipboard-write"]):
        page_.get_by_role("button", name="Copy signature").click()
        expect(page_.get_by_role("status")).to_contain_text("Copied")
        read = "async (kind) => (await (await navigator.clipboard.read())[0].getType(kind)).text()"
        html, text = (page_.evaluate(read, kind) for kind in ("text/html", "text/plain"))
        assert 'src="data:image/png;base64,' in html
        assert "Commander" in html
        assert 'width="96"' in html
        assert text.startswith("Eileen Collins\nCommander")


def test_without_a_script_a_click_selects_the_signature(browser: Browser, site: str) -> None:
    """The page works without JavaScript: no dead button, one click selects everything, the file can be downloaded."""
    for page_ in visit(browser, f"{site}/de.html", java_script_enabled=False):
        assert page_.get_by_role("button").count() == 0
        expect(page_.get_by_role("link", name="Als .htm herunterladen")).to_be_visible()
        expect(page_.get_by_text("Datei → Optionen → E-Mail")).to_be_visible()
    for page_ in visit(browser, f"{site}/de.html"):
        page_.get_by_text("Commander").first.click()
        selected = page_.evaluate("getSelection().toString()")
        assert "Eileen Collins" in selected
        assert "Ihre E-Mail-Signatur" not in selected


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_is_for_everybody(browser: Browser, site: str, language: str, scheme: str) -> None:
    """Nothing for axe to find, nothing wider than a small phone, every target large enough, in both schemes."""
    view = {"width": 320, "height": 640}
    for page_ in visit(browser, f"{site}/{language}.html", viewport=view, color_scheme=scheme):
        for one in page_.locator("summary").all()[1:]:
            one.click()
        assert page_.locator(".signature img").evaluate("(one) => one.naturalWidth") == 192
        assert page_.evaluate(WIDER) <= 0
        small = [
            one for one in page_.evaluate(SMALL) if "cl-" not in one
        ]  # the signature's own links are text
        assert small == []
    # axe needs to be let in: the policy of the page does not allow it
    for page_ in visit(browser, f"{site}/{language}.html", color_scheme=scheme, bypass_csp=True):
        assert violations(page_) == []


def test_the_sheet_opens_offline(browser: Browser, style: Style, tmp_path: Path) -> None:
    """The brand owner's sheet fetches nothing, says nothing on the console, and no panel spills over or is dim."""
    sheet = tmp_path / "sheet.html"
    sheet.write_text(preview(style, [(EILEEN, face()), (PEOPLE[2], face())]), encoding="utf-8")
    for page_ in opened(browser, sheet.as_uri(), viewport={"width": 1400, "height": 900}):
        assert page_.locator("figure").count() == 3 * 2 * 2 * 4
        assert page_.evaluate(DIM, rgb("#efefef")) == []
        assert page_.evaluate(WIDER) <= 0
        assert (
            page_.locator("img").evaluate_all("(all) => all.filter((one) => !one.naturalWidth).length") == 0
        )
