"""Where a person is shown, chosen in Chromium, with and without scripts, and followed by what is published."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from catchlight.consents import Consent
from catchlight.desk import open_desk
from catchlight.publish_planning import draw
from catchlight.records import Answer, Decision
from catchlight.register import now
from flows.destinations import place_named
from flows.showplaces import Signpost
from reports.review.desk import ReviewDesk
from tests.published_company import apply, codes
from tests.review_browser import SMALL, WIDER, free_port, violations, visited
from tests.review_company import served
from tests.review_stands import ME, Gate, one_person, policy
from tests.sheet_browser import QUIET
from tests.sheet_company import HOSTILE
from tests.signature_company import pictures, signing

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True}
SIZES = ("96",)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@dataclass(frozen=True)
class Company:
    """A company with an intranet, a chat and a public web site, each a folder, and its review server."""

    desk: ReviewDesk
    at: str

    def folder(self, name: str) -> Path:
        """Return the folder of a destination."""
        return self.desk.home.parent / name

    def plan(self, name: str) -> tuple[set[str], dict[str, str], dict[str, str]]:
        """Return who would be published at a destination, who not and why, and who taken off and why."""
        plan = draw(open_desk(self.desk.home, place_named(name, self.desk.home)), "latest", SIZES)
        return (
            {one.employee for one in plan.people},
            {one.employee: one.reason for one in plan.skipped},
            {one.employee: one.reason for one in plan.removals},
        )

    def publish(self, name: str) -> dict[str, int]:
        """Publish to a destination; return what became of the files."""
        desk = open_desk(self.desk.home, place_named(name, self.desk.home))
        return codes(apply(desk, draw(desk, "latest", SIZES)))

    def words(self) -> list[tuple[str, str]]:
        """Return what was recorded, the oldest first."""
        return [(one.purpose, one.word) for one in self.desk.register.rows(Consent)]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """Serve the pages of a company whose destinations have hostile names among them."""
    made = one_person(tmp_path)
    lines = [("intranet", "intranet"), ("chat", "chat"), ("www", "external_web")]
    lines += [(f"x{number}", "chat") for number in range(len(HOSTILE))]
    names = {f"x{number}": name for number, name in enumerate(HOSTILE)}
    text = ""
    for name, purpose in lines:
        (tmp_path / name).mkdir()
        text += f'["{_quoted(names.get(name, name))}"]\nkind = "folder"\nroot = "{tmp_path / name}"\nconsent = "{purpose}"\n'
    (made.home / "destinations.toml").write_text(text, encoding="utf-8")
    gate = Gate()
    port = free_port()
    rules = policy(url=f"http://127.0.0.1:{port}")
    gate.desk = desk = made.desk(rules, uploads=gate, showplaces=Signpost(made.home))
    desk.register.decide(
        [Decision("p2", desk.company.book().people["p2"].pictures[0], Answer.APPROVE, "p2", now())]
    )
    with served(desk, port) as at:
        yield Company(desk, at)


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def box(page: Page, name: str) -> None:
    """Touch the row of a place, as a thumb does: anywhere in it."""
    row = page.locator(".offer").filter(has=page.get_by_role("checkbox", name=name))
    row.click(position={"x": 150, "y": 8})


@pytest.mark.parametrize("scripts", [True, False])
def test_what_people_choose_is_what_is_published(
    browser: Browser, company: Company, *, scripts: bool
) -> None:
    """Untick, tick and say yes; change it later; each plan follows, and who takes it back is taken off."""
    with visited(browser, company.desk, company.at, ME.id, java_script_enabled=scripts) as page:
        page.goto(f"{company.at}/me")
        expect(page.get_by_role("checkbox", name="On public web pages")).not_to_be_checked()
        box(page, "In chat")
        page.get_by_role("button", name="Use the new portrait").click()
        page.wait_for_url(f"{company.at}/me?code=taken")
        assert company.words() == [("intranet", "granted"), ("chat", "refused"), ("external_web", "refused")]
        assert company.plan("intranet") == ({"p1", "p2"}, {}, {})
        assert company.plan("chat") == ({"p2"}, {"p1": "declined"}, {})
        assert company.plan("www") == (set(), {"p1": "declined", "p2": "not_agreed"}, {})

        box(page, "On public web pages")
        page.get_by_role("button", name="Save these places").click()
        page.wait_for_url(f"{company.at}/me?code=placed")
        expect(page.get_by_role("checkbox", name="On public web pages")).to_be_checked()
        assert company.publish("www") == {"sent": 1, "listed": 1}
        assert [file.name for file in (company.folder("www") / "96").iterdir()] == ["p1.jpg"]

        page.goto(f"{company.at}/me")
        expect(page.locator(".offer").filter(has_text="On public web pages")).to_contain_text("There since")
        box(page, "On public web pages")
        page.get_by_role("button", name="Save these places").click()
        page.wait_for_url(f"{company.at}/me?code=off")
        expect(
            page.get_by_role("status").filter(has_text="taken off at the next publication")
        ).to_be_visible()
    assert company.words()[3:] == [("external_web", "granted"), ("external_web", "withdrawn")]
    assert company.plan("www")[2] == {"p1": "declined"}
    assert company.publish("www") == {"removed": 2}  # the portrait, and the list without anybody
    assert list((company.folder("www") / "96").iterdir()) == []
    assert company.plan("intranet") == ({"p1", "p2"}, {}, {})


def test_by_keyboard_alone_and_only_once(browser: Browser, company: Company) -> None:
    """The ticks are reached in their order, the space bar changes one, and two presses are one answer."""
    with visited(browser, company.desk, company.at, ME.id, viewport={"width": 1280, "height": 900}) as page:
        page.goto(f"{company.at}/me")
        page.get_by_role("checkbox").first.focus()
        page.keyboard.press("Tab")
        expect(page.get_by_role("checkbox", name="In chat")).to_be_focused()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        public = page.get_by_role("checkbox", name="On public web pages")
        expect(public).to_be_focused()
        expect(public).to_have_accessible_description(
            "Everybody on the internet can see it. Only if you tick it."
        )
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Use the new portrait")).to_be_focused()
        page.get_by_role("button", name="Use the new portrait").dblclick(no_wait_after=True)
        page.wait_for_url(f"{company.at}/me?code=*")
    assert len(company.desk.register.rows(Decision, employee=ME.id)) == 1
    assert len(company.words()) == 3


def test_looking_at_another_portrait_keeps_the_ticks(
    browser: Browser, tmp_path: Path, company: Company
) -> None:
    """What somebody unticked stays unticked while they choose among several portraits."""
    port = free_port()
    rules = policy(url=f"http://127.0.0.1:{port}")
    several = one_person(tmp_path / "several", earlier=1).desk(rules, showplaces=company.desk.showplaces)
    with served(several, port) as at, visited(browser, several, at, ME.id) as page:
        page.goto(f"{at}/me")
        box(page, "In chat")
        page.get_by_role("radio").nth(1).check()
        older = several.company.book().people[ME.id].pictures[1]
        expect(page.locator("#say input[name=picture]")).to_have_value(older)
        expect(page.get_by_role("checkbox", name="In chat")).not_to_be_checked()
        page.get_by_role("button", name="Use the new portrait").click()
        page.wait_for_url(f"{at}/me?code=taken")
    assert {one.purpose: one.word for one in several.register.rows(Consent)}["chat"] == "refused"


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_the_places_are_open_to_everybody(
    browser: Browser, company: Company, language: str, *, answered: bool
) -> None:
    """On the smallest phone, with hostile names: nothing for axe, nothing scrolls sideways, nothing too small, no code runs."""
    if answered:
        picture = company.desk.company.book().people[ME.id].pictures[0]
        company.desk.register.decide([Decision(ME.id, picture, Answer.APPROVE, ME.id, now())])
    with visited(browser, company.desk, company.at, ME.id, locale=language, **PHONE) as page:
        page.goto(f"{company.at}/me")
        assert page.get_by_role("checkbox", name=HOSTILE[0]).is_visible()
        assert violations(page) == []
        assert page.evaluate(WIDER) <= 0
        assert page.evaluate(SMALL) == []
        assert page.evaluate("window.hacked") is None
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(WIDER) <= 0


@pytest.mark.parametrize("path", ["/me/slack", "/me/signature"])
def test_what_people_take_along_opens_without_a_complaint(
    browser: Browser, company: Company, tmp_path: Path, path: str
) -> None:
    """From one's own page, under a policy that forbids everything foreign; axe finds nothing, on the smallest phone."""
    port, folder = free_port(), tmp_path / "signature"
    folder.mkdir()
    desk = replace(company.desk, signing=signing(folder, pictures("cid")))
    person = desk.company.book().people[ME.id]
    desk.register.decide([Decision(ME.id, person.pictures[0], Answer.APPROVE, ME.id, now())])
    desk.register.add([Consent(ME.id, "email_signature", "granted", ME.id, now())])
    with served(desk, port) as at, visited(browser, desk, at, ME.id, **PHONE) as page:
        page.goto(f"{at}/me")
        page.locator(f'a[href="{path}"]').click()
        page.wait_for_url(f"{at}{path}")
        expect(page.locator("img").first).to_be_visible()
        assert page.evaluate("[...document.images].every((one) => one.complete && one.naturalWidth > 0)")
        assert violations(page) == []
        assert page.evaluate(WIDER) <= 0


def test_a_new_destination_is_offered_and_a_broken_file_changes_nothing(company: Company) -> None:
    """The server need not be started anew when IT adds a place, nor does a typing error take the page away."""
    file = company.desk.home / "destinations.toml"
    before = company.desk.showplaces()
    text = file.read_text(encoding="utf-8")
    file.write_text("[broken", encoding="utf-8")
    assert company.desk.showplaces() == before
    file.write_text(
        text + f'[more]\nkind = "folder"\nroot = "{company.folder("hr")}"\nconsent = "hr"\n',
        encoding="utf-8",
    )
    assert company.desk.showplaces().places[-1].purpose == "hr"
    (company.desk.home / "publish.toml").write_text('opt_in = ["chat"]\n')
    assert company.desk.showplaces().opt_in == ("chat",)
