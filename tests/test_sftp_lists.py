"""Lists in a drop on an SFTP server: one alone, and nobody's photo; a link in the place of all photos is told."""

from collections.abc import Callable
from contextlib import closing
from io import BytesIO

from openpyxl import Workbook

from catchlight.errors import PhotoError
from connectors import sftp
from tests.source_worlds import jpeg
from tests.test_source_sftp import DropWorld, make, no_waiting

__all__ = ["make", "no_waiting"]


def test_two_lists_are_refused(make: Callable[..., DropWorld]) -> None:
    """Which is right, nobody guesses."""
    world = make()
    world.person("1", jpeg(1))
    world.put("Directory.csv", b"id\n1\n2\n")
    (told,) = sftp.probe_source(world.settings())
    assert "Directory.csv and directory.csv are both there; keep the one that is right" in told


def test_a_list_is_nobodys_photo(make: Callable[..., DropWorld]) -> None:
    """A cell that names it gets a reason, and no picture."""
    world = make()
    world.person("1", jpeg(1))
    world.put("directory.csv", b"id,photo\n1,photos/1.jpg\n5,directory.csv\n")
    with closing(world.open()) as source:
        (page,) = source.pages("")
        wanted = [(one.key, "") for one in page.entries]
        found = {one.key: one for one in source.photos(wanted)}
    assert found["1"].picture
    assert (found["5"].picture, type(found["5"].problem)) == (None, PhotoError)


def test_a_link_in_the_place_of_all_photos_is_told(make: Callable[..., DropWorld]) -> None:
    """It is the first thing that is said."""
    world = make()
    world.person("1", jpeg(1))
    (world.folder / "photos").rename(world.folder.parent / "photos")
    (world.folder / "photos").symlink_to(world.folder.parent / "photos")
    (told,) = sftp.probe_source(world.settings())
    assert "nobody has a photo. photos is a link and is not followed" in told


def test_a_list_alone_may_be_all_of_a_drop(make: Callable[..., DropWorld]) -> None:
    """Where the job says that photos come from another source; else it is told how to say so."""
    world = make()
    world.person("1", given_name="Ada")
    (told,) = sftp.probe_source(world.settings())
    assert told.endswith("write photos = false into this one.")
    settings = world.settings().model_copy(update={"photos": False})
    assert sftp.probe_source(settings) == []
    with closing(sftp.open_source(settings, "drop")) as source:
        (page,) = source.pages("")
    assert [(one.key, one.values["given_name"], one.photo) for one in page.entries] == [("1", "Ada", None)]


def test_the_list_of_a_drop_may_be_a_workbook(make: Callable[..., DropWorld]) -> None:
    """It is found, read, and makes the drop whole."""
    world, made, out = make(), Workbook(), BytesIO()
    world.put("photos/1.jpg", jpeg(1))
    for row in (["id", "given_name"], [1, "Ada"]):
        made.active.append(row)
    made.save(out)
    world.put("directory.xlsx", out.getvalue())
    world.put(".done", b"")
    with closing(world.open()) as source:
        (page,) = source.pages("")
    assert [(one.key, one.values["given_name"], bool(one.photo)) for one in page.entries] == [
        ("1", "Ada", True)
    ]
