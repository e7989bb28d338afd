"""The page from which people put their portrait into Slack themselves, as text and in a browser."""

import functools
import http.server
import threading
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from catchlight.errors import ConfigError
from connectors._data_url import as_data_url
from reports import slack_page
from tests.published_company import portrait
from tests.sheet_browser import QUIET

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
TEXTS = Path(slack_page.__file__).parent / "slack_page_texts"
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202egnp' + "a" * 300


def test_it_says_what_to_do_in_two_languages() -> None:
    """The same parts in each, the file's name in the steps, and one download."""
    assert slack_page.languages() == ("de", "en")
    english, german = (tomllib.loads((TEXTS / f"{one}.toml").read_text("utf-8")) for one in ("en", "de"))
    assert english.keys() == german.keys()
    assert [len(way["steps"]) for way in english["ways"]] == [len(way["steps"]) for way in german["ways"]]
    for language, words in (("en", "Your picture for Slack"), ("de", "Ihr Bild für Slack")):
        made = slack_page.page("Anna", "/me/slack.jpg", language)
        assert words in made
        assert f'lang="{language}"' in made
        assert made.count(f'href="/me/slack.jpg" download="{slack_page.FILE}"') == 1
        assert f"{slack_page.FILE}." in made
        assert "{" not in made.partition("</style>")[2]


def test_a_name_is_text() -> None:
    """Markup in it is shown and not obeyed, and what turns the reading direction stays in its place."""
    made = slack_page.page(HOSTILE, "a.jpg", "en")
    assert "<script" not in made
    assert "<img src=x" not in made
    assert "<bdi>&lt;script&gt;" in made


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)", "JAVASCRIPT:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "//evil.example/a",
        "https://evil.example/a.jpg", "data:text/html,<script>", "data:image/svg+xml;base64,PHN2Zz4=", "\\\\evil\\a", "",
        "?a", "#a", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_only_a_picture_of_the_same_site_is_shown(href: str) -> None:
    """Neither a script nor another site can be put in its place."""
    with pytest.raises(ValueError, match="an address of the same site"):
        slack_page.page("Anna", href, "en")


def test_a_language_without_texts_lists_those_there_are() -> None:
    """A path is no language either."""
    for language in ("fr", "../people_wall_texts/en", ""):
        with pytest.raises(ConfigError, match="there are: de, en"):
            slack_page.page("Anna", "a.jpg", language)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the page in both languages, with its policy as a header, and the picture beside it."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "me.jpg").write_bytes(portrait("me", 1024, 1024))
    for language in slack_page.languages():
        (folder / f"{language}.html").write_text(slack_page.page(HOSTILE, "me.jpg", language), "utf-8")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", slack_page.POLICY + "; frame-ancestors 'none'")
            super().end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=folder)
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open a page; fail at the end on any message of the console, dialog, or request to elsewhere."""
    context = browser.new_context(**options)
    page, heard = context.new_page(), list[str]()
    page.on("console", lambda message: heard.append(message.text))
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith(("http://127.0.0.1", "file:", "data:")) else heard.append(asked.url)
        ),
    )
    page.goto(address)
    yield page
    context.close()
    assert [words for words in heard if "favicon" not in words and "404" not in words] == []


def _shown(page: Page) -> int:
    side: int = page.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)")
    return side


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_shut_out(browser: Browser, site: str, language: str, theme: str) -> None:
    """Axe finds nothing, light and dark, a hostile name included; style and picture are there under the policy."""
    for page in opened(browser, f"{site}/{language}.html", color_scheme=theme, bypass_csp=False):
        assert _shown(page) == 1024
        assert page.locator(".button").evaluate("one => getComputedStyle(one).minHeight") == "44px"
    for page in opened(browser, f"{site}/{language}.html", color_scheme=theme, bypass_csp=True):
        page.add_script_tag(content=AXE)
        found = page.evaluate("(rules) => axe.run(document, rules)", RULES)
        assert [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]] == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_phone_is_wide_enough(browser: Browser, site: str, language: str) -> None:
    """At 320 px nothing scrolls sideways, and the way to save is on the first screens."""
    for page in opened(
        browser, f"{site}/{language}.html", viewport={"width": 320, "height": 700}, java_script_enabled=True
    ):
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.locator(".button").evaluate("one => one.getBoundingClientRect().right") <= 320


def test_one_click_saves_the_picture(browser: Browser, site: str) -> None:
    """Under its name, as it is; without a script."""
    for page in opened(browser, f"{site}/en.html", java_script_enabled=False):
        with page.expect_download() as caught:
            page.get_by_role("link", name="Save the picture").click()
        assert caught.value.suggested_filename == slack_page.FILE
        with Image.open(BytesIO(Path(caught.value.path()).read_bytes())) as picture:
            assert picture.size == (1024, 1024)


@pytest.mark.parametrize("beside", [True, False])
def test_it_opens_as_a_file(browser: Browser, tmp_path: Path, beside: bool) -> None:
    """Offline, with the picture beside it or inside it."""
    (tmp_path / "me.jpg").write_bytes(portrait("me", 1024, 1024))
    href = "me.jpg" if beside else as_data_url(portrait("me", 1024, 1024))
    (tmp_path / "page.html").write_text(slack_page.page("Anna", href, "en"), "utf-8")
    for page in opened(browser, f"file://{tmp_path}/page.html", offline=True):
        assert _shown(page) == 1024
