"""What every place promises, whatever stands behind it: its connector's test runs this with a place and a target."""

from collections.abc import Iterable

import pytest

from catchlight.errors import CatchlightError
from catchlight.place import Place
from tests.published_company import portrait

HOSTILE = (
    "", ".", "..", "../secret", "/etc/passwd", "a/../../b", "a\0b", "a\nb", "*", "a)(objectClass=*", "a%2F..%2Fb",
    "a?x=1", "a#b", "http://127.0.0.1/", "x" * 5000,
)  # fmt: skip


def shows(place: Place, there: bytes | None, sent: bytes) -> bool:
    """Whether a place shows what it was sent, by the place's own measure."""
    return there is not None and (there == sent if place.takes.keeps_bytes else place.same(sent, there))


def keeps_the_contract(place: Place, target: str, *, removes: bool = True) -> None:
    """Nothing is None; what is put is there; the second takes the first's place; removing twice is as once."""
    first, second = portrait("first"), portrait("second")
    assert place.look(target) is None
    place.put(target, first)
    assert shows(place, place.look(target), first)
    place.put(target, first)
    assert shows(place, place.look(target), first)
    place.put(target, second)
    assert shows(place, place.look(target), second)
    assert not shows(place, place.look(target), first)
    place.tidy(target)
    assert shows(place, place.look(target), second)
    if removes:
        place.remove(target)
        assert place.look(target) is None
        place.remove(target)
        assert place.look(target) is None


def refuses_strange_targets(place: Place, targets: Iterable[str] = HOSTILE) -> None:
    """Hold a place to refusing targets that we never gave, with all three verbs, as an error of ours."""
    for target in targets:
        for ask in (place.look, place.remove, lambda one: place.put(one, portrait("stranger"))):
            with pytest.raises(CatchlightError):
                ask(target)
