# ruff: noqa: INP001  a script, no part of a package
"""Take the pictures of ``docs/review.md``: every page of the review server, on a phone and on a desktop.

    python docs/review/render.py FOLDER

FOLDER is a source as for ``catchlight refresh``, with at least ``PEOPLE`` people whose pictures may be shown to
everybody: the pictures in this folder show members of the United States Congress (public domain). It needs the
development packages and a Chromium (``--chromium`` names its program). Each picture stays under 60 kB.
"""

import argparse
import csv
import dataclasses
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from catchlight.consents import Consent
from catchlight.delegations import Delegations, Wanted
from catchlight.job import Job
from catchlight.notices import find_notice, record_notice
from catchlight.policy import Gates, Policy, Rule
from catchlight.records import Answer, Decision, Rung, Side
from catchlight.register import Register, now
from catchlight.showplaces import Showplace, Showplaces
from catchlight.upload import UploadDesk
from flows import session, stages
from flows.redo import redo
from reports.review.app import make_app
from reports.review.desk import ReviewDesk, open_review_desk
from reports.review.employee_view import NOTICES
from tests.page_pictures import narrowed, save_webp

HERE = Path(__file__).parent
PEOPLE = 24
LARGEST = 60_000  # bytes of a picture
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
SIZES = {"": (DESKTOP, 960), "-phone": (PHONE, 390)}  # how files end, the screen, how wide the picture is
TALLEST = 1150  # pixels of a picture; longer pages are cut
ENTITIES = ("House", "Senate")
PLACES = Showplaces(
    (
        Showplace("intranet", "sftp:intranet", "intranet"), Showplace("Microsoft 365", "m:m", "directory"),
        Showplace("Slack", "slack:slack", "chat"), Showplace("congress.example", "sftp:www", "external_web"),
    ),
    ("email_signature", "external_web"),
)  # fmt: skip
BASIS = "works agreement on portraits of 3 May 2026, section 4"


class NoSignOn:
    """Single sign-on that is there but not asked for anything."""

    def begin(self, back_to: str) -> tuple[str, Mapping[str, Any]]:
        """Send nobody away."""
        raise NotImplementedError(back_to)

    def finish(self, kept: Mapping[str, Any], answer: Mapping[str, str]) -> Any:
        """Let nobody in."""
        raise NotImplementedError(kept, answer)

    def farewell(self, back_to: str) -> str:
        """Know no page to say goodbye."""
        del back_to
        return ""


def main() -> None:
    """Refresh the people, bring some of them to each place, and take the pictures."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("source", type=Path)
    told.add_argument("--chromium", default="/usr/bin/chromium")
    told.add_argument("--home", type=Path, help="keep the home folder here, and use it again")
    given = told.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home or Path(scratch) / "home"
        if not (home / "runs").is_dir():
            prepare(given.source, home)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
            for size in SIZES:
                take_all(browser, home, size)
            browser.close()


def prepare(source: Path, home: Path) -> None:
    """Refresh the first people of a source; one of them has a photo that gives no portrait."""
    few = home.with_name("source")
    (few / "photos").mkdir(parents=True)
    with (source / "directory.csv").open(encoding="utf-8-sig", newline="") as file:
        people = list(csv.DictReader(file))[:PEOPLE]
    for number, person in enumerate(people):
        shutil.copyfile(source / person["photo"], few / person["photo"])
        person["entity"] = ENTITIES[number % 3 == 0]
        if number == PEOPLE - 1:  # small: too small for a portrait
            with Image.open(few / person["photo"]) as photo:
                photo.resize((60, 75)).save(few / person["photo"])
    with (few / "directory.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, people[0])
        writer.writeheader()
        writer.writerows(people)
    job = Job(source=few, home=home, preset="house")
    with session.session(job) as begun:
        stages.straight(begun)
    say(home, next(iter(open_desk(home).company.book().people)), Answer.RETRY, tags="softer_light tighter")
    redo(home)


def say(home: Path, employee: str, answer: str, **more: Any) -> None:
    """Let somebody answer about their newest portrait."""
    desk = open_desk(home)
    notice = record_notice(desk.register, find_notice(desk.policy, NOTICES, "en"))
    given = {"by": employee, "at": now(), "source": "page", "notice": notice} | more
    picture = desk.company.book().people[employee].portrait.picture
    desk.register.decide([Decision(employee, picture, answer, **given)])


def brand_says(home: Path, employee: str, answer: str, comment: str = "") -> None:
    """Let the brand owner answer about somebody's portrait."""
    more = {"side": Side.BRAND, "source": "page:brand", "notice": "", "comment": comment}
    say(home, employee, answer, by="brand owner", **more)


def open_desk(
    home: Path, url: str = "http://127.0.0.1:8480", uploads: UploadDesk | None = None
) -> ReviewDesk:
    """Return the desk of a company that uses most of what there is."""
    policy = Policy(
        company="Congress", url=url, contact="portraits@example.com", gates=Gates(brand=True),
        bulk=(Rule(entities=ENTITIES, basis=BASIS, rungs=tuple(Rung)),),
    )  # fmt: skip
    desk = open_review_desk(home, Register(home / "register.db"), policy, uploads=uploads)
    return dataclasses.replace(desk, sso=NoSignOn(), send_link=lambda _: True, showplaces=lambda: PLACES)


def answers(home: Path) -> dict[str, str]:
    """Let the company be half way, once: most have answered, the brand has looked at some; return who stands where."""
    desk = open_desk(home)
    people = desk.company.book().people
    again, *ids, retake = people
    who = {"again": again, "open": ids[1], "answered": ids[5], "waits": ids[9], "retake": retake}
    if len(desk.register.decisions()) > 1:
        return who
    for number, id_ in enumerate(people):
        desk.invitations.invite(id_, people[id_].pictures[0] if people[id_].pictures else "", "hr", 14)
        if id_ in ids and id_ != who["open"] and number % 4 != 1:
            say(home, id_, Answer.KEEP if number % 7 == 0 else Answer.APPROVE)
    purposes = [one.purpose for one in PLACES.places]
    for number, id_ in enumerate(ids):  # most leave public pages off, some do not want to be in chat
        words = zip(purposes, (True, True, number % 3 != 1, number % 3 == 2), strict=True)
        said = [Consent(id_, purpose, "granted" if on else "refused", id_, now()) for purpose, on in words]
        desk.register.add(said if id_ != who["open"] else ())
    for id_ in (ids[5], ids[2]):
        brand_says(home, id_, Answer.APPROVE)
    brand_says(home, ids[3], Answer.HOLD, "The crop is closer than in our guide.")
    until = (datetime.now(UTC) + timedelta(days=12)).date().isoformat()
    wanted = Wanted(ids[0], ids[2], until, "hr", "parental leave")
    Delegations(desk.register, clock=desk.clock).name(wanted, people, needs_reason=True)
    return who


@contextmanager
def served(home: Path) -> Iterator[tuple[ReviewDesk, str]]:
    """Serve the pages on a free port of loopback."""
    probe = uvicorn.Config(make_app(open_desk(home)), port=0, log_level="warning").bind_socket()
    at = f"http://127.0.0.1:{probe.getsockname()[1]}"
    desk = open_desk(home, at, UploadDesk(home))
    server = uvicorn.Server(uvicorn.Config(make_app(desk), log_level="warning"))
    thread = threading.Thread(target=server.run, args=([probe],), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield desk, at
    server.should_exit = True
    thread.join(10)


def take_all(browser: Browser, home: Path, size: str) -> None:
    """Take all pictures of one size."""
    who = answers(home)
    with served(home) as (desk, at):
        people = desk.company.book().people
        old = desk.invitations.invite(who["open"], people[who["open"]].pictures[0], "hr", 14)
        past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        gone = dataclasses.replace(old, id=f"expired{size}", expires=past)
        desk.register.add([gone])
        waits = people[who["waits"]].pictures[0]
        shots: list[tuple[str, str, str, tuple[str, ...]]] = [
            ("door", "/", "", ()),
            ("link", f"/l/{desk.invitations.token(gone)}", "", ()),
            ("sign-on", "/sign-in/done?code=x&state=y", "", ()),
            ("own", "/me", who["open"], ("employee",)),
            ("again", "/me", who["again"], ("employee",)),
            ("answered", "/me", who["answered"], ("employee",)),
            ("retake", "/me", who["retake"], ("employee",)),
            ("stop", "/me/stop", who["open"], ("employee",)),
            ("overview", "/people", "", ("hr",)),
            ("queue", "/people/queue", "", ("hr",)),
            ("portrait", f"/people/portrait/{waits}", "", ("brand",)),
            ("bulk", "/people/bulk", "", ("hr",)),
            ("delegations", "/people/delegations", "", ("hr",)),
            ("log", "/people/log", "", ("auditor",)),
        ]  # fmt: skip
        for name, path, employee, roles in shots:
            with opened(browser, desk, at, size, employee, roles) as page:
                page.goto(at + path)
                shoot(page, name + size, SIZES[size][1])


@contextmanager
def opened(
    browser: Browser, desk: ReviewDesk, at: str, size: str, employee: str, roles: tuple[str, ...]
) -> Iterator[Page]:
    """Open a browser in which somebody with these roles is signed in (none: nobody)."""
    context = browser.new_context(**SIZES[size][0], locale="en-GB", color_scheme="light")
    if roles:
        cookie = desk.sessions.begin(employee or roles[0], employee, roles)
        address = at.replace("http:", "https:")
        context.add_cookies([{"name": "__Host-sid", "value": cookie, "url": address, "secure": True}])
    yield context.new_page()
    context.close()


def shoot(page: Page, name: str, width: int) -> None:
    """Save the page as a WebP so wide, not endlessly high, of at most ``LARGEST`` bytes."""
    page.wait_for_load_state("networkidle")
    shown = narrowed(page.screenshot(full_page=True), width)
    shown = shown.crop((0, 0, width, min(shown.height, TALLEST)))
    save_webp(shown, HERE / f"{name}.webp", LARGEST, range(82, 21, -10))


if __name__ == "__main__":
    main()
