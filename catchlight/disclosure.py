"""What people are told of a published picture, beside it: that it was edited, where it was, by its own source type."""

from collections.abc import Callable

from catchlight import kit_text
from catchlight.desk import Desk
from catchlight.errors import OutsideError
from catchlight.publish_policy import load_publishing
from catchlight.source_type import HEAD, written


def disclosing(desk: Desk, language: str = "") -> Callable[[str], str]:
    """Return what gives the line for a published file (vault digest): "" for one that needs none, or where it is off.

    ``language`` is the place's own; otherwise that of publish.toml. OutsideError when the vault has lost the file.
    """
    marking = load_publishing(desk.home).marking
    if not (marking.disclosure if desk.place.discloses is None else desk.place.discloses):
        return lambda _: ""

    def line(digest: str) -> str:
        try:
            with desk.vault.path(digest).open("rb") as file:
                head = file.read(HEAD)
        except OSError as error:
            message = f"picture {digest[:12]}… is not in the vault: {error.strerror}"
            raise OutsideError(message) from error
        return kit_text.mark(language or marking.language, written(head))

    return line
