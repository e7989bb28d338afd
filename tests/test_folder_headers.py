"""The columns of a list as companies call them: which of them is the surname, and names of other languages."""

from pathlib import Path

import pytest

from connectors import folder
from connectors.folder import Settings


def names(root: Path, rows: str, file: str = "photos/1.jpg") -> list[str]:
    """Return what the people of a list are called."""
    (root / "photos").mkdir()
    (root / file).write_bytes(b"jpeg")
    (root / "directory.csv").write_text(rows, encoding="utf-8")
    return [person.name for person in folder.read(Settings(root=root)).employees]


@pytest.mark.parametrize(
    ("rows", "called"),
    [
        ("Personalnummer;Name;Vorname\n1;Müller;Jürgen\n2;Müller;Anna\n", ["Jürgen Müller", "Anna Müller"]),
        ("Personalnummer;Vorname;NAME\n1;Martin;Martin\n", ["Martin Martin"]),
        ('id,name,first name\n1,Ada Lovelace,Ada\n2,"Hopper, Grace",Grace\n', ["Ada Lovelace", "Hopper, Grace"]),
        ("id,name,first name,last name\n1,Countess,Ada,Lovelace\n", ["Countess"]),
        ("id;Anzeigename;Vorname\n1;Jule;Juliane\n", ["Jule"]),
        ("id;Name\n1;Jürgen Müller\n", ["Jürgen Müller"]),
    ],
)  # fmt: skip
def test_a_name_beside_a_first_name_is_the_surname(tmp_path: Path, rows: str, called: list[str]) -> None:
    """Unless there is a column of surnames, or the names are whole ones: nobody is greeted by a surname alone."""
    assert names(tmp_path, rows) == called


@pytest.mark.parametrize("column", ["Foto", "Bild", "Bilddatei"])
def test_german_columns_are_known(tmp_path: Path, column: str) -> None:
    """What a German personnel office calls its columns is used as the English words are."""
    rows = f"Personal-Nr.;Vorname;Familienname;{column};E-Mail-Adresse\n1;Jürgen;Müller;b.jpg;j@x.example\n"
    assert names(tmp_path, rows, "photos/b.jpg") == ["Jürgen Müller"]
    found = folder.read(Settings(root=tmp_path))
    assert (found.photos[0].file, found.findings) == ("photos/b.jpg", [])
    assert found.employees[0].email == "j@x.example"
