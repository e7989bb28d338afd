"""A folder that somebody else fills or watches: nothing outside it is read, written or believed."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from catchlight.errors import OutsideError, PhotoError
from catchlight.records import Photo
from connectors import folder
from connectors.folder import Directory, Settings


def make(root: Path, rows: str | bytes | None, *files: str) -> Settings:
    """Make a source folder with a list and (tiny) photos."""
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(file.encode())
    if rows is not None:
        (root / "directory.csv").write_bytes(rows if isinstance(rows, bytes) else rows.encode())
    return Settings(root=root)


def photos(directory: Directory) -> dict[str, list[str]]:
    """Return everyone's files."""
    found: dict[str, list[str]] = {}
    for photo in directory.photos:
        found.setdefault(photo.employee, []).append(photo.file)
    return found


def told(directory: Directory, kind: str) -> str:
    """Return the sentences of one kind."""
    return "\n".join(finding.sentence for finding in directory.findings if finding.kind == kind)


@pytest.mark.parametrize(
    "cell",
    [
        "../secret.jpg",
        "photos/../../secret.jpg",
        "/etc/passwd",
        "C:\\x.jpg",
        "..\\secret.jpg",
        "http://x/y.jpg",
    ],
)
def test_a_path_that_leads_out_is_refused_per_row(tmp_path: Path, cell: str) -> None:
    """Whatever a row says, nothing outside the folder is read, and the others go on."""
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    settings = make(tmp_path / "in", f'id,photo\n1,"{cell}"\n2,2.jpg\n', "photos/1.jpg", "photos/2.jpg")
    directory = folder.read(settings)
    assert photos(directory) == {"2": ["photos/2.jpg"]}
    assert "line 2" in told(directory, "bad_path")


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link out of the folder is neither listed nor read, even when it appears after the listing."""
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    settings = make(tmp_path / "in", "id,photo\n1,photos/1.jpg\n2,dir/x.jpg\n3,3.jpg\n", "photos/3.jpg")
    (tmp_path / "in" / "photos" / "1.jpg").symlink_to(tmp_path / "secret.jpg")
    (tmp_path / "in" / "dir").symlink_to(tmp_path)
    directory = folder.read(settings)
    assert photos(directory) == {"3": ["photos/3.jpg"]}
    assert "line 2" in told(directory, "bad_path")
    assert "line 3" in told(directory, "bad_path")
    for file in ("photos/1.jpg", "dir/secret.jpg", "../secret.jpg", "/etc/passwd"):
        with pytest.raises(PhotoError):
            folder.fetch(settings, Photo("1", file))


def test_fetching_says_what_is_wrong(tmp_path: Path) -> None:
    """A file that went away, a pipe and a giant each have a reason; none hangs or fills the memory."""
    settings = make(tmp_path, None, "photos/1.jpg")
    assert folder.fetch(settings, Photo("1", "photos/1.jpg")) == b"photos/1.jpg"
    os.mkfifo(tmp_path / "pipe.jpg")
    with (tmp_path / "giant.jpg").open("wb") as giant:
        giant.truncate((64 << 20) + 1)
    reasons = {}
    for file in ("gone.jpg", "pipe.jpg", "photos", "giant.jpg"):
        with pytest.raises(PhotoError) as caught:
            folder.fetch(settings, Photo("1", file))
        reasons[file] = caught.value.reason
    missing = "photo.missing"
    assert reasons == {
        "gone.jpg": "photo.away",
        "pipe.jpg": missing,
        "photos": missing,
        "giant.jpg": "photo.too_large",
    }


def test_hostile_cells_stay_harmless(tmp_path: Path) -> None:
    """Control characters go, formulas stay text, dates that are none are named."""
    rows = "id,display_name,photo,photo_date\n1,=cmd|' /C'!A0,1.jpg,31/12/2025\n2,A\x1b[31mB\x00,2.jpg,2025/12/31\n"
    directory = folder.read(make(tmp_path, rows, "photos/1.jpg", "photos/2.jpg"))
    assert directory.employees[1].name == "A[31mB"
    assert [photo.date for photo in directory.photos] == ["", "2025-12-31"]
    assert "'31/12/2025'" in told(directory, "bad_date")


def test_an_id_that_a_spreadsheet_shortened_is_pointed_out(tmp_path: Path) -> None:
    """``1.23457E+11`` is very likely several people's id."""
    directory = folder.read(make(tmp_path, "id,photo\n1.23457E+11,1.jpg\n", "photos/1.jpg"))
    assert "line 2" in told(directory, "damaged_id")


@pytest.mark.parametrize("name", ["photo", "{salary}", "{id}*x", "../{id}", "{}"])
def test_a_file_name_template_that_cannot_work_is_refused(tmp_path: Path, name: str) -> None:
    """A template without a field, with an unknown one, or with a path is refused with the right form."""
    with pytest.raises(ValidationError, match="a file name with"):
        Settings(root=tmp_path, photo_names=(name,))


def test_writing_never_leaves_the_folder_or_a_part(tmp_path: Path) -> None:
    """A destination is written whole, read back, removed, and never through a link."""
    settings = Settings(root=tmp_path / "out")
    with pytest.raises(OutsideError):
        folder.look(settings, "96/a.jpg")
    settings.root.mkdir()
    assert folder.look(settings, "96/a.jpg") is None
    folder.put(settings, "96/a.jpg", b"one")
    (settings.root / "96" / "a.jpg").chmod(0o604)
    folder.put(settings, "96/a.jpg", b"two")
    assert folder.look(settings, "96/a.jpg") == b"two"
    assert (settings.root / "96" / "a.jpg").stat().st_mode & 0o777 == 0o604
    assert [path.name for path in (settings.root / "96").iterdir()] == ["a.jpg"]
    folder.remove(settings, "96/a.jpg")
    folder.remove(settings, "96/a.jpg")
    assert folder.look(settings, "96/a.jpg") is None
    (settings.root / "up").symlink_to(tmp_path)
    (settings.root / "96" / "a.jpg").symlink_to(tmp_path / "theirs")
    for target in ("up/x.jpg", "../x.jpg", "/x.jpg"):
        with pytest.raises(OutsideError):
            folder.put(settings, target, b"x")
    with pytest.raises(PhotoError, match="is a link"):
        folder.look(settings, "96/a.jpg")
    assert not (tmp_path / "x.jpg").exists()
