"""A folder as one source of a job, by the contract of all sources."""

import csv
from pathlib import Path

import pytest

from catchlight.source import Source
from connectors import folder
from tests.source_contract import Contract
from tests.source_worlds import Fault, What


class FolderWorld:
    """A list and a photo each on this machine."""

    none = ("empty cell",)
    tells = True
    page = 3

    def __init__(self, root: Path) -> None:
        """Begin with nobody."""
        self.root, self.people = root, dict[str, dict[str, str]]()
        self.calls: list[str] = []
        (root / "photos").mkdir(parents=True)

    def person(self, key: str, picture: bytes | None = None, **values: str) -> None:
        """Add a row and a file."""
        self.people[key] = values
        if picture:
            (self.root / f"photos/{key}.jpg").write_bytes(picture)
        self._write()

    def without_photo(self, key: str, how: str) -> None:
        """Delete the file."""
        assert how == "empty cell"
        (self.root / f"photos/{key}.jpg").unlink()

    def gone(self, key: str) -> None:
        """Delete row and file."""
        del self.people[key]
        (self.root / f"photos/{key}.jpg").unlink(missing_ok=True)
        self._write()

    def fail(self, what: What, fault: Fault, times: int) -> None:
        """Nothing of the kind happens to a folder."""

    def open(self) -> Source:
        """Return the source."""
        return folder.open_source(folder.SourceSettings(root=self.root), "drop")

    def _write(self) -> None:
        with (self.root / "directory.csv").open("w", encoding="utf-8", newline="") as file:
            names = ("given_name", "family_name", "email", "title")
            rows = csv.writer(file)
            rows.writerow(["id", *names])
            rows.writerows(
                [key, *(values.get(name, "") for name in names)] for key, values in self.people.items()
            )


class TestFolder(Contract):
    """The contract."""

    COUNTED = False

    @pytest.fixture
    def world(self, tmp_path: Path) -> FolderWorld:
        """Return an empty folder."""
        return FolderWorld(tmp_path / "drop")


def test_a_list_alone_tells_who_there_is(tmp_path: Path) -> None:
    """Their photos come from another source of the job; what lies beside the list is not theirs."""
    (tmp_path / "directory.csv").write_text("id,given_name,photo\n1,Ada,ada.jpg\n2,Bob,\n")
    (tmp_path / "2.jpg").write_bytes(b"x")
    settings = folder.SourceSettings(root=tmp_path, photos=False)
    assert folder.probe_source(settings) == []
    source = folder.open_source(settings, "hr")
    (page,) = source.pages("")
    assert [(one.key, one.values["employee_number"], one.photo) for one in page.entries] == [
        ("1", "1", None),
        ("2", "2", None),
    ]
    assert not list(source.findings())


def test_who_forgot_to_say_so_is_told_how(tmp_path: Path) -> None:
    """And pictures without a list are nobody then."""
    (tmp_path / "directory.csv").write_text("id,given_name\n1,Ada\n")
    (told,) = folder.probe_source(folder.SourceSettings(root=tmp_path))
    assert (
        "nobody has a photo. directory.csv line 2: there is no photo of '1'. If their photos come from"
        in told
    )
    assert told.endswith("write photos = false into this one.")
    (tmp_path / "directory.csv").rename(tmp_path / "1.jpg")
    (told,) = folder.probe_source(folder.SourceSettings(root=tmp_path, photos=False))
    assert (
        "there is no directory.csv or directory.xlsx, and photos = false says that only the list is read"
        in told
    )
