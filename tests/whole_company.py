"""A company of real photographs whose people are asked by mail: commands, letters, links, and a browser."""

import csv
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, Page

from catchlight.job import Job
from catchlight.records import Decision
from catchlight.register import Register
from tests.asked_company import PRESET, refresh
from tests.refreshed_company import COMMAND, ROOT, environment
from tests.review_company import form_of

HERE = "http://127.0.0.1"
SIX = ("A000148", "E000298", "H001052", "O000174", "T000460", "M000312")
_FIELDS = ("given_name", "family_name", "display_name", "department", "title")
_LINK = re.compile(r"^https?://\S+/l/\S+", re.MULTILINE)


@dataclass(frozen=True)
class Whole:
    """A home folder with a finished run and a ``review.toml``, reached at a port of loopback."""

    home: Path
    port: int
    people: tuple[str, ...] = ()

    @property
    def at(self) -> str:
        """The address of its pages."""
        return f"{HERE}:{self.port}"

    def write_policy(self, mail: int = 0, more: str = "") -> None:
        """Write review.toml, with a mail server on loopback."""
        post = (
            f'[mail]\nhost = "127.0.0.1"\nport = {mail}\nsecurity = "none"\nsender = "photos@example.com"\n'
        )
        text = f'company = "Congress"\nurl = "{self.at}"\ncontact = "photos@example.com"\n{more}'
        (self.home / "review.toml").write_text(f"{text}{post if mail else ''}", encoding="utf-8")

    def command(self, *words: str) -> str:
        """Run a command of ours on this home to its end; return what it said."""
        line = [*COMMAND, *words, "--home", str(self.home)]
        done = subprocess.run(
            line, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def answers(self) -> dict[str, list[Decision]]:
        """Return everybody's answers, the oldest first."""
        register, found = Register(self.home / "register.db"), dict[str, list[Decision]]()
        for decision in register.decisions():
            found.setdefault(decision.employee, []).append(decision)
        register.close()
        return found


def make_whole(root: Path, shared: Path, ids: tuple[str, ...], port: int, preset: str = PRESET) -> Whole:
    """Refresh these people of the directory; everybody's address is their id at example.com."""
    source = root / "source"
    (source / "photos").mkdir(parents=True)
    with (shared / "congress/directory.csv").open(encoding="utf-8") as file:
        known = {row["id"]: row for row in csv.DictReader(file)}
    rows = [["id", *_FIELDS, "email", "photo"]]
    for id_ in ids:
        shutil.copyfile(shared / f"congress/photos/{id_}.jpg", source / f"photos/{id_}.jpg")
        rows.append(
            [id_, *(known[id_][field] for field in _FIELDS), f"{id_}@example.com", f"photos/{id_}.jpg"]
        )
    with (source / "directory.csv").open("w", encoding="utf-8", newline="") as table:
        csv.writer(table).writerows(rows)
    (root / "small.toml").write_text(preset, encoding="utf-8")
    refresh(Job(source=source, home=root / "home", preset=str(root / "small.toml")))
    return Whole(root / "home", port, ids)


def link_in(letter: EmailMessage) -> str:
    """Return the path of the only link of a letter."""
    (found,) = _LINK.findall(letter.get_content())
    return urlsplit(found).path


@contextmanager
def entered(browser: Browser, address: str, *, scripts: bool = True) -> Iterator[Page]:
    """Open a personal link in a browser of its own; fail at the end on whatever the page complained about."""
    context = browser.new_context(java_script_enabled=scripts)
    page, heard = context.new_page(), []
    page.on("console", lambda said: heard.append(said.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    assert heard == []


def give(page: Page, answer: str, photo: Path | None = None) -> None:
    """Answer as a person does, with what the page shows, and wait until it is recorded."""
    press = page.get_by_role
    match answer:
        case "approve":
            press("button", name="Use the new portrait").click()
        case "keep":
            press("button", name="Keep my current").click()
        case "retry":
            page.get_by_text("Try again", exact=True).click()
            page.get_by_label("Softer light").check()
            press("button", name="Ask for another try").click()
        case "upload":
            assert photo
            page.get_by_text("Send another photo", exact=True).click()
            page.get_by_label("Your photo", exact=True).set_input_files(photo)
            press("button", name="Check and send").click()
        case _:
            press("link", name="Do not process my photo").click()
            press("button", name="Yes, do not process my photo").click()
    page.wait_for_url("**/me?code=taken", timeout=120_000)


def form_behind(company: Whole, link: str) -> tuple[str, dict[str, str]]:
    """Open a personal link without a browser; return its session's cookie, and the form that keeps the old photo."""
    cookie = httpx.get(company.at + link).headers["set-cookie"].partition(";")[0]
    page = httpx.get(f"{company.at}/me", headers={"cookie": cookie}).text
    return cookie, form_of(page) | {"answer": "keep"}
