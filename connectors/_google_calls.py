"""Calls to Google's APIs: their addresses, their quota, and what their refusals mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight.errors import ConfigError, OutsideError
from connectors import _accounts
from connectors._allowed_calls import AllowedCalls, Line, Reply, address
from connectors._google_key import read_key
from connectors._google_tokens import Tokens
from connectors._pace import Limits, Pace

DIRECTORY, PEOPLE, GMAIL = (
    "https://admin.googleapis.com", "https://people.googleapis.com", "https://gmail.googleapis.com",
)  # fmt: skip
QUOTA = Limits(reads=1_700, writes=600, burst=20)
"""Of the 2,400 queries a minute, user and project that the Directory API allows."""

_ENDPOINT = "https://oauth2.googleapis.com"
_LATER = 5.0  # seconds: Google asks for an exponential backoff that begins with these
_FULL = {
    "userRateLimitExceeded",
    "rateLimitExceeded",
    "quotaExceeded",
    "dailyLimitExceeded",
    "RATE_LIMIT_EXCEEDED",
}
_NO_SCOPE = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}


class Access(BaseModel):
    """Whose key, in whose name, and over which line: what everything at Google has in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key_file: Path = Field(description="JSON key of a service account with domain-wide delegation, mode 600")
    admin: str = Field(
        pattern=r"^[^@\s/?#]+@[^@\s/?#]+$", description="address of the administrator who is acted for"
    )
    url: Annotated[str, AfterValidator(address)] = Field("", description="another address, for a test")
    ca_file: Path | None = Field(
        None, description="PEM file of the authority that signed a proxy's certificate"
    )
    proxy: str = Field("", description="address of a proxy; none is taken from the environment")
    timeout: float = Field(30, gt=0, description="seconds to wait for an answer")

    @property
    def reached(self) -> tuple[str, ...]:
        """The addresses that are really called, of all that these settings may be for."""
        return (self.url,) if self.url else (_ENDPOINT, DIRECTORY, *self.also)

    @property
    def also(self) -> tuple[str, ...]:
        """Further addresses of Google's."""
        return ()


class Google(Access):
    """Access, and how accounts are found: what all places at Google have in common."""

    match: Literal["primaryEmail", "externalId", "id"] = "primaryEmail"
    external_type: str = Field("organization", description="which externalIds count: a type, or a custom one")
    employee: _accounts.Field = Field("email", description="what of our list it is compared with")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Google said: the codes of its reasons, and its words."""

    reasons: frozenset[str]
    words: str


def tokens_of(settings: Access) -> Tokens:
    """Return the tokens of the key of these settings; ConfigError when it cannot be read."""
    line = Line(
        settings.url or _ENDPOINT, (("POST", "/token"),), {}, settings.ca_file, settings.proxy, settings.timeout,
        busy=is_full, tries=1,  # the call that needs the token is tried again
    )  # fmt: skip
    return Tokens(read_key(settings.key_file), AllowedCalls(line), settings.admin)


def calls_to(
    settings: Access,
    api: str,
    allowed: Sequence[tuple[str, str]],
    sign: Callable[[bool], Mapping[str, str]] | None = None,
    limits: Limits = Limits(),  # noqa: B008  frozen
) -> AllowedCalls:
    """Return the allowed calls to one API, counted together as Google does: by project and administrator."""
    project = read_key(settings.key_file).project
    limits = replace(limits, tenant=f"{settings.url or api} {project} {settings.admin}")
    line = Line(
        settings.url or api, allowed, {"Accept": "application/json"}, settings.ca_file, settings.proxy, settings.timeout,
        sign=sign, pace=Pace(limits), busy=is_full, later=_LATER,
    )  # fmt: skip
    return AllowedCalls(line)


def is_full(reply: Reply) -> bool:
    """Whether a refusal is about quota, which passes, and not about rights: Google answers 403 to both."""
    return reply.status == 403 and not _FULL.isdisjoint(refusal(reply).reasons)


def refusal(reply: Reply) -> Refusal:
    """Return what an error says, in either of the two forms that Google's APIs have."""
    try:
        error = reply.json().get("error")
    except OutsideError:
        error = None
    error = error if isinstance(error, dict) else {}
    parts = [one for name in ("errors", "details") for one in _list(error.get(name)) if isinstance(one, dict)]
    found = [str(one["reason"]) for one in parts if one.get("reason")]
    words = " ".join(str(error.get("message", "")).split())
    return Refusal(frozenset([*found, str(error.get("status", ""))]), words[:300])


def said(reply: Reply) -> str:
    """Quote Google: the status, its reasons, its words."""
    told = refusal(reply)
    return " ".join([str(reply.status), *sorted(told.reasons - {""}), told.words]).strip()


def for_everybody(reply: Reply) -> ConfigError | OutsideError | None:
    """Return what a refusal means when it is not about one user; None when it may be."""
    told = refusal(reply)
    if reply.status == 401:
        return ConfigError(f"key_file: {reply.url}: Google does not take our token ({said(reply)})")
    if reply.status == 403 and told.reasons & _NO_SCOPE:
        return ConfigError(f"key_file: {reply.url}: a scope is missing in the delegation ({said(reply)})")
    if reply.status == 403 and told.reasons & _OFF:
        return ConfigError(
            f"key_file: the API is off in the key's project: Google Cloud console → APIs ({said(reply)})"
        )
    if reply.status in {400, 403, 404, 412}:
        return None
    return OutsideError(f"{reply.url}: does not answer like Google ({said(reply)})")


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
