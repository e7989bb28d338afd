"""A list that is still being copied, or was cut, is not believed; exports that leave empty cells away at row ends are."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from catchlight import spreadsheet
from catchlight.errors import ConfigError, OutsideError
from connectors import _folder_quiet, folder, sftp
from connectors.folder import Directory, Settings
from tests.sftp_server import SftpServer
from tests.source_worlds import jpeg
from tests.test_source_sftp import DropWorld

HEADER = "id,given_name,photo_date,rung,country"
ROWS = [f"{n},Zoë,2026-01-0{n},keep,DE" for n in range(1, 10)]
CUT = r"was cut, or is still being copied"


@pytest.fixture
def lists(tmp_path: Path) -> Callable[[str | bytes], Directory]:
    """Return what reads a folder of nine people with a list that says so."""
    (tmp_path / "photos").mkdir()
    for n in range(1, 10):
        (tmp_path / f"photos/{n}.jpg").write_bytes(jpeg(n))

    def read(text: str | bytes) -> Directory:
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "directory.csv").write_bytes(data)
        return folder.read(Settings(root=tmp_path))

    return read


def text(*rows: str, end: str = "\n") -> str:
    """Return a list."""
    return "\n".join([HEADER, *(rows or ROWS)]) + end


def told(directory: Directory, kind: str) -> list[str]:
    """Return the sentences of a kind."""
    return [one.sentence for one in directory.findings if one.kind == kind]


@pytest.mark.parametrize("cells", [1, 2, 3, 4])
def test_a_list_that_ends_in_a_row_is_refused(lists: Callable[[str | bytes], Directory], cells: int) -> None:
    """Whole, nobody of it is read: a limit may be cut off, and people who follow."""
    cut = text(*ROWS[:6], end="\n" + ",".join(ROWS[6].split(",")[:cells]))
    with pytest.raises(
        ConfigError, match=rf"directory\.csv: line 8 has {cells} of 5 cells, and no end: it {CUT}"
    ):
        lists(cut)
    assert len(lists(cut.replace("\n", "\r\n") + "\r\n").employees) == 7
    assert [one.rung for one in lists(text()).employees] == ["keep"] * 9


def test_a_list_that_ends_in_a_letter_is_refused(lists: Callable[[str | bytes], Directory]) -> None:
    """It is not read as Windows-1252, with every name garbled; one that is Windows-1252 is."""
    whole = text(end="\n10,Zoë").encode()
    with pytest.raises(ConfigError, match=rf"its last letter is half there: it {CUT}"):
        lists(whole[:-1])
    names = lists("id,given_name\n1,Zoë\n2,André".encode("cp1252")).employees
    assert [one.given_name for one in names] == ["Zoë", "André"]


def test_a_list_whose_end_was_not_written_yet_is_refused(lists: Callable[[str | bytes], Directory]) -> None:
    """Some copy programs make the whole file first, of empty bytes."""
    with pytest.raises(ConfigError, match=CUT):
        lists(text(*ROWS[:6]).encode() + bytes(80))


@pytest.mark.parametrize(
    "whole",
    [
        text(end=""),  # some tools write no last line end
        text(*(f"{n}" for n in range(1, 10)), end=""),  # some leave empty cells away
        text("1,Zoë,2026-01-01,keep,DE", "2", "3,Ann", end=""),
        text(end="\n   "),
        text(end="\n,,,,"),
        "id,given_name\n1",  # one person, by hand
    ],
)
def test_lists_as_tools_write_them_are_whole(lists: Callable[[str | bytes], Directory], whole: str) -> None:
    """None of these is a cut one."""
    assert lists(whole).employees


def test_an_export_that_leaves_empty_cells_away_loses_nobody_and_limits_nobody(
    lists: Callable[[str | bytes], Directory],
) -> None:
    """Where many rows are short, that is how the tool writes them."""
    found = lists(text(*ROWS[:5], "6,Ann", "7,Ann", "8,Ann,2026-01-01"))
    assert [one.rung for one in found.employees] == ["keep"] * 5 + [""] * 3
    assert not told(found, "short_row")


def test_a_few_short_rows_are_told_and_their_limits_are_not_lost(
    lists: Callable[[str | bytes], Directory],
) -> None:
    """The person stays, and nothing is changed on their photo until the row is whole; one that only lacks a date is as it was."""
    rows = [row.replace("keep", "relight") for row in ROWS]
    rows[4] = "5,Ann,2026-01-05"
    found = lists(text(*rows))
    assert {one.id: one.rung for one in found.employees} == {
        str(n): "keep" if n == 5 else "relight" for n in range(1, 10)
    }
    assert told(found, "short_row") == [
        "directory.csv: fewer cells than columns on line 6; what is missing counts as empty."
    ]
    assert "line 6: a limit of '5' may be missing with its cell" in told(found, "bad_rung")[0]
    plain = lists("id,given_name,photo_date\n1,Ann,2026\n2,Bob,2026\n3,Eve\n")
    assert [one.rung for one in plain.employees] == ["", "", ""]
    assert len(told(plain, "short_row")) == 1


def test_a_list_that_is_being_written_is_not_read(
    lists: Callable[[str | bytes], Directory], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was written a moment ago is looked at twice; one that is at rest is read at once."""
    waited: list[float] = []

    def grows(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 1:
            with (tmp_path / "directory.csv").open("a") as file:
                file.write(ROWS[8] + "\n")

    monkeypatch.setattr(_folder_quiet.time, "sleep", grows)
    with pytest.raises(OutsideError, match=r"directory\.csv: is being written just now"):
        lists(text(*ROWS[:8]))
    assert len(folder.read(Settings(root=tmp_path)).employees) == 9
    monkeypatch.setattr(_folder_quiet, "RECENT", 0.0)
    assert len(folder.read(Settings(root=tmp_path)).employees) == 9
    assert len(waited) == 2


def test_a_cut_list_of_a_drop_is_refused(sshd: SftpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one in a folder is."""
    world = DropWorld(sshd, monkeypatch)
    for key in ("1001", "1002", "1003"):
        world.person(key, jpeg(int(key)), title="Clerk")
    whole = (world.folder / "directory.csv").read_bytes()
    world.put("directory.csv", whole[:-9])
    with closing(world.open()) as source, pytest.raises(ConfigError, match=CUT):
        list(source.pages(""))
    assert any("was cut" in one for one in sftp.probe_source(world.settings()))


def test_a_list_that_fills_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may write the list ends no refresh by its size: no more of it is read than a list can have."""
    monkeypatch.setattr(spreadsheet, "LARGEST", 1 << 20)
    file = tmp_path / "directory.csv"
    file.write_text("id\n1\n")
    os.truncate(file, 1 << 40)
    with pytest.raises(ConfigError, match="is larger than 1 MiB, which no list of people is"):
        folder.read(Settings(root=tmp_path))
