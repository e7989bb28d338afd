"""Sizes and times of the contact sheet for 500 and 5,000 people, in Chromium, offline.

    python benchmarks/contact_sheet.py FOLDER [--people 500 5000] [--keep DIR]

FOLDER holds directory.csv and photos/, as ``catchlight refresh --source`` takes it. Every person
gets a picture of their own (another crop), so that no cache flatters the figures. Outcomes and
readings are made up: this measures the page, not the pictures.
"""

import argparse
import csv
import random
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageEnhance
from playwright.sync_api import Page, sync_playwright

from catchlight.ledger import table
from catchlight.records import Employee, Photo, Reading, Render, Verdict
from catchlight.vault import Vault
from reports.contact_sheet import CheckText, write

CHECKS = {
    "head_height": (CheckText("Head height", "% of frame"), 46.0, 54.0, 50.0, 1.4),
    "eye_line": (CheckText("Eye line", "% from top"), 40.0, 45.0, 42.5, 0.9),
    "centre": (CheckText("Off centre", "% of width"), None, 3.0, 1.1, 0.8),
    "roll": (CheckText("Head tilt", "°"), -6.0, 6.0, 0.0, 2.4),
    "yaw": (CheckText("Head turn", "°"), -18.0, 18.0, 2.0, 8.0),
    "sharpness": (CheckText("Sharpness", ""), 0.35, None, 0.6, 0.14),
    "exposure": (CheckText("Exposure of the face", "EV"), -0.5, 0.5, 0.0, 0.2),
    "background": (CheckText("Background difference", "ΔE"), None, 2.0, 0.7, 0.4),
    "edge": (CheckText("Edge of the hair", ""), 0.8, None, 0.93, 0.05),
    "likeness": (CheckText("Likeness (distance)", ""), None, 0.4, 0.19, 0.07),
    "enlargement": (CheckText("Enlargement", "×"), None, 2.0, 1.3, 0.35),
    "eyes_open": (CheckText("Eyes open", ""), 0.2, None, 0.34, 0.05),
}
ADVICE = {
    "head_height": "The head is not as large as in the other portraits. Please check the crop.",
    "eye_line": "The eyes sit higher or lower than in the other portraits. Please check the crop.",
    "centre": "The face is off centre. Please check the crop.",
    "roll": "The head leans to one side. Please look whether it still seems natural.",
    "yaw": "The face is turned away. Please send a photo that looks into the camera.",
    "sharpness": "The photo is soft. Please send a sharper one, taken near a window.",
    "exposure": "The face is darker or brighter than the others. Please take the photo facing a window.",
    "background": "The background differs from the others. Please look at the edges of the picture.",
    "edge": "The outline of the hair is rough. Please send a photo before a plain wall.",
    "likeness": "The portrait may not look enough like the person. Please compare it with the photo.",
    "enlargement": "The photo is small. Please send one that is at least 800 pixels wide.",
    "eyes_open": "The eyes are nearly closed. Please send another photo.",
}
RUN = {
    "run": "20261123-1512-demo",
    "finished": "2026-11-23T15:12:00+00:00",
    "source": "congress",
    "preset": {"name": "studio_grey", "title": "Studio grey", "digest": "4f0c2a9d77e1b35a"},
    "seconds": 1284.0,
    "consistency": [
        {"what": "Head height", "unit": "% of frame", "before": 8.1, "after": 0.4},
        {"what": "Eye line", "unit": "% from top", "before": 5.6, "after": 0.3},
        {"what": "Off centre", "unit": "% of width", "before": 4.2, "after": 0.4},
        {"what": "Background", "unit": "ΔE", "before": 31.0, "after": 0.7},
        {"what": "Exposure of faces", "unit": "EV", "before": 0.61, "after": 0.22},
        {"what": "Colour of light", "unit": "ΔE", "before": 6.4, "after": 5.8},
    ],
    "findings": [
        {"kind": "unmatched_file", "sentence": "photos/IMG_2041.jpg belongs to nobody in directory.csv."},
        {"kind": "duplicate_photo", "sentence": "Two people share one photo: B001243 and B001257."},
    ],
}


def build(folder: Path, people: int, vault: Vault) -> dict[str, Any]:
    """Return the arguments of ``write`` for ``people`` people made from the photos of ``folder``."""
    with (folder / "directory.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with ThreadPoolExecutor() as pool:
        made = list(
            pool.map(lambda n: _person(folder, rows[n % len(rows)], n, n // len(rows), vault), range(people))
        )
    employees, photos, renders, readings, verdicts = zip(*made, strict=True)
    return {
        "run": RUN | {"counts": {"rendered": people - people // 9, "reused": people // 9}},
        "employees": table(Employee, employees),
        "photos": table(Photo, (photo for photo in photos if photo)),
        "renders": table(Render, (render for render in renders if render)),
        "readings": table(Reading, (reading for one in readings for reading in one)),
        "verdicts": table(Verdict, verdicts),
        "checks": {key: check[0] for key, check in CHECKS.items()},
        "vault": vault,
        "files": {render.employee: f"portraits/{render.employee}.jpg" for render in renders if render},
    }


def _person(folder: Path, row: dict[str, str], number: int, lap: int, vault: Vault) -> tuple[Any, ...]:
    id_ = f"{row['id']}-{lap}" if lap else row["id"]
    employee = Employee(
        id_,
        *(row[key] for key in ("given_name", "family_name", "display_name", "email", "department", "title")),
    )
    if number % 61 == 60:
        missing = "There is no photo of this person yet. Please send one."
        return employee, None, None, (), Verdict(id_, "", "retake", ("photo.missing",), (missing,))
    photo = Photo(id_, row["photo"], date=row["photo_date"], chosen=True)
    refused = number % 47 == 46
    before, after = _pictures(folder / row["photo"], lap, vault)
    made = {"after": after, "width": 1024, "height": 1024} if not refused else {"reason": "face.unclear"}
    render = Render(
        id_, f"r{number}", "d", before=before, rung=_rung(number), preset="studio_grey", enlarged=1.3, **made
    )
    if refused:
        advice = "The face could not be seen clearly. Please send a photo with the whole face in view."
        return (
            employee,
            photo,
            render,
            (),
            Verdict(id_, render.recipe, "retake", ("face.unclear",), (advice,)),
        )
    readings = tuple(_readings(id_, render.recipe, number))
    return employee, photo, render, readings, _verdict(id_, render.recipe, readings)


def _rung(number: int) -> str:
    return random.Random(number).choices(("keep", "crop", "background", "relight"), (2, 20, 70, 8))[0]  # noqa: S311


def _readings(employee: str, recipe: str, number: int) -> Any:
    dice = random.Random(f"{number}")  # noqa: S311
    for key, (_, low, high, mean, spread) in CHECKS.items():
        value = dice.gauss(mean, spread * 0.8)
        unclear = key == "likeness" and number % 71 == 70
        yield Reading(
            employee, recipe, key, None if unclear else value, low, high, "no second photo" if unclear else ""
        )


def _verdict(employee: str, recipe: str, readings: tuple[Reading, ...]) -> Verdict:
    flags = [
        (reading.check, "low" if reading.low is not None and reading.value < reading.low else "high")
        for reading in readings
        if reading.value is not None
        and not (reading.low or -1e9) <= reading.value <= (reading.high if reading.high is not None else 1e9)
    ]
    outcome = ("accept", "review")[bool(flags)] if len(flags) < 2 else "retake"
    return Verdict(
        employee, recipe, outcome, tuple(".".join(f) for f in flags), tuple(ADVICE[key] for key, _ in flags)
    )


def _pictures(path: Path, lap: int, vault: Vault) -> tuple[str, str]:
    with Image.open(path) as source:
        whole = source.convert("RGB")
    whole = ImageEnhance.Brightness(whole).enhance(1 - 0.015 * (lap % 20))
    side, left = int(whole.width * (0.86 - 0.005 * (lap % 20))), int(whole.width * 0.07)
    top = int(whole.height * 0.04) + lap % 5
    after = whole.crop((left, top, left + side, top + side)).resize((256, 256), Image.Resampling.LANCZOS)
    whole.thumbnail((256, 256), Image.Resampling.LANCZOS)
    return tuple(vault.put(_webp(picture)) for picture in (whole, after))  # type: ignore[return-value]


def _webp(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "WEBP", quality=80)
    return buffer.getvalue()


_FILTER = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const time = async (act) => { await frame(); const start = performance.now(); act(); await frame(); return performance.now() - start; };
  return {
    outcome: await time(() => toggleOutcome("review")),
    everybody: await time(() => toggleOutcome("review")),
    search: await time(() => change("q", "an")),
    clear: await time(() => change("q", "")),
    sort: await time(() => change("sort", "sharpness")),
    wall: await time(() => change("view", "wall")),
    chat: await time(() => change("view", "chat")),
    open: await time(() => openPerson(visible[7])),
  };
}"""


def measure(page: Page, sheet: Path) -> dict[str, float]:
    """Return milliseconds to load, and from each act until it is painted."""
    start = time.perf_counter()
    page.goto(sheet.as_uri(), wait_until="load")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    load = 1000 * (time.perf_counter() - start)
    acts: dict[str, float] = page.evaluate(_FILTER)
    return {"load": load} | acts


def main() -> None:
    """Print a table: people, MiB, seconds to write, milliseconds to load and for each act."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--keep", type=Path, help="keep the sheets here")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        print("Chromium", browser.version)
        for people in options.people:
            sheet = (options.keep or Path(scratch)) / f"contact_sheet_{people}.html"
            arguments = build(options.folder, people, Vault(Path(scratch) / "vault"))
            start = time.perf_counter()
            write(sheet, **arguments)
            wrote = time.perf_counter() - start
            page = browser.new_page(viewport={"width": 1440, "height": 900}, offline=True)
            times = "  ".join(f"{act} {ms:.0f}" for act, ms in measure(page, sheet).items())
            print(
                f"{people} people  {sheet.stat().st_size / 2**20:.1f} MiB  written {wrote:.1f} s  ms: {times}"
            )
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
