"""Somebody is told that a run was lost: by mail where review.toml has one, and on Prefect's pages."""

from pathlib import Path
from typing import Annotated

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact

from catchlight.policy import load_policy
from flows.failures import send, tell_failure
from flows.form import shown


@flow(name="alarm", persist_result=False, on_failure=[tell_failure], on_crashed=[tell_failure])
def alarm(
    *,
    sentence: Annotated[str, shown("What to tell")] = "This is a test: alarms arrive.",
    home: Annotated[Path, shown("For IT: Catchlight's folder")],
) -> None:
    """Tell IT something by mail. Started by itself when a run gives no sign of life; start it to try whether mail arrives.

    Args:
        sentence: The text of the letter.
        home: Folder for everything that Catchlight keeps.

    """
    policy = load_policy(home)
    create_markdown_artifact(f"## For IT\n\n{sentence}\n", key="alarm", description=sentence)
    if policy.mail and policy.operator:
        send(policy, "a run", sentence)
    else:
        get_run_logger().warning("review.toml names no operator, or has no [mail]: nobody was written to")
