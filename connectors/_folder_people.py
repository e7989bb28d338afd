"""Everyone that a folder tells of, and what is odd about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from catchlight.records import Employee, Photo
from catchlight.spreadsheet import Row

LIST, BOOK = "directory.csv", "directory.xlsx"  # what the list of people may be called, in any case


def lists_among(files: Iterable[str]) -> list[str]:
    """Return which files are lists of people, by name; a workbook is none beside the text that was saved from it."""
    found = sorted(file for file in files if file.casefold() in {LIST, BOOK})
    return [file for file in found if file.casefold() == LIST] or found


@dataclass(slots=True)
class People:
    """Everyone found so far; ``rows`` are the sound rows by id, ``left`` the others, a finding is (kind, sentence)."""

    source: str = ""
    rows: dict[str, Row] = field(default_factory=dict)
    left: list[Row] = field(default_factory=list)
    employees: list[Employee] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    findings: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, kind: str, sentence: str, line: int | None = None) -> None:
        """Add a finding about the folder, or about a line of its list."""
        place = f"{self.source} line {line}: " if line else ""
        self.findings.append((kind, f"{place}{sentence}."))

    def tell_first(self, kind: str, sentence: str) -> None:
        """Tell something before all else, where there is something to tell."""
        if sentence:
            self.findings.insert(0, (kind, f"{sentence}."))

    def leave(self, row: Row, kind: str, sentence: str) -> None:
        """Leave a row out: nobody is made of it, but what is its person's is given to nobody else."""
        self.left.append(row)
        self.tell(kind, sentence, row.line)

    def tell_workbook(self, files: Iterable[str]) -> None:
        """Tell that a list is not read which is a workbook, where another one is."""
        if self.source.casefold() != BOOK and (books := [one for one in files if one.casefold() == BOOK]):
            self.tell(
                "other_table",
                f"{books[0]} is not read, since {self.source} is there; keep the one that is right",
            )

    def tell_links(self, links: Iterable[str]) -> None:
        """Tell which links were not followed: where all photos are behind one, nothing else says why there are none."""
        if shown := sorted(links, key=lambda link: (link.casefold() != "photos", link)):
            verb = "is a link and is" if len(shown) == 1 else "are links and are"
            self.tell(
                "link",
                f"{some(shown)} {verb} not followed: put the pictures themselves there, or mount their folder there "
                "(mount --bind)",
            )


def some(names: list[str]) -> str:
    """Return the first names of a list as text, and how many more there are."""
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > len(names[:3]) else shown


def called(file: str) -> str:
    """Return what a table would have to be called to be the list of people."""
    return BOOK if file.casefold().endswith(".xlsx") else LIST
