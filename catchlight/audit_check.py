"""Reading the audit log with mistrust: is it whole, unchanged, and does it agree with the register and its anchor."""

from collections.abc import Iterator
from dataclasses import dataclass

from catchlight.audit import Act, AuditLine, Head, Seal
from catchlight.audit_anchor import Anchor
from catchlight.audit_names import Named
from catchlight.audit_rows import Told, wrong_rows
from catchlight.register import Register
from catchlight.transaction import Transaction

_PAGE = 10_000
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Report:
    """The head of a log as it is, and what is wrong, in sentences (none: all is well)."""

    head: Head
    problems: tuple[str, ...]


def verify(register: Register, seal: Seal, heads: tuple[Head, ...] = ()) -> Report:
    """Read every line, row and name, and compare the heads that were kept elsewhere, the anchored one among them."""
    anchored = seal.anchor.read() if seal.anchor else None
    with register.snapshot() as store:
        lines, problems, told, named, anchors = Head(), [], Told(), Named(), False
        for line in _lines(store):
            problems += _wrong(lines, line, seal)
            lines = Head(_number(line, lines), line.seal)
            told.hear(lines.lines, line)
            named.hear(lines.lines, line)
            anchors = anchors or line.act not in {Act.BEGIN, Act.FOUND}
        rows, names = list(wrong_rows(store, seal, told)), named.wrong(store, seal)
        acting = [_acting(*one) for one in store.acting()]
    kept = [*heads, *([anchored] if anchored else [])]
    cut = [sentence for head in kept if (sentence := _cut(register, lines, head))]
    lost = [_lost(seal.anchor)] if seal.anchor and not anchored and anchors else []
    return Report(lines, (*_few(problems), *_few(rows), *_few(names), *_few(acting), *cut, *lost))


def behind(register: Register, seal: Seal) -> str:
    """Return what the anchored head says against the log as it is now, "" for nothing; reads two lines."""
    kept = seal.anchor.read() if seal.anchor else None
    return _cut(register, head_of(register), kept) if kept else ""


def head_of(register: Register) -> Head:
    """Return the head of a log as it is."""
    with register.reading() as store:
        _, newest = store.newest(AuditLine)
    return Head(int(newest[0][1].number), newest[0][1].seal) if newest else Head()


def _lines(store: Transaction) -> Iterator[AuditLine]:
    after: int | None = None
    while page := store.added(AuditLine, after, _PAGE):
        yield from (line for _, line in page)
        after = page[-1][0]


def _wrong(before: Head, line: AuditLine, seal: Seal) -> list[str]:
    """Return what is wrong with one line, given the one before it."""
    expected = before.lines + 1
    if line.number != str(expected):
        return [f"line {expected} is missing: after line {before.lines} comes line {line.number}"]
    if not seal.holds(before.seal, line):
        return [f"line {line.number} ({line.at[:19]} UTC) was changed, or one was put in its place"]
    return []


def _number(line: AuditLine, before: Head) -> int:
    return int(line.number) if line.number.isdecimal() else before.lines + 1


def _cut(register: Register, lines: Head, kept: Head) -> str:
    """Return what a head that was kept elsewhere says against a log, "" for nothing."""
    if kept.lines > lines.lines:
        return f"the end was cut off: the log had {kept.lines} lines, now it has {lines.lines}"
    if kept.lines and register.sealed_with(kept.lines) != kept.seal:
        return f"another log was put in its place: line {kept.lines} is not the one that was kept elsewhere"
    return ""


def _acting(name: str, table: str) -> str:
    return (
        f"{name} acts on {table} in the database whenever something is written there, and is none of ours: it can drop or change "
        "what people say before any line tells of it. See who made it, and drop it"
    )


def _lost(anchor: Anchor) -> str:
    return (
        f"{anchor.file}: holds no head, and each line leaves one there: by it nobody can tell whether the end was cut off. "
        "Mount its disk, or put the file back; where audit.toml names a new place, the next line writes it"
    )


def _few(problems: list[str]) -> list[str]:
    more = len(problems) - _SHOWN
    return [*problems[:_SHOWN], *([f"and {more} more of this kind"] if more > 0 else [])]
