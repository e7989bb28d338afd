"""Whose a picture is: everybody of the list may own it, but only a sound row without a photo cell is given it by its name."""

from collections.abc import Iterator
from contextlib import suppress

from catchlight.spreadsheet import Row
from connectors._folder_hint import hint
from connectors._folder_match import Fields, RefusedError, Shelf, by_name, cell_files
from connectors._folder_people import People, some

Files = dict[str, list[str]]
_LONGEST = 100  # characters of a cell that a sentence repeats


def files_of(people: People, shelf: Shelf, templates: tuple[str, ...]) -> Files:
    """Return everyone's files: those that their cell names, else those that bear their name."""
    cells = _by_cell(people, shelf)
    files = _unshared(people, cells, shelf)
    _by_file_name(people, files, {file for found in cells.values() for file in found}, shelf, templates)
    return files


def _by_cell(people: People, shelf: Shelf) -> Files:
    """Return everyone's files from the photo column."""
    files: Files = {}
    for key, row in people.rows.items():
        try:
            found, missing = cell_files(row["photo"], shelf)
        except RefusedError as error:
            people.tell(
                "bad_path", f"photo {_short(row['photo'])!r} of {key!r} is refused: {error}", row.line
            )
            found, missing, files[key] = [], [], []
        for name in missing:
            people.tell("unmatched_row", f"photo {_short(name)!r} of {key!r} is not in the folder", row.line)
        if found:
            files[key] = found
    return files


def _unshared(people: People, files: Files, shelf: Shelf) -> Files:
    """Return everyone's files without those that two people name: nobody gets them."""
    owners: Files = {}
    for key, found in files.items():
        for file in found:
            owners.setdefault(file, []).append(repr(key))
    for row in people.left:
        for file in owners.keys() & set(_named_by(row.cells, shelf)):
            owners[file].append(_left(row))
    shared = {file: keys for file, keys in owners.items() if len(keys) > 1}
    for file, keys in shared.items():
        people.tell(
            "shared_file", f"{file} is the photo of {len(keys)} people ({some(keys)}); nobody gets it"
        )
    return {key: [file for file in found if file not in shared] for key, found in files.items()}


def _by_file_name(
    people: People, files: Files, named: set[str], shelf: Shelf, templates: tuple[str, ...]
) -> None:
    """Give the pictures that no cell names to those whose names they bear; tell which are left."""
    held = {file: row for row in people.left for one in _readings(row) for file in _named_by(one, shelf)}
    free = [file for file in shelf.pictures() if file not in named and file not in held]
    seekers = {repr(key): key for key in people.rows if key not in files}
    claimants = list(_claimants(people))
    claims = by_name(free, claimants, templates)
    people.tell_first("photo_names", hint([file for file in free if file not in claims], claimants))
    for file in shelf.pictures():
        owners = claims.get(file, [])
        if file in held and file not in named:
            people.tell("unmatched_file", f"{file} is the photo of {_left(held[file])}; nobody gets it")
        elif len(owners) > 1:
            people.tell("ambiguous_file", f"{file} could be of {some(owners)}; nobody gets it")
        elif owners and owners[0] in seekers:
            files.setdefault(seekers[owners[0]], []).append(file)
        elif file not in named:
            people.tell("unmatched_file", _unused(file, owners))


def _unused(file: str, owners: list[str]) -> str:
    """Return why a file that at most one owner could have is nobody's photo."""
    if not owners:
        return f"{file} belongs to no row"
    if owners[0].endswith(_LEFT):
        return f"{file} could be of {owners[0]}; nobody gets it"
    return f"{file} is not used: the photo column names another file for {owners[0]}"


def _claimants(people: People) -> Iterator[tuple[str, Fields]]:
    """Yield everybody who could own a picture, and what they are called: once for each way to read their row."""
    for key, row in people.rows.items():
        yield repr(key), _fields(row.cells)
    for row in people.left:
        for cells in _readings(row):
            yield _left(row), _fields(cells)


def _readings(row: Row) -> Iterator[Fields]:
    yield row.cells
    yield from row.moved


def _fields(cells: Fields) -> Fields:
    return {**cells, "username": cells.get("email", "").partition("@")[0]}


def _named_by(cells: Fields, shelf: Shelf) -> list[str]:
    with suppress(RefusedError):
        return cell_files(cells.get("photo", ""), shelf)[0]
    return []


_LEFT = ", left out)"


def _left(row: Row) -> str:
    return f"{repr(row['id']) if row['id'] else 'a row without id'} (line {row.line}{_LEFT}"


def _short(cell: str) -> str:
    """Return what a cell says, of a whole photo in Base64 only how it begins."""
    return cell if len(cell) <= _LONGEST else f"{cell[:_LONGEST]}…"
