"""Calls to Personio: a token, pages of employees, their pictures; nothing that changes anything."""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic import Field as Setting

from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.policy import read_secret
from catchlight.source import Field
from connectors._allowed_calls import AllowedCalls, Line, Reply, address
from connectors._pace import Limits, Pace
from connectors._photo_bytes import is_pictured

FIELDS: Mapping[Field, str] = {
    "given_name": "first_name",
    "family_name": "last_name",
    "email": "email",
    "department": "department",
    "title": "position",
    "entity": "subcompany",
    "employee_type": "employment_type",
    "started": "hire_date",
}
_EMPLOYEES = "/v1/company/employees"
_ID = re.compile(r"[0-9]{1,18}")
_READS = (("GET", _EMPLOYEES), ("GET", rf"{_EMPLOYEES}/{_ID.pattern}/profile-picture/[0-9]{{1,5}}"))
_PACE = partial(Limits, at_once=1, reads=270, burst=12)
"""Of 300 calls a minute and 15 a second."""

_JSON = {"Accept": "application/json"}
_PROPERTY = re.compile(r"[A-Za-z0-9_]{1,100}(\.[a-z_]{1,50})?")

Row = Mapping[str, Any]


def _property(text: str) -> str:
    if text and not _PROPERTY.fullmatch(text):
        message = f"{text!r}: an attribute of Personio's, such as position, dynamic_24407 or holiday_calendar.country"
        raise ValueError(message)
    return text


class SourceSettings(BaseModel):
    """Personio as a source of people and photos."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Setting(min_length=1, description="client ID of an API credential that reads employees")
    client_secret_file: Path = Setting(description="file with its client secret, mode 600")
    fields: dict[Field, Annotated[str, AfterValidator(_property)]] = Setting(
        default_factory=dict, description='our field = Personio\'s attribute; "" for none'
    )
    photos: bool = Setting(default=True, description="false: only people are read, no photos")
    width: int = Setting(1000, ge=75, le=5000, description="pixels that photos are asked for in")
    recheck_days: float = Setting(
        28,
        ge=0,
        description="days within which each photo is asked for again: the list tells no version of it",
    )
    changed: bool = Setting(
        default=True,
        description="false: last_modified_at of a person is no reason to ask for their photo at once",
    )
    page: int = Setting(100, ge=1, le=100, description="employees on one page")
    url: Annotated[str, AfterValidator(address)] = Setting(
        "https://api.personio.de", description="another address, for a test"
    )
    ca_file: Path | None = Setting(
        None, description="PEM file of the authority that signed a proxy's certificate"
    )
    proxy: str = Setting("", description="address of a proxy; none is taken from the environment")
    timeout: float = Setting(30, gt=0, description="seconds to wait for an answer")

    def properties(self) -> dict[Field, str]:
        """Return what Personio calls each of our fields."""
        return {name: known for name, known in {**FIELDS, **self.fields}.items() if known}


class _Token:
    """The bearer token: stable for a day, once good for a single call; each answer brings the one to go on with."""

    def __init__(self, settings: SourceSettings) -> None:
        self._sent = {
            "client_id": settings.client_id,
            "client_secret": read_secret(settings.client_secret_file),
        }
        line = Line(
            settings.url, (("POST", "/v1/auth"),), _JSON, settings.ca_file, settings.proxy, settings.timeout,
            tries=1,  # the call that needs the token is tried again
        )  # fmt: skip
        self._calls, self._token = AllowedCalls(line), ""

    def headers(self, renew: bool) -> Mapping[str, str]:  # noqa: FBT001  the shape of Line.sign
        if renew or not self._token:
            self._token = self._new()
        return {"Authorization": f"Bearer {self._token}"}

    def keep(self, reply: Reply) -> None:
        """Go on with the token that an answer brought, if any."""
        kind, _, token = reply.headers.get("authorization", "").partition(" ")
        if kind.casefold() == "bearer" and token and reply.status < 400:
            self._token = token

    def _new(self) -> str:
        reply = self._calls.call("POST", "/v1/auth", json=self._sent)
        if reply.status in {400, 401, 403, 404, 422}:
            message = (
                f"client_secret_file: Personio does not accept this client ID and secret ({said(reply)})"
            )
            raise ConfigError(message)
        token = (reply.json().get("data") or {}).get("token") if reply.status == 200 else None
        if not isinstance(token, str) or not token:
            raise OutsideError(f"{reply.url}: answers without a token ({said(reply)})")
        return token


class Personio:
    """The allowed calls, one at a time: a token may be good for one call only. Threads may share it."""

    def __init__(self, settings: SourceSettings) -> None:
        """Prepare; ConfigError when the secret or the authority cannot be read."""
        self._settings, self._token, self._turn = settings, _Token(settings), threading.Lock()
        limits = _PACE(tenant=f"{settings.url} {settings.client_id}")
        line = Line(
            settings.url, _READS, {}, settings.ca_file, settings.proxy, settings.timeout,
            sign=self._token.headers, pace=Pace(limits), later=2,
        )  # fmt: skip
        self._calls = AllowedCalls(line)

    def page(self, offset: int) -> tuple[list[Row], int]:
        """Return the attributes of some employees, and how many there are (0 when Personio does not say)."""
        ask = {"limit": self._settings.page, "offset": offset}
        with self._turn:
            reply = self._calls.call("GET", _EMPLOYEES, _is_list, params=ask, headers=_JSON)
            self._token.keep(reply)
        if reply.status != 200:
            raise _for_it(reply, "employees")
        told = reply.json()
        rows = [one.get("attributes") for one in told["data"] if isinstance(one, dict)]
        total = (told.get("metadata") or {}).get("total_elements")
        return [row for row in rows if isinstance(row, dict)], total if isinstance(total, int) else 0

    def picture(self, key: str) -> bytes | None:
        """Return somebody's picture, None for 404, whatever it means."""
        if not _ID.fullmatch(key):
            raise PhotoError("account.unknown", f"{key[:100]!r} is not the id of an employee")
        path = f"{_EMPLOYEES}/{key}/profile-picture/{self._settings.width}"
        with self._turn:
            reply = self._calls.call("GET", path, is_pictured, headers={"Accept": "image/*"})
            self._token.keep(reply)
        if reply.status == 404:
            return None
        if reply.status != 200:
            raise _for_it(reply, "employees' pictures")
        return reply.body


def is_listed(row: Row) -> bool:
    """Whether somebody is an employee, or is about to be: those who left stay in the list as inactive."""
    return bool(_ID.fullmatch(value(row, "id"))) and value(row, "status").casefold() != "inactive"


def is_shown(rows: Sequence[Row], attribute: str) -> bool:
    """Whether an attribute is among those that the credential shows."""
    return any(_found(row, attribute) is not None for row in rows)


def value(row: Row, path: str) -> str:
    """Return an attribute's value, "" for none; of an object (department, subcompany, office) its name."""
    attribute, _, inner = path.partition(".")
    told = (_found(row, attribute) or {}).get("value")
    if isinstance(told, dict):
        inside = told.get("attributes")
        told = inside.get(inner or "name") if isinstance(inside, dict) else None
    return "" if told is None or isinstance(told, dict | list) else str(told)


def _found(row: Row, attribute: str) -> Mapping[str, Any] | None:
    """Return an attribute by its key, or by the universal id that a company's own may have."""
    found = row.get(attribute)
    if not isinstance(found, dict):
        each = (one for one in row.values() if isinstance(one, dict))
        found = next((one for one in each if one.get("universal_id") == attribute), None)
    return found


def said(reply: Reply) -> str:
    """Quote Personio: the status and its words."""
    try:
        error = json.loads(reply.body).get("error")
    except (ValueError, AttributeError):
        error = None
    words = error.get("message", "") if isinstance(error, dict) else ""
    return f"{reply.status} {' '.join(str(words).split())}".strip()[:200]


def _is_list(reply: Reply) -> None:
    """Raise for a page of a proxy: it is asked again."""
    if reply.status == 200 and not isinstance(reply.json().get("data"), list):
        raise OutsideError(f"{reply.url}: answers without a list of employees")


def _for_it(reply: Reply, what: str) -> ConfigError | OutsideError:
    if reply.status == 401:
        return ConfigError(f"client_id: Personio does not take our token ({said(reply)})")
    if reply.status == 403:
        return ConfigError(
            f"client_id: this API credential may not read {what} ({said(reply)}); it needs «Employees: read»"
        )
    return OutsideError(f"{reply.url}: does not answer like Personio ({said(reply)})")
