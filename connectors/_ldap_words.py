"""What the result codes of LDAP mean, and what should happen next."""

import re
from enum import IntEnum

from catchlight.errors import CatchlightError, ConfigError, OutsideError, PhotoError


class Code(IntEnum):
    """The result codes of RFC 4511 that are told apart."""

    SUCCESS = 0
    OPERATIONS_ERROR = 1
    SIZE_LIMIT = 4
    STRONGER_AUTH = 8
    REFERRAL = 10
    ADMIN_LIMIT = 11
    CONFIDENTIALITY = 13
    NO_SUCH_ATTRIBUTE = 16
    UNDEFINED_TYPE = 17
    INAPPROPRIATE_MATCHING = 18
    CONSTRAINT = 19
    NO_SUCH_OBJECT = 32
    INVALID_DN = 34
    INAPPROPRIATE_AUTH = 48
    INVALID_CREDENTIALS = 49
    INSUFFICIENT_RIGHTS = 50
    UNWILLING = 53


_FOR_IT = {
    Code.OPERATIONS_ERROR: "the server wants a sign-in before this; look at bind_dn and password_file",
    Code.SIZE_LIMIT: "the server stops before the end of the list; let this account read all of it, or narrow base_dn",
    Code.STRONGER_AUTH: "the server wants an encrypted connection; use ldaps:// or starttls",
    Code.REFERRAL: "the server sends us to another one, which is not followed; name that one in url, or mend base_dn",
    Code.CONFIDENTIALITY: "the server wants an encrypted connection; use ldaps:// or starttls",
    Code.UNDEFINED_TYPE: "the server's schema does not know an attribute that the settings name",
    Code.NO_SUCH_OBJECT: "base_dn is not there, or this account may not see it",
    Code.INVALID_DN: "base_dn is not a distinguished name",
    Code.INAPPROPRIATE_AUTH: "this account cannot sign in with a password",
    Code.INVALID_CREDENTIALS: "the server does not accept bind_dn with the password of password_file",
    Code.INSUFFICIENT_RIGHTS: "this account may not read there",
}
_PASSING = {3, Code.ADMIN_LIMIT, 51, 52, 80}
_ACTIVE_DIRECTORY = {
    "525": "there is no such account",
    "52e": "the password is wrong",
    "530": "the account may not sign in at this hour",
    "531": "the account may not sign in from this machine",
    "532": "the password has expired",
    "533": "the account is disabled",
    "701": "the account has expired",
    "773": "the password has to be changed first",
    "775": "the account is locked",
}


class RefusedError(Exception):
    """A server said no: the code, its name in RFC 4511, and what the server wrote beside it."""

    def __init__(self, code: int, name: str, said: str) -> None:
        super().__init__(code, name, said)
        self.code, self.name, self.said = code, name, said

    def __str__(self) -> str:
        """Quote the server, in one line."""
        said = " ".join(self.said.split())[:200]
        return f"the server says {self.name} ({self.code})" + (f": {said}" if said else "")


def why_not_listed(url: str, refused: RefusedError) -> CatchlightError:
    """Return what a refused sign-in or search means for the run."""
    if refused.code in _PASSING:
        return OutsideError(f"{url}: {refused}")
    words = _FOR_IT.get(Code(refused.code), "") if refused.code in set(Code) else ""
    locked = re.search(r"\bdata ([0-9a-f]+)", refused.said)
    if refused.code == Code.INVALID_CREDENTIALS and locked:
        words = _ACTIVE_DIRECTORY.get(locked.group(1), words)
    return ConfigError(f"{url}: {words}; {refused}" if words else f"{url}: {refused}")


def why_not_written(url: str, name: str, dn: str, refused: RefusedError) -> CatchlightError:
    """Return what a refused change of one entry means."""
    if refused.code == Code.NO_SUCH_OBJECT or refused.code in _PASSING:
        return OutsideError(f"{url}: {dn}: {refused}")
    if refused.code == Code.INSUFFICIENT_RIGHTS:
        return PhotoError("ldap.rights", f"this account may not write {name} of {dn}; {refused}")
    if refused.code in {Code.REFERRAL, Code.STRONGER_AUTH, Code.CONFIDENTIALITY, Code.UNDEFINED_TYPE}:
        return why_not_listed(url, refused)
    return PhotoError("ldap.refused", f"{name} of {dn} was not taken; {refused}")
