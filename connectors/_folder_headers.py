"""What the columns of a list of people are called, and whether a column «Name» holds surnames."""

from collections.abc import Iterable
from dataclasses import replace

from catchlight.spreadsheet import Row, Table

_NAME = "name"
HEADERS = {
    "id": (
        "employee id", "employee number", "employee no", "employee", "emp id", "person id",
        "personnel number", "personnel no", "staff id", "staff number", "worker id", "user id", "uid",
        "Personalnummer", "Personal-Nr.", "Pers.-Nr.", "Personal-ID", "Mitarbeiternummer", "Mitarbeiter-Nr.",
        "Mitarbeiter-ID", "matricule",
    ),
    "given_name": ("first name", "forename", "first", "Vorname", "prénom"),
    "family_name": ("last name", "surname", "last", "sn", "Nachname", "Familienname", "Zuname", "nom"),
    "display_name": (_NAME, "full name", "employee name", "preferred name", "Anzeigename"),
    "email": (
        "mail", "e-mail address", "E-Mail-Adresse", "Mailadresse", "work email", "primary email", "user principal name", "upn",
    ),
    "department": ("dept", "team", "division", "org unit", "Abteilung", "service"),
    "title": ("job title", "position", "role", "job", "Funktion"),
    "country": (
        "country code", "jurisdiction", "location country", "work country", "country of employment",
        "country/region", "Land", "pays",
    ),
    "rung": (
        "max rung", "maximum rung", "highest rung", "limit", "photo limit", "change limit", "cap", "photo cap",
    ),
    "entity": ("legal entity", "employer", "company", "company code", "Gesellschaft", "société"),
    "language": ("preferred language", "locale", "correspondence language", "Sprache", "langue"),
    "subject": ("sso subject", "object id", "objectid", "azure object id", "entra object id", "oid", "sub"),
    "photo": (
        "photos", "photo file", "photo files", "photo filename", "photo path", "picture", "picture file",
        "image", "image file", "headshot", "portrait", "filename", "file", "Foto", "Fotos", "Fotodatei", "Bild", "Bilddatei",
        "Dateiname",
    ),
    "photo_date": ("date of photo", "photo taken", "taken on", "taken", "picture date", "image date", "date", "Fotodatum", "Aufnahmedatum"),
}  # fmt: skip


def with_surnames(table: Table) -> Table:
    """Return a list whose column «Name» holds surnames, as beside «Vorname», with them as surnames; any other as it is."""
    beside = "given_name" in table.fields and "family_name" not in table.fields
    if not beside or table.named.get("display_name", "").casefold() != _NAME or _are_whole(table.rows):
        return table
    return replace(
        table,
        rows=[
            replace(row, cells=_renamed(row.cells), moved=tuple(map(_renamed, row.moved)))
            for row in table.rows
        ],
        fields=tuple(_renamed(dict.fromkeys(table.fields, ""))),
    )


def _are_whole(rows: Iterable[Row]) -> bool:
    """Whether most names hold the person's first name, too, and more: «Ada Lovelace» beside «Ada»."""
    told = [(_words(row["given_name"]), _words(row["display_name"])) for row in rows]
    said = [given < whole for given, whole in told if given and whole]
    return 2 * sum(said) > len(said)


def _words(name: str) -> set[str]:
    return set(name.casefold().replace(",", " ").split())


def _renamed(cells: dict[str, str]) -> dict[str, str]:
    return {"family_name" if field == "display_name" else field: cell for field, cell in cells.items()}
