"""Slack's SCIM API, as far as a picture needs it: this token could de-activate a whole company, so little leaves here.

Two calls can be made: one user is listed, and ``photos`` of one user is patched. What a patch says is written
in one function. A PUT would replace everything that a user is, and is no call of ours.
"""

from typing import Any

from connectors._allowed_calls import AllowedCalls
from connectors._data_url import as_data_url
from connectors._slack_photo_errors import no_of_scim

USER = r"[UW][A-Z0-9]{2,30}"
ALLOWED = (("GET", r"/Users"), ("PATCH", rf"/Users/{USER}"))
_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def change(picture: bytes | None) -> dict[str, Any]:
    """Return the only thing that is ever said to SCIM: this is the photo; or, with None, there is none."""
    if picture is None:
        operation: dict[str, Any] = {"op": "remove", "path": "photos"}
    else:
        photo = {"value": as_data_url(picture), "primary": True}
        operation = {"op": "add", "path": "photos", "value": [photo]}
    return {"schemas": [_PATCH], "Operations": [operation]}


def write(calls: AllowedCalls, user: str, picture: bytes | None) -> None:
    """Give a user a photo, or with None take it away; raises what a refusal means."""
    reply = calls.call("PATCH", f"/Users/{user}", json=change(picture))
    if reply.status not in {200, 204}:
        raise no_of_scim(reply, user)


def greet(calls: AllowedCalls) -> list[str]:
    """Ask for one user, which shows whether the plan has SCIM and the token may use it; ConfigError when not."""
    reply = calls.call("GET", "/Users", params={"count": "1"})
    if reply.status != 200:
        raise no_of_scim(reply)
    return [] if "Resources" in reply.json() else [f"url: {reply.url} does not answer like SCIM"]
