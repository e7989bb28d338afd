# ruff: noqa: INP001  a script, no part of a package
"""Take the pictures of ``docs/hr.md``: the way of somebody from HR through Prefect's pages, in a real browser.

    python docs/hr/render.py FOLDER

FOLDER is a source as for ``catchlight refresh``, with people whose pictures may be shown to everybody: the pictures in
this folder show members of the United States Congress (public domain). Run it from the repository with the development
packages and a Chromium (``--chromium`` names its program). Each picture stays under 100 kB.
"""

import argparse
import csv
import functools
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.hr_walk import Walk
from tests.page_pictures import narrowed, save_webp
from tests.served_everything import Everything, everything

HERE = Path(__file__).parent
PEOPLE = 12
LARGEST = 100_000  # bytes of a picture
WIDTH = 960
DEPARTMENT = {"House": "Operations", "Senate": "Sales"}
JOB = '[sources.people]\nkind = "folder"\nroot = "{root}"\n'


def main() -> None:
    """Serve a small company, walk through the pages, and take the pictures."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("source", type=Path)
    told.add_argument("--chromium", default="/usr/bin/chromium")
    given = told.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        job = prepare(given.source, Path(scratch))
        with everything(Path(scratch) / "home", "--job", str(job)) as served:
            browser = driver.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 860}, locale="en-GB")
            walk_through(page, served)
            browser.close()


def prepare(source: Path, scratch: Path) -> Path:
    """Write a source of the first people, and a job file; return it."""
    folder = scratch / "people"
    (folder / "photos").mkdir(parents=True)
    with (source / "directory.csv").open(encoding="utf-8-sig", newline="") as file:
        people = list(csv.DictReader(file))[:PEOPLE]
    for person in people:
        shutil.copyfile(source / person["photo"], folder / person["photo"])
        person["department"] = DEPARTMENT[person["department"].partition(" ")[0]]
    with (folder / "directory.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, people[0])
        writer.writeheader()
        writer.writerows(people)
    job = scratch / "company.toml"
    job.write_text(JOB.format(root=folder), encoding="utf-8")
    return job


def walk_through(page: Page, served: Everything) -> None:
    """Rehearse, refresh a department, watch it, open the contact sheet; let one run fail."""
    shoot = functools.partial(take, page)
    walk = Walk(page, served.line("Flows"), shoot)
    rehearsal = Walk(page, served.line("Flows"))
    rehearsal.enter(served.password)
    rehearsal.open_form()
    rehearsal.switch("Only say what would be done")
    rehearsal.start()
    rehearsal.finish()
    walk.open_form()
    walk.choose("Brand preset", "deep-blue")
    walk.choose("Departments", "Operations")
    walk.start()
    page.get_by_text("Developing: 0 of").first.wait_for()
    shoot("running")
    walk.finish()
    Walk(page, served.line("Flows")).open_artifact("contact-sheet")
    page.get_by_role("link", name="Open the contact sheet").first.wait_for()
    shoot("result")
    page.get_by_role("link", name="Open the contact sheet").first.click()
    page.wait_for_url("**/contact_sheet.html")
    shoot("sheet")
    page.goto(served.line("Presets"))
    shoot("presets")
    found = next(one for one in served.ask("deployments/filter") if one["name"] == "Refresh portraits")
    wrong = served.run(found, ask_until="2020-01-01")
    page.goto(f"{served.line('Flows')}/v2/runs/flow-run/{wrong['id']}")
    Walk(page, served.line("Flows")).open_artifact("refresh-what-to-do")
    shoot("failure")


def take(page: Page, name: str) -> None:
    """Save what is shown as a WebP of at most ``LARGEST`` bytes; the form is shown to its end."""
    page.wait_for_timeout(1500)
    taken = narrowed(page.screenshot(full_page=name == "form"), WIDTH)
    save_webp(taken, HERE / f"{name}.webp", LARGEST, range(86, 35, -10))


if __name__ == "__main__":
    main()
