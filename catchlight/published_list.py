"""``portraits.csv`` at a destination: which file is whose, kept true by every publication and rollback."""

from catchlight.desk import Desk
from catchlight.disclosure import disclosing
from catchlight.errors import OutsideError, PhotoError
from catchlight.journal import State, shown, stacks
from catchlight.place import LIST, LIST_COLUMNS
from catchlight.records import Receipt
from catchlight.sending import FAILED, Result, note, put_back, send
from catchlight.spreadsheet import table_bytes
from catchlight.vault import digest_of

NAME = LIST


def update(desk: Desk, run: str) -> list[Result]:
    """Write the list anew when it is not true any more, and let the place show what was prepared.

    Returns what became of the list, nothing when it was true. With nothing of ours left at the
    destination, what was in its place before comes back. A place of people has no list.
    """
    results = [] if desk.place.accounts else _list(desk, run)
    results += desk.place.besides(desk, run) if desk.place.besides else []
    try:
        if desk.place.finish:
            desk.place.finish()
    except OutsideError as error:
        results.append(Result("", "", FAILED, str(error)))
    return results


def _list(desk: Desk, run: str) -> list[Result]:
    receipts = desk.register.receipts(desk.place.name)
    lists = stacks(receipts).get(NAME, [])
    ours = [receipt for receipt in shown(receipts).values() if receipt.employee]
    try:
        return _write(desk, run, ours, lists) if ours else _take_away(desk, lists)
    except (OutsideError, PhotoError) as error:
        return [Result("", NAME, FAILED, str(error))]


def _write(desk: Desk, run: str, ours: list[Receipt], lists: list[Receipt]) -> list[Result]:
    tops = sorted(ours, key=lambda top: (top.employee, top.target))
    told = disclosing(desk)
    rows = (
        (top.employee, top.target.partition("/")[0], top.target, top.sent, top.run, top.at, told(top.sent))
        for top in tops
    )
    data = table_bytes(LIST_COLUMNS, rows)
    there = desk.place.look(NAME)
    if there == data:
        if lists and lists[-1].sent != digest_of(data) == lists[-1].replaced:
            note(desk, [lists[-1]], State.RESTORED)  # the place went back to an earlier state by itself
        return []
    before = "" if there is None else desk.vault.keep(there)
    receipt = Receipt(desk.place.name, "", NAME, desk.vault.keep(data), before, "", "", run)
    note(desk, [receipt], State.BACKED_UP)
    return send(desk, [receipt], "listed")


def _take_away(desk: Desk, lists: list[Receipt]) -> list[Result]:
    results, left = list[Result](), list(lists)
    while left:
        if not lists[0].replaced and desk.place.look(NAME) is None:
            # it went without us, as all does with a folder that was made anew
            note(desk, left, State.RESTORED)
            break
        if results and desk.place.digest(NAME) != left[-1].sent:
            break
        results.append(put_back(desk, left.pop()))
    return results[-1:]
