"""Answers on the contact sheet in Chromium: marked, kept, undone, saved, and taken in by Catchlight."""

import json
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from typer.testing import CliRunner

from catchlight.records import Decision
from catchlight.register import Register
from catchlight.reviewer_codes import issue_code
from flows.commands import review
from tests.published_company import Company, make_company
from tests.sheet_browser import QUIET, names, opened
from tests.sheet_company import HOSTILE
from tests.signed_company import PEOPLE, draw_sheet, run
from tests.test_contact_sheet_access import _FAINT, _SMALL

WHO = "Zoë  Müller"
_AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
_RULES = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
_KEPT = "JSON.stringify({ ...localStorage })"
_NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
_NO_CRYPTO = "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });"
_WIDE = "document.documentElement.scrollWidth > innerWidth || [...document.querySelectorAll('dialog[open], dialog[open] *')].some((part) => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX !== 'visible' && !part.matches('.unseen, input'))"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return one Chromium for this file's tests."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return a company with a run and its sheet."""
    made = make_company(tmp_path_factory.mktemp("company"))
    run(made)
    draw_sheet(made)
    return made


@pytest.fixture(scope="module")
def code(company: Company) -> str:
    """Return Zoë's code."""
    return issue_code(company.home, WHO)


@pytest.fixture
def address(company: Company) -> str:
    """Return the sheet's file address; the register is empty, and no log says that it was not."""
    for file in (*company.home.glob("register.db*"), *company.home.glob("audit.head")):
        file.unlink()
    return (company.home / "runs/r1/contact_sheet.html").as_uri()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Return the sheet, open and offline; it may neither complain nor ask for anything."""
    yield from opened(browser, address)


def mark(page: Page, name: str, answer: str) -> None:
    """Press an answer's button on a card."""
    page.get_by_role("group", name=f"Answer of {name}").get_by_role("button", name=answer).click()


def reopen(page: Page) -> None:
    """Load the sheet anew, once Chromium's other processes have heard of what this one wrote down."""
    kept = page.evaluate(_KEPT)
    for _ in range(20):
        page.wait_for_timeout(300)
        page.reload()
        if page.evaluate(_KEPT) == kept:
            return


def sign(page: Page, code: str, who: str = "zoë müller") -> None:
    """Fill in name and code in the open dialog, and save."""
    page.get_by_label("Your name").fill(who)
    page.get_by_label("Your code").fill(code)
    page.get_by_role("button", name="Save signed answers").click()


def saved(page: Page, folder: Path, code: str) -> Path:
    """Save the marked answers signed; return the file."""
    page.get_by_role("button", name="Save answers…").click()
    with page.expect_download() as download:
        sign(page, code)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def imported(company: Company, file: Path) -> dict[str, Decision]:
    """Take a file in; return what the register holds, by employee."""
    result = CliRunner().invoke(review.app, ["import", str(file), "--home", str(company.home)])
    assert result.exit_code == 0, result.output
    register = Register(company.home / "register.db")
    found = {one.employee: one for one in register.decisions()}
    register.close()
    return found


def test_answers_marked_by_mouse_reach_the_register(
    page: Page, company: Company, code: str, tmp_path: Path
) -> None:
    """Approve and keep on the card, the others in the detail; saved, imported, as their signer's."""
    pictures = run(company)
    mark(page, "Ann Archer", "Approve")
    mark(page, "Cid Cole", "Keep current")
    mark(page, "Bob Müller", "Other…")
    page.get_by_role("button", name="Try again").click()
    page.get_by_label("Softer light").check()
    page.get_by_label("Comment").fill("  =Wärmer, bitte.\n„Danke“ ")
    page.get_by_role("button", name="Close").click()
    mark(page, "Dan Dean", "Other…")
    page.get_by_role("button", name="Do not process").click()
    page.get_by_role("button", name="Close").click()
    assert page.locator("#answers output").inner_text() == (
        "4 marked: 1 approve · 1 keep current · 1 try again · 1 do not process"
    )
    file = saved(page, tmp_path, code)
    assert file.name == "answers-r1.json"
    expect(page.locator("#save .done")).to_contain_text("nothing is decided before they import it")
    found = imported(company, file)
    assert {id_: one.answer for id_, one in found.items()} == {
        "001": "approve",
        "002": "retry",
        "003": "keep",
        "004": "refuse",
    }
    assert {id_: one.picture for id_, one in found.items()} == pictures
    assert (found["002"].tags, found["002"].comment) == ("softer_light", "=Wärmer, bitte.\n„Danke“")
    assert {one.by for one in found.values()} == {"Zoë Müller"}


def test_answers_marked_by_keyboard_alone_reach_the_register(
    page: Page, company: Company, code: str, tmp_path: Path
) -> None:
    """Open, answer, go on, say why, save: no mouse, and nothing that needs a letter to be guessed."""
    keys = page.keyboard
    for key in ("j", "Enter", "y", "j", "t", "Space", "Tab", "Space"):
        keys.press(key)
    keys.press("j")
    assert page.locator("#detail-name").inner_text() == "Cid Cole"
    for key in ("y", "n", "ArrowRight", "x", "c", "Escape", "s"):
        keys.press(key)
    keys.press("Tab")
    keys.type("Zoë Müller")
    keys.press("Tab")
    keys.type(code.lower().replace("-", " "))
    with page.expect_download() as download:
        keys.press("Enter")
    download.value.save_as(tmp_path / "answers.json")
    found = imported(company, tmp_path / "answers.json")
    assert {id_: one.answer for id_, one in found.items()} == {
        "001": "approve",
        "002": "retry",
        "003": "upload",
        "004": "keep",
    }
    assert found["002"].tags == "tighter looser"


def test_the_code_is_nowhere_afterwards(page: Page, code: str, tmp_path: Path) -> None:
    """Neither the page, its address, what the browser keeps nor the file holds it; closing clears it too."""
    mark(page, "Ann Archer", "Approve")
    text = saved(page, tmp_path, code).read_text(encoding="utf-8")
    expect(page.locator("#save .done")).not_to_be_empty()
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie, location.href])")
    values = page.evaluate(
        "[...document.querySelectorAll('input, textarea')].map((field) => field.value).join()"
    )
    for place in (text, kept, page.content(), values):
        assert not any(part in place.upper() for part in (code, code.replace("-", ""), code[:9], code[-9:]))
    page.get_by_label("Your code").fill(code)
    page.keyboard.press("Escape")
    expect(page.get_by_label("Your code")).to_have_value("")


def test_a_slip_in_name_or_code_is_told_before_anything_is_saved(page: Page, code: str) -> None:
    """The importer is not the first to notice; the right pair is taken as people type it."""
    mark(page, "Ann Archer", "Approve")
    files: list[str] = []
    page.on("download", lambda download: files.append(download.suggested_filename))
    page.keyboard.press("s")
    problem = page.locator("#save .problem")
    other = "X" if code[3] != "X" else "Y"
    for typed, who in (
        (code[:3] + other + code[4:], WHO),
        (code, "Zoë Muller"),
        (code[:-1], WHO),
        ("ß", WHO),
    ):
        sign(page, typed, who)
        expect(problem).to_contain_text("do not belong together")
    sign(page, " ", WHO)
    expect(problem).to_contain_text("Type your name and your code")
    assert files == []
    with page.expect_download():
        sign(
            page,
            code.lower().replace("0", "o").replace("1", "l").replace("-", " – "),
            "  ZOË mu\u0308ller ",
        )
    expect(problem).to_be_empty()


def test_a_closed_tab_loses_nothing(page: Page, address: str) -> None:
    """Marks, tags and half a comment are there again, and in another tab at once; not on another run's sheet."""
    mark(page, "Ann Archer", "Approve")
    mark(page, "Bob Müller", "Other…")
    page.keyboard.press("t")
    page.keyboard.press("Space")
    page.get_by_label("Comment").type("half a sen")
    second = page.context.new_page()
    page.close()
    second.goto(f"{address}#person=002")
    assert second.get_by_label("Comment").input_value() == "half a sen"
    assert second.get_by_label("Closer crop").is_checked()
    assert second.locator("#answers output").inner_text() == "2 marked: 1 approve · 1 try again"
    third = second.context.new_page()
    third.goto(address)
    mark(third, "Cid Cole", "Keep current")
    expect(second.locator("#answers output")).to_contain_text("3 marked")
    second.keyboard.press("Escape")
    mark(second, "Dan Dean", "Keep current")
    expect(third.locator("#answers output")).to_contain_text("4 marked: 1 approve · 2 keep current")


def test_marks_belong_to_one_run(page: Page, company: Company) -> None:
    """The next run's sheet starts empty: nobody has seen its pictures."""
    mark(page, "Ann Archer", "Approve")
    other = draw_sheet(company, run="r2").rename(company.home / "runs" / "other.html")
    draw_sheet(company)
    page.goto(other.as_uri())
    assert page.locator("#answers").is_hidden()
    assert page.locator("#unmarked").is_visible()


def test_marks_can_be_taken_back(page: Page) -> None:
    """The same button again, the undo button, the u key: also of a comment, step by step to nothing."""
    mark(page, "Ann Archer", "Approve")
    mark(page, "Ann Archer", "Approve")
    assert page.locator("#answers output").inner_text() == "No answer marked"
    mark(page, "Bob Müller", "Approve")
    mark(page, "Bob Müller", "Keep current")
    page.get_by_role("button", name="Undo").click()
    assert page.locator("#answers output").inner_text() == "1 marked: 1 approve"
    page.get_by_role("link", name="Cid Cole").click()
    page.keyboard.press("n")
    page.get_by_label("Comment").type("soon")
    page.locator("#detail-name").focus()
    page.keyboard.press("u")
    assert page.get_by_label("Comment").input_value() == ""
    assert page.get_by_role("button", name="Will send").get_attribute("aria-pressed") == "true"
    page.keyboard.press("u")
    page.keyboard.press("u")
    assert page.locator("#detail-name").inner_text() == "Bob Müller"
    page.keyboard.press("u")
    page.keyboard.press("u")
    page.keyboard.press("u")
    assert page.locator("#answers output").text_content() == "No answer marked"


def test_only_a_usable_portrait_can_be_approved(page: Page) -> None:
    """Cid needs a new photo, Dan has no portrait: neither button nor key approves or repeats it."""
    for name in ("Cid Cole", "Dan Dean"):
        group = page.get_by_role("group", name=f"Answer of {name}")
        assert group.get_by_role("button").all_inner_texts() == ["Keep current", "Other…"]
        page.get_by_role("link", name=name).click()
        offered = page.locator("#detail .choices button:visible").all_inner_texts()
        assert offered == ["Keep current photo c", "Will send another photo n", "Do not process x"]
        page.keyboard.press("y")
        page.keyboard.press("t")
        page.keyboard.press("Escape")
    assert page.locator("#answers").is_hidden()


def test_what_is_not_marked_yet_can_be_found(page: Page) -> None:
    """A filter shows who is left; marking does not pull a card away under the pointer."""
    page.get_by_label("Answer", exact=True).select_option("-")
    mark(page, "Ann Archer", "Approve")
    assert names(page) == list(PEOPLE.values())
    reopen(page)
    assert names(page) == list(PEOPLE.values())[1:]
    page.get_by_label("Answer", exact=True).select_option("approve")
    assert names(page) == ["Ann Archer"]


def test_what_a_reader_must_know_is_always_in_sight(page: Page, code: str, tmp_path: Path) -> None:
    """Marks are nothing before the import: said on the page, in the detail, before and after saving."""
    assert (
        "decide nothing before you save them and the file is imported"
        in page.locator("#unmarked").inner_text()
    )
    mark(page, "Ann Archer", "Approve")
    until = page.locator("#answers .until")
    assert "nothing is decided before the saved file is imported" in until.inner_text()
    page.get_by_role("link", name="Ann Archer").click()
    assert "Not decided before it is saved and imported" in page.locator(".answer .said").inner_text()
    page.keyboard.press("Escape")
    saved(page, tmp_path, code)
    page.keyboard.press("Escape")
    assert until.inner_text() == "Saved to a file: nothing is decided before it is imported."
    mark(page, "Bob Müller", "Approve")
    assert until.inner_text().startswith("Only in this browser")


def test_a_browser_that_keeps_nothing_says_so(
    browser: Browser, address: str, code: str, tmp_path: Path
) -> None:
    """Without storage marking and saving work; the page warns that closing it loses them."""
    for page in opened(browser, address):
        page.context.add_init_script(_NO_STORAGE)
        page.reload()
        mark(page, "Ann Archer", "Approve")
        mark(page, "Bob Müller", "Keep current")
        assert "keeps nothing: save before you close" in page.locator("#answers .until").inner_text()
        content = json.loads(json.loads(saved(page, tmp_path, code).read_text("utf-8"))["signed"])
        assert [line["answer"] for line in content["answers"]] == ["approve", "keep"]


@pytest.mark.parametrize(
    "kept",
    [
        "{",
        "null",
        '{"marks": {"001": "approve"}}',
        '{"marks": [["001", null], ["999", {"answer": "approve"}], 7, ["001"]], "changed": 1, "saved": {}}',
        '{"marks": [["001", {"answer": "approve", "picture": "other", "tags": [], "comment": "", "at": "2026-11-23T10:00:00Z"}]]}',
        '{"marks": [["004", {"answer": "approve", "picture": "", "tags": [], "comment": "", "at": "2026-11-23T10:00:00Z"}]]}',
    ],
)
def test_what_is_no_mark_is_not_taken_for_one(page: Page, kept: str) -> None:
    """What else lies in the browser's storage, or is about an older picture, marks nothing."""
    place = f"catchlight answers r1 {'ab' * 8}"
    page.evaluate("([place, kept]) => localStorage.setItem(place, kept)", [place, kept])
    reopen(page)
    assert page.locator("#answers").is_hidden()
    mark(page, "Ann Archer", "Approve")
    reopen(page)
    assert page.locator("#answers output").inner_text() == "1 marked: 1 approve"


def test_marks_of_another_tab_are_never_overwritten(page: Page) -> None:
    """What another tab wrote down is kept also when this one has not heard of it yet."""
    mark(page, "Ann Archer", "Approve")
    page.evaluate(
        """() => {
          const kept = JSON.parse(localStorage.getItem(place));
          kept.marks.push(["002", { ...kept.marks[0][1], answer: "keep", picture: people.picture[1] }]);
          localStorage.setItem(place, JSON.stringify(kept)); // no event reaches the tab that writes
        }"""
    )
    mark(page, "Cid Cole", "Keep current")
    assert page.locator("#answers output").inner_text() == "3 marked: 1 approve · 2 keep current"


def test_without_cryptography_the_unsigned_table_is_offered(
    browser: Browser, address: str, company: Company, tmp_path: Path
) -> None:
    """The page says plainly that it cannot sign; the table is one that import has always taken."""
    pictures = run(company)
    for page in opened(browser, address):
        page.context.add_init_script(_NO_CRYPTO)
        page.reload()
        mark(page, "Bob Müller", "Other…")
        page.keyboard.press("t")
        page.get_by_label("Closer crop").check()
        page.get_by_label("Comment").fill("and,\n„nearer“")
        page.keyboard.press("Escape")
        mark(page, "Ann Archer", "Other…")
        page.keyboard.press("y")
        page.get_by_label("Comment").fill('=HYPERLINK("x")')
        page.keyboard.press("Escape")
        page.keyboard.press("s")
        assert page.locator("#save .unable").is_visible()
        assert not page.get_by_label("Your code").is_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save an unsigned table").click()
        assert download.value.suggested_filename == "answers-r1.csv"
        download.value.save_as(tmp_path / "answers.csv")
    assert b'"=' not in (tmp_path / "answers.csv").read_bytes()
    found = imported(company, tmp_path / "answers.csv")
    assert {id_: (one.answer, one.picture) for id_, one in found.items()} == {
        "001": ("approve", pictures["001"]),
        "002": ("retry", pictures["002"]),
    }
    assert found["001"].comment == '=HYPERLINK("x")'
    assert found["002"].comment == "Closer crop: and,\n„nearer“"


def test_hostile_names_stay_text_in_all_that_is_new(
    browser: Browser, company: Company, tmp_path: Path
) -> None:
    """Labels, the file and its name: nothing of a name or run acts."""
    people = dict(zip(PEOPLE, HOSTILE, strict=False))
    path = draw_sheet(company, names=people, run="../<img src=x onerror=1>").rename(tmp_path / "sheet.html")
    draw_sheet(company)
    for page in opened(browser, path.as_uri()):
        page.locator("[data-answer=keep]").first.click()
        page.keyboard.press("s")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save an unsigned table").click()
        assert "/" not in download.value.suggested_filename
        assert page.evaluate("window.hacked") is None
        assert page.locator("#save img").count() == 0


def test_without_javascript_or_a_run_nothing_is_offered(
    browser: Browser, company: Company, address: str, tmp_path: Path
) -> None:
    """Controls that cannot work are not there: the page is what it was."""
    for page in opened(browser, address, java_script_enabled=False):
        for part in ("#answers", ".choices", "#unmarked", "#save"):
            assert page.locator(part).locator("visible=true").count() == 0
    nameless = draw_sheet(company, run="").rename(tmp_path / "sheet.html")
    draw_sheet(company)
    for page in opened(browser, nameless.as_uri()):
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.keyboard.press("y")
        for part in ("#answers", ".choices", "#unmarked", "#save"):
            assert page.locator(part).locator("visible=true").count() == 0


def test_the_help_names_every_key_of_the_detail(page: Page) -> None:
    """What a key does can be looked up, also from the detail, and single keys can be switched off."""
    page.get_by_role("link", name="Ann Archer").click()
    page.keyboard.press("?")
    told = set(page.locator("#help kbd").all_inner_texts())
    assert set(page.evaluate("Object.keys(keysOfDetail)")) <= told | {"ArrowRight", "ArrowLeft"}
    page.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    assert page.locator("#answers").is_hidden()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(browser: Browser, address: str, width: int, theme: str) -> None:
    """On page, detail and dialog: axe finds nothing, nothing overflows, is faint or too small to hit."""
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": theme, "reduced_motion": "reduce"}
    for page in opened(browser, address, **options):
        page.evaluate(_AXE.read_text("utf-8"))

        def look(within: str, page: Page = page) -> None:
            violations = page.evaluate(_RULES)["violations"]
            assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
            assert not page.evaluate(_WIDE)
            assert page.evaluate(_SMALL, within) == []
            assert page.evaluate(_FAINT) == []

        mark(page, "Ann Archer", "Approve")
        mark(page, "Bob Müller", "Other…")
        page.keyboard.press("t")
        look("#detail")
        page.keyboard.press("Escape")
        look("body")
        page.keyboard.press("s")
        sign(page, "wrong")
        expect(page.locator("#save .problem")).not_to_be_empty()
        look("#save")


def test_focus_is_seen_and_never_hidden(browser: Browser, address: str) -> None:
    """Every new control shows the focus, and no card's button lies behind the line at the bottom."""
    for page in opened(browser, address, viewport={"width": 390, "height": 600}):
        mark(page, "Ann Archer", "Approve")
        page.locator("#answers [data-do=save]").focus()
        for _ in range(14):
            page.keyboard.press("Tab")
            assert page.evaluate("""() => {
              const target = document.activeElement;
              const top = document.querySelector("#answers").getBoundingClientRect().top;
              const hidden = target.closest(".card") && target.getBoundingClientRect().top >= top;
              const ring = getComputedStyle(target, target.matches(".name") ? "::after" : null);
              return !hidden && ring.outlineStyle === "solid" && parseFloat(ring.outlineWidth) >= 2;
            }""")
