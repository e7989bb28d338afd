"""What is done again and again between two refreshes: people are reminded, what was published is looked after."""

from pathlib import Path
from typing import Annotated

from prefect import flow, get_run_logger

from catchlight.desk import open_desk
from catchlight.drift import find_drift
from catchlight.errors import ConfigError, OutsideError
from flows import left_standing
from flows.artifacts import reporting
from flows.correspondence import Order
from flows.correspondence import remind as send_reminders
from flows.destinations import FILE, destinations, place_named
from flows.failures import tell_failure
from flows.form import shown
from flows.letters import open_bureau
from flows.purging import purge_home, undone
from flows.turn import in_turn, say_waiting
from flows.withdrawing import honour


@flow(name="remind", persist_result=False, on_failure=[tell_failure], on_crashed=[tell_failure])
def remind(home: Annotated[Path, shown("For IT: Catchlight's folder")]) -> int:
    """Remind people who have not answered, and send what waits in the outbox; return how many letters left.

    Args:
        home: The same folder that the refresh used.

    """
    with reporting():
        report = send_reminders(open_bureau(home), Order("remind"), say_waiting).report
    unsent = len(report.failed) + len(report.unclear) + report.later
    if unsent:
        get_run_logger().warning("%d letters were not sent; catchlight review remind says why", unsent)
    if report.broken:
        message = "; ".join(report.broken)
        raise OutsideError(message)
    return report.sent


@flow(name="verify", persist_result=False, on_failure=[tell_failure], on_crashed=[tell_failure])
def verify(home: Annotated[Path, shown("For IT: Catchlight's folder")]) -> int:
    """Read back everything that was published; fail when something is not as it was left. Nothing is changed.

    Args:
        home: The same folder that the refresh used.

    """
    for sentence in left_standing.told(home):
        get_run_logger().warning("in no plan: %s", sentence)
    places = destinations(home) if (home / FILE).is_file() else {}
    found = sum(len(find_drift(open_desk(home, place_named(name, home)))) for name in places)
    if not places:
        message = (
            f"verify: {home / FILE} names no destination; folders are verified by catchlight publish verify"
        )
        raise ConfigError(message)
    if found:
        message = (
            f"{found} published pictures are not as they were left; catchlight publish verify lists them"
        )
        raise OutsideError(message)
    return found


@flow(name="withdrawals", persist_result=False, on_failure=[tell_failure], on_crashed=[tell_failure])
def withdrawals(
    home: Annotated[Path, shown("For IT: Catchlight's folder")],
    at_most: Annotated[int, shown("Refuse when more people than this took their yes back", ge=1)] = 50,
) -> int:
    """Put back the old picture of whoever took their yes back; fail when somebody is still shown past the deadline.

    Args:
        home: The same folder that the refresh used.
        at_most: A guard against a wrong import; more people than this and nothing is changed.

    """
    done = honour(home, at_most, say_waiting, patient=True)
    for one, why in done.failed:
        get_run_logger().warning("still shown at %s, due %s: %s", one.destination, one.due, why)
    if done.overdue:
        message = f"{done.overdue} people are shown past the deadline against their word; catchlight publish withdrawals"
        raise OutsideError(message)
    return len(done.proofs)


@flow(name="purge", persist_result=False, on_failure=[tell_failure], on_crashed=[tell_failure])
def purge(home: Annotated[Path, shown("For IT: Catchlight's folder")]) -> int:
    """Delete what is past its term by [keep] of trust.toml; return how much went.

    It fails at its end where something damaged stood in the way of some kinds.

    Args:
        home: The same folder that the refresh used.

    """
    with in_turn(home):
        done = purge_home(home, wait=say_waiting)
    if why := undone(done):
        raise ConfigError(why)
    return sum(one.count for one in done)
