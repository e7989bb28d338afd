"""The redo flow: what people asked for → a run of the whole company. The review server does the same by itself."""

from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from flows.artifacts import reporting, tell_result
from flows.failures import tell_failure
from flows.form import shown
from flows.progress import say
from flows.redo import redoing
from flows.refresh import in_tasks
from flows.turn import in_turn


@flow(
    name="redo",
    persist_result=False,
    task_runner=ThreadPoolTaskRunner(max_workers=4),  # type: ignore[arg-type]
    on_failure=[tell_failure],
    on_crashed=[tell_failure],
)
def redo(home: Annotated[Path, shown("For IT: Catchlight's folder")]) -> Path | None:
    """Make the portraits anew of those who asked for another try or sent a photo. Nothing is published.

    Args:
        home: Where pictures, tables and results are kept.

    """
    with reporting(), in_turn(home), redoing(home) as begun:
        if begun is None:
            say("Nobody asked for another try or sent a photo: nothing was done.")
            return None
        folder = in_tasks(begun)
        tell_result(folder)
        return folder
