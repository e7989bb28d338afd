"""What is done again and again between two refreshes: people are reminded."""

from pathlib import Path
from typing import Annotated

from prefect import flow, get_run_logger

from catchlight.errors import OutsideError
from flows.artifacts import reporting
from flows.correspondence import Order
from flows.correspondence import remind as send_reminders
from flows.form import shown
from flows.letters import open_bureau


@flow(name="remind", persist_result=False)
def remind(home: Annotated[Path, shown("Folder for everything that Catchlight keeps")]) -> int:
    """Remind people who have not answered, and send what waits in the outbox; return how many letters left.

    Args:
        home: The same folder that the refresh used.

    """
    with reporting():
        report = send_reminders(open_bureau(home), Order("remind")).report
    unsent = len(report.failed) + len(report.unclear) + report.later
    if unsent:
        get_run_logger().warning("%d letters were not sent; catchlight review remind says why", unsent)
    if report.broken:
        message = "; ".join(report.broken)
        raise OutsideError(message)
    return report.sent
