"""The stages of a refresh as plain functions: gather → develop → contact sheet. Prefect runs them as tasks."""

import getpass
import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from catchlight import lease as leases
from catchlight import ledger, out_of_reach, planning, plugins, results, shared_addresses, wishes
from catchlight.audit import Act
from catchlight.card_meter import noted_cards
from catchlight.carried_over import Draft, with_the_others
from catchlight.cost import cost_of, note_cpu
from catchlight.darkroom import Darkroom, Elsewhere, Remembered, own_darkroom
from catchlight.darkroom_worker import Bench
from catchlight.desk import open_register
from catchlight.develop import Development, Order, without_portrait
from catchlight.errors import OutsideError, PhotoError
from catchlight.job import Job
from catchlight.lease import Lease
from catchlight.plan import Plan, has_photo
from catchlight.records import Employee, Photo, Reading, Render, Verdict, by_employee
from catchlight.storeroom import Storeroom, storeroom_of
from catchlight.vault import Vault
from connectors import folder
from flows import admission, folder_people, gathering
from flows.fewer_photos import must_show_most
from flows.progress import Counter
from flows.session import Session
from reports import contact_sheet as sheet


def gather(job: Job, room: Storeroom | None = None) -> Plan:
    """Read who there is, put their photos into the vault (``room``: there instead), and draw up the plan."""
    settings, room = folder.Settings(root=job.source), room or storeroom_of(job.home)
    found = gathering.read(job, room) if job.from_file else folder_people.read(job, settings, room)
    employees, told = admission.admit(job, found.employees, found.findings)
    told += shared_addresses.findings(employees)
    ids = {person.id for person in employees}
    asked = wishes.asked(job.home, ids)
    wanted = [p for p in asked.photos(p for p in found.photos if p.employee in ids) if p.employee in ids]
    counter = Counter("Reading photos", len(wanted))
    photos = [_fetch(settings, photo, room.vault, counter) for photo in wanted]
    must_show_most(job, employees, photos)
    told += out_of_reach.unread(photos, some=not job.from_file)
    theirs = by_employee(photos)
    own = {person: asked.wish(person, theirs.get(person, [])) for person in asked.wishes}
    draft, alone = with_the_others(Draft(job, employees, photos, own))
    return planning.draw_up(
        draft.job, draft.employees, draft.photos, map(asdict, [*told, *alone]), draft.wishes
    )


def _fetch(settings: folder.Folder, photo: Photo, vault: Vault, counter: Counter) -> Photo:
    try:
        if photo.digest or photo.note:  # the vault has it, or a source said why not
            return photo
        data = folder.fetch(settings, photo)
    except PhotoError as error:
        return replace(photo, note=str(error), reason=error.reason)
    finally:
        counter.step()
    return replace(photo, digest=vault.put(data), size=len(data))


def develop(
    plan: Plan,
    number: int,
    orders: list[Order],
    darkroom: Darkroom | Remembered,
    counter: Counter,
    after: int = 0,
) -> Path:
    """Develop a shard's people and write its tables, unless they are there or somebody else is at it.

    ``after`` is the number of the shard's last lease, which is over.
    """
    lease = None if plan.is_done(number) else leases.take(plan.shard(number), after)
    if lease:
        with lease:
            if not plan.is_done(number):
                _develop(plan, lease, orders, darkroom, counter)
    return plan.shard(number)


def develop_apart(plan: Plan, number: int, orders: list[Order], bench: Bench, after: int = 0) -> Path:
    """Develop a shard in a process of a cluster, by a worker of its own that stays warm for the next shard.

    Raises OutsideError where the home cannot be seen, or other plug-ins are installed: a check would be left out.
    """
    if not (plan.folder / "plan.json").is_file():
        message = (
            f"{plan.folder} is not there on {platform.node()}, where this worker runs; "
            "put the home on a file system that all workers see under the same path"
        )
        raise OutsideError(message)
    if plugins.added() != bench.plug_ins:
        here, there = ("; ".join(one) or "none" for one in (plugins.added(), bench.plug_ins))
        message = f"{platform.node()}, where this worker runs, has other plug-ins ({here}) than where the run was planned ({there}); install the same"
        raise OutsideError(message)
    return develop(plan, number, orders, own_darkroom(bench), Counter("Developing", len(orders)), after)


def _develop(
    plan: Plan, lease: Lease, orders: list[Order], darkroom: Darkroom | Remembered, counter: Counter
) -> None:
    still = plan.still_allowed(orders)  # somebody may have said no since the plan was drawn up
    developments = [_without_photo(order, plan) for order in orders if not has_photo(order)]
    developments += [_taken_back(order, plan) for order in orders if has_photo(order) and order not in still]
    counter.step(len(developments))
    for development in darkroom.develop([order for order in still if has_photo(order)]):
        developments.append(development)
        counter.step()
    lease.check()
    note_cpu(plan.folder, darkroom.cpu)
    _write(lease.path.parent, developments)


def _without_photo(order: Order, plan: Plan) -> Development:
    """Return the outcome for somebody of whom there is no readable photo."""
    preset = (order.preset or plan.job.brand()).name
    return without_portrait(order, preset, *out_of_reach.why_none(order.photos))


def _taken_back(order: Order, plan: Plan) -> Development:
    """Return the outcome for somebody who said no, or took back a yes, after the plan was drawn up."""
    note = "Their photo may not be processed any more as was planned; the next run does what is allowed now."
    return without_portrait(order, plan.job.preset, "photo.refused", note)


def _write(folder: Path, developments: list[Development]) -> None:
    """Write the shard's tables, the renders last: when they are there, the shard is done."""
    ordered = sorted(developments, key=lambda d: d.render.employee)
    photos = [photo for d in ordered for photo in d.photos]
    readings = [reading for d in ordered for reading in d.readings]
    ledger.write(folder / ledger.file_name(Photo), ledger.table(Photo, photos))
    ledger.write(folder / ledger.file_name(Reading), ledger.table(Reading, readings))
    ledger.write(folder / ledger.file_name(Render), ledger.table(Render, [d.render for d in ordered]))


def straight(begun: Session) -> Path:
    """Run the stages after gathering one after the other, without Prefect; return the run's folder."""
    counter, room = begun.counter(), begun.darkroom
    if isinstance(room, Elsewhere):
        message = "a cluster's work is handed out by Prefect"
        raise TypeError(message)
    for free in begun.turns(counter):
        for number, after in free.items():
            develop(begun.plan, number, begun.shards[number], room, counter, after)
    begun.darkroom.close()
    return begun.lay_out(contact_sheet)


def contact_sheet(
    plan: Plan,
    counts: dict[str, int],
    timings: dict[str, float],
    cpu: float = 0.0,
    check: Callable[[], None] = lambda: None,
) -> Path:
    """Judge everyone together; write tables, portraits, contact sheet and run.json; return the run's folder.

    ``check`` raises OutsideError when somebody else took the run over.
    """
    started, used = time.perf_counter(), time.process_time()
    tables = results.tabulate(plan)
    files = results.lay_out(plan, tables)
    spoilers, thirds = results.list_spoilers(plan, tables), results.compare_thirds(plan, tables)
    timings = timings | {"judge": time.perf_counter() - started}
    run = results.summarise(plan, tables, counts, timings)
    sheet.write(
        plan.home.run(plan.run) / "contact_sheet.html", run=run, employees=tables[Employee], photos=tables[Photo],
        renders=tables[Render], readings=tables[Reading], verdicts=tables[Verdict], checks=texts(),
        vault=plan.home.vault, files=files, spoilers=spoilers, fairness=thirds,
    )  # fmt: skip
    total = time.perf_counter() - started
    run["timings"]["contact_sheet"] = round(total - timings["judge"], 3)
    cards = noted_cards(plan.folder)
    cpu += time.process_time() - used
    run["cost"] = cost_of(cpu, counts.get("rendered", 0), cards.seconds, cards.watt_hours)
    run["seconds"] = round(sum(run["timings"].values()), 3)
    check()
    _tell(plan, run["counts"])
    return results.close(plan, json.loads(json.dumps(run)))


def _tell(plan: Plan, counts: dict[str, int]) -> None:
    """Write into the audit log that this run ends."""
    register = open_register(plan.home.root)
    told = f"{plan.run} preset={plan.job.preset} people={counts['people']} rendered={counts['rendered']}"
    register.tell(Act.REFRESH, getpass.getuser(), detail=told)
    register.close()


def texts() -> dict[str, sheet.CheckText]:
    """Return what each check is called, and its unit."""
    found = {name: plugins.load("catchlight.checks", name) for name in plugins.names("catchlight.checks")}
    return {name: sheet.CheckText(module.TITLE, module.UNIT) for name, module in found.items()}
