"""Who we are to Okta: a service app's token, which it signs for with a key of its own (RFC 7523), or an API token."""

import threading
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from catchlight.errors import ConfigError, OutsideError
from catchlight.policy import read_secret
from connectors._allowed_calls import AllowedCalls, Line, Reply
from connectors._okta_settings import SourceSettings
from connectors._token_file import Sign, signs_with

SCOPE = "okta.users.read"
_TOKEN = "/oauth2/v1/token"  # noqa: S105  a path
_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_WORTH = 300  # seconds for which what we sign is good: Okta takes an hour at most
_EARLY = 60.0  # seconds before its end that a token is replaced
_REMEDY = {
    "invalid_client": "is this the app's client ID, its public key among the app's active keys, and this machine's clock right?",
    "invalid_scope": f"grant the app {SCOPE} under Okta API Scopes",
    "invalid_dpop_proof": "switch off «Require Demonstrating Proof of Possession (DPoP)» in the app's General settings",
    "unauthorized_client": "the app has to be one of API Services, with Public key / Private key as client authentication",
}


def sign_in(settings: SourceSettings) -> Sign:
    """Return what signs calls, as ``Line.sign`` wants it; ConfigError when the key or token cannot be read."""
    if settings.token_file:
        return signs_with(settings.token_file, "SSWS")
    return _Tokens(settings).headers


class _Tokens:
    """The tokens of a service app, one after the other; threads may share it."""

    def __init__(self, settings: SourceSettings) -> None:
        self._settings, self._turn = settings, threading.Lock()
        self._token, self._ends = "", 0.0
        self._key, self._algorithm, self._kid = _key_of(settings)
        line = Line(
            settings.url, (("POST", _TOKEN),), {"Accept": "application/json"}, settings.ca_file, settings.proxy,
            settings.timeout, tries=1,  # the call that needs the token is tried again
        )  # fmt: skip
        self._calls = AllowedCalls(line)

    def headers(self, renew: bool) -> Mapping[str, str]:  # noqa: FBT001  the shape of Line.sign
        with self._turn:
            if renew or time.monotonic() > self._ends:
                self._token, self._ends = self._new()
            return {"Authorization": f"Bearer {self._token}"}

    def _new(self) -> tuple[str, float]:
        form = {
            "grant_type": "client_credentials", "scope": SCOPE, "client_assertion_type": _BEARER,
            "client_assertion": self._assertion(),
        }  # fmt: skip
        reply = self._calls.call("POST", _TOKEN, data=form)
        told = reply.json()
        token, lasts = told.get("access_token"), told.get("expires_in")
        if reply.status != 200:
            raise _refusal(told, reply)
        if not isinstance(token, str) or told.get("token_type") != "Bearer":
            raise OutsideError(f"{reply.url}: answers without a token")
        return token, time.monotonic() + (float(lasts) if isinstance(lasts, int) else 0.0) - _EARLY

    def _assertion(self) -> str:
        now, name = int(time.time()), self._settings.client_id
        claims = {
            "iss": name, "sub": name, "aud": self._settings.url + _TOKEN, "iat": now, "exp": now + _WORTH,
            "jti": str(uuid.uuid4()),
        }  # fmt: skip
        return jwt.encode(claims, self._key, self._algorithm, {"kid": self._kid} if self._kid else None)


def _key_of(settings: SourceSettings) -> tuple[Any, str, str]:
    """Return the private key, the algorithm it signs with, and its id; ConfigError for anything else."""
    file = settings.key_file or Path()
    text = read_secret(file)
    try:
        key, algorithm, kid = _jwk(text) if text.startswith("{") else _pem(text)
    except (ValueError, TypeError, jwt.PyJWTError) as error:  # whose words may quote what it read
        wanted = "a JWK, or an RSA key in PEM without a password"
        raise ConfigError(f"key_file: {file} is no private key as Okta makes it: {wanted}") from error
    return key, algorithm, settings.key_id or kid


def _jwk(text: str) -> tuple[Any, str, str]:
    found = jwt.PyJWK.from_json(text)
    if not isinstance(found.key, RSAPrivateKey | EllipticCurvePrivateKey):
        message = "not a private key"
        raise TypeError(message)
    return found.key, found.algorithm_name, str(found.key_id or "")


def _pem(text: str) -> tuple[Any, str, str]:
    key = load_pem_private_key(text.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        message = "not an RSA key"
        raise TypeError(message)
    return key, "RS256", ""


def _refusal(told: Mapping[str, Any], reply: Reply) -> ConfigError:
    """Return why there is no token, in Okta's words, and what to do."""
    code = str(told.get("error") or told.get("errorCode") or reply.status)
    words = " ".join(str(told.get("error_description") or told.get("errorSummary") or "").split())[:200]
    code = "invalid_dpop_proof" if "dpop" in code else code
    return ConfigError(
        f"client_id, key_file: Okta gives no token ({code}: {words}); {_REMEDY.get(code, 'look at the app')}"
    )
