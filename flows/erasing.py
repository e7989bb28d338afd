"""Erasing somebody with all that it takes: off the places first, out of the home folder, and a sheet without them."""

import csv
import getpass
import json
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from catchlight import erasure, ledger, looks, published_list
from catchlight.audit import Act
from catchlight.desk import Desk, open_register
from catchlight.errors import OutsideError
from catchlight.home import Home
from catchlight.journal import stacks
from catchlight.records import Employee, Photo, Reading, Render, Verdict
from catchlight.sending import FAILED, Result, settle, take_off
from catchlight.spoilers import rank
from flows.shown_at import desks_and_why
from reports import contact_sheet as sheet


def take_off_everywhere(home: Path, employee: str, gone: Collection[str] = ()) -> list[Result]:
    """Let nothing of somebody's stand anywhere: what was there before us comes back. Places that are ``gone`` are passed over."""
    results = []
    for desk, why in desks_and_why(home, employee):
        if desk.place.name in gone:
            continue
        if why:
            results.append(Result(employee, desk.place.name, FAILED, why))
        else:
            results += take_off_there(desk, employee)
    return results


def take_off_there(desk: Desk, employee: str) -> list[Result]:
    """Do so at one place; its list and walls are made anew."""
    settle(desk)
    mine = stacks(desk.register.receipts(desk.place.name, employee)).values()
    results = [take_off(desk, stack, stack[0].replaced) for stack in mine]
    return results + published_list.update(desk, "") if results else []


def erase(home: Path, employee: str, gone: Collection[str] = ()) -> erasure.Erased:
    """Erase one person; whoever calls this holds the home. OutsideError when a place does not let them go.

    ``gone`` names places that do not exist any more, as receipts call them: nothing can be taken off there.
    """
    failed = [one for one in take_off_everywhere(home, employee, gone) if one.code == FAILED]
    if failed:
        told = "; ".join(f"{one.target}: {one.sentence}" for one in failed[:5])
        message = (
            f"nothing was erased: {employee} is still published, and it could not be taken off: {told}. "
            "Where a place does not exist any more, say so with --gone PLACE"
        )
        raise OutsideError(message)
    with closing(open_register(home)) as register:
        done = erasure.erase(home, register, employee, redraw)
        register.tell(Act.ERASE, by=getpass.getuser(), detail=f"{done.rows} rows, {done.pictures} pictures")
        return done


def reapply(home: Path) -> int:
    """Erase anew whom a restored backup brought back; return how many people that were."""
    if not home.is_dir():
        return 0
    with closing(open_register(home)) as register:
        return erasure.reapply(home, register, redraw)


def redraw(folder: Path) -> None:
    """Make a run's contact sheet anew from its tables."""
    from flows import stages  # noqa: PLC0415  loads what developing needs

    home = Home(folder.parent.parent)
    kinds = (Employee, Photo, Render, Reading, Verdict)
    tables = {kind: ledger.read(folder / ledger.file_name(kind)) for kind in kinds}
    run = json.loads((folder / "run.json").read_bytes())
    with (folder / "portraits.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    fair = folder / "fairness.json"
    sheet.write(
        folder / erasure.SHEET, run=run, employees=tables[Employee], photos=tables[Photo],
        renders=tables[Render], readings=tables[Reading], verdicts=tables[Verdict], checks=stages.texts(),
        vault=home.vault, files={row["employee"]: row["file"] for row in listed if row["file"]},
        spoilers=rank(tables[Reading], tables[Verdict], looks.beside(tables[Employee])),
        fairness=json.loads(fair.read_bytes()) if fair.is_file() else None,
    )  # fmt: skip
