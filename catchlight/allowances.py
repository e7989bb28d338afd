"""What people's rights leave of what a preset does: comparing faces, pixels that a model makes up."""

from collections.abc import Collection, Iterable, Iterator

from catchlight import agreed as painting
from catchlight.consents import NOT_AGREED
from catchlight.job import Job
from catchlight.order import Order
from catchlight.permission import WHY, Permissions, read_permissions
from catchlight.promises import BIOMETRIC_CHECK, EDIT, GENERATE
from catchlight.records import Employee
from catchlight.studio import knows_people


def agreed(job: Job, people: Iterable[Employee]) -> dict[str, tuple[str, ...]]:
    """Return what people agreed to have painted, by id, of those whose preset and whose jurisdiction let somebody paint."""
    asked = [person for person in people if job.brand(person.preset).paints]
    if not asked:
        return {}
    permissions = read_permissions(job.home)
    return painting.agreed(job.home, {person.id for person in asked if permissions.may(person, GENERATE)})


def uncompared(job: Job, people: Iterable[Employee]) -> frozenset[str]:
    """Return the ids of those whose faces may not be compared, where their preset would."""
    permissions = read_permissions(job.home)
    return frozenset(person.id for person in people if not _may_compare(person, job, permissions))


def _may_compare(person: Employee, job: Job, permissions: Permissions) -> bool:
    compares = knows_people(job.brand(person.preset).engines.likeness)
    return not compares or bool(permissions.may(person, BIOMETRIC_CHECK))


def covers(order: Order, person: Employee, job: Job, permissions: Permissions) -> bool:
    """Whether somebody's rights of now allow what an order asks for."""
    agrees = (
        painting.granted(permissions.said.get(person.id, ())) if permissions.may(person, GENERATE) else ()
    )
    compared = not order.compared or _may_compare(person, job, permissions)
    return bool(permissions.may(person, EDIT)) and set(order.agreed) <= set(agrees) and compared


def told(withheld: Collection[str]) -> Iterator[dict[str, str]]:
    """Tell of how many people faces are not compared although the preset asks for it."""
    if withheld:
        sentence = f"{len(withheld)} people's faces are not compared, their pixels are: {WHY[NOT_AGREED]} (trust.toml)."
        yield {"kind": "faces_not_compared", "sentence": sentence}
