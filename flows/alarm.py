"""Somebody is told that a run was lost: by mail where review.toml has one, and on Prefect's pages."""

from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from catchlight.errors import OutsideError
from catchlight.policy import load_policy
from flows.failures import send, tell_failure
from flows.form import shown

TRIED = "This is a test: whoever reads it in a mail is told of alarms."


@flow(name="alarm", persist_result=False, on_failure=[tell_failure], on_crashed=[tell_failure])
def alarm(
    *,
    sentence: Annotated[str, shown("What to tell")] = TRIED,
    home: Annotated[Path, shown("For IT: Catchlight's folder")],
) -> None:
    """Tell IT something by mail. Started by itself when a run gives no sign of life; start it to try whether mail arrives.

    It fails when no mail can leave, and the sentence stands on Prefect's pages all the same.

    Args:
        sentence: The text of the letter.
        home: Folder for everything that Catchlight keeps.

    """
    why = send(load_policy(home), "a run did not finish", sentence)
    told = f"Nobody was written to: {why}." if why else ""
    create_markdown_artifact(f"## For IT\n\n{sentence}\n\n{told}\n", key="alarm", description=why or sentence)
    if why:
        raise OutsideError(why)
