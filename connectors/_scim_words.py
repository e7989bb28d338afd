"""What a SCIM server's refusals mean, and what should happen next (RFC 7644, section 3.12)."""

from catchlight.errors import ConfigError, OutsideError, PhotoError
from connectors._allowed_calls import Reply


def why_not(url: str, target: str, reply: Reply) -> ConfigError | OutsideError | PhotoError:
    """Return what a status means for one user."""
    if reply.status == 404:
        return PhotoError("account.gone", f"there is no user {target} any more; nothing was done")
    if reply.status in {409, 412}:
        return OutsideError(f"user {target} was changed at the same moment; nothing was done ({said(reply)})")
    if reply.status in {401, 501}:
        return for_it(url, reply)
    if reply.status == 403:
        return PhotoError("scim.rights", f"this token may not do that with user {target}: {said(reply)}")
    if reply.status == 413:
        return PhotoError("photo.too_large", f"the picture is too large for the server: {said(reply)}")
    return PhotoError("scim.refused", f"the picture of user {target} was not taken: {said(reply)}")


def for_it(url: str, reply: Reply) -> ConfigError:
    """Return what a status means for all users: a matter for IT."""
    if reply.status == 401:
        return ConfigError(f"token_file: {url} does not accept the token: {said(reply)}")
    if reply.status == 403:
        return ConfigError(f"token_file: the token may not list users at {url}: {said(reply)}")
    return ConfigError(f"url: {reply.url} does not answer like SCIM: {said(reply)}")


def said(reply: Reply) -> str:
    """Quote the server: its status, and the detail of a SCIM error, in one line."""
    try:
        told = reply.json()
    except OutsideError:
        told = {}
    detail = " ".join(f"{told.get('scimType') or ''} {told.get('detail') or ''}".split())
    return f"{reply.status} {detail}".strip()[:200]
