"""The rows about one person go out of the register; what they did for others stays, without their name."""

import itertools
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from catchlight.audit import AuditLine, AuditName
from catchlight.desk import register_of
from catchlight.journal import by_destination, half_way, stacks
from catchlight.records import Receipt
from catchlight.register import Register
from catchlight.register_tables import TABLES
from catchlight.scrubbing import compact
from catchlight.traces import ERASED, Traces
from catchlight.transaction import Transaction

Sent = Mapping[str, list[Receipt]]
_THEIRS = ("employee", "delegate")  # fields that say whose a row is


def unwrite(home: Path, register: Register, traces: Traces) -> int:
    """Remove the rows about somebody, all or none; return how many. The audit log tells of each, without their name."""
    of_nobody = by_destination(one for one in register.receipts() if not one.employee)
    lists, over = _lists(of_nobody), _over(of_nobody)
    with register.alone() as store:
        gone = sum(
            store.remove(record, **{name: traces.employee}) for record in TABLES for name in _owning(record)
        )
        for record, number, told in list(_named(store, traces)):
            _tell_less(store, record, number, told)
        for destination, target in over:
            store.remove(Receipt, destination=destination, target=target)
        for receipt in lists:
            store.remove(Receipt, destination=receipt.destination, target=receipt.target)
            store.add([receipt])
        for name in dict.fromkeys([traces.employee, *_audited(store, traces)]):
            store.forget_name(name)
    _compact(register_of(home))
    return gone


def remnants(register: Register, traces: Traces) -> list[str]:
    """Return in which tables somebody is still named."""
    with register.reading() as store:
        named = {TABLES[record].name for record, _, _ in _named(store, traces)}
        return sorted(named | {"auditnames" for _ in _audited(store, traces)})


def _audited(store: Transaction, traces: Traces) -> list[str]:
    """Return the names by which the audit log knows somebody, such as a delegate's."""
    return [one.name for one in store.rows(AuditName) if traces.tell(one.name)]


def _owning(record: type) -> list[str]:
    names = {field.name for field in fields(record)}
    return [name for name in _THEIRS if name in names]


def _named(store: Transaction, traces: Traces) -> Iterator[tuple[type, int, dict[str, str]]]:
    """Yield the rows that tell of somebody, by kind and number, with what they say without them."""
    for record in TABLES:
        rows: list[tuple[int, Any]] = [] if record in {AuditLine, AuditName} else store.added(record)
        for number, row in rows:
            said = asdict(row).items()
            told = {name: traces.without(text, name) for name, text in said if traces.tell(text, name)}
            if told:
                yield record, number, told


def _tell_less(store: Transaction, record: type, number: int, told: Mapping[str, str]) -> None:
    """Let a row tell of nobody. Where that made it the same as another's, two yeses to a plan, they are numbered."""
    for count in itertools.count(1):
        mark = ERASED if count == 1 else f"{ERASED[:-1]} {count}]"
        if store.rewrite(record, number, {name: text.replace(ERASED, mark) for name, text in told.items()}):
            return


def _lists(of_nobody: Sent) -> list[Receipt]:
    """Return what of ours stands that is of nobody alone (lists, walls), as if it had been written once."""
    return [
        replace(stack[-1], replaced=stack[0].replaced)
        for sent in of_nobody.values()
        for stack in stacks(sent).values()
    ]


def _over(of_nobody: Sent) -> set[tuple[str, str]]:
    """Return the lists of which nothing stands any more: older ones, which name people, are kept for nobody."""
    return {
        (destination, target)
        for destination, sent in of_nobody.items()
        for target in {one.target for one in sent}
        - stacks(sent).keys()
        - {one.target for one in half_way(sent)}
    }


def _compact(where: str | Path) -> None:
    """Let nothing of the removed rows stay in the file. PostgreSQL does that in its own time (autovacuum)."""
    if isinstance(where, Path):
        with closing(sqlite3.connect(where, isolation_level=None, timeout=30)) as store:
            compact(store)
