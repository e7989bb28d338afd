"""What a signature says about one person: short texts of one line each, whatever the directory holds."""

import re
from dataclasses import dataclass

from catchlight.records import Employee
from reports._signature_phones import Numbers
from reports._signature_rules import is_link
from reports._signature_settings import Entity, Settings, Words, in_language
from reports.lines import shortened

_NAME, _TITLE, _DEPARTMENT, _EMAIL, _LINE = 120, 120, 120, 254, 160
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_TOKEN = re.compile(r"%%\w+%%|\$\w+\$")
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur", "yi")


@dataclass(frozen=True, slots=True)
class Link:
    """A text and where it leads, "" for nowhere."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Writer:
    """The person: ``ways`` are labels with phone numbers."""

    name: str
    title: str
    department: str
    email: Link | None
    ways: tuple[tuple[str, Link], ...]


@dataclass(frozen=True, slots=True)
class Company:
    """The legal entity that employs the person."""

    name: str
    address: tuple[str, ...]
    legal: tuple[str, ...]


def writer(person: Employee, numbers: Numbers, words: Words) -> Writer:
    """Return what is said of a person; what the directory lacks is left out."""
    email = shortened(person.email, _EMAIL)
    labelled = ((words.phone, numbers.phone), (words.mobile, numbers.mobile))
    return Writer(
        shortened(person.name, _NAME),
        shortened(person.title, _TITLE),
        shortened(person.department, _DEPARTMENT),
        Link(email, _mailto(email)) if email else None,
        tuple((label, Link(number, _tel(number))) for label, number in labelled if number),
    )


def company(entity: Entity, language: str, usual: str) -> Company:
    """Return what is said of a legal entity in a language."""
    address, legal = (in_language(said, language, usual) or () for said in (entity.address, entity.legal))
    return Company(
        entity.company,
        tuple(shortened(one, _LINE) for one in address),
        tuple(shortened(one, 200) for one in legal),
    )


def links(settings: Settings, entity: Entity, language: str) -> tuple[Link, ...]:
    """Return the company's links, its website first."""
    usual = settings.languages[0]
    own = [Link(str(in_language(one.text, language, usual)), one.address) for one in settings.links]
    site = (
        [Link(re.sub(r"^https://(www\.)?|/$", "", entity.website), entity.website)] if entity.website else []
    )
    return tuple(site + own)


def _mailto(email: str) -> str:
    """Return the link to an address that is one beyond doubt, or stands for one; "" for whatever else."""
    plain = _MAILBOX.fullmatch(email) or _TOKEN.fullmatch(email)
    return f"mailto:{email}" if plain and is_link(f"mailto:{email}") and "?" not in email else ""


def _tel(number: str) -> str:
    if _TOKEN.fullmatch(number):
        return f"tel:{number}"
    return "tel:" + re.sub(r"\(0\)|[^+0-9]", "", number)
