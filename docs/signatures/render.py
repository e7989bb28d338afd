# ruff: noqa: INP001  a script, no part of a package
"""Take the pictures of ``docs/signatures.md``: each template on three grounds, and the page to copy from.

    python docs/signatures/render.py

The astronaut Eileen Collins (NASA, public domain) signs. It needs the development packages, a Chromium (``--chromium``
names its program) and a font that takes Arial's place, such as Liberation Sans. Each picture stays under 60 kB.
"""

import argparse
import functools
import http.server
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Locator, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from catchlight.records import Employee
from flows.commands.signature_people import EXAMPLE_PLACE, example_portrait
from reports.signatures import Style, Where, bundle, load_style, page, page_assets, preview
from tests.page_pictures import narrowed, save_webp

HERE = Path(__file__).parent
LARGEST = 60_000  # bytes of a picture
WIDTH = 1200
PERSON = Employee(
    "0001", display_name="Eileen Collins", title="Commander", department="Flight", email="eileen.collins@example.com"
)  # fmt: skip
TOML = """
company = "Example AG"
address = ["Chausseestraße 1, 10115 Berlin"]
website = "https://www.example.com"
template = "card"
[phone]
switchboard = "+49 30 901820"
[legal]
en = ["Registered office: Berlin · Charlottenburg Local Court, HRB 12345 B", "Board: Ada Byron (chair), Grace Hopper"]
[pictures]
mode = "cid"
[[links]]
text = "Careers"
address = "https://www.example.com/careers"
"""


def main() -> None:
    """Write the company's folder, its sheet and the person's page, and take the pictures."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--chromium", default="/usr/bin/chromium")
    given = told.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        folder = Path(scratch)
        (folder / "signature.toml").write_text(TOML, encoding="utf-8")
        style = load_style(folder)
        address = serve(folder, style)
        browser = driver.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 1400, "height": 900}, device_scale_factor=2)
        shown.goto(f"{address}/sheet.html")
        for name in style.templates:
            shoot(shown.locator(f"#{name} .row").first, name, crop_double=True)
        shown.set_viewport_size({"width": 820, "height": 900})
        shown.goto(f"{address}/page.html")
        shoot(shown.locator("main"), "page", width=700)
        browser.close()


def serve(folder: Path, style: Style) -> str:
    """Write the pages below the folder and serve it; return the address."""
    portrait = example_portrait()
    for name, data in {**bundle(PERSON, portrait, style, "en", EXAMPLE_PLACE), **page_assets()}.items():
        target = folder / name.removeprefix("signatures/").replace("*", "eileen")
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
    text = page(style, PERSON, portrait, "en", place=EXAMPLE_PLACE, where=Where(download="eileen.htm"))
    (folder / "page.html").write_text(text, encoding="utf-8")
    (folder / "sheet.html").write_text(
        preview(style, [(PERSON, portrait)], {PERSON.id: EXAMPLE_PLACE}), encoding="utf-8"
    )
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def shoot(part: Locator, name: str, *, crop_double: bool = False, width: int = WIDTH) -> None:
    """Save a part of a page as a WebP of at most ``LARGEST`` bytes."""
    if crop_double:
        part.locator(".twice").evaluate("(one) => one.remove()")
    save_webp(narrowed(part.screenshot(), width), HERE / f"{name}.webp", LARGEST, range(90, 49, -10))


if __name__ == "__main__":
    main()
