"""What can be told of a Slack token before anything is published."""

from connectors._allowed_calls import AllowedCalls
from connectors._slack_people import NO_MAIL, Home, Rule, pages
from connectors._slack_photo_errors import PLANS
from connectors._slack_web import answer, ask

_SCOPES = ("admin", "users:read", "users:read.email")


def token_problems(web: AllowedCalls) -> list[str]:
    """Return what is wrong with a token, as far as auth.test and its owner's profile tell, in sentences."""
    reply = answer(web, "auth.test")
    told, granted = reply.json(), reply.headers.get("x-oauth-scopes")
    if told.get("bot_id"):
        return [
            "token_file: this is a bot's token; SCIM takes an administrator's user token, which begins with xoxp-"
        ]
    given = {one.strip() for one in (granted or "").split(",")}
    lacking = [] if granted is None else [one for one in _SCOPES if one not in given]
    if lacking:
        return [f"token_file: the token lacks {', '.join(lacking)}; add it to the app's User Token Scopes"]
    owner = ask(web, "users.info", str(told.get("user_id") or "")).get("user") or {}
    if Home.of(told).organisation or owner.get("is_admin") or owner.get("is_owner"):
        return []
    return [f"token_file: SCIM takes the token of an Owner or Admin who stays one; {PLANS}"]


def mail_problems(rule: Rule, web: AllowedCalls, lists: AllowedCalls) -> list[str]:
    """Return whether people can be found by e-mail address, from the first page of them."""
    users = next(pages(rule, lists, Home.of(ask(web, "auth.test"))), [])
    people = [one for one in users if not one.get("is_bot")]
    shown = any((one.get("profile") or {}).get("email") for one in people)
    return [NO_MAIL] if rule.match == "email" and people and not shown else []
