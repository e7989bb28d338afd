"""Microsoft 365 as a source: people of Microsoft Entra by delta query, and the photos that Outlook and Teams show."""

from typing import Annotated

from pydantic import AfterValidator, Field

from catchlight import source
from catchlight.errors import CatchlightError
from catchlight.source import Source, StaleMarkError
from connectors import _graph_source_batch, _graph_source_people
from connectors._graph_calls import Graph
from connectors._graph_credential import ends_soon
from connectors._graph_settings import GUID, App
from connectors._graph_source_people import People
from connectors._graph_source_photos import AT_ONCE, RIGHTS, Photos

FIELDS: dict[source.Field, str] = {
    "employee_number": "employeeId", "given_name": "givenName", "family_name": "surname",
    "display_name": "displayName", "email": "mail", "username": "userPrincipalName", "department": "department",
    "title": "jobTitle", "country": "country", "entity": "companyName", "language": "preferredLanguage",
    "subject": "id", "employee_type": "employeeType",
}  # fmt: skip
"""Which property of a user each of our fields is read from, unless the settings say otherwise."""

_NEEDED = {"User.Read.All": "to see who there is", RIGHTS: "to read photos"}
_GROUP = {"GroupMember.Read.All": "to see who is in the group of only_group"}
_PROPERTY = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,119}(\.[A-Za-z][A-Za-z0-9_]{0,119})?$")]


def _known_by_delta(fields: dict[source.Field, str]) -> dict[source.Field, str]:
    """Refuse properties that are kept elsewhere: Graph lists nobody then (501), and never tells of their changes."""
    for field, name in fields.items():
        if name in {
            "aboutMe",
            "birthday",
            "hireDate",
            "interests",
            "mailboxSettings",
            "mySite",
            "schools",
            "skills",
        }:
            message = f"{field}: {name} is not listed by Graph; for the first day there is employeeHireDate"
            raise ValueError(message)
    return fields


class SourceSettings(App):
    """Which app, whose photos, and what each field is read from."""

    only_group: str = Field(
        "", pattern=rf"^({GUID})?$", description="Object ID of a group; only its members are read"
    )
    fields: Annotated[dict[source.Field, _PROPERTY], AfterValidator(_known_by_delta)] = Field(
        default_factory=dict,
        description='our field = the property of a user, such as employee_number = "onPremisesExtensionAttributes.extensionAttribute1"',
    )
    recheck_days: float = Field(
        28, ge=0, le=365, description="within how many days everybody's photo is asked for again"
    )


def open_source(settings: SourceSettings, name: str) -> Source:
    """Return Microsoft 365 as one source of a job; ConfigError when the credential or the authority cannot be used."""
    graph, people = _open(settings)
    return Source(name, people.pages, Photos(graph).photos, recheck=settings.recheck_days, at_once=AT_ONCE)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands in the way of reading, in sentences; nothing is changed."""
    told: list[str] = []
    try:
        graph, people = _open(settings)
        needed = _NEEDED | (_GROUP if settings.only_group else {})
        told += [*ends_soon(graph.sign_in.credential), *graph.missing(needed)]
        entries = (one for page in people.pages("") for one in page.entries if not one.gone)
        first = next(entries, None)
        if first is None:
            where = "in the group of only_group" if settings.only_group else "in the tenant"
            return [*told, f"Microsoft 365 lists nobody {where}"]
        list(Photos(graph).photos([(first.key, "")]))
    except (CatchlightError, StaleMarkError) as error:
        told.append(str(error))
    return told


def _open(settings: SourceSettings) -> tuple[Graph, People]:
    graph = Graph(settings, (*_graph_source_people.ALLOWED, *_graph_source_batch.ALLOWED))
    fields = {str(name): prop for name, prop in (FIELDS | settings.fields).items()}
    return graph, People(graph, settings.tenant, settings.only_group, fields)
