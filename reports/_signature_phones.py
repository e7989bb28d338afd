"""``phones.csv`` in a company's folder: the numbers that a directory of photos does not have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catchlight.errors import ConfigError
from catchlight.spreadsheet import Row, read_table
from reports._signature_settings import Phone

FILE = "phones.csv"
_COLUMNS = {
    "id": ("employee", "employee id", "personalnummer"), "phone": ("telephone", "telefon"),
    "mobile": ("mobile phone", "mobil", "handy"), "extension": ("durchwahl",),
}  # fmt: skip
_NUMBER = re.compile(r"\+?[0-9(][0-9 ()/.-]{1,39}")
_EXTENSION = re.compile(r"[0-9][0-9 -]{0,9}")


@dataclass(frozen=True, slots=True)
class Numbers:
    """One person's numbers as they are written, "" for none."""

    phone: str = ""
    mobile: str = ""
    extension: str = ""


def read_phones(folder: Path) -> Mapping[str, Numbers]:
    """Return everybody's numbers by employee id; ConfigError names the line that is wrong."""
    path = folder / FILE
    if not path.is_file():
        return {}
    found: dict[str, Numbers] = {}
    for row in read_table(path, _COLUMNS).rows:
        if not row["id"] or row["id"] in found:
            message = f"{path}: line {row.line}: id {row['id']!r} is empty, or there twice"
            raise ConfigError(message)
        found[row["id"]] = _numbers(path, row)
    return found


def _numbers(path: Path, row: Row) -> Numbers:
    for column in ("phone", "mobile", "extension"):
        wanted = _EXTENSION if column == "extension" else _NUMBER
        if row[column] and not wanted.fullmatch(row[column]):
            message = f"{path}: line {row.line}: {column} {row[column]!r}: digits, blanks, + ( ) / . - only"
            raise ConfigError(message)
    return Numbers(row["phone"], row["mobile"], row["extension"])


def written(numbers: Numbers, phone: Phone) -> Numbers:
    """Return numbers as the company writes them: an extension in its pattern, the switchboard for who has none."""
    own = numbers.phone
    if not own and numbers.extension and phone.pattern:
        own = phone.pattern.format(extension=numbers.extension)
    return Numbers(own or phone.switchboard, numbers.mobile)
