"""Draw up a plan, publish some of its people, take people off, keep the list at the destination true."""

from pathlib import Path

from prefect import task

from catchlight import publish_planning, published_list, publishing
from catchlight.desk import Desk
from catchlight.publish_plan import Plan
from catchlight.sending import Result
from flows.sourced import only_taking_off


@task(task_run_name="plan", persist_result=False)
def plan_publication(desk: Desk, run: str, sizes: tuple[str, ...]) -> Path:
    """Draw the plan of a run and return its file."""
    drawn = only_taking_off(desk, publish_planning.draw(desk, run, sizes))
    return publish_planning.file_plan(desk, drawn)


@task(task_run_name="check", persist_result=False)
def check_plan(desk: Desk, plan: Plan) -> None:
    """Refuse a plan that the world has overtaken, or that does too much at once."""
    publishing.check(desk, plan)


@task(task_run_name="publish-{start}", persist_result=False)
def publish_people(desk: Desk, plan: Plan, start: int, stop: int) -> list[Result]:
    """Publish the people ``start`` to ``stop`` of a plan."""
    return publishing.apply(desk, plan, start, stop)


@task(task_run_name="take-off", persist_result=False)
def take_off_people(desk: Desk, plan: Plan) -> list[Result]:
    """Take off whom a plan takes off."""
    return publishing.take_off_people(desk, plan)


@task(task_run_name="list", persist_result=False)
def list_published(desk: Desk, run: str) -> list[Result]:
    """Write the list at the destination anew when it is not true any more."""
    return published_list.update(desk, run)
