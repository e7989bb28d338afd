"""The publish flow: plan → check → send, in chunks → list. It starts from what people decided.

Nobody without an approval of exactly this picture is published, and nothing at the destination is
replaced before its backup is in the vault. Run it again after an interruption: it reads back what
was half-way and goes on.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from prefect import flow, get_run_logger, runtime

from catchlight import publish_other_sizes, watermark
from catchlight.desk import Desk, alone, open_desk
from catchlight.errors import ConfigError, OutsideError
from catchlight.publish_crops import unread, usual_sizes
from catchlight.publish_plan import Plan
from catchlight.publish_yes import must_have_yes
from catchlight.publishing import STOPPED
from catchlight.runs import run_folder
from catchlight.sending import FAILED, Result
from flows import left_standing
from flows.artifacts import reporting
from flows.burying import bury_alone
from flows.destinations import place_named, sizes_of
from flows.failures import tell_failure
from flows.form import shown
from flows.progress import Counter
from flows.sourced import must_add_nothing, must_lie_apart
from flows.tasks.publish import (
    check_plan,
    list_published,
    plan_publication,
    publish_people,
    take_off_people,
)
from flows.turn import say_waiting

MANY = 50
_CHUNK = 50


@flow(name="publish", persist_result=False, on_failure=[tell_failure], on_crashed=[tell_failure])
def publish(
    destination: Annotated[str, shown("Folder to publish to, or a name in destinations.toml")],
    home: Annotated[Path, shown("For IT: Catchlight's folder")],
    run: Annotated[str, shown("Run (latest: the newest)")] = "latest",
    plan: Annotated[Path | None, shown("Plan file (empty: make a new plan)")] = None,
    sizes: Annotated[
        list[str] | None, shown("Sizes (empty: the destination's own, or the usual ones)")
    ] = None,
    at_most: Annotated[int, shown("Refuse to change more people than this", ge=1)] = MANY,
) -> list[Result]:
    """Publish the portraits that people approved, and nothing else.

    Args:
        destination: Folder that the portraits go to, or a name in destinations.toml of the home folder.
        home: The same folder that the refresh used.
        run: Which run to publish.
        plan: A plan made before with catchlight publish plan; it is followed to the letter.
        sizes: Heights in pixels, such as 1024, 192@2x, or avatar@48 for a closer crop. Not used when a plan is given.
        at_most: A guard against surprises; more people than this and nothing is written.

    """
    bury_alone(home)
    with reporting(), alone(home, say_waiting):
        desk = open_desk(home, place_named(destination, home))
        must_lie_apart(desk)
        folder = run_folder(home, run)
        wanted = tuple(sizes or sizes_of(destination, home) or usual_sizes(home, folder))
        file = plan or plan_publication(desk, run, wanted)
        drawn = must_have_yes(desk, file)
        must_add_nothing(desk, drawn)
        if sentence := unread(home, folder):
            get_run_logger().warning("%s", sentence)
        for sentence in left_standing.told(home, run, [desk.place.name]):
            get_run_logger().warning("in no plan: %s", sentence)
        return send(desk, drawn, at_most)


def send(desk: Desk, plan: Plan, at_most: int) -> list[Result]:
    """Check a plan and publish its people chunk by chunk; a breakdown ends it early."""
    changing = plan.people_changed
    if changing > at_most:
        message = f"nothing was written: {changing} people would change, and at most {at_most} are allowed"
        raise ConfigError(message)
    check_plan(desk, plan)
    if plan.others:
        get_run_logger().warning("%s", publish_other_sizes.told(plan))
    results = take_off_people(desk, plan) if plan.removals else []
    if not results or results[-1].code != STOPPED:
        results += [result for chunk in _chunks(desk, plan) for result in chunk]
    results += list_published(desk, plan.run)
    watermark.raise_to(desk.home, desk.register)
    _tell_failed(results)
    return results


def _tell_failed(results: Sequence[Result]) -> None:
    """Tell of files that were not written: whoever typed a command reads which; a form or schedule ends as failed.

    No file is named there: it is called as its person is. Raises OutsideError.
    """
    failed = sum(result.code == FAILED for result in results)
    if failed and runtime.deployment.id:
        message = (
            f"{failed} files could not be published; catchlight publish plan and catchlight publish apply, "
            "on the server, say which and why"
        )
        raise OutsideError(message)
    if failed:
        get_run_logger().warning("%d files could not be published; run it again", failed)


def _chunks(desk: Desk, plan: Plan) -> Iterator[list[Result]]:
    counter = Counter("Publishing", len(plan.people))
    for start in range(0, len(plan.people), _CHUNK):
        results = publish_people(desk, plan, start, start + _CHUNK)
        counter.step(len(plan.people[start : start + _CHUNK]))
        yield results
        if results and results[-1].code == STOPPED:
            return
