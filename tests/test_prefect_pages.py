"""Prefect's pages are there where the account that serves may not change what is installed."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows import prefect_pages
from tests.refreshed_company import ROOT, environment
from tests.served_everything import Everything, everything

PAGES = Path(environment()["XDG_CACHE_HOME"]) / "catchlight/prefect-pages"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a cache of its own."""
    for name in prefect_pages.NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Everything]:
    """Return all of it at work, with pages that are not there yet."""
    shutil.rmtree(PAGES, ignore_errors=True)
    with everything(tmp_path / "home", "--no-review") as at_work:
        yield at_work


@pytest.mark.slow
@pytest.mark.prefect
def test_pages_come_out_of_the_accounts_own_folder(served: Everything) -> None:
    """Not out of the installed package, which root owns and systemd makes read-only."""
    page = httpx.get(served.line("Flows"), trust_env=False, follow_redirects=True)
    assert (page.status_code, "<html" in page.text) == (200, True)
    assert (PAGES / "v2/index.html").is_file()


def test_an_account_without_a_folder_has_a_temporary_one(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where its folder would be."""
    own_cache.write_text("", encoding="utf-8")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (folder,) = prefect_pages.place().values()
    assert Path(folder).is_relative_to(tmp_path)
    assert Path(folder).is_dir()


@pytest.mark.parametrize("name", prefect_pages.NAMES)
def test_a_folder_that_it_says_is_kept(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both of Prefect's names for it count."""
    monkeypatch.setenv(name, "/var/pages")
    assert prefect_pages.place() == {}


def test_where_prefects_own_command_serves_the_folder_is_named() -> None:
    """The unit may write there (StateDirectory), and so may the account of the image (its home)."""
    unit = (ROOT / "deploy/systemd/catchlight-prefect.service").read_text(encoding="utf-8")
    image = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
    (of_unit,) = re.findall(rf"^Environment={prefect_pages.NAMES[0]}=(\S+)$", unit, re.MULTILINE)
    (of_image,) = re.findall(rf"{prefect_pages.NAMES[0]}=(\S+)", image)
    assert of_unit.startswith("/var/lib/catchlight/")
    assert "StateDirectory=catchlight\n" in unit
    assert of_image.startswith("/home/catchlight/")
