"""Single sign-on by OpenID Connect: Microsoft Entra ID, and any other provider that keeps to the standard.

The authorisation code flow with PKCE, state and nonce is msal's; what a token is worth is checked
by us (``_oidc_token``), and whose it is by ``catchlight.identity``. No token is kept.
"""

import hmac
import json
import logging
import re
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import msal  # type: ignore[import-untyped]  # it has no types

from catchlight.errors import OutsideError
from catchlight.identity import Claims, EntryError, Refusal, identify
from catchlight.policy import read_secret
from catchlight.sign_on import SignOn
from connectors._oidc_token import Keys, checked
from connectors._oidc_wire import Answer, Wire

Settings = SignOn
_log = logging.getLogger("catchlight.sign_on")
_KEEP = 3600.0
_REST = 5.0  # seconds in which a provider that did not answer is not asked again
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_RESERVED = {"openid", "profile", "offline_access"}  # msal adds the first two itself
_DECLINED = ("access_denied", "login_required", "consent_required", "interaction_required")
_UNWELL = ("temporarily_unavailable", "server_error")


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider says of itself, and msal set up for it."""

    document: Mapping[str, Any]
    application: msal.ConfidentialClientApplication
    keys: Keys
    until: float


class Provider:
    """The company's sign-on provider; threads may share it."""

    def __init__(
        self, settings: SignOn, wire: Wire | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Read the secret; ConfigError when it or the CA file cannot be used. Nothing is sent yet."""
        logging.getLogger("msal").setLevel(logging.WARNING)  # below that it writes down what it sends
        # form_post would be a form of another site: it comes without our cookie, and we refuse such forms.
        warnings.filterwarnings("ignore", "response_mode='form_post'", UserWarning)
        self._settings = settings
        self._secret = read_secret(settings.client_secret_file)
        self._wire = wire or Wire(settings.ca_file)
        self._clock = clock
        self._lock = threading.Lock()
        self._found: _Known | None = None
        self._rest_until = float("-inf")
        entra = f"{settings.authority.rstrip('/')}/{settings.tenant}"
        self._authority = entra if settings.tenant else ""
        self.issuer = f"{entra}/v2.0" if settings.tenant else settings.issuer

    def begin(self, back_to: str) -> tuple[str, Mapping[str, Any]]:
        """Return where to send the browser, and what must be kept until it comes back to ``back_to``."""
        scopes = sorted(set(self._settings.scopes) - _RESERVED)
        flow = self._known().application.initiate_auth_code_flow(scopes, redirect_uri=back_to)
        return flow["auth_uri"], flow

    def finish(self, kept: Mapping[str, Any], answer: Mapping[str, str]) -> Claims:
        """Return who came back; EntryError when nobody may enter, OutsideError when the provider is unwell."""
        if not hmac.compare_digest(str(kept.get("state")).encode(), answer.get("state", "").encode()):
            raise EntryError(Refusal.STALE, "the answer belongs to another sign-in")
        if answer.get("iss", self.issuer) != self.issuer:
            raise EntryError(Refusal.UNTRUSTED, "the answer is of another issuer")
        if "code" not in answer:
            raise _refused(answer)
        known, sent = self._known(), {"state": answer["state"], "code": answer["code"]}
        try:
            got = known.application.acquire_token_by_auth_code_flow(dict(kept), sent)
        except (ValueError, RuntimeError, LookupError, TypeError, AttributeError) as error:
            # msal's own words may repeat the token: a wrong nonce, or a token that is none.
            raise EntryError(Refusal.UNTRUSTED, f"msal refused the answer: {type(error).__name__}") from None
        if "id_token" not in got:
            raise _failed(got)
        return identify(
            self._settings,
            checked(str(got["id_token"]), known.keys, known.document["issuer"], self._settings.client_id),
        )

    def farewell(self, back_to: str) -> str:
        """Return where people end their session at the provider too, "" where there is no such place."""
        try:
            place = str(self._known().document.get("end_session_endpoint") or "")
        except OutsideError:
            return ""
        if urlsplit(place).scheme != "https":
            return ""
        asked = urlencode({"client_id": self._settings.client_id, "post_logout_redirect_uri": back_to})
        return f"{place}{'&' if '?' in place else '?'}{asked}"

    def reach(self) -> None:
        """Ask the provider what it offers; OutsideError when it cannot be reached or is not the one we were told."""
        self._known()

    def _known(self) -> _Known:
        with self._lock:
            if self._found is None or self._found.until < self._clock():
                if self._clock() < self._rest_until:
                    raise OutsideError(f"single sign-on: {self.issuer} did not answer a moment ago")
                try:
                    self._found = self._discover()
                except OutsideError:
                    self._rest_until = self._clock() + _REST
                    raise
            return self._found

    def _discover(self) -> _Known:
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        answer = self._wire.get(address, headers={"accept": "application/json"})
        document: Mapping[str, Any] = answer.json()
        if answer.status_code != 200 or str(document.get("issuer")).rstrip("/") != self.issuer.rstrip("/"):
            raise OutsideError(
                f"single sign-on: {address} is not that of {self.issuer} (status {answer.status_code}, "
                f"issuer {document.get('issuer')!r}): see sso.issuer, sso.tenant and sso.authority"
            )
        for name in _ENDPOINTS:
            if urlsplit(str(document.get(name))).scheme != "https":
                raise OutsideError(f"single sign-on: {address}: {name} is not an https address")
        keys = Keys(lambda: self._wire.get(str(document["jwks_uri"])).json(), self._clock)
        return _Known(document, self._application(document), keys, self._clock() + _KEEP)

    def _application(self, document: Mapping[str, Any]) -> msal.ConfidentialClientApplication:
        where: dict[str, Any] = {"authority": self._authority}
        if not self._authority:
            # msal wants a path in an issuer, which Google's and Okta's have not; it only reads the host.
            where = {
                "oidc_authority": self.issuer if urlsplit(self.issuer).path.strip("/") else f"{self.issuer}/."
            }
        return msal.ConfidentialClientApplication(
            self._settings.client_id, client_credential=self._secret, token_cache=_Nothing(),
            http_client=_Desk(self._wire, document, basic=not self._authority),
            instance_discovery=False, exclude_scopes=["offline_access"], **where,
        )  # fmt: skip


class _Nothing(msal.TokenCache):  # type: ignore[misc]  # msal has no types
    """Keeps no token: who somebody is, is all that we want of them."""

    def add(self, event: object, now: object = None) -> None:
        """Keep nothing."""


class _Desk:
    """The HTTP client that msal is given: discovery is what we have checked; secrets travel as the provider likes."""

    def __init__(self, wire: Wire, document: Mapping[str, Any], *, basic: bool) -> None:
        self._wire = wire
        self._document = document
        self._offered = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        self._basic = basic and "client_secret_basic" in self._offered

    def get(self, _url: str, **_options: Any) -> Answer:
        """Return the discovery document; msal looks up nothing else."""
        return Answer(200, json.dumps(dict(self._document)), {})

    def post(self, url: str, data: Mapping[str, Any], headers: Mapping[str, str], **_options: Any) -> Answer:
        """Exchange a code for a token."""
        # What msal tells of this machine in x-client-… is for Microsoft's statistics.
        sent = {name: value for name, value in headers.items() if not name.casefold().startswith("x-")}
        name, secret = (str(data[key]) for key in ("client_id", "client_secret"))
        coded = (quote_plus(name), quote_plus(secret))
        # Some providers do not decode these; where it matters, the secret goes into the form if it may.
        if self._basic and (coded == (name, secret) or "client_secret_post" not in self._offered):
            form = {key: value for key, value in data.items() if key != "client_secret"}
            return self._wire.post(url, data=form, headers=sent, auth=coded)
        return self._wire.post(url, data=dict(data), headers=sent)

    def close(self) -> None:
        """Leave the connection to its owner."""


def _refused(answer: Mapping[str, str]) -> Exception:
    """Return what the provider's error= at the end of somebody's sign-in means."""
    error = _word(answer.get("error"))
    if error in _UNWELL:
        return OutsideError(f"single sign-on: the provider answers {error}")
    return EntryError(
        Refusal.DECLINED if error in _DECLINED else Refusal.SETUP, f"the provider answers {error}"
    )


def _failed(got: Mapping[str, Any]) -> Exception:
    """Return what the provider's answer to a code means."""
    if "error" not in got:
        return EntryError(Refusal.UNTRUSTED, "the provider sent no id_token")
    error = _word(got["error"])
    number = re.search(r"AADSTS\d+", str(got.get("error_description", "")))
    told = f"the provider answers {error}{' ' + number[0] if number else ''} to our code"
    if error in _UNWELL:
        return OutsideError(f"single sign-on: {told}")
    if error == "invalid_grant":
        return EntryError(Refusal.STALE, told)
    _log.error("%s: see sso.client_id and sso.client_secret_file, and whether the secret has expired", told)
    return EntryError(Refusal.SETUP, told)


def _word(error: object) -> str:
    """Return an error code that is one; the rest is anybody's text and stays out of logs."""
    return error if isinstance(error, str) and re.fullmatch(r"[a-z0-9_.-]{1,64}", error) else "an error"
