"""The tables of the register: a record's fields are its columns, and how an older store is brought up to date."""

import dataclasses
from typing import Any

import sqlalchemy as sa

from catchlight.audit import AuditLine, AuditName
from catchlight.consents import Consent
from catchlight.records import Decision, PlanYes, Receipt
from catchlight.review_records import (
    Delegation,
    Extension,
    Invitation,
    Letter,
    Notice,
    Revocation,
    Session,
    Upload,
)

VERSION = 6
"""Of the whole home, which every program asks for first: it goes up with whatever in a home an older one would not read rightly."""
META = sa.MetaData()
SCHEMA = sa.Table("schema_version", META, sa.Column("version", sa.Integer, primary_key=True))


def _table(record: type, *rules: sa.Constraint | sa.Index) -> sa.Table:
    """Return the table of a record; rows keep the order in which they were added."""
    fields = [
        sa.Column(field.name, sa.Text, nullable=False, server_default=_default(field))
        for field in dataclasses.fields(record)
    ]
    name = f"{record.__name__.lower()}s"
    return sa.Table(name, META, sa.Column("row", sa.Integer, primary_key=True), *fields, *rules)


def _default(field: "dataclasses.Field[Any]") -> str | None:
    return None if field.default is dataclasses.MISSING else str(field.default)


_ONCE = sa.text("ticket <> ''")
TABLES: dict[type, sa.Table] = {
    Decision: _table(
        Decision,
        sa.UniqueConstraint("employee", "picture", "answer", "at", "by"),
        sa.Index("decisions_by_employee", "employee"),
        sa.Index("decisions_once", "ticket", unique=True, sqlite_where=_ONCE, postgresql_where=_ONCE),
    ),
    Receipt: _table(
        Receipt,
        sa.Index("receipts_by_target", "destination", "target"),
        sa.Index("receipts_by_employee", "employee"),
    ),
    Invitation: _table(
        Invitation, sa.UniqueConstraint("id"), sa.Index("invitations_by_employee", "employee")
    ),
    Revocation: _table(Revocation, sa.UniqueConstraint("invitation")),
    Extension: _table(
        Extension, sa.UniqueConstraint("invitation", "until"), sa.Index("extensions_by_employee", "employee")
    ),
    Letter: _table(
        Letter, sa.UniqueConstraint("id", "state", "attempt"), sa.Index("letters_by_employee", "employee")
    ),
    Upload: _table(Upload, sa.UniqueConstraint("employee", "photo", "at")),
    Delegation: _table(Delegation, sa.UniqueConstraint("employee", "delegate", "at")),
    Notice: _table(Notice, sa.UniqueConstraint("digest")),
    Consent: _table(
        Consent,
        sa.UniqueConstraint("employee", "purpose", "word", "at", "by"),
        sa.Index("consents_by_employee", "employee"),
        sa.Index("consents_once", "ticket", unique=True, sqlite_where=_ONCE, postgresql_where=_ONCE),
    ),
    PlanYes: _table(PlanYes, sa.UniqueConstraint("plan", "by")),
    Session: _table(Session, sa.UniqueConstraint("id")),
    AuditLine: _table(
        AuditLine,
        sa.UniqueConstraint("number"),
        sa.Index("auditlines_by_person", "person"),
        sa.Index("auditlines_by_act", "act"),
    ),
    AuditName: _table(AuditName, sa.UniqueConstraint("reference")),
}


def newer(name: str, found: int) -> str:
    """Return why a register, and with it its home, is refused that a newer program was at work in."""
    return (
        f"register {name}: made by a newer Catchlight (schema {found}, this one has {VERSION}), as is its home; update "
        "Catchlight, or go back to the backup of before the update (catchlight backup restore)"
    )


def update(connection: sa.Connection) -> None:
    """Make what an older or new store lacks: columns, tables, indices. Rows stay as they are."""
    there = set(sa.inspect(connection).get_table_names())
    for table in TABLES.values():
        if table.name in there:
            _widen(connection, table)
    META.create_all(connection)
    for table in TABLES.values():
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _widen(connection: sa.Connection, table: sa.Table) -> None:
    known = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in known:
            made = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
            connection.execute(sa.text(f"ALTER TABLE {table.name} ADD COLUMN {made}"))
