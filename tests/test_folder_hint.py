"""Pictures whose names are nobody's id: what they look like is told, and nobody is matched by it."""

from pathlib import Path

import pytest

from catchlight.errors import ConfigError
from connectors import folder
from tests.test_folder_source import kinds, make, photos

LIST = "id,given_name,family_name,email\n17,Ada,Lovelace,\n18,Bob,Ray,\n19,Cy,Fox,c@example.com\n"


def _said(tmp_path: Path, rows: str, *files: str) -> str:
    """Return the first thing that is said of a folder where nobody has a photo."""
    with pytest.raises(ConfigError) as told:
        folder.read(make(tmp_path, rows, *files))
    return str(told.value).partition("nobody has a photo. ")[2]


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        (("Ada Lovelace.jpg", "bob ray.JPG"), "{given_name} {family_name}"),
        (("photos/Lovelace, Ada.jpg", "photos/Ray, Bob.jpg", "photos/a.jpg"), "{family_name}, {given_name}"),
        (("ada.lovelace.jpg", "bob.ray.png"), "{given_name}.{family_name}"),
        (("EMP17.jpg", "EMP18.jpg", "EMP20.jpg"), "EMP{id}"),
    ],
)
def test_the_rule_that_finds_them_is_told_and_works(
    tmp_path: Path, files: tuple[str, ...], rule: str
) -> None:
    """As it has to be written down; until then nobody has a photo."""
    said = _said(tmp_path, LIST, *files)
    assert said.startswith(
        f"2 of {len(files)} pictures without a person are called as somebody is ({min(files)})"
    )
    assert f"photo_names = ['{rule}'] for this folder in a job file" in said
    declared = folder.Settings(root=tmp_path, photo_names=(rule,))
    assert photos(folder.read(declared)).keys() == {"17", "18"}


def test_zeros_that_a_spreadsheet_took_are_told(tmp_path: Path) -> None:
    """The files still have them."""
    said = _said(tmp_path, LIST, "00017.jpg", "00018.jpg")
    assert said.startswith(
        "2 of 2 pictures without a person have zeros before an id of the list (00017.jpg): a spreadsheet"
    )


def test_names_that_two_people_have_and_others_are_no_rule(tmp_path: Path) -> None:
    """One of many may be called anything."""
    rows = "id,given_name,family_name\n1,Ada,Lovelace\n2,Ada,Lovelace\n3,Bob,Ray\n"
    assert _said(tmp_path, rows, "Ada Lovelace.jpg", "x.jpg", "y.jpg", "Bob Ray.jpg").startswith("Ada")


def test_nothing_is_said_where_all_have_their_photos(tmp_path: Path) -> None:
    """Also not of some files more."""
    found = folder.read(make(tmp_path, LIST, "17.jpg", "18.jpg", "c@example.com.jpg", "logo.png"))
    assert kinds(found) == ["unmatched_file"]
