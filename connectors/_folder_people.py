"""Everyone that a folder tells of, and what is odd about it."""

from dataclasses import dataclass, field

from catchlight.records import Employee, Photo
from catchlight.spreadsheet import Row


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

    def leave(self, row: Row, kind: str, sentence: str) -> None:
        """Leave a row out: nobody is made of it, but what is its person's is given to nobody else."""
        self.left.append(row)
        self.tell(kind, sentence, row.line)


def some(names: list[str]) -> str:
    """Return the first names of a list as text, and how many more there are."""
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > len(names[:3]) else shown
