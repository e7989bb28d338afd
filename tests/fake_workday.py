"""A stand-in for one Workday report as a web service (RaaS), after what is published of it; no real tenant was used.

After the schemas that Workday makes for reports (Report_Data, Report_Entry, groups, instances with Descriptor and
ID elements) and the words of its faults: HTTP 500 with «The task submitted is not authorized» for a report that is not shared.
"""

import base64
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from tests.http_stand_in import Answer, Call, Faults

USER, PASSWORD = "ISU_Photos", "secret-of-isu"
PATH = "/ccx/service/customreport2/example/ISU_Photos/Photos"
COLUMNS = {
    "given_name": "First_Name", "family_name": "Last_Name", "email": "Email", "title": "Job_Title",
}  # fmt: skip
FAULT = (
    '<wd:Validation_Fault xmlns:wd="urn:com.workday/bsvc"><faultstring>Processing error occurred. '
    "The task submitted is not authorized.</faultstring></wd:Validation_Fault>"
)


@dataclass
class FakeWorkday:
    """A report: rows by worker, and how it looks (``prefix``, ``group``)."""

    prefix: str = "wd:"
    group: str = ""
    shared: bool = True
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    photos: dict[str, str] = field(default_factory=dict)
    more_rows: list[str] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    calls: list[str] = field(default_factory=list)

    def photo(self, key: str, picture: bytes) -> None:
        """Let a worker have a photo, as Base64 with line ends."""
        self.photos[key] = base64.encodebytes(picture).decode("ascii")

    def answer(self, call: Call) -> Answer:
        """Run the report."""
        self.calls.append(f"report {call.path}?{call.query}")
        given = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode("ascii")
        if call.headers.get("authorization") != f"Basic {given}":
            return Answer(401, b"<html><body>invalid username or password</body></html>")
        if call.path != PATH:
            return Answer(404, b"<html>Page not found</html>")
        if not self.shared:
            return Answer(500, FAULT.encode(), {"Content-Type": "text/xml"})
        return self.faults.over("list", Answer(200, self.report(), {"Content-Type": "text/xml"}))

    def report(self) -> bytes:
        """Return the whole report."""
        rows = "".join(map(self._row, self.people)) + "".join(self.more_rows)
        space = ' xmlns:wd="urn:com.workday.report/Photos"' if self.prefix else ""
        root = f"{self.prefix}Report_Data"
        return f"<?xml version='1.0' encoding='UTF-8'?>\n<{root}{space}>{rows}</{root}>".encode()

    def _row(self, key: str) -> str:
        cells = self._cell("Employee_ID", key) + "".join(
            self._cell(COLUMNS.get(name, name), value) for name, value in self.people[key].items()
        )
        tag, worker = self.prefix, f"Manager-{key}"
        cells += f"<{tag}Manager {tag}Descriptor={quoteattr(worker)}><{tag}ID {tag}type='Employee_ID'>9</{tag}ID></{tag}Manager>"
        picture = (
            self._cell("fileName", f"{key}.jpg") + self._cell("contentType", "image/jpeg")
            if key in self.photos
            else ""
        )
        picture += self._cell("Base64_Print_Data", self.photos[key]) if key in self.photos else ""
        if self.group and picture:
            picture = f"<{tag}{self.group}>{picture}</{tag}{self.group}>"
        return f"<{tag}Report_Entry>{cells}{picture}</{tag}Report_Entry>"

    def _cell(self, column: str, text: str) -> str:
        return f"<{self.prefix}{column}>{escape(text)}</{self.prefix}{column}>"
