"""Signing in as an app at Microsoft Entra, with msal: only at the configured host, and with nothing said in logs."""

import base64
import json
import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from catchlight.errors import CatchlightError, ConfigError, OutsideError
from connectors._allowed_calls import AllowedCalls, Line
from connectors._graph_credential import credential_of
from connectors._graph_settings import App

_ALLOWED = (
    ("GET", r"/[A-Za-z0-9.-]+/v2\.0/\.well-known/openid-configuration"),
    ("POST", r"/[A-Za-z0-9.-]+/oauth2/v2\.0/token"),
)
_UNWELL = {"temporarily_unavailable", "server_error", "timeout"}
_IN_WORDS = {
    "AADSTS700016": "client_id: there is no such app in this tenant",
    "AADSTS90002": "tenant: there is no such tenant in this cloud",
    "AADSTS700027": "certificate_file: this certificate is not among those of the app registration",
    "AADSTS7000215": "secret_file: this is not the value of a secret of the app registration",
    "AADSTS7000222": "secret_file: the secret has ended; make a new one",
    "AADSTS7000112": "client_id: the app is disabled in this tenant",
    "AADSTS53003": "client_id: a Conditional Access policy does not let the app in from here",
}


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer in the shape that msal reads; what is no use was raised already."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Do nothing."""


class _Desk:
    """The HTTP client that msal is given. It calls the host of the settings, whatever an answer names."""

    def __init__(self, app: App) -> None:
        self._host = urlsplit(app.there.sign_in).netloc
        line = Line(app.there.sign_in, _ALLOWED, {}, app.ca_file, app.proxy, app.timeout)
        self._calls = AllowedCalls(line)

    def get(self, url: str, **_options: Any) -> _Answer:
        """Look up where tokens are given out."""
        return self._ask("GET", url)

    def post(self, url: str, data: Mapping[str, Any], **_options: Any) -> _Answer:
        """Ask for a token. What msal would tell of this machine in headers is for Microsoft's statistics."""
        form = {key: value.decode() if isinstance(value, bytes) else value for key, value in data.items()}
        return self._ask("POST", url, data=form)

    def _ask(self, method: str, url: str, **content: Any) -> _Answer:
        parts = urlsplit(url)
        if parts.netloc != self._host:
            message = (
                f"sign_in_url: {self._host} sends us to {parts.netloc[:100]}, where our secret does not go"
            )
            raise ConfigError(message)
        reply = self._calls.call(method, parts.path, headers={"Accept": "application/json"}, **content)
        reply.json()
        return _Answer(reply.status, reply.body.decode("utf-8", "replace"), reply.headers)

    def close(self) -> None:
        """Leave the connections to the end of the program."""


class SignIn:
    """The app's access token, asked for when it is needed and kept until it ends; threads may share it."""

    def __init__(self, app: App) -> None:
        """Read the credential; ConfigError when it cannot be used. Nothing is asked of Entra yet."""
        self._settings, self.credential = app, credential_of(app)
        self._lock, self._known = threading.Lock(), None

    def headers(self, again: bool) -> dict[str, str]:  # noqa: FBT001  the shape of Line.sign
        """Return the header that signs a call; ``again``: with a new token, since the last is taken no more.

        ConfigError when Entra does not sign the app in, OutsideError when it is unwell.
        """
        return {"Authorization": f"Bearer {self._token(again=again)}"}

    def roles(self) -> set[str]:
        """Return the application permissions that the token carries; OutsideError when it cannot be read."""
        try:
            claims = self._token(again=True).split(".")[1]
            roles = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))).get("roles", [])
        except (IndexError, ValueError, AttributeError) as error:
            raise OutsideError("the access token does not show the app's permissions") from error
        return {str(role) for role in roles}

    def _token(self, *, again: bool) -> str:
        with self._lock:
            try:
                app = self._application()
                if again:
                    app.remove_tokens_for_client()
                got = app.acquire_token_for_client([f"{self._settings.there.graph}/.default"])
            except ValueError as error:
                ours = error if isinstance(error, CatchlightError) else error.__context__
                if isinstance(ours, CatchlightError):
                    raise ours from None
                # msal's words repeat whole answers; what they come to is that the address is no tenant's.
                message = f"tenant: {self._settings.there.sign_in} has no tenant {self._settings.tenant}"
                raise ConfigError(message) from error
        if not isinstance(got, dict) or not isinstance(got.get("access_token"), str):
            raise _refused(got or {})
        return str(got["access_token"])

    def _application(self) -> Any:
        if self._known is None:
            import msal  # type: ignore[import-untyped]  # noqa: PLC0415  slow to import; it has no types

            logging.getLogger("msal").setLevel(logging.CRITICAL)  # what goes wrong is told by us
            self._known = msal.ConfidentialClientApplication(
                self._settings.client_id,
                client_credential=self.credential.value,
                authority=f"https://{urlsplit(self._settings.there.sign_in).netloc}/{self._settings.tenant}",
                http_client=_Desk(self._settings), instance_discovery=False, azure_region=False,
            )  # fmt: skip
        return self._known


def _refused(got: Mapping[str, Any]) -> ConfigError | OutsideError:
    """Return what Entra's refusal means; its description is anybody's text, and only its number is quoted."""
    error = str(got.get("error", ""))
    error = error if re.fullmatch(r"[a-z0-9_.-]{1,64}", error) else "an error"
    number = re.search(r"AADSTS\d+", str(got.get("error_description", "")))
    told = f"{error}{' ' + number[0] if number else ''}"
    if error in _UNWELL:
        return OutsideError(f"Microsoft Entra answers {told}")
    words = _IN_WORDS.get(number[0] if number else "", "client_id: Microsoft Entra does not sign this app in")
    return ConfigError(f"{words} ({told})")
