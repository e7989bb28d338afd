"""Who claims which id, whichever kind of source has them, and what somebody said of it."""

from contextlib import closing
from pathlib import Path

from catchlight import identities
from catchlight.desk import open_register
from catchlight.errors import ConfigError
from catchlight.home import Home
from catchlight.identities import Claim
from catchlight.spelling import composed
from catchlight.tombstones import read_tombstones
from catchlight.traces import known_ids
from connectors import folder
from flows import folder_people, gathering


def confirm(source: Path, home: Path, employee: str, *, another: bool) -> tuple[Claim, str]:
    """Write down whether who has an id now is another person; return their claim and the id that they have here.

    ConfigError when nobody has it, or several have.
    """
    claims = [claim for claim in _claims(source, home) if claim.id == composed(employee)]
    if len(claims) != 1:
        message = f"{employee}: {len(claims)} people of {source} have this id; it has to be one"
        raise ConfigError(message)
    with Home(home).alone(), closing(open_register(home)) as register:
        taken, stones = known_ids(home, register), read_tombstones(home)
        before = identities.read_ids(home)
        ids = identities.confirm(
            before, claims[0], another=another, taken=lambda id_: id_ in taken or stones.has("id", id_)
        )
        identities.write_ids(home, ids)
    return claims[0], ids.of(claims[0])


def _claims(source: Path, home: Path) -> list[Claim]:
    """Return who claims which id, by what the source of a job told last, or by what is in a folder now."""
    if source.suffix == ".toml":
        return gathering.claims_of_job(source, home)
    return folder_people.claims_of(folder.read(folder.Settings(root=source)).employees)
