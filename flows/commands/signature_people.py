"""On whom a company's signatures are shown: its own people of a run, or an astronaut and difficult names."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from catchlight import pixels
from catchlight.company import Company, Person
from catchlight.cropping import Place
from catchlight.decoding import decode
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.publish_crops import places
from catchlight.records import Employee
from catchlight.runs import run_folder
from catchlight.spelling import ids_of
from catchlight.vault import write_whole
from reports import signatures
from reports.signatures import PEOPLE, Style, company_files, load_style, longest

__all__ = ["lengths", "load_style", "preview", "preview_or_why", "write_tools"]

_FEW = 3
_FRAME = (0, 340, 60, 400)  # head and shoulders on the astronaut's photo: top, bottom, left, right
EXAMPLE_PLACE = Place(crown=0.02, eyes=0.24, chin=0.45, middle=0.5)


def lengths(style: Style) -> Iterator[tuple[str, str, int, int]]:
    """Yield each template and language with the length of its longest signature, without and with a picture."""
    for template in style.templates:
        for language in style.settings.languages:
            yield template, language, *longest(style, template, language)


def preview(style: Style, home: Path | None, only: tuple[str, ...], output: Path, anew: int = 0) -> int:
    """Write the sheet; return how many people it shows. ConfigError for people who are not there."""
    shown, heads = _of_a_run(home, only) if home else _examples()
    write_whole(output, signatures.preview(style, shown, heads, anew).encode())
    return len(shown)


def preview_or_why(folder: Path, home: Path | None, only: tuple[str, ...], output: Path, anew: int) -> str:
    """Write the sheet, or a page that says why there is none; return that sentence, "" for a sheet."""
    try:
        preview(load_style(folder), home, only, output, anew)
    except ConfigError as error:
        write_whole(output, signatures.trouble(str(error), anew).encode())
        return str(error)
    return ""


def write_tools(style: Style, output: Path) -> list[str]:
    """Write what other tools fill in; return the names of the files."""
    made = company_files(style)
    for name, data in made.items():
        write_whole(output / name, data)
    return list(made)


def _examples() -> tuple[list[tuple[Employee, bytes]], Mapping[str, Place]]:
    portrait = example_portrait()
    astronaut = Employee(
        "example",
        display_name="Eileen Collins",
        title="Commander",
        department="Flight",
        email="eileen.collins@example.com",
    )
    long, right_to_left = PEOPLE[2], PEOPLE[3]
    return [(one, portrait) for one in (astronaut, long, right_to_left)], dict.fromkeys(
        ("example", long.id, right_to_left.id), EXAMPLE_PLACE
    )


def example_portrait() -> bytes:
    """Return the portrait of the astronaut Eileen Collins (NASA, public domain) that comes with scikit-image."""
    photo = decode(files("skimage").joinpath("data/astronaut.png").read_bytes()).picture
    top, bottom, left, right = _FRAME
    return pixels.jpeg(photo[top:bottom, left:right].copy())


def _of_a_run(home: Path, only: tuple[str, ...]) -> tuple[list[tuple[Employee, bytes]], Mapping[str, Place]]:
    folder, book = run_folder(home), Company(home).book()
    only = ids_of(only, book.people)
    unknown = [id_ for id_ in only if id_ not in book.people]
    if unknown:
        message = f"--only: {unknown[0]!r} is not in the run {folder.name}"
        raise ConfigError(message)
    pictured = [id_ for id_, person in book.people.items() if person.pictures]
    people = [book.people[id_] for id_ in only or pictured[:_FEW]]
    heads = places(home, folder)
    return [_sitter(home, person) for person in people], {
        person.id: heads[person.pictures[0]]
        for person in people
        if person.pictures and person.pictures[0] in heads
    }


def _sitter(home: Path, person: Person) -> tuple[Employee, bytes]:
    portrait = Home(home).vault.get(person.pictures[0]) if person.pictures else b""
    return person.portrait.employee, portrait
