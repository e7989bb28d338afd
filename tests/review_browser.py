"""The review pages in a Chromium: signed in, watched for complaints, measured for everybody's sake."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser, ConsoleMessage, Page

from reports.review.desk import ReviewDesk

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SMALL = """() => [...document.querySelectorAll("a[href], button, select, input:not([type=hidden]), summary, textarea")]
  .filter((target) => target.checkVisibility() && !target.closest(".skip"))
  .map((target) => target.closest("label") ?? target)
  .filter((target) => { const box = target.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
  .map((target) => target.outerHTML.slice(0, 120))"""
WIDER = "() => document.documentElement.scrollWidth - innerWidth"


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def visited(
    browser: Browser,
    desk: ReviewDesk,
    at: str,
    employee: str = "",
    *,
    invitation: str = "link",
    **options: Any,
) -> Iterator[Page]:
    """Open a browser in which somebody is signed in; fail at the end on whatever it complained about."""
    context = browser.new_context(**options)
    if employee:
        cookie = desk.sessions.begin(employee, employee, ("employee",), invitation)
        address = at.replace("http:", "https:")
        context.add_cookies([{"name": "__Host-sid", "value": cookie, "url": address, "secure": True}])
    page, heard = context.new_page(), []
    page.on("console", lambda said: None if _expected(said) else heard.append(said.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield page
    context.close()
    assert heard == []


def _expected(said: ConsoleMessage) -> bool:
    """Whether Chromium only repeats the status of the page itself, which a test looks at anyway."""
    codes, address = ("401", "404", "422"), urlsplit(said.location["url"]).path
    return any(f"status of {code}" in said.text for code in codes) and not address.startswith(
        ("/static", "/picture")
    )


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with a page."""
    page.evaluate(AXE)
    found = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", TAGS)
    return [f"{one['id']}: {[node['html'][:160] for node in one['nodes']]}" for one in found["violations"]]
