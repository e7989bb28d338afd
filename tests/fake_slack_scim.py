"""The SCIM 2.0 of the stand-in for Slack, with what is dangerous about it: a PUT or ``active`` does what it says."""

import base64
import binascii
import json
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests.fake_slack_limits import Answer

if TYPE_CHECKING:
    from tests.fake_slack_photos import FakeSlack, Member, Token

_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def no(status: int, code: str, **headers: str) -> Answer:
    """Return an error as version 2 answers it."""
    body = {"schemas": [_ERROR], "detail": code, "status": status}
    return Answer(
        status, json.dumps(body).encode(), {name.replace("_", "-"): v for name, v in headers.items()}
    )


def answer(slack: "FakeSlack", method: str, path: str, token: "Token | None", body: bytes) -> Answer:
    """Answer one call below /scim/v2."""
    user = re.fullmatch(r"/Users/([^/]+)", path)
    update = ("scim.update",) if user and method in {"PUT", "PATCH"} else ()
    reads = ("scim.reads", *(("scim.get",) if user else ()))
    early = slack.buckets.take(*(reads if method == "GET" else ("scim.writes", *update)))
    if early:
        return no(429, "too_many_requests", Retry_After=str(int(early) + 1))
    refused = _refused(slack, token)
    if refused:
        return refused
    if path == "/Users" and method == "GET":
        return _json(
            {"totalResults": len(slack.members), "Resources": [_shown(m) for m in slack.everybody()[:1]]}
        )
    member = slack.members.get(user[1]) if user else None
    if member is None:
        return no(404, "no_such_user")
    return _about(slack, method, member, body)


def _refused(slack: "FakeSlack", token: "Token | None") -> Answer | None:
    if token is None or token.bot:
        return no(401, "invalid_authentication")
    if slack.plan not in {"business+", "enterprise"}:
        return no(403, "plus_teams_only")
    if slack.plan == "enterprise" and not token.organisations:
        return no(403, "non_org_teams_only")
    owner = slack.members.get(token.user)
    if "admin" not in token.scopes or not owner or not (owner.admin or owner.owner):
        return no(403, "permission_denied")
    return None


def _about(slack: "FakeSlack", method: str, member: "Member", body: bytes) -> Answer:
    if method == "GET":
        return _json(_shown(member))
    if member.owner and slack.protects_owners:
        return no(403, "cannot_modify_owner")
    if slack.clock() < member.locked_until:
        return no(429, "too_many_requests", Retry_After=str(int(member.locked_until - slack.clock()) + 1))
    member.locked_until = slack.clock() + slack.lock
    slack.effective[member.id] += 1
    if method == "PATCH":
        return _patch(slack, member, body)
    # What is not said is emptied: the vendor's own example ends with a gravatar and a de-activated account.
    member.active = method == "PUT" and bool(json.loads(body).get("active"))
    if method == "PUT":
        member.title = ""
        slack.show(member, None)
    return _json(_shown(member))


def _patch(slack: "FakeSlack", member: "Member", body: bytes) -> Answer:
    told = json.loads(body)
    if told.get("schemas") != [_PATCH] or set(told) != {"schemas", "Operations"}:
        slack.effective[member.id] -= 1
        return no(400, "invalid_schema")
    for operation in told["Operations"]:
        code = _operate(slack, member, operation)
        if code:
            slack.effective[member.id] -= 1
            return no(400, code)
    return _json(_shown(member))


def _operate(slack: "FakeSlack", member: "Member", operation: dict[str, Any]) -> str:
    if operation.get("path") == "active":
        member.active = bool(operation.get("value"))
        return ""
    if operation.get("path") != "photos":
        return "attribute_unknown"
    if operation["op"] == "remove":
        if slack.removal == "works":
            slack.show(member, None)
        return "" if slack.removal != "refused" else "photos_invalid"
    try:
        (photo,) = operation["value"]
        picture = _encoded_anew(slack, photo["value"])
    except (ValueError, KeyError, TypeError, OSError):
        return "photos_invalid"
    slack.show(member, picture)
    return ""


def _encoded_anew(slack: "FakeSlack", url: str) -> bytes:
    head, _, data = url.partition(",")
    if not re.fullmatch(r"data:image/(jpeg|png|gif);base64", head) or len(url) > slack.longest:
        raise ValueError
    try:
        raw = base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise ValueError from error
    return shrunk(raw)


def shrunk(raw: bytes) -> bytes:
    """Return a picture as Slack stores it: 1024 pixels at most, letterboxed to a square, encoded anew."""
    with Image.open(BytesIO(raw)) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((1024, 1024))
    side = max(picture.size)
    square = Image.new("RGB", (side, side), "black")
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    buffer = BytesIO()
    square.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _shown(member: "Member") -> dict[str, Any]:
    """Return a user as SCIM does: of the picture an address of 192 pixels, and no more."""
    photos = [{"value": f"https://avatars.example/{member.hash}_192.jpg", "type": "photo"}]
    return {
        "schemas": [_USER],
        "id": member.id,
        "active": member.active,
        "title": member.title,
        "photos": photos,
    }


def _json(value: object) -> Answer:
    return Answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})
