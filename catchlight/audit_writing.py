"""Adding to the audit log: inside the transaction of what is told of, so that neither is there without the other."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from catchlight.audit import Act, AuditLine, AuditName, Head, Seal
from catchlight.consents import Consent
from catchlight.errors import ConfigError
from catchlight.moments import now
from catchlight.records import Decision, PlanYes, Receipt
from catchlight.register_tables import TABLES
from catchlight.review_records import Delegation, Extension, Invitation, Notice, Revocation, Upload

DETAILS: dict[type, tuple[str, ...]] = {
    Decision: ("side", "answer", "source"),
    Consent: ("purpose", "word", "source"),
    Receipt: ("state", "destination", "run"),
    Invitation: ("deadline",),
    Revocation: (),
    Extension: ("until",),
    Upload: (),
    Delegation: ("until",),
    Notice: ("name", "version", "language"),
    PlanYes: ("plan",),
}
"""Every row of these has its line; the fields are told in it, none of them is personal."""
_LINES, _NAMES = TABLES[AuditLine], TABLES[AuditName]


@dataclass(frozen=True, slots=True)
class Told:
    """An event that is no row of the register; ``by`` and ``person`` are ids, which the line keeps as digests."""

    act: str
    by: str = ""
    person: str = ""
    detail: str = ""


class Writing:
    """The log within one transaction that nobody else writes beside."""

    def __init__(self, connection: sa.Connection, seal: Seal, insert: Callable[..., Any]) -> None:
        """Add to the log by ``connection``; ``insert`` makes an insert that leaves out what is there."""
        self._connection, self._seal, self._insert = connection, seal, insert
        self._head: Head | None = None

    @property
    def head(self) -> Head | None:
        """The head after what was added, None when nothing was."""
        return self._head

    def begin(self) -> None:
        """Begin the log, with a line for each row that is there.

        ConfigError when it was begun with another key, or when a log of an earlier register was anchored.
        """
        first = self._connection.execute(sa.select(_LINES.c.detail).order_by(_LINES.c.row).limit(1)).scalar()
        if first is None:
            if self._seal.anchor and not any(map(self._has_any, DETAILS)):
                self._seal.anchor.must_be_unused(self._connection.engine.url.render_as_string())
            self._seal.make()
            self.tell(Told(Act.BEGIN, detail=self._seal.number))
            for kind in DETAILS:
                self._take_over(kind)
        elif first != self._seal.number:
            message = (
                f"{self._seal.file}: is not the key with which the audit log was begun (that has the number {first}, "
                f"this one {self._seal.number}); put the right key back"
            )
            raise ConfigError(message)

    def _has_any(self, kind: Any) -> bool:
        return self._connection.execute(sa.select(TABLES[kind].c.row).limit(1)).first() is not None

    def _take_over(self, kind: Any) -> None:
        table = TABLES[kind]
        names = [field.name for field in dataclasses.fields(kind)]
        for row in self._connection.execute(
            sa.select(*(table.c[n] for n in names)).order_by(table.c.row)
        ).all():
            self.note(kind(*row), Act.FOUND)

    def note(self, record: Any, act: str = "") -> None:
        """Add the line of a row; kinds that have none are passed over."""
        kind = type(record)
        if kind not in DETAILS:
            return
        name = kind.__name__.lower()
        said = " ".join(str(getattr(record, field)) or "-" for field in DETAILS[kind])
        told = Told(
            act or name,
            getattr(record, "by", ""),
            getattr(record, "employee", ""),
            f"{name} {said}".strip() if act else said,
        )
        self.tell(told, self._seal.row(record))

    def tell(self, told: Told, row: str = "") -> None:
        """Add one line."""
        before = self._head or self._last()
        by, person = (self._refer(one) for one in (told.by, told.person))
        line = AuditLine(str(before.lines + 1), now(), told.act, by, person, row, told.detail)
        line = self._seal.close(before.seal, line)
        self._connection.execute(sa.insert(_LINES), dataclasses.asdict(line))
        self._head = Head(before.lines + 1, line.seal)

    def _last(self) -> Head:
        query = sa.select(_LINES.c.number, _LINES.c.seal).order_by(_LINES.c.row.desc()).limit(1)
        found = self._connection.execute(query).one_or_none()
        return Head(int(found.number), found.seal) if found else Head()

    def _refer(self, person: str) -> str:
        reference = self._seal.reference(person)
        if reference:
            self._connection.execute(self._insert(_NAMES), {"reference": reference, "name": person})
        return reference
