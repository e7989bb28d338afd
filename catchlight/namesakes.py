"""People of one name, told apart: by their department, and by their id where that is the same too."""

from collections import Counter
from collections.abc import Collection

from catchlight.records import Employee
from catchlight.spelling import folded


def told_apart(people: Collection[Employee]) -> dict[str, str]:
    """Return, by id, what to show beside each name that several people have."""
    names = Counter(folded(one.name) for one in people)
    same = [one for one in people if names[folded(one.name)] > 1]
    rooms = Counter((folded(one.name), folded(one.department)) for one in same)
    return {one.id: _beside(one, alone=rooms[folded(one.name), folded(one.department)] == 1) for one in same}


def _beside(one: Employee, *, alone: bool) -> str:
    room = one.department.strip()
    return room if room and alone else f"{room}, {one.id}".removeprefix(", ")
