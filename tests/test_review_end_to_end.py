"""From the letter to the register and on: five people answer, each in their own way, with the real programs."""

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from catchlight.company import Company
from catchlight.register import Register
from catchlight.review_records import Letter, Upload
from tests.mail_server import Mailbox, mail_server
from tests.review_browser import free_port
from tests.served_review import Served, serving
from tests.sheet_browser import QUIET
from tests.whole_company import SIX, Whole, entered, form_behind, give, link_in

pytestmark = pytest.mark.slow
pytest_plugins = ["tests.whole_fixtures"]
SAYS = dict(zip(SIX, ("approve", "retry", "keep", "upload", "refuse"), strict=False))
SILENT, SENT = SIX[-1], "C000537"
BY = {answer: id_ for id_, answer in SAYS.items()}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@dataclass
class Day:
    """What was seen on the day on which everybody was asked; ``pages`` are what each person read last."""

    company: Whole
    invited: str = ""
    letters: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, list[str]] = field(default_factory=dict)
    thanks: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    reminded: str = ""
    status: str = ""
    plan: str = ""


@pytest.fixture(scope="module")
def asked(
    whole: Whole, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Day, Mailbox, list[Path]]]:
    """Refresh a company and invite its people by the command; return what came by mail, and two copies of the home."""
    company, box, day = whole, Mailbox(), Day(whole)
    with mail_server(box) as port:
        company.write_policy(port)
        day.invited = company.command("review", "invite", "--now")
        day.letters = {str(one["to"]).partition("@")[0]: link_in(one) for one in box.letters}
        copies = [tmp_path_factory.mktemp(name) / "home" for name in ("still", "killed")]
        for copy in copies:
            shutil.copytree(company.home, copy, symlinks=True)
        yield day, box, copies


@pytest.fixture(scope="module")
def day(
    asked: tuple[Day, Mailbox, list[Path]],
    browser: Browser,
    shared: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Day:
    """Let five people answer in their browsers, wait for the other tries, then remind, count and plan."""
    day, box, _ = asked
    company, at = day.company, day.company.at
    with serving(company.home, "--port", str(company.port)):
        waiting = {}
        for id_, answer in SAYS.items():
            context = browser.new_context()
            page = context.new_page()
            page.goto(at + day.letters[id_])
            give(page, answer, shared / f"congress/photos/{SENT}.jpg")
            day.thanks[id_] = page.inner_text("main")
            waiting[id_] = page
        for id_, page in waiting.items():
            day.later[id_] = _newest(page, wait=SAYS[id_] in ("retry", "upload"))
            page.context.close()
    del box.letters[:]
    day.reminded = company.command("review", "remind", "--now")
    for one in box.letters:
        day.subjects.setdefault(str(one["to"]).partition("@")[0], []).append(str(one["subject"]))
    day.status = company.command("review", "status")
    out = tmp_path_factory.mktemp("out")
    day.plan = company.command("publish", "plan", "--to", str(out))
    return day


def _newest(page: Page, *, wait: bool) -> str:
    """Return what a person reads now, or as soon as their new portrait is there."""
    for _ in range(600):
        page.goto(page.url.partition("?")[0])
        if not wait or page.get_by_text("A new portrait for you", exact=True).count():
            break
        page.wait_for_timeout(250)
    return page.inner_text("main")


def test_everybody_gets_one_letter_with_their_own_link(asked: tuple[Day, Mailbox, list[Path]]) -> None:
    """No picture and no second link in it; the command says how many left."""
    day, _, _ = asked
    assert "Sent: 6." in day.invited
    assert set(day.letters) == {*SAYS, SILENT}
    assert len(set(day.letters.values())) == 6


def test_each_answer_is_one_row_of_its_own_person(day: Day) -> None:
    """With the picture, the page, the notice and the reasons; the silent one has none."""
    rows = day.company.answers()
    assert {id_: [one.answer for one in said] for id_, said in rows.items()} == {
        id_: [answer] for id_, answer in SAYS.items()
    }
    assert rows[BY["retry"]][0].tags == "softer_light"
    assert all(said[0].by == id_ for id_, said in rows.items())
    assert all(rows[BY[answer]][0].notice for answer in ("approve", "keep", "retry", "refuse"))
    register = Register(day.company.home / "register.db")
    assert [(row.employee, row.file) for row in register.rows(Upload)] == [(BY["upload"], f"{SENT}.jpg")]
    register.close()


TOLD = {
    "approve": "You chose the new portrait",
    "keep": "Your current photo stays",
    "retry": "Another try is on its way",
    "upload": "Thank you, your photo can be used",
    "refuse": "Your photo is not processed",
}


@pytest.mark.parametrize("answer", TOLD)
def test_the_page_says_what_was_recorded_and_what_comes_next(day: Day, answer: str) -> None:
    """At once, and still so when it is opened again; who asked for another portrait finds it there."""
    assert "Your answer is recorded." in day.thanks[BY[answer]]
    assert TOLD[answer] in day.thanks[BY[answer]]
    again = answer in ("retry", "upload")
    assert ("A new portrait for you" if again else TOLD[answer]) in day.later[BY[answer]]


def test_who_asked_has_another_portrait_and_nobody_else(day: Day) -> None:
    """The background pass made exactly theirs; the first try stays to choose from."""
    people, rows = Company(day.company.home).book().people, day.company.answers()
    changed = {id_ for id_, said in rows.items() if said[0].picture != people[id_].portrait.picture}
    assert changed == {BY["retry"], BY["upload"]}
    assert rows[BY["retry"]][0].picture in people[BY["retry"]].pictures


def test_the_next_reminder_tells_them_so(day: Day) -> None:
    """And writes to nobody else: three have answered, one was asked today."""
    assert set(day.subjects) == {BY["retry"], BY["upload"]}
    assert all("next try" in subject for (subject,) in day.subjects.values())
    register = Register(day.company.home / "register.db")
    again = {letter.employee for letter in register.rows(Letter) if letter.kind == "again"}
    register.close()
    assert again == {BY["retry"], BY["upload"]}


def test_counts_and_plan_follow_the_answers(day: Day) -> None:
    """One picture goes out; the others stay, each for its own reason."""
    for few in ("approve", "keep the old photo", "refuse"):
        assert f"fewer than 5 {few}\n" in day.status
    assert f"new: 1 ({BY['approve']})" in day.plan
    for id_ in {*SAYS, SILENT} - {BY["approve"]}:
        assert re.search(rf"not published, .*: \d+ \(.*{id_}.*\)", day.plan), id_


@pytest.fixture(scope="module")
def still(asked: tuple[Day, Mailbox, list[Path]]) -> Iterator[Whole]:
    """Serve the company as it was when everybody had been asked, and make no other try."""
    company = Whole(asked[2][0], free_port())
    company.write_policy()
    with serving(company.home, "--port", str(company.port), "--no-redo"):
        yield company


@pytest.mark.parametrize("answer", ["approve", "keep", "retry", "refuse"])
def test_without_scripts_it_is_the_same(day: Day, still: Whole, browser: Browser, answer: str) -> None:
    """From the letter's link to the page that says what was recorded, and the row in the register."""
    id_ = BY[answer]
    with entered(browser, still.at + day.letters[id_], scripts=False) as page:
        give(page, answer)
        expect(page.locator("main")).to_contain_text(TOLD[answer])
        expect(page.get_by_role("status")).to_contain_text("Your answer is recorded.")
    (row,), (usual,) = still.answers()[id_], day.company.answers()[id_]
    assert (row.answer, row.tags, row.notice) == (usual.answer, usual.tags, usual.notice)


def test_what_was_acknowledged_outlives_a_crash(
    asked: tuple[Day, Mailbox, list[Path]],
) -> None:
    """The server is killed at the first thanks, while everybody answers; who was thanked is still signed in."""
    company = Whole(asked[2][1], free_port())
    company.write_policy()
    with serving(company.home, "--port", str(company.port), "--no-redo") as server:
        forms = [form_behind(company, path) for path in asked[0].letters.values()]
        with ThreadPoolExecutor(len(forms)) as people:
            sent = list(people.map(lambda form: _send(company, *form, server), forms))
    thanked = [form for form, code in zip(forms, sent, strict=True) if code == 303]
    assert thanked
    rows = [row for said in company.answers().values() for row in said]
    assert {form["ticket"] for _, form in thanked} <= {row.ticket.partition(".")[0] for row in rows}
    assert {row.answer for row in rows} == {"keep"}
    with serving(company.home, "--port", str(company.port), "--no-redo"):
        for cookie, _ in thanked:
            page = httpx.get(f"{company.at}/me", headers={"cookie": cookie})
            assert (page.status_code, TOLD["keep"] in page.text) == (200, True)


def _send(company: Whole, cookie: str, form: dict[str, str], server: Served) -> int:
    """Keep the old photo; kill the server as soon as it says thanks. Return 0 when it was gone before."""
    try:
        headers = {"cookie": cookie, "origin": company.at}
        code = httpx.post(f"{company.at}/me/answer", data=form, headers=headers, timeout=30).status_code
    except httpx.TransportError:
        return 0
    server.process.kill()
    return code
