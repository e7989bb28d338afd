"""Access tokens of a Google service account in the names of users (domain-wide delegation).

google-auth makes the request (RFC 7523) and reads the answer; the call itself is one of ours, to Google's token
endpoint and nowhere else, whatever the file of the key says.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catchlight.errors import ConfigError, OutsideError, PhotoError
from connectors._allowed_calls import AllowedCalls
from connectors._google_key import TOKEN_URL, ServiceAccount

_WHERE = "Admin console → Security → Access and data control → API controls → Domain-wide delegation"
_NOBODY = ("invalid email or user id", "account_deleted", "account has been deleted", "account_disabled")


class DelegationError(ConfigError):
    """The service account may not act for users, or not with these scopes."""


class Tokens:
    """Access tokens of a service account in the names of users, kept while they are valid; threads may share it."""

    def __init__(self, account: ServiceAccount, calls: AllowedCalls, admin: str) -> None:
        """Ask with ``calls``, which go to the token endpoint; ``admin`` is who must exist for anything to work."""
        self.account, self._calls, self._admin = account, calls, admin
        self._known: dict[tuple[str, tuple[str, ...]], _Held] = {}
        self._lock = threading.Lock()

    def of(self, user: str, scopes: Sequence[str]) -> Callable[[bool], Mapping[str, str]]:
        """Return what signs calls in the name of a user, as ``Line.sign`` wants it.

        When asked it raises ConfigError where the delegation is wrong, PhotoError for a user that is none.
        """
        with self._lock:
            held = self._known.setdefault((user, tuple(scopes)), _Held(self, user, scopes))
        return held.headers

    def lacking(self, user: str, scopes: Sequence[str]) -> str:
        """Return which of the scopes no token can be had for, in a sentence; raises as :meth:`of` for other reasons."""
        try:
            self.of(user, scopes)(False)  # noqa: FBT003
        except DelegationError as error:
            missing = [scope for scope in scopes if len(scopes) == 1 or self.lacking(user, (scope,))]
            return f"{error} (missing: {','.join(missing)})" if missing else str(error)
        return ""

    def ask(self, **wanted: Any) -> "_Answer":
        """Make one call for google-auth, which names address, method, headers and body."""
        if (wanted["url"], wanted["method"]) != (TOKEN_URL, "POST"):
            message = f"{wanted['method']} {wanted['url']} is not a call that this connector makes"
            raise ValueError(message)
        reply = self._calls.call("POST", "/token", content=wanted["body"], headers=wanted["headers"])
        reply.json()  # a page of a proxy is no answer
        return _Answer(reply.status, reply.headers, reply.body)

    def why(self, user: str, scopes: Sequence[str], told: Mapping[str, object]) -> Exception:
        """Return what Google's refusal of a token means."""
        said = f"{told.get('error', '')}: {told.get('error_description', '')}"
        if told.get("error") in {"unauthorized_client", "access_denied"}:
            return DelegationError(
                f"key_file: Google answers «{said[:200]}»: {_WHERE}: the client ID {self.account.client_id} needs the "
                f"scopes {','.join(scopes)}"
            )
        if any(words in said.casefold() for words in _NOBODY):
            if user == self._admin:
                return ConfigError(
                    f"admin {user}: Google knows no such user, or they are suspended («{said[:200]}»)"
                )
            return PhotoError("account.no_token", f"Google gives no token for {user} («{said[:200]}»)")
        if "jwt" in said.casefold():
            return ConfigError(
                f"key_file: Google does not accept the key («{said[:200]}»); was it deleted, or is this machine's clock off?"
            )
        return ConfigError(f"key_file: Google gives no token («{said[:200]}»)")


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer as google-auth reads it."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class _Held:
    """The token of one user for some scopes."""

    def __init__(self, tokens: Tokens, user: str, scopes: Sequence[str]) -> None:
        self._tokens, self._user, self._scopes = tokens, user, scopes
        self._lock = threading.Lock()
        self._credentials: Any = None

    def headers(self, renew: bool) -> Mapping[str, str]:  # noqa: FBT001  the shape of Line.sign
        """Return the header with a token that is valid; ``renew`` when Google took the last one no more."""
        with self._lock:
            if self._credentials is None:
                self._credentials = self._made()
            if renew or not self._credentials.valid:
                self._refresh()
            return {"Authorization": f"Bearer {self._credentials.token}"}

    def _made(self) -> Any:
        from google.oauth2 import service_account  # noqa: PLC0415

        account = self._tokens.account
        try:
            return service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
                account.info, scopes=self._scopes, subject=self._user
            )
        except ValueError:
            message = f"key_file {account.file}: the private key in it cannot be read"
            raise ConfigError(message) from None

    def _refresh(self) -> None:
        from google.auth.exceptions import RefreshError  # noqa: PLC0415

        try:
            self._credentials.refresh(self._tokens.ask)
        except RefreshError as error:
            told = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
            if not isinstance(told.get("error"), str):
                raise OutsideError(f"{TOKEN_URL}: answers without a token") from error
            raise self._tokens.why(self._user, self._scopes, told) from None
