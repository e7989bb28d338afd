"""A folder as a source: who is in it, whose photo is whose, and what is refused or reported."""

from pathlib import Path

import pytest

from catchlight.errors import ConfigError
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


def kinds(directory: Directory) -> list[str]:
    """Return the codes of what was found."""
    return [finding.kind for finding in directory.findings]


def told(directory: Directory, kind: str) -> str:
    """Return the sentences of one kind."""
    return "\n".join(finding.sentence for finding in directory.findings if finding.kind == kind)


def test_everyone_of_a_real_company_is_read(shared: Path) -> None:
    """The 220 members of the example company all come with their photo and nothing to report."""
    directory = folder.read(Settings(root=shared / "congress"))
    assert len(directory.employees) == len(directory.photos) == 220
    assert directory.findings == []
    first = directory.photos[0]
    assert (first.employee, first.file, first.date) == ("A000148", "photos/A000148.jpg", "2022-12-01")
    assert folder.fetch(Settings(root=shared / "congress"), first)[:2] == b"\xff\xd8"


ROWS = "id;given_name;family_name;photo\n00123;Zoë;Núñez-Ødegård;photos/00123.jpg\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_file_is_understood(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """Whatever a spreadsheet saves, names keep their accents and ids their zeros."""
    settings = make(tmp_path, ROWS.replace(";", delimiter).encode(encoding), "photos/00123.jpg")
    person = folder.read(settings).employees[0]
    assert (person.id, person.name) == ("00123", "Zoë Núñez-Ødegård")


def test_a_declared_delimiter_and_foreign_headers(tmp_path: Path) -> None:
    """A first line ``sep=`` is obeyed, and usual headers are known in any case and punctuation."""
    header = "Employee ID;First Name;LAST-NAME;E-mail;Job title;Photo file;Badge"
    rows = f"sep=;\r\n{header}\r\n7;Ann;Lee;a@x.org;CTO;a.jpg;9\r\n"
    directory = folder.read(make(tmp_path, rows, "photos/a.jpg"))
    person = directory.employees[0]
    assert (person.id, person.name, person.email, person.title) == ("7", "Ann Lee", "a@x.org", "CTO")
    assert photos(directory) == {"7": ["photos/a.jpg"]}
    assert "'Badge'" in told(directory, "unknown_column")


def test_where_people_work_and_what_they_allow_is_read(tmp_path: Path) -> None:
    """Country and cap come from columns of any usual name, in any case; who has neither has no cap."""
    rows = "id,Jurisdiction,Max rung\n1,DE,Background\n2,, \n3,United  States,\n"
    directory = folder.read(make(tmp_path, rows, *(f"photos/{n}.jpg" for n in "123")))
    assert directory.findings == []
    found = [(one.country, one.rung) for one in directory.employees]
    assert found == [("DE", "background"), ("", ""), ("United States", "")]


def test_a_cap_that_cannot_be_read_never_means_more_change(tmp_path: Path) -> None:
    """Nothing is changed on that photo; file, line, value and the words that would do are told."""
    rows = "id,rung,photo\n1,relight,1.jpg\n2,no relighting,2.jpg\n"
    directory = folder.read(make(tmp_path, rows, "photos/1.jpg", "photos/2.jpg"))
    assert [one.rung for one in directory.employees] == ["relight", "keep"]
    said = told(directory, "bad_rung")
    assert said.startswith(
        "directory.csv line 3: rung 'no relighting' of '2' is none of keep, crop, background"
    )
    assert kinds(directory) == ["bad_rung"]


def test_both_sides_without_a_match_are_reported(tmp_path: Path) -> None:
    """A row without its photo and a photo without a row are both named; the person is still listed."""
    rows = "id,photo\n1,1.jpg\n2,lost.jpg\n3,\n"
    directory = folder.read(make(tmp_path, rows, "photos/1.jpg", "photos/stranger.jpg", "photos/notes.txt"))
    assert [employee.id for employee in directory.employees] == ["1", "2", "3"]
    assert photos(directory) == {"1": ["photos/1.jpg"]}
    assert "line 3" in told(directory, "unmatched_row")
    assert "line 4" in told(directory, "unmatched_row")
    assert told(directory, "unmatched_file") == "photos/stranger.jpg belongs to no row."


def test_a_doubled_id_stops_its_rows_only(tmp_path: Path) -> None:
    """Two people with one id both wait, with their lines named; everyone else goes on."""
    rows = "id,display_name,photo\n1,A,1.jpg\n2,B,2.jpg\n1,C,3.jpg\n,D,4.jpg\n"
    directory = folder.read(make(tmp_path, rows, *(f"photos/{n}.jpg" for n in "1234")))
    assert photos(directory) == {"2": ["photos/2.jpg"]}
    assert [employee.id for employee in directory.employees] == ["2"]
    assert "lines 2, 4" in told(directory, "duplicate_id")
    assert "line 5" in told(directory, "empty_id")


def test_shifted_cells_are_not_taken(tmp_path: Path) -> None:
    """An unquoted comma that shifts a row never gives someone another person's photo."""
    rows = "id,display_name,photo\n1,Lee, Ann,2.jpg\n2,Bo,2.jpg\n"
    directory = folder.read(make(tmp_path, rows, "photos/1.jpg", "photos/2.jpg"))
    assert photos(directory) == {"2": ["photos/2.jpg"]}
    assert "line 2" in told(directory, "long_row")


def test_an_open_quotation_mark_is_an_error_with_its_line(tmp_path: Path) -> None:
    """A quotation mark that swallows the rest of the company is refused, not obeyed."""
    settings = make(tmp_path, 'id,title,photo\n1,boss,1.jpg\n2,"the boss,2.jpg\n3,x,3.jpg\n', "photos/1.jpg")
    with pytest.raises(ConfigError, match=r"directory\.csv: line 3: a quotation mark"):
        folder.read(settings)


def test_photos_by_file_name(tmp_path: Path) -> None:
    """Without a photo cell the file name decides: id, id with a suffix, mail address, any case."""
    rows = "id,email\n12,jo@x.org\nab,\n99,kim@x.org\n"
    files = (
        "photos/12.jpg",
        "photos/12_2.png",
        "photos/12-old.webp",
        "photos/AB.JPG",
        "photos/kim@x.org.jpeg",
    )
    directory = folder.read(make(tmp_path, rows, *files))
    assert photos(directory) == {
        "12": ["photos/12-old.webp", "photos/12.jpg", "photos/12_2.png"],
        "ab": ["photos/AB.JPG"],
        "99": ["photos/kim@x.org.jpeg"],
    }


def test_a_file_name_that_fits_two_people_goes_to_nobody(tmp_path: Path) -> None:
    """An exact name beats a looser one; where two people fit equally well, neither gets the file."""
    rows = "id\n12\n12_3\na\nA\njohn\njohn_smith\n"
    files = ("photos/12_3.jpg", "photos/12.jpg", "photos/a.jpg", "photos/A.jpg", "photos/john_smith_2.jpg")
    directory = folder.read(make(tmp_path, rows, *files))
    assert photos(directory) == {
        "12": ["photos/12.jpg"],
        "12_3": ["photos/12_3.jpg"],
        "a": ["photos/a.jpg"],
        "A": ["photos/A.jpg"],
    }
    assert "john_smith_2.jpg could be of 'john', 'john_smith'" in told(directory, "ambiguous_file")


def test_one_file_for_two_people_goes_to_nobody(tmp_path: Path) -> None:
    """A placeholder that several rows name is nobody's portrait."""
    rows = "id,photo\n1,default.jpg\n2,default.jpg\n3,3.jpg\n"
    directory = folder.read(make(tmp_path, rows, "photos/default.jpg", "photos/3.jpg"))
    assert photos(directory) == {"3": ["photos/3.jpg"]}
    assert "2 people ('1', '2')" in told(directory, "shared_file")


def test_several_photos_of_one_person(tmp_path: Path) -> None:
    """A cell may name several photos; a file whose own name has a semicolon is still found."""
    rows = "id,photo\n1,a.jpg; b.jpg|photos/a.jpg\n2,odd;name.jpg\n"
    directory = folder.read(make(tmp_path, rows, "photos/a.jpg", "photos/b.jpg", "photos/odd;name.jpg"))
    assert photos(directory) == {"1": ["photos/a.jpg", "photos/b.jpg"], "2": ["photos/odd;name.jpg"]}


def test_a_folder_of_pictures_needs_no_list(tmp_path: Path) -> None:
    """Pictures alone make a company: the file name is the id, and a readable name."""
    settings = make(tmp_path, None, "jane_doe.jpg", "jane_doe.png", "Li Wei.webp", "notes.txt", "people.csv")
    directory = folder.read(settings)
    assert [(e.id, e.name) for e in directory.employees] == [("Li Wei", "Li Wei"), ("jane_doe", "Jane Doe")]
    assert photos(directory) == {"Li Wei": ["Li Wei.webp"], "jane_doe": ["jane_doe.jpg", "jane_doe.png"]}
    assert "people.csv is not read" in told(directory, "other_table")


def test_the_same_name_in_two_folders_is_not_one_person(tmp_path: Path) -> None:
    """Without a list, ``1.jpg`` of two departments is two people: neither is guessed."""
    directory = folder.read(make(tmp_path, None, "photos/hr/1.jpg", "photos/it/1.jpg", "photos/it/2.jpg"))
    assert photos(directory) == {"2": ["photos/it/2.jpg"]}
    assert kinds(directory).count("duplicate_id") == 2


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("", "the file is empty"),
        ("id,photo\n", "the list has no rows"),
        ("id,photo\n1,lost.jpg\n", "nobody has a photo.*lost.jpg"),
        ("badge,photo\n1,a.jpg\n", "no column is the id"),
        ("id,id,photo\n1,2,a.jpg\n", "columns 'id' and 'id' are both the id"),
        (b"id,photo\n\x81\x8d,1.jpg\n", "neither UTF-8"),
        (None, "nobody has a photo"),
    ],
)
def test_a_folder_that_gives_nothing_says_why(tmp_path: Path, rows: str | bytes | None, says: str) -> None:
    """An empty run is refused at the start, in words that lead to the mistake."""
    with pytest.raises(ConfigError, match=says):
        folder.read(make(tmp_path, rows))
