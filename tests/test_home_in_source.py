"""A home that lies in the folder of photos: what was made is no photo, however often the refresh runs."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors import folder
from flows.commands.catchlight import app
from tests.refreshed_company import congress


@pytest.fixture
def photos(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with one photo and no list, in which the commands run."""
    name = f"{congress(shared, 1)[0]}.jpg"
    (tmp_path / name).write_bytes((shared / "congress/photos" / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_refresh_in_the_folder_of_photos_works_again(photos: Path) -> None:
    """The home, whatever its name, is passed over by its marks: the same person, the same photo, nothing to do."""
    before = folder.read(folder.Settings(root=photos))
    first = CliRunner().invoke(app, ["refresh", "--source", ".", "--home", "ours"])
    assert "1 person" in first.output, first.output
    assert (photos / "ours/runs/latest/portraits.csv").is_file()
    after = folder.read(folder.Settings(root=photos))
    assert (after.employees, after.photos, after.findings) == (
        before.employees,
        before.photos,
        before.findings,
    )
    again = CliRunner().invoke(app, ["refresh", "--source", ".", "--home", "ours"])
    assert "(0 rendered, 1 known already)" in again.output, again.output


def test_the_folder_of_photos_itself_is_no_home(photos: Path) -> None:
    """A home's own folders would lie among the photos: refused, and nothing is made."""
    done = CliRunner().invoke(app, ["refresh", "--source", ".", "--home", str(photos)])
    assert done.exit_code == 2
    assert "is the folder of photos itself" in done.output
    assert len(list(photos.iterdir())) == 1
