"""``catchlight refresh`` on a folder with good, broken and missing photos, and what comes after."""

import os
import shutil
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from tests.refreshed_company import Company, congress, differing

pytestmark = pytest.mark.slow
GOOD = 6
BROKEN, TEXT, NOBODY = "broken", "text", "nobody"


@pytest.fixture(scope="module")
def company(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Return a company of six good photos, a broken one, a text file and a person without a photo."""
    root = tmp_path_factory.mktemp("company")
    company = Company(root / "source", root / "home")
    company.photograph(shared / "congress", congress(shared, GOOD))
    company.hire((BROKEN, "photos/broken.jpg"), (TEXT, "photos/text.jpg"), (NOBODY, ""))
    whole = (shared / f"congress/photos/{congress(shared, 1)[0]}.jpg").read_bytes()
    (company.source / "photos/broken.jpg").write_bytes(whole[:900])
    (company.source / "photos/text.jpg").write_text("This is no picture.\n" * 99, encoding="utf-8")
    return company


@pytest.fixture(scope="module")
def first(company: Company) -> tuple[int, str, dict[str, str]]:
    """Refresh once; return exit code, what was said, and the digests of the source before."""
    before = company.digests()
    done = company.refresh()
    return done.returncode, done.stdout + done.stderr, before


@pytest.fixture
def refreshed(company: Company, first: tuple[int, str, dict[str, str]]) -> Company:
    """Return the company after its first refresh."""
    assert first[0] == 1, first[1]
    return company


def test_everyone_has_a_row_and_exit_code_1_says_that_some_failed(refreshed: Company, shared: Path) -> None:
    """A broken file, a text file and nobody's photo are told of; the six others are done all the same."""
    listed = refreshed.listed()
    verdicts = refreshed.tables()["verdicts"]
    good = congress(shared, GOOD)
    assert set(listed) == set(verdicts["employee"]) == {*good, BROKEN, TEXT, NOBODY}
    for id_ in (BROKEN, TEXT, NOBODY):
        assert listed[id_]["outcome"] == "retake"
        assert listed[id_]["file"] == ""
        assert listed[id_]["sentences"].endswith(".")
    assert {listed[id_]["file"] for id_ in good} == {f"portraits/{id_}.jpg" for id_ in good}


def test_the_terminal_says_what_happened_and_nothing_else(
    company: Company, first: tuple[int, str, dict[str, str]]
) -> None:
    """Counts, consistency and the contact sheet's path are printed; no log line, no traceback."""
    said = first[1]
    assert "9 people:" in said
    assert str(company.latest / "contact_sheet.html") in said
    for noise in ("Traceback", "ERROR", "WARNING", "INFO", "prefect"):
        assert noise not in said


def test_run_json_says_how_it_went(refreshed: Company) -> None:
    """Counts add up, and versions, digests and timings are there to tell two runs apart."""
    run = refreshed.run()
    counts = run["counts"]
    assert counts["people"] == GOOD + 3 == counts["accept"] + counts["review"] + counts["retake"]
    assert counts["unusable"] == 3
    assert counts["rendered"] + counts["reused"] + counts["photoless"] == counts["people"]
    assert (counts["reused"], counts["photoless"]) == (0, 1)
    assert run["run"] == refreshed.latest.name
    assert len(run["setup"]) == len(run["preset"]["digest"]) == 64
    assert set(run["timings"]) == {"gather", "develop", "judge", "contact_sheet"}
    assert run["seconds"] == pytest.approx(sum(run["timings"].values()), abs=0.01)
    assert {"catchlight", "prefect", "python"} <= set(run["versions"])
    assert (refreshed.latest / "contact_sheet.html").stat().st_size > 10_000


def test_portraits_are_plain_jpegs_in_srgb_without_metadata(refreshed: Company) -> None:
    """A portrait carries an sRGB profile, and nothing about the camera, the place or the day."""
    files = sorted((refreshed.latest / "portraits").iterdir())
    assert len(files) == GOOD
    for file in files:
        with Image.open(file) as picture:
            assert picture.format == "JPEG"
            assert picture.mode == "RGB"
            profile = ImageCms.ImageCmsProfile(BytesIO(picture.info["icc_profile"]))
            assert "sRGB" in ImageCms.getProfileDescription(profile)
            assert not picture.getexif()
            assert not {"exif", "comment", "photoshop"} & set(picture.info)  # XMP: tests/test_source_type.py


def test_originals_are_not_touched(company: Company, first: tuple[int, str, dict[str, str]]) -> None:
    """After a refresh, every file of the source is there, byte for byte, and none was added."""
    assert company.digests() == first[2]


def test_a_second_run_renders_nobody_and_starts_no_server(refreshed: Company) -> None:
    """On an unchanged folder, even with new file times, the tables are the same and Prefect is not needed."""
    before, name, recipes = refreshed.tables(), refreshed.latest.name, refreshed.recipes()
    log = refreshed.home / "logs/prefect-server.log"
    database = refreshed.home / "prefect/prefect.db"
    stamps = log.stat().st_mtime_ns, database.stat().st_mtime_ns
    for file in (refreshed.source / "photos").iterdir():
        os.utime(file)
    done = refreshed.refresh()
    assert done.returncode == 1, done.stderr
    assert refreshed.latest.name != name
    assert refreshed.run()["counts"]["rendered"] == 0
    assert differing(refreshed.tables(), before) == []
    assert refreshed.recipes() == recipes
    assert (log.stat().st_mtime_ns, database.stat().st_mtime_ns) == stamps


def test_a_dry_run_says_what_it_would_do_and_leaves_no_run(refreshed: Company) -> None:
    """With another preset everyone would be rendered; nothing is, and no run seems to have been begun."""
    runs, recipes = sorted((refreshed.home / "runs").iterdir()), refreshed.recipes()
    plans = sorted((refreshed.home / "ledger").glob("*/plan.json"))
    done = refreshed.refresh("--dry-run", "--preset", "clean-white")
    assert done.returncode == 0, done.stderr
    assert f"{GOOD + 2} would be rendered" in done.stdout
    assert sorted((refreshed.home / "runs").iterdir()) == runs
    assert sorted((refreshed.home / "ledger").glob("*/plan.json")) == plans
    assert refreshed.recipes() == recipes


def test_a_new_preset_renders_everyone_and_the_old_one_is_still_known(refreshed: Company) -> None:
    """Going back to the first preset renders nobody."""
    portraits = refreshed.tables()["renders"]["picture"].to_list()
    assert refreshed.refresh("--preset", "clean-white").returncode == 1
    assert refreshed.run()["counts"]["rendered"] == GOOD + 2
    assert refreshed.tables()["renders"]["picture"].to_list() != portraits
    assert refreshed.refresh().returncode == 1
    assert refreshed.run()["counts"]["rendered"] == 0
    assert refreshed.tables()["renders"]["picture"].to_list() == portraits


def test_one_more_photo_renders_one(refreshed: Company, shared: Path) -> None:
    """Only the person who is new is rendered; everyone else is as before."""
    before = refreshed.listed()
    newest = congress(shared, GOOD + 1)[-1]
    refreshed.photograph(shared / "congress", [newest])
    assert refreshed.refresh().returncode == 1
    assert refreshed.run()["counts"]["rendered"] == 1
    listed = refreshed.listed()
    assert listed.pop(newest)["file"] == f"portraits/{newest}.jpg"
    assert listed.keys() == before.keys()


def test_a_home_can_be_moved(refreshed: Company, tmp_path: Path) -> None:
    """A home that was copied to another disk knows everyone still."""
    moved = Company(refreshed.source, tmp_path / "home")
    shutil.copytree(refreshed.home, moved.home, symlinks=True)
    assert moved.refresh().returncode == 1
    assert moved.run()["counts"]["rendered"] == 0


def test_a_refresh_of_a_few_people_says_that_the_others_stay(refreshed: Company, shared: Path) -> None:
    """They are in the run as they were; a refresh of everybody says nothing of it."""
    before = refreshed.listed()
    one = refreshed.refresh("--only", congress(shared, 1)[0])
    assert f"{len(before) - 1} of them as they are in run " in one.stdout, one.stdout + one.stderr
    assert refreshed.listed() == before
    assert "as they are in run" not in refreshed.refresh().stdout
