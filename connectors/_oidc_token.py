"""The identity token: whether the provider really signed it, for us, now.

msal (since 1.38) checks a token's nonce and nothing else: not who issued it, for whom, until when.
That is all checked here, and the signature too: then a provider's endpoint that is reached through
a proxy which opens TLS, or one discovery document that was tampered with, cannot make anybody up.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from catchlight.identity import EntryError, Refusal

# Only signatures by a key pair: with HS256 the public key itself could serve as the secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LEEWAY = 120  # seconds that our clock and the provider's may differ
_KEEP = 3600.0
_AGAIN = 30.0  # an unknown key is looked for no more often than this
_REQUIRED = ("iss", "aud", "exp", "iat", "sub")


class Keys:
    """The keys that a provider signs with, looked up again when it has taken a new one."""

    def __init__(
        self, fetch: Callable[[], Mapping[str, Any]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Get the key set with ``fetch``."""
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._found: list[dict[str, Any]] = []
        self._at = float("-inf")

    def find(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        """Return the key that a token's header names; EntryError when the provider has none such."""
        with self._lock:
            age = self._clock() - self._at
            found = self._matching(header) if age < _KEEP else []
            if not found and age >= _AGAIN:
                told = self._fetch().get("keys")
                self._found = [key for key in told if isinstance(key, dict)] if isinstance(told, list) else []
                self._at = self._clock()
                found = self._matching(header)
        if len(found) != 1:
            raise EntryError(Refusal.UNTRUSTED, f"{len(found)} keys of the provider fit the token, not one")
        algorithm = str(found[0].get("alg") or header.get("alg"))
        if algorithm not in ALGORITHMS:
            raise EntryError(Refusal.UNTRUSTED, "the token is not signed in a way that proves who signed it")
        return jwt.PyJWK(found[0], algorithm=algorithm)

    def _matching(self, header: Mapping[str, Any]) -> list[dict[str, Any]]:
        signing = [key for key in self._found if key.get("use", "sig") == "sig"]
        return [key for key in signing if "kid" not in header or key.get("kid") == header["kid"]]


def checked(token: str, keys: Keys, issuer: str, client_id: str) -> Mapping[str, Any]:
    """Return the claims of a token that ``issuer`` signed for ``client_id`` and that is valid now; EntryError."""
    try:
        key = keys.find(jwt.get_unverified_header(token))
        claims: dict[str, Any] = jwt.decode(
            token, key, ALGORITHMS, audience=client_id, issuer=issuer, leeway=_LEEWAY,
            options={"require": list(_REQUIRED)},
        )  # fmt: skip
    except jwt.exceptions.PyJWTError as error:
        raise EntryError(Refusal.UNTRUSTED, f"the token was refused: {_why(error)}") from None
    if claims.get("azp", client_id) != client_id:
        raise EntryError(Refusal.UNTRUSTED, "the token was made for another application (azp)")
    return claims


def _why(error: Exception) -> str:
    """Say what is wrong with a token, without a word of it."""
    name = type(error).__name__
    if isinstance(error, jwt.ExpiredSignatureError | jwt.ImmatureSignatureError):
        return f"{name}; if this happens to everybody, set the clock of this machine"
    return name
