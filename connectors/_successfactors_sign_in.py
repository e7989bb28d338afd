"""Who we are to SAP SuccessFactors: a token for a signed assertion, one that somebody else keeps, or a password."""

import base64
import json
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from catchlight.errors import ConfigError, OutsideError
from catchlight.policy import read_secret
from connectors._allowed_calls import AllowedCalls, Line, Reply
from connectors._saml_assertion import assertion
from connectors._successfactors_settings import SourceSettings
from connectors._token_file import Sign, signs_with

_TOKEN = "/oauth/token"  # noqa: S105  a path
_GRANT = "urn:ietf:params:oauth:grant-type:saml2-bearer"
_AUDIENCE = "www.successfactors.com"
_EARLY = 300.0  # seconds before its end that a token is replaced
_REMEDY = {
    "signature": "key_file has to be the private key of the certificate in Manage OAuth2 Client Applications",
    "invalid user": "user is the API user's user ID (not their user name or address), @, and the company's ID",
    "": "look at the application in Manage OAuth2 Client Applications: its API key is client_id",
}


def sign_in(settings: SourceSettings) -> Sign:
    """Return what signs calls, as ``Line.sign`` wants it; ConfigError when a secret cannot be read."""
    if settings.key_file:
        return _Tokens(settings, settings.key_file).headers
    if settings.token_file:
        return signs_with(settings.token_file)
    secret = f"{settings.user}:{read_secret(settings.password_file or Path())}"
    basic = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode("ascii")}
    return lambda _: basic


class _Tokens:
    """The tokens that we sign for ourselves, one after the other; threads may share it."""

    def __init__(self, settings: SourceSettings, key_file: Path) -> None:
        self._settings, self._file, self._turn = settings, key_file, threading.Lock()
        self._token, self._ends = "", 0.0
        self._key = read_secret(key_file).encode()
        self._user, _, self._company = settings.user.rpartition("@")
        self._root = settings.url.partition("/odata")[0]
        line = Line(
            self._root, (("POST", _TOKEN),), {"Accept": "application/json"}, settings.ca_file, settings.proxy,
            settings.timeout, tries=1,  # the call that needs the token is tried again
        )  # fmt: skip
        self._calls = AllowedCalls(line)
        self._assertion()  # a key that is none is told at once

    def headers(self, renew: bool) -> Mapping[str, str]:  # noqa: FBT001  the shape of Line.sign
        with self._turn:
            if renew or time.monotonic() > self._ends:
                self._token, self._ends = self._new(another=renew)
            return {"Authorization": f"Bearer {self._token}"}

    def _new(self, *, another: bool) -> tuple[str, float]:
        form = {
            "client_id": self._settings.client_id, "company_id": self._company, "grant_type": _GRANT,
            "assertion": self._assertion(), **({"new_token": "true"} if another else {}),
        }  # fmt: skip
        reply = self._calls.call("POST", _TOKEN, data=form)
        if reply.status in {400, 401, 403}:
            raise _refusal(reply)
        told = reply.json()
        token, lasts = told.get("access_token"), told.get("expires_in")
        if reply.status != 200 or not isinstance(token, str) or not token:
            raise OutsideError(f"{reply.url}: answers {reply.status} without a token")
        return token, time.monotonic() + (float(lasts) if isinstance(lasts, int) else 0.0) - _EARLY

    def _assertion(self) -> str:
        told = {"api_key": self._settings.client_id, "use_username": "false"}
        try:
            return assertion(self._key, self._user, _AUDIENCE, self._root + _TOKEN, told)
        except (ValueError, TypeError) as error:  # whose words may quote the key
            message = f"key_file: {self._file} is no private RSA key in PEM without a password"
            raise ConfigError(message) from error


def _refusal(reply: Reply) -> ConfigError:
    """Return why there is no token, in SuccessFactors' words, and what to do."""
    try:
        told: Any = json.loads(reply.body)
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    words = told.get("errorMessage") or told.get("error_description") or told.get("error") or "no word"
    words = " ".join(str(words).split())[:200]
    remedy = next(said for sign, said in _REMEDY.items() if sign in words.casefold())
    return ConfigError(
        f"client_id, key_file: SuccessFactors gives no token ({reply.status} {words}); {remedy}"
    )
