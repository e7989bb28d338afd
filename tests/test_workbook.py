"""A list or a table that is an Excel workbook is read as Excel shows it."""

import datetime as dt
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from catchlight import workbook
from catchlight.errors import ConfigError
from catchlight.spreadsheet import Table, read_table
from connectors import folder
from tests.test_folder_source import kinds, make, photos

COLUMNS = {"id": ["Personalnummer"], "email": [], "photo_date": [], "rung": []}


def book(*sheets: Sequence[Sequence[Any]], formats: dict[str, str] | None = None) -> Workbook:
    """Return a workbook with these sheets, and number formats of cells of the first."""
    made = Workbook()
    made.remove(made.active)
    for number, rows in enumerate(sheets, 1):
        sheet = made.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(list(row))
    for cell, shown_as in (formats or {}).items():
        made.worksheets[0][cell].number_format = shown_as
    return made


def saved(made: Workbook, file: Path) -> Path:
    """Save a workbook."""
    made.save(file)
    return file


def table(tmp_path: Path, made: Workbook) -> Table:
    """Return what is read of a workbook."""
    return read_table(saved(made, tmp_path / "list.xlsx"), COLUMNS)


@pytest.mark.parametrize(
    ("value", "shown_as", "text"),
    [
        ("00017", "@", "00017"),
        (17, "00000", "00017"),
        (17, '"E-"0000', "E-0017"),
        (17, "\\P000;-0", "P017"),
        (1017, "General", "1017"),
        (1017.0, "0.00", "1017"),
        (1017, "#,##0", "1017"),
        (2.5, "General", "2.5"),
        (-3, "000", "-3"),
        (True, "General", "TRUE"),
        (dt.date(2026, 3, 4), "dd.mm.yyyy", "2026-03-04"),
        (dt.datetime.fromisoformat("2026-03-04 09:30"), "dd.mm.yyyy hh:mm", "2026-03-04T09:30:00"),
        ("\u00a0=Ada ", "General", "=Ada"),
        ("#N/A", "General", "#N/A"),
    ],
)
def test_a_cell_is_the_text_that_excel_shows(tmp_path: Path, value: Any, shown_as: str, text: str) -> None:
    """An id keeps its zeros and letters, and a whole number has no point."""
    (row,) = table(tmp_path, book([["id", "email"], [value, "a@b.c"]], formats={"A2": shown_as})).rows
    assert row["id"] == text


def test_rows_have_the_numbers_that_excel_shows(tmp_path: Path) -> None:
    """Rows without anything are passed over, and what stands beside the table is not of it."""
    rows = [
        [],
        ["Personalnummer", "email"],
        ["1", "a@b.c"],
        [],
        ["2", None, None, "a note of HR's"],
        [None, None, "x"],
    ]
    read = table(tmp_path, book(rows))
    assert [(row.line, row["id"], row.moved, row.short) for row in read.rows] == [
        (3, "1", (), False),
        (5, "2", (), False),
    ]
    assert read.named["id"] == "Personalnummer"


def test_the_sheet_with_the_people_is_read(tmp_path: Path) -> None:
    """Not a cover, a legend, or a hidden one with what was."""
    cover, legend = [["Employees of Example AG"], ["as of March"]], [["id", "what it means"], ["1", "first"]]
    made = book(cover, legend, [["id", "email"], ["1", "a@b.c"]], [["id", "email"], ["9", "z@b.c"]])
    made.worksheets[3].sheet_state = "hidden"
    assert [row["id"] for row in table(tmp_path, made).rows] == ["1"]


def test_people_on_two_sheets_are_refused(tmp_path: Path) -> None:
    """Whoever is on the other one would count as gone."""
    berlin, paris = [["id", "email"], ["1", "a@b.c"]], [["id", "rung"], ["2", "keep"]]
    with pytest.raises(
        ConfigError, match="sheets 'Sheet1' and 'Sheet2' all have rows of people; put them into one"
    ):
        table(tmp_path, book(berlin, paris))
    assert [row["id"] for row in table(tmp_path, book(berlin, paris[:1])).rows] == ["1"]


def test_a_number_that_excel_shortened_is_told(tmp_path: Path) -> None:
    """It keeps fifteen digits, and the rest of the id is lost."""
    make(tmp_path, None, "photos/2.jpg")
    saved(book([["id"], [12345678901234567], ["2"]]), tmp_path / "directory.xlsx")
    assert "damaged_id" in kinds(folder.read(folder.Settings(root=tmp_path)))


def test_a_folder_may_have_a_workbook_as_its_list(tmp_path: Path) -> None:
    """Ids and dates are as in a text file; findings name its rows."""
    make(tmp_path, None, "photos/00017.jpg", "photos/b.jpg")
    rows = [
        ["id", "photo", "photo_date"],
        [17, None, dt.date(2026, 3, 4)],
        [18, "b.jpg", None],
        [19, None, None],
    ]
    saved(book(rows, formats={f"A{n}": "00000" for n in (2, 3, 4)}), tmp_path / "Directory.xlsx")
    found = folder.read(folder.Settings(root=tmp_path))
    assert photos(found) == {"00017": ["photos/00017.jpg"], "00018": ["photos/b.jpg"]}
    assert found.photos[0].date == "2026-03-04"
    assert [one.sentence for one in found.findings] == [
        "Directory.xlsx line 4: there is no photo of '00019'."
    ]


def test_a_workbook_beside_the_text_that_was_saved_from_it_is_told(tmp_path: Path) -> None:
    """The text is read, as before there were workbooks."""
    make(tmp_path, "id\n1\n", "photos/1.jpg", "photos/2.jpg")
    saved(book([["id"], ["1"], ["2"]]), tmp_path / "directory.xlsx")
    found = folder.read(folder.Settings(root=tmp_path))
    assert [one.id for one in found.employees] == ["1"]
    assert "directory.xlsx is not read, since directory.csv is there; keep the one that is right." in [
        one.sentence for one in found.findings
    ]


def _bytes(made: Workbook) -> bytes:
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _other_zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("content.xml", "<office/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            _bytes(book([["id"], ["1"]]))[:-200],
            "is damaged, or is still being copied. Nothing was read of it",
        ),
        (_other_zip(), "is no Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old kind .* or one with a password"),
        (_bytes(book([])), "the file is empty"),
        (_bytes(book([["id", "email", "email"], ["1"]])), "columns 'email' and 'email' are both the email"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, data: bytes, says: str) -> None:
    """Nothing of it is taken for people."""
    file = tmp_path / "directory.xlsx"
    file.write_bytes(data)
    with pytest.raises(ConfigError, match=says):
        read_table(file, COLUMNS)


def test_a_workbook_that_fills_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what it says of itself, before any of it is unpacked."""
    monkeypatch.setattr(workbook, "_MOST_BYTES", 1 << 20)
    rows = [["id", "email"], *([f"{n}", "a" * 100] for n in range(9000))]
    with pytest.raises(ConfigError, match="MiB unpacked, and 1 are the most"):
        table(tmp_path, book(rows))


def test_sizes_that_a_program_wrote_wrongly_hide_nobody(tmp_path: Path) -> None:
    """A sheet says how large it is, and some say one cell."""
    file = saved(book([["id", "email"], ["1", "a@b.c"], ["2", "b@b.c"]]), tmp_path / "list.xlsx")
    wrong = tmp_path / "wrong.xlsx"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(wrong, "w") as new:
        for one in old.namelist():
            new.writestr(one, old.read(one).replace(b'<dimension ref="A1:B3"/>', b'<dimension ref="A1"/>'))
    assert wrong.read_bytes() != file.read_bytes()
    assert [row["email"] for row in read_table(wrong, COLUMNS).rows] == ["a@b.c", "b@b.c"]


def test_a_slip_far_below_the_people_takes_no_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A blank in a cell near Excel's last row: only columns that have a name are looked at on the way there."""
    looked, rows, shows = list[Any](), 20_000, workbook._text

    def look(cell: Any) -> str:
        looked.append(cell)
        return shows(cell)

    monkeypatch.setattr(workbook, "_text", look)
    made = book([["id", "email"], ["1", "a@b.c"]])
    made["Sheet1"].cell(rows, 3, " ")
    assert [row["id"] for row in table(tmp_path, made).rows] == ["1"]
    assert len(looked) < 3 * rows
