"""The Web API of the stand-in for Slack: what lists people, shows profiles, and lets people set their own picture."""

import base64
import json
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from tests.fake_slack_limits import TIERS, Answer
from tests.fake_slack_scim import shrunk

if TYPE_CHECKING:
    from tests.fake_slack_photos import FakeSlack, Member, Token

GRAVATAR = (
    "https://secure.gravatar.com/avatar/0123.jpg?s=1024&d=https%3A%2F%2Fa.slack-edge.com%2Fava_0001-192.png"
)


def answer(
    slack: "FakeSlack", method: str, token: "Token | None", form: dict[str, str], files: dict[str, bytes]
) -> Answer:
    """Answer one method; nearly all have status 200."""
    early = slack.buckets.take(TIERS.get(method, "unlimited"))
    if early:
        return Answer(429, b'{"ok":false,"error":"ratelimited"}', {"Retry-After": str(int(early) + 1)})
    if method == "oauth.v2.access":
        return _said(_exchange(slack, form))
    if token is None:
        return _said(_no("invalid_auth"))
    known = {
        "auth.test": _who, "users.list": _list, "users.info": _info, "users.setPhoto": _set, "auth.revoke": _revoke,
        "users.profile.get": _own, "users.deletePhoto": _delete,
    }  # fmt: skip
    if method not in known:
        return _said(_no("unknown_method"))
    scopes = {"X-OAuth-Scopes": ",".join(token.scopes)}
    return _said(known[method](slack, token, form, files), scopes)


def _no(code: str, **more: str) -> dict[str, Any]:
    return {"ok": False, "error": code, **more}


def _who(slack: "FakeSlack", token: "Token", _: Any, __: Any) -> dict[str, Any]:
    told = {"ok": True, "url": "https://example.slack.com/", "team": "Example", "user_id": token.user}
    told["team_id"] = slack.organisation if token.organisations else slack.team
    if slack.plan == "enterprise":
        told |= {"enterprise_id": slack.organisation, "is_enterprise_install": token.organisations}
    return told | ({"bot_id": "B1"} if token.bot else {})


def _list(slack: "FakeSlack", token: "Token", form: dict[str, str], _: Any) -> dict[str, Any]:
    if "users:read" not in token.scopes:
        return _no("missing_scope", needed="users:read", provided=",".join(token.scopes))
    if token.organisations and not form.get("team_id"):
        return _no("missing_argument")
    if "limit" not in form and len(slack.members) > 1000:
        return _no("limit_required")
    everybody = [one for one in slack.everybody() if not form.get("team_id") or one.team == form["team_id"]]
    if not (form.get("cursor") or "0").isdigit():
        return _no("invalid_cursor")
    at, limit = int(form.get("cursor") or "0"), int(form.get("limit", "1000"))
    following = str(at + limit) if at + limit < len(everybody) else ""
    members = [_user(slack, token, one) for one in everybody[at : at + limit]]
    return {"ok": True, "members": members, "response_metadata": {"next_cursor": following}}


def _info(slack: "FakeSlack", token: "Token", form: dict[str, str], _: Any) -> dict[str, Any]:
    if "users:read" not in token.scopes:
        return _no("missing_scope", needed="users:read", provided=",".join(token.scopes))
    member = slack.members.get(form.get("user", ""))
    return {"ok": True, "user": _user(slack, token, member)} if member else _no("user_not_found")


def _user(slack: "FakeSlack", token: "Token", member: "Member") -> dict[str, Any]:
    """Return a user with the profile that is shown by now."""
    original = slack.shown(member)
    profile: dict[str, Any] = {"real_name": member.title, "image_192": GRAVATAR, "image_original": GRAVATAR}
    if original:
        profile = {"is_custom_image": True, "image_original": original, "image_192": original}
        profile["avatar_hash"] = original.rpartition("/")[2][:12]
    if "users:read.email" in token.scopes and member.email:
        profile["email"] = member.email
    profile |= member.profile
    told = {
        "id": member.id,
        "team_id": member.team,
        "deleted": not member.active,
        "profile": profile,
    }
    told |= {"is_bot": member.bot, "is_admin": member.admin, "is_owner": member.owner}
    if slack.plan == "enterprise":
        told["enterprise_user"] = {"id": member.id, "enterprise_id": slack.organisation}
    return told | member.more


def _set(slack: "FakeSlack", token: "Token", _: Any, files: dict[str, bytes]) -> dict[str, Any]:
    if token.bot or "users.profile:write" not in token.scopes:
        return _no("not_allowed_token_type" if token.bot else "missing_scope", needed="users.profile:write")
    try:
        picture = shrunk(files["image"])
    except (KeyError, OSError):
        return _no("bad_image")
    slack.effective[token.user] += 1
    slack.show(slack.members[token.user], picture)
    return {"ok": True, "profile": {"avatar_hash": slack.members[token.user].hash}}


def _own(slack: "FakeSlack", token: "Token", _: Any, __: Any) -> dict[str, Any]:
    if "users.profile:read" not in token.scopes:
        return _no("missing_scope", needed="users.profile:read")
    return {"ok": True, "profile": _user(slack, token, slack.members[token.user])["profile"]}


def _delete(slack: "FakeSlack", token: "Token", _: Any, __: Any) -> dict[str, Any]:
    if token.bot or "users.profile:write" not in token.scopes:
        return _no("missing_scope", needed="users.profile:write")
    slack.effective[token.user] += 1
    slack.show(slack.members[token.user], None)
    return {"ok": True}


def _revoke(slack: "FakeSlack", token: "Token", _: Any, __: Any) -> dict[str, Any]:
    slack.tokens = {word: one for word, one in slack.tokens.items() if one is not token}
    return {"ok": True, "revoked": True}


def _exchange(slack: "FakeSlack", form: dict[str, str]) -> dict[str, Any]:
    expected = "Basic " + base64.b64encode(f"{slack.client}:{slack.client_secret}".encode()).decode()
    if form.pop("authorization", "") != expected:
        return _no("bad_client_secret")
    if form.get("redirect_uri") != slack.redirect_uri:
        return _no("bad_redirect_uri")
    user, scope = slack.codes.pop(form.get("code", ""), ("", ""))
    if not user:
        return _no("invalid_code")
    word = slack.issue(user, *scope.split(","))
    theirs = {"id": user, "scope": scope, "access_token": word, "token_type": "user"}
    return {"ok": True, "authed_user": theirs, "team": {"id": slack.members[user].team}, "enterprise": None}


def _said(told: dict[str, Any], headers: dict[str, str] | None = None) -> Answer:
    return Answer(200, json.dumps(told).encode(), {"Content-Type": "application/json", **(headers or {})})


def files_of(kind: str, body: bytes) -> dict[str, bytes]:
    """Return the files of a form, by field."""
    if not kind.startswith("multipart/form-data"):
        return {}
    form = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=policy.HTTP)
    return {
        str(part.get_param("name", header="content-disposition")): bytes(part.get_payload(decode=True))
        for part in form.iter_parts()
    }
