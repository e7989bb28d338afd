"""Workday: a source of people and photos, read from one report of the company's own (a custom report as a web service).

The report runs when it is asked for and comes in one piece with all photos in it. It is written to disk, read row by
row, and its photos wait on disk until they are asked for. Nothing but this one address is called.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catchlight.errors import ConfigError, OutsideError
from catchlight.policy import read_secret
from catchlight.source import Entry, Fetched, Page, Source
from catchlight.source import Field as PersonField
from connectors._allowed_calls import AllowedCalls, Line, Reply, UnwellError, address
from connectors._bodies import Into
from connectors._spool import Spool, from_base64, scratch
from connectors._workday_report import ROOT, Row, path_of, rows

FIELDS: Mapping[PersonField, str] = {
    "employee_number": "Employee_ID", "given_name": "First_Name", "family_name": "Last_Name",
    "display_name": "Preferred_Name", "email": "Email", "department": "Department", "title": "Job_Title",
    "country": "Country", "entity": "Company", "employee_type": "Worker_Type", "started": "Hire_Date",
}  # fmt: skip
"""How the columns of the report are called (their XML alias) where the settings say nothing else."""

_A_PAGE = 500
_TRIES = 3  # the report runs anew each time
_EDGE = 2_000  # bytes at the beginning and the end that tell a whole report


def _report(url: str) -> str:
    parts = urlsplit(url)
    format_ = dict(parse_qsl(parts.query)).get("format", "simplexml")
    if format_ != "simplexml":
        message = f"{url!r}: the report is read as XML; take format={format_} out of the address"
        raise ValueError(message)
    if parts.fragment or not re.fullmatch(r"/[^\s?#]+", parts.path):
        message = (
            f"{url!r}: the address of the report's web service (View URLs, Workday XML), such as "
            "https://services1.myworkday.com/ccx/service/customreport2/example/ISU_Photos/Photos"
        )
        raise ValueError(message)
    address(f"{parts.scheme}://{parts.netloc}")
    return url


class SourceSettings(BaseModel):
    """Which report, in whose name it is run, and what its columns are called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_report)] = Field(
        description="the address of the report's web service"
    )
    user: str = Field(min_length=1, description="the integration system user (ISU), such as ISU_Photos")
    password_file: Path = Field(description="file with the password of that user")
    key: str = Field("Employee_ID", description="the column with the id of a worker, one row each")
    photo: str = Field("Base64_Print_Data", description='the column with the photo; "" for people only')
    fields: dict[PersonField, str] = Field(
        default_factory=dict,
        description="our field = the column's XML alias; Group/Column for one in a group",
    )
    ca_file: Path | None = Field(None, description="PEM file of the authority to trust")
    proxy: str = Field("", description="address of the proxy, if the way out needs one")
    timeout: float = Field(900, gt=0, description="seconds that the report may run before it answers")
    longest: float = Field(3600, gt=0, description="seconds that its download may take")
    largest_mb: int = Field(4096, ge=1, description="the largest report that is taken, in megabytes")
    spool: Path | None = Field(
        None, description="folder with room for report and photos while they are read; else the usual one"
    )


def open_source(settings: SourceSettings, name: str) -> Source:
    """Return the report as one source of a job; ConfigError when a secret cannot be read or nothing be written."""
    report = _Report(settings)
    return Source(name, report.pages, report.photos, close=report.close)


def probe_source(settings: SourceSettings) -> list[str]:
    """Return what stands against reading the report, in sentences. The report runs once, whole."""
    seen, people = set[str](), 0
    try:
        with closing(_Report(settings)) as report:
            for page in report.pages(""):
                people += len(page.entries)
                seen.update(name for one in page.entries for name, value in one.values.items() if value)
    except (ConfigError, OutsideError) as error:
        return [str(error)]
    if not people:
        return ["Workday: the report has no rows; look at its filter and at what its user may see"]
    return [
        f"fields.{name}: nobody has anything in the column {settings.fields[name]}"
        for name in settings.fields
        if name not in seen
    ]


class _Report:
    """One report, and the photos of its last run."""

    def __init__(self, settings: SourceSettings) -> None:
        secret = f"{settings.user}:{read_secret(settings.password_file)}"
        headers = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode("ascii")}
        parts = urlsplit(settings.url)
        line = Line(
            f"{parts.scheme}://{parts.netloc}", [("GET", re.escape(parts.path))], headers, settings.ca_file,
            settings.proxy, settings.timeout, tries=_TRIES, later=20,
        )  # fmt: skip
        self._calls, self._settings = AllowedCalls(line), settings
        self._path, self._query = parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))
        self._key, self._photo = path_of(settings.key), path_of(settings.photo)
        self._fields = {name: path_of(column) for name, column in {**FIELDS, **settings.fields}.items()}
        self._spool = Spool(settings.spool)

    def close(self) -> None:
        self._spool.close()

    def pages(self, mark: str) -> Iterator[Page]:
        """Return everybody, always: a report does not tell what changed."""
        del mark
        self._spool.clear()
        columns, had_key, had_photo, entries = set[str](), False, False, list[Entry]()
        with scratch(self._settings.spool) as file:
            self._download(file)
            for row in rows(file, self._photo):
                columns.update(row.cells if len(columns) < 100 else ())
                had_photo = had_photo or self._photo in row.cells
                if key := row.cells.get(self._key, ""):
                    had_key = True
                    entries.append(self._entry(key, row))
                if len(entries) == _A_PAGE:
                    yield Page(entries)
                    entries = []
        if columns and not had_key:
            raise ConfigError(_no_column("key", self._settings.key, columns))
        if columns and self._photo and not had_photo:
            raise ConfigError(_no_column("photo", self._settings.photo, columns))
        yield Page(entries)

    def photos(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        """Return what the report had."""
        yield from (self._spool.fetched(key, known) for key, known in wanted)

    def _entry(self, key: str, row: Row) -> Entry:
        values: dict[str, str] = {name: row.cells.get(column, "") for name, column in self._fields.items()}
        if not self._photo:
            return Entry(key, values, None)
        return Entry(key, values, self._spool.add(key, from_base64(row.cells.get(self._photo, ""))))

    def _download(self, file: BinaryIO) -> None:
        """Write the report to a file; raises what a refusal means."""
        into = Into(file, self._settings.largest_mb, self._settings.longest)
        try:
            reply = self._calls.download(self._path, into, partial(_whole, file), params=self._query)
        except UnwellError as error:
            if b"not authorized" in error.body:  # Workday says that with 500
                raise ConfigError(_not_allowed(self._settings.user, error.status, error.body)) from error
            raise
        if reply.status == 401:
            raise ConfigError(
                f"password_file: Workday does not let {self._settings.user} in (401 {_said(reply.body)})"
            )
        if reply.status == 403:
            raise ConfigError(_not_allowed(self._settings.user, reply.status, reply.body))
        if reply.status != 200:
            raise ConfigError(
                f"url: Workday has no such report ({reply.status} {_said(reply.body)})".rstrip()
            )


def _whole(file: BinaryIO, reply: Reply) -> None:
    """Raise for what is no whole report, as a page of a proxy or one that was cut off."""
    if reply.status != 200:
        return
    size = file.seek(0, 2)
    file.seek(0)
    first = file.read(_EDGE)
    file.seek(max(0, size - _EDGE))
    ends = bytes(file.read(_EDGE)).rstrip().endswith((f"{ROOT}>".encode(), b"/>"))
    if f"{ROOT}".encode() not in first or not ends:
        raise OutsideError(f"{reply.url}: answers with something else than a whole report in XML")


def _not_allowed(user: str, status: int, body: bytes) -> str:
    return (
        f"user: {user} may not run this report ({status} {_said(body)}); share the report with that user, and give "
        "its security group Get on the domains of the report's columns, Person Data: Personal Photo among them"
    )


def _said(body: bytes) -> str:
    """Quote Workday: the words of its answer, without tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", body[:4000].decode("utf-8", "replace")).split())[:200]


def _no_column(setting: str, column: str, columns: set[str]) -> str:
    return (
        f"{setting}: no row of the report has the column {column!r}; there are: {', '.join(sorted(columns))}"
    )
