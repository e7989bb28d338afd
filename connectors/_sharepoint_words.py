"""What SharePoint's refusals mean for one file, and which names it does not take."""

import re

from catchlight.errors import ConfigError, OutsideError, PhotoError
from connectors._allowed_calls import Reply
from connectors._graph_calls import said
from connectors._safe_target import parts_of

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|desktop\.ini|.*_vti_.*|.*\.)", re.IGNORECASE)
_LONGEST = 400
_REFUSED = {
    400: ("place.name", "SharePoint does not take this name, or this file"),
    403: ("place.forbidden", "the app may not do that there: Sites.Selected with the role write, or Files.ReadWrite.All"),
    413: ("place.too_large", "it is larger than SharePoint takes"),
}  # fmt: skip
_UNWELL = {
    404: "the folder for it is gone",
    409: "something else with this name came in between",
    412: "somebody changed it at the same moment",
    423: "somebody has it open or checked out",
    507: "the site has no room left",
}


def names_of(target: str, folder: str) -> tuple[str, ...]:
    """Return the parts of a target; PhotoError for one that we never gave, or that SharePoint reserves."""
    parts = parts_of(target)
    first = "" if folder else parts[0]
    if any(_RESERVED.fullmatch(part) for part in parts) or first.casefold() == "forms":
        raise PhotoError("place.name", f"{target!r}: SharePoint keeps this name for itself")
    if len(folder) + len(target) + 1 > _LONGEST:
        raise PhotoError(
            "place.name", f"{target[:100]!r}: longer than the {_LONGEST} characters of SharePoint"
        )
    return parts


def why_not(target: str, verb: str, reply: Reply) -> ConfigError | OutsideError | PhotoError:
    """Say in words why something could not be done with a file."""
    told = f"{target} could not be {verb} ({said(reply)})"
    if reply.status in _REFUSED:
        reason, words = _REFUSED[reply.status]
        return PhotoError(reason, f"{told}: {words}")
    return OutsideError(f"{told}: {_UNWELL.get(reply.status, 'SharePoint does not say why')}")
