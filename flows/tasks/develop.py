"""Develop the people of one shard."""

from pathlib import Path

from prefect import task

from catchlight import ledger
from catchlight.darkroom import Darkroom, Remembered
from catchlight.develop import Development, Order
from catchlight.plan import Plan
from catchlight.records import Photo, Reading, Render
from flows.progress import Counter


@task(task_run_name="develop-{number}", persist_result=False)
def develop(
    plan: Plan, number: int, orders: list[Order], darkroom: Darkroom | Remembered, counter: Counter
) -> Path:
    """Develop a shard's people and write its tables; a shard whose tables are there is done."""
    folder = plan.shard(number)
    if (folder / ledger.file_name(Render)).is_file():
        counter.step(len(orders))
        return folder
    developments = [without_photo(order, plan) for order in orders if not _has_photo(order)]
    counter.step(len(developments))
    for development in darkroom.develop([order for order in orders if _has_photo(order)]):
        developments.append(development)
        counter.step()
    _write(folder, developments)
    return folder


def _has_photo(order: Order) -> bool:
    return any(photo.digest for photo in order.photos)


def without_photo(order: Order, plan: Plan) -> Development:
    """Return the outcome for somebody of whom there is no readable photo."""
    notes = [photo.note for photo in order.photos if photo.note]
    note = notes[0] if notes else "There is no photo of this person; send one from the chest up."
    render = Render(
        order.employee, order.recipe, "", preset=plan.job.preset, reason="photo.missing", note=note
    )
    return Development(order.photos, render)


def _write(folder: Path, developments: list[Development]) -> None:
    """Write the shard's tables, the renders last: when they are there, the shard is done."""
    ordered = sorted(developments, key=lambda d: d.render.employee)
    photos = [photo for d in ordered for photo in d.photos]
    readings = [reading for d in ordered for reading in d.readings]
    ledger.write(folder / ledger.file_name(Photo), ledger.table(Photo, photos))
    ledger.write(folder / ledger.file_name(Reading), ledger.table(Reading, readings))
    ledger.write(folder / ledger.file_name(Render), ledger.table(Render, [d.render for d in ordered]))
