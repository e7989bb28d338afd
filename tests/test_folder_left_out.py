"""What a folder leaves out, or refuses, it says with what to do: odd names, links, two lists, folders that are shut, no pictures."""

import os
from pathlib import Path

import pytest

from catchlight.errors import ConfigError, PhotoError
from catchlight.job import Job
from catchlight.plan import Plan
from catchlight.records import Photo
from connectors import folder
from connectors.folder import Directory, Settings
from flows import stages
from tests.source_worlds import jpeg

ODD = os.fsencode("Müller.jpg".encode("latin-1"))


def make(root: Path, rows: str | None, *files: str) -> Settings:
    """Make a folder of pictures, all different."""
    root.mkdir(exist_ok=True)
    for number, file in enumerate(files, 1):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(jpeg(number))
    if rows is not None:
        (root / "directory.csv").write_text(rows)
    return Settings(root=root)


def told(directory: Directory) -> str:
    """Return all that was found, in sentences."""
    return "\n".join(finding.sentence for finding in directory.findings)


def gathered(source: Path, root: Path) -> Plan:
    """Read a folder or a job, as a refresh does."""
    return stages.gather(Job(source=source, home=root / "home"))


@pytest.mark.parametrize("rows", [None, "id,photo\n1,\n2,Müller.jpg\n"])
@pytest.mark.parametrize("as_job", [False, True])
def test_a_name_that_is_not_utf_8_is_left_out_and_told(
    tmp_path: Path, rows: str | None, as_job: bool
) -> None:
    """One file of an old ZIP stops nobody else, with or without a list, in a folder as in a job."""
    make(tmp_path / "in", rows, "photos/1.jpg")
    for name in (ODD, b"M\xfc"):
        with open(os.path.join(os.fsencode(tmp_path / "in/photos"), name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(jpeg(9))
    source = tmp_path / "in"
    if as_job:
        source = tmp_path / "job.toml"
        source.write_text(f'[sources.hr]\nkind = "folder"\nroot = "{tmp_path}/in"\n')
    plan = gathered(source, tmp_path)
    assert [one.employee for one in plan.photos()] == ["1"]
    sentences = [one["sentence"] for one in plan.findings if one["kind"] == "odd_file"]
    assert any("photos/M�ller.jpg is left out: its name is not UTF-8" in one for one in sentences)


@pytest.mark.parametrize("rows", [None, "id,photo\n1,\n"])
def test_a_name_with_control_characters_is_nobody_s_and_told_without_them(
    tmp_path: Path, rows: str | None
) -> None:
    """Whoever may put files into the folder writes nothing to a terminal, and no line of their own into any list."""
    settings = make(tmp_path, rows, "photos/1.jpg", "photos/\x1b]0;x\x07.jpg", "photos/2\n500 accepted.jpg")
    found = folder.read(settings)
    assert [one.id for one in found.employees] == ["1"]
    odd = [one.sentence for one in found.findings if one.kind == "odd_file"]
    assert len(odd) == 2
    assert all(one.isprintable() for one in odd)
    assert (
        "photos/2\ufffd500 accepted.jpg is left out: its name is not UTF-8, or has control characters"
        in odd[1]
    )


def test_photos_behind_a_link_are_told_with_what_to_do(tmp_path: Path) -> None:
    """Where photos/ is a link nobody has a photo: the reason is the first thing that is said."""
    make(tmp_path / "elsewhere", None, "1.jpg")
    settings = make(tmp_path / "in", "id\n1\n")
    (tmp_path / "in/photos").symlink_to(tmp_path / "elsewhere")
    says = r"nobody has a photo\. photos is a link and is not followed: put the pictures themselves there, or mount"
    with pytest.raises(ConfigError, match=says):
        folder.read(settings)


def test_links_among_photos_are_told(tmp_path: Path) -> None:
    """Without a list as with one, and without stopping anybody else."""
    settings = make(tmp_path, None, "photos/1.jpg")
    (tmp_path / "photos/2.jpg").symlink_to("1.jpg")
    assert "photos/2.jpg is a link and is not followed" in told(folder.read(settings))
    (tmp_path / "directory.csv").write_text("id\n1\n2\n")
    assert "photos/2.jpg is a link and is not followed" in told(folder.read(settings))


def test_two_lists_are_refused(tmp_path: Path) -> None:
    """An old one beside the new one: which is right, nobody guesses."""
    settings = make(tmp_path, "id\n1\n", "photos/1.jpg")
    (tmp_path / "Directory.csv").write_text("id\n1\n2\n")
    with pytest.raises(ConfigError, match=r"Directory\.csv and directory\.csv are both there; keep the one"):
        folder.read(settings)


def test_a_list_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """It is not as if there were none: every picture would become a person."""
    settings = make(tmp_path / "in", None, "photos/1.jpg")
    (tmp_path / "list.csv").write_text("id\n1\n")
    (tmp_path / "in/directory.csv").symlink_to(tmp_path / "list.csv")
    with pytest.raises(ConfigError, match=r"directory\.csv is a link, .* put the list itself there"):
        folder.read(settings)


@pytest.mark.parametrize(
    "name", ["lost+found", "@eaDir", "#recycle", "~snapshot", "DfsrPrivate", "@GMT-2026.11.02-06.00.00"]
)
def test_what_a_disk_keeps_for_itself_is_nobodys(tmp_path: Path, name: str) -> None:
    """Thumbnails of a NAS make no people, and neither does what was deleted, or stood there earlier."""
    settings = make(tmp_path, None, "1.jpg", f"{name}/1.jpg/SYNOPHOTO_THUMB_XL.jpg")
    assert [one.id for one in folder.read(settings).employees] == ["1"]


def test_a_folder_that_is_shut_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has a photo there would else be asked for another one; trying again does not help."""
    settings, shut, scandir = make(tmp_path, "id\n1\n", "photos/1.jpg", "photos/hr/2.jpg"), [True], os.scandir

    def barred(place: Path) -> object:
        if shut and Path(place).name == "hr":
            raise PermissionError(13, "Permission denied")
        return scandir(place)

    monkeypatch.setattr(os, "scandir", barred)
    with pytest.raises(
        ConfigError, match=r"photos/hr: may not be listed; let this account read it, or move it"
    ):
        folder.read(settings)
    shut.clear()
    assert folder.read(settings)


def test_a_list_is_nobodys_photo(tmp_path: Path) -> None:
    """A photo cell that names what is no picture is told so; nothing of it is kept as somebody's photo."""
    make(tmp_path / "in", "id,photo\n1,1.jpg\n5,directory.csv\n6,scan\n", "photos/1.jpg", "photos/scan")
    plan = gathered(tmp_path / "in", tmp_path)
    five = next(one for one in plan.photos() if one.employee == "5")
    assert (five.digest, five.reason) == ("", "photo.not_a_picture")
    assert five.note.startswith("directory.csv: This file is not a picture")
    assert next(one for one in plan.photos() if one.employee == "6").digest
    with pytest.raises(PhotoError, match=r"directory\.csv: This file is not a picture"):
        folder.fetch(Settings(root=tmp_path / "in"), Photo("5", "directory.csv"))
