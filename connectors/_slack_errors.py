"""What the codes of Slack's Web API mean for whoever runs Catchlight."""

IN_WORDS = {
    "users_not_found": "nobody in this Slack workspace has this e-mail address",
    "user_not_found": "nobody in this Slack workspace has this e-mail address",
    "user_disabled": "this person's Slack account is deactivated",
    "user_not_visible": "the app may not see this person",
    "cannot_dm_bot": "this address belongs to a bot",
    "channel_not_found": "the app cannot write to this person",
    "not_in_channel": "the app is not in this conversation",
    "is_archived": "this conversation is archived",
    "restricted_action": "the workspace does not let this app write to this person",
    "messages_tab_disabled": "messages to this app are switched off; open its settings, App Home, Messages Tab",
    "msg_too_long": "the message is too long for Slack",
    "invalid_auth": "Slack does not accept the token, or not from this address",
    "not_authed": "Slack got no token",
    "account_inactive": "the token belongs to an app or a person who is no longer there",
    "token_revoked": "the token was withdrawn; install the app again",
    "token_expired": "the token has expired; switch token rotation off, or put the new one into the file",
    "not_allowed_token_type": "this kind of token cannot send messages; use the bot token, which begins with xoxb-",
    "missing_scope": "the app lacks a scope; add it under OAuth & Permissions and install the app again",
    "no_permission": "the app lacks a permission; install it again",
    "org_login_required": "the workspace is being moved to another Slack plan",
    "team_access_not_granted": "the app is not allowed in this workspace",
    "access_denied": "Slack denies the app access",
    "accesslimited": "Slack limits access from this network",
    "ekm_access_denied": "the administrators have suspended messages",
    "two_factor_setup_required": "the token's owner must set up a second factor",
    "internal_error": "Slack had a fault",
    "fatal_error": "Slack had a fault",
    "service_unavailable": "Slack is not available",
    "request_timeout": "Slack did not get the whole request",
    "ratelimited": "Slack has had too many requests",
    "rate_limited": "Slack has had too many messages",
    "message_limit_exceeded": "this workspace has reached its limit of messages",
    "team_added_to_org": "the workspace is being moved to another Slack plan",
}
# These are about us and not about one person: no other letter would be taken either.
UNWELCOME = frozenset((
    "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
    "not_allowed_token_type", "missing_scope", "no_permission", "team_access_not_granted",
    "access_denied", "accesslimited", "ekm_access_denied", "two_factor_setup_required",
    "messages_tab_disabled",
))  # fmt: skip
UNWELL = frozenset((
    "internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited",
    "rate_limited", "message_limit_exceeded", "team_added_to_org", "org_login_required",
))  # fmt: skip
# After these, Slack says, part of the work may have been done.
UNCLEAR = frozenset(("internal_error", "fatal_error", "service_unavailable"))
