"""The contact sheet in a Chromium: offline, from a file, silent; shared by two test files."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page

from tests.sheet_company import HOSTILE

QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--metrics-recording-only",
)
EVERYBODY = 4 + len(HOSTILE)


def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open the sheet; fail at the end on any message of the console or request."""
    context = browser.new_context(offline=True, **options)
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "request", lambda asked: None if asked.url.startswith(("file:", "data:")) else heard.append(asked.url)
    )
    page.goto(address)
    yield page
    context.close()
    assert heard == []


def names(page: Page) -> list[str]:
    """Return the names that are shown, in the order of the page."""
    found: list[str] = page.locator(".card:visible .name").all_text_contents()
    return found


def focused(page: Page) -> str:
    """Return the text of what has the focus."""
    text: str = page.evaluate("document.activeElement.textContent")
    return text
