"""Everything that Prefect's pages offer, on one server: HR's way in a real Chromium, and each deployment once."""

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from catchlight.company import Company as Newest
from catchlight.records import Answer, Decision
from catchlight.register import Register, now
from tests.hr_walk import Walk
from tests.mail_server import Mailbox, mail_server
from tests.refreshed_company import congress
from tests.review_browser import free_port
from tests.served_everything import SCHEDULED, Everything, everything

pytestmark = [pytest.mark.slow, pytest.mark.prefect]
REVIEW = """
company = "Congress"
url = "https://photos.example.com"
contact = "photos@example.com"
[asking]
weekends = true
quiet_from = "00:00"
quiet_until = "00:00"
[server]
port = {port}
[mail]
host = "127.0.0.1"
port = {mail}
security = "none"
sender = "photos@example.com"
"""


@pytest.fixture(scope="module")
def letters() -> Iterator[Mailbox]:
    """Run a mail server."""
    box = Mailbox()
    with mail_server(box) as box.port:
        yield box


@pytest.fixture(scope="module")
def root(shared: Path, letters: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a source of three people in two departments, a home, and two job files."""
    root = tmp_path_factory.mktemp("hr")
    (root / "people/photos").mkdir(parents=True)
    (root / "home").mkdir()
    (root / "intranet").mkdir()
    for id_, department in zip(congress(shared, 3), ("House", "Senate", "House"), strict=True):
        join(root, shared, id_, department)
    for job in ("hq", "lab"):
        (root / f"{job}.toml").write_text(SCHEDULED.format(root=root / "people"), encoding="utf-8")
    review = REVIEW.format(port=free_port(), mail=letters.port)
    (root / "home/review.toml").write_text(review, encoding="utf-8")
    places = f'[intranet]\nkind = "folder"\nroot = "{root}/intranet"\n'
    (root / "home/destinations.toml").write_text(places, encoding="utf-8")
    return root


def join(root: Path, shared: Path, id_: str, department: str) -> None:
    """Let somebody join the company."""
    shutil.copyfile(shared / f"congress/photos/{id_}.jpg", root / f"people/photos/{id_}.jpg")
    directory = root / "people/directory.csv"
    if not directory.exists():
        directory.write_text("id,display_name,email,department,photo\n", encoding="utf-8")
    with directory.open("a", encoding="utf-8", newline="") as file:
        row = (id_, f"Zoë Nº {id_}", f"{id_}@example.com", department, f"photos/{id_}.jpg")
        csv.writer(file).writerow(row)


@pytest.fixture(scope="module")
def served(root: Path) -> Iterator[Everything]:
    """Serve it all."""
    jobs = [word for name in ("hq", "lab") for word in ("--job", str(root / f"{name}.toml"))]
    with everything(root / "home", *jobs) as found:
        yield found


@pytest.fixture(scope="module")
def found(served: Everything) -> dict[str, Any]:
    """Return the deployments by name."""
    return {one["name"]: one for one in served.ask("deployments/filter")}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Return a Chromium."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, served: Everything) -> Iterator[Page]:
    """Return an empty page; whatever it gets from anywhere else than this machine is a fault."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page, outside = context.new_page(), list[str]()
    page.on("response", lambda one: None if "127.0.0.1" in one.url else outside.append(one.url))
    Walk(page, served.line("Flows")).enter(served.password)
    yield page
    context.close()
    assert outside == []


def test_hr_rehearses_then_refreshes_a_department_and_opens_the_sheet(
    page: Page, served: Everything, root: Path
) -> None:
    """List, form, dry run; the department is then offered; progress, counts, next step, contact sheet; all in the browser."""
    walk = Walk(page, served.line("Flows"))
    walk.open_form("Refresh portraits (hq)")
    assert walk.fields()[1:5] == [
        "Brand preset",
        "Departments",
        "Only say what would be done",
        "Then ask people to answer by this day",
    ]
    assert not {"home", "source"} & {one.lower() for one in walk.fields()}
    walk.switch("Only say what would be done")
    walk.start()
    walk.finish()
    walk.open_artifact("dry-run")
    page.get_by_text("3 of 3 portraits would be made").first.wait_for()
    assert not (root / "home/runs").exists()

    walk.open_form("Refresh portraits (hq)")
    walk.choose("Brand preset", "deep-blue")
    walk.choose("Departments", "Senate")
    walk.start()
    walk.finish()
    walk.open_artifact("contact-sheet")
    page.get_by_text("Then people are asked").first.wait_for()
    page.get_by_role("link", name="Open the contact sheet").first.click()
    page.wait_for_url("**/sheets/**/contact_sheet.html")
    assert "Zoë Nº" in page.content()
    assert json.loads((root / "home/runs/latest/run.json").read_bytes())["counts"]["people"] == 1
    bars = [one for one in served.ask("artifacts/filter") if one["key"] == "progress"]
    assert {one["description"] for one in bars} == {"Reading photos: 3 of 3", "Cutting files: 1 of 1"}
    assert {float(one["data"]) for one in bars} == {100.0}


def test_presets_can_be_looked_at(page: Page, served: Everything) -> None:
    """The page that the form names shows each preset with its picture."""
    page.goto(served.line("Presets"))
    shown = page.locator("section")
    assert shown.count() >= 10
    first = page.locator("img").first
    first.scroll_into_view_if_needed()
    first.evaluate("image => image.decode()")  # a page without eval cannot be polled
    assert first.evaluate("image => image.naturalWidth") > 100


def test_a_failure_says_what_to_do(served: Everything, found: dict[str, Any]) -> None:
    """A deadline that nobody can keep ends the run with the sentence, as an artifact and in its log."""
    wrong = served.run(found["Refresh portraits (hq)"], ask_until="2020-01-01")
    assert wrong["state_type"] == "FAILED"
    assert "choose a day from tomorrow on" in served.artifacts(wrong)["refresh-what-to-do"]
    served.wait_for_log(wrong, "What to do: ask_until")


def test_two_jobs_at_once_take_turns(served: Everything, found: dict[str, Any], root: Path) -> None:
    """Both refreshes end well; the whole company is in the newest run."""
    both = [served.begin(found[f"Refresh portraits ({job})"]) for job in ("hq", "lab")]
    assert [served.end(one)["state_type"] for one in both] == ["COMPLETED", "COMPLETED"]
    run = json.loads((root / "home/runs/latest/run.json").read_bytes())
    assert run["counts"]["people"] == 3


def test_a_departments_refresh_is_of_all_and_asks_the_department(
    served: Everything, found: dict[str, Any], root: Path, shared: Path, letters: Mailbox
) -> None:
    """Everybody stays in the newest run; nobody of another department gets a letter for it."""
    served.run(found["Refresh portraits (hq)"])
    day = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    some = served.run(found["Refresh portraits (hq)"], departments=["Senate"], ask_until=day)
    assert some["state_type"] == "COMPLETED", some["state"]
    run = json.loads((root / "home/runs/latest/run.json").read_bytes())
    assert (run["counts"]["people"], run["carried"]["people"]) == (3, 2)
    assert letters.to == [f"{congress(shared, 3)[1]}@example.com"]
    letters.to.clear()


def test_a_new_joiner_is_welcomed_once(
    served: Everything, found: dict[str, Any], root: Path, shared: Path, letters: Mailbox
) -> None:
    """Who is new gets a portrait and a letter; the next pass finds nobody new and makes no run."""
    newcomer = congress(shared, 4)[-1]
    join(root, shared, newcomer, "Legal")
    first = served.run(found["Welcome new joiners (hq)"])
    assert first["state_type"] == "COMPLETED", first["state"]
    latest = (root / "home/runs/latest").resolve()
    assert newcomer in {row["employee"] for row in _table(latest / "portraits.csv")}
    assert letters.to == [f"{newcomer}@example.com"]
    again = served.run(found["Welcome new joiners (hq)"])
    assert again["state_type"] == "COMPLETED"
    assert (root / "home/runs/latest").resolve() == latest


def _table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as read:
        return list(csv.DictReader(read))


def test_what_was_approved_is_published_and_looked_after(
    served: Everything, found: dict[str, Any], root: Path
) -> None:
    """Publish puts one person's yes into the folder; check, withdrawals, purge, another try and reminders run once each."""
    home = root / "home"
    id_, person = next((id_, one) for id_, one in Newest(home).book().people.items() if one.pictures)
    register = Register(home / "register.db")
    register.decide([Decision(id_, person.pictures[0], Answer.APPROVE, id_, now())])
    register.close()
    done = served.run(found["Publish what was approved"], destination="intranet")
    assert done["state_type"] == "COMPLETED", done["state"]["message"]
    assert list((root / "intranet").rglob("*.jpg"))
    quiet = ("Check what is published", "Put back what was withdrawn", "Delete what is past its term")
    begun = {name: served.begin(found[name]) for name in (*quiet, "Make another try", "Send reminders")}
    ended = {name: served.end(one) for name, one in begun.items()}
    failed = {
        name: one["state"]["message"] for name, one in ended.items() if one["state_type"] != "COMPLETED"
    }
    assert not failed
    for picture in (root / "intranet").rglob("*.jpg"):
        picture.unlink()
    drifted = served.run(found["Check what is published"])
    assert drifted["state_type"] == "FAILED"
    assert "catchlight publish verify" in served.artifacts(drifted)["verify-what-to-do"]


def test_health_and_figures_say_how_it_is(served: Everything, root: Path) -> None:
    """All parts are well; figures count people and tell nobody's id."""
    health = httpx.get(served.line("Health"), trust_env=False)
    assert health.json() == {"well": True, "parts": {"prefect": True, "runner": True, "review": True}}
    figures = httpx.get(served.line("Figures"), trust_env=False).text
    assert 'catchlight_run_people{count="people"} 4.0' in figures
    assert not any(row["id"] in figures for row in _table(root / "people/directory.csv"))


def test_the_schedule_of_a_job_file_holds_in_its_time_zone(found: dict[str, Any]) -> None:
    """It is switched on; whatever else has a time waits until somebody switches it on."""
    (timed,) = found["Refresh portraits (hq)"]["schedules"]
    assert timed["active"]
    assert (timed["schedule"]["cron"], timed["schedule"]["timezone"]) == ("0 3 * * 1", "Europe/Berlin")
    others = [one for name, one in found.items() if not name.startswith("Refresh")]
    assert not any(schedule["active"] for one in others for schedule in one["schedules"])
