"""Whose a picture of a folder is: whoever may own it competes for it, also those who are given nothing."""

from pathlib import Path

import pytest

from connectors import folder
from connectors.folder import Directory, Settings


def read(root: Path, rows: str, *files: str) -> Directory:
    """Return who is in a folder with a list and (tiny) photos."""
    (root / "photos").mkdir()
    for file in files:
        (root / "photos" / file).write_bytes(file.encode())
    (root / "directory.csv").write_text(rows)
    return folder.read(Settings(root=root))


def photos(directory: Directory) -> dict[str, str]:
    """Return everyone's files by id, without their folder."""
    found: dict[str, str] = {}
    for photo in directory.photos:
        found[photo.employee] = f"{found.get(photo.employee, '')} {Path(photo.file).name}".strip()
    return found


def told(directory: Directory) -> str:
    """Return all that was found, in sentences."""
    return "\n".join(finding.sentence for finding in directory.findings)


LEFT_OUT = """id,name,email
anna,Anna,a@x.de
anna_b,Anna Berg,b@x.de
anna_b,Anna Berg,b@x.de
carl,Carl,c@x.de
10,Ten,t@x.de
10-1,Doe, John,d@x.de
55,Maxine Other,max@x.de
max,Max Dup,
max,Max Dup,
,Nobody,eve@x.de
8,Eve,eve@y.de
"""


def test_the_photo_of_a_row_that_is_left_out_is_nobody_elses(tmp_path: Path) -> None:
    """Neither a shorter id nor an e-mail address takes what bears the name of a doubled, long or idless row; it is told."""
    files = ("anna_b.jpg", "10-1.jpg", "max.jpg", "carl.jpg", "eve.jpg")
    directory = read(tmp_path, LEFT_OUT, *files)
    assert photos(directory) == {"carl": "carl.jpg"}
    said = told(directory)
    assert "photos/10-1.jpg could be of '10-1' (line 7, left out); nobody gets it." in said
    assert "photos/eve.jpg could be of '8', a row without id (line 11, left out); nobody gets it." in said
    for file in files[:3]:
        assert f"{file} could be of" in said


def test_a_comma_that_moves_the_id_to_the_right_gives_its_photo_to_nobody(tmp_path: Path) -> None:
    """Where the name stands before the id, a comma in it moves the id: it still owns its photo."""
    rows = "name,id,email\nTen,10,t@x.de\nDoe, John,10-1,d@x.de\nLee, Ann, Kim,10_2,k@x.de\n"
    directory = read(tmp_path, rows, "10.jpg", "10-1.jpg", "10_2.jpg")
    assert photos(directory) == {"10": "10.jpg"}
    assert told(directory).count("could be of") == 2


def test_further_photos_of_somebody_whose_photo_is_named_are_nobody_elses(tmp_path: Path) -> None:
    """A photo cell names the one that is used; what else bears that person's name is not a colleague's."""
    directory = read(
        tmp_path, "id,photo\nanna,\nanna_b,anna_b.jpg\n", "anna_b.jpg", "anna_b_2.jpg", "anna.jpg"
    )
    assert photos(directory) == {"anna": "anna.jpg", "anna_b": "anna_b.jpg"}
    assert "photos/anna_b_2.jpg could be of 'anna', 'anna_b'; nobody gets it." in told(directory)


def test_a_file_of_somebody_whose_photo_is_named_is_told(tmp_path: Path) -> None:
    """It is not said to belong to no row."""
    directory = read(tmp_path, "id,photo\n1,a.jpg\n", "a.jpg", "1.jpg")
    assert photos(directory) == {"1": "a.jpg"}
    assert "photos/1.jpg is not used: the photo column names another file for '1'." in told(directory)


def test_a_photo_that_a_left_out_row_names_is_nobody_elses(tmp_path: Path) -> None:
    """Neither by its name nor by another cell; a picture that two cells name is not given by its name, either."""
    rows = "id,photo\n1,a.jpg\n2,a.jpg\n2,b.jpg\nb,\n3,c.jpg\n4,c.jpg\nc,\n5,5.jpg\n"
    directory = read(tmp_path, rows, "a.jpg", "b.jpg", "c.jpg", "5.jpg")
    assert photos(directory) == {"5": "5.jpg"}
    said = told(directory)
    assert "photos/a.jpg is the photo of 2 people ('1', '2' (line 3, left out))" in said
    assert "photos/b.jpg is the photo of '2' (line 4, left out); nobody gets it." in said
    assert said.count("photos/c.jpg") == 1


@pytest.mark.parametrize("row", ["1,*", "1,*@x.de", "10*,x@x.de"])
def test_a_star_in_a_list_is_no_wildcard(tmp_path: Path, row: str) -> None:
    """A masked address, or an odd id, does not find every free picture."""
    directory = read(tmp_path, f"id,email\n{row}\n7,y@x.de\n", "1017.jpg", "7.jpg")
    assert photos(directory) == {"7": "7.jpg"}
    assert "photos/1017.jpg belongs to no row." in told(directory)
