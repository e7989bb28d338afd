"""When a flow ends badly: the sentence to act on, where a person looks for it, and by mail to whoever runs Catchlight."""

import logging
from pathlib import Path
from typing import Any

from httpx import HTTPError
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import PrefectException
from prefect.logging.loggers import flow_run_logger

from catchlight.errors import CatchlightError
from catchlight.outbox import Fate, Message
from catchlight.policy import FILE, Policy, load_policy

_CRASHED = (
    "It was ended from outside, or the machine stopped. Start it again: what is finished is not done twice."
)
_AFTER = "Nothing is lost. When that is mended, start it again: what is finished is not done twice."
_SHOWN = 400  # characters
_log = logging.getLogger("catchlight.flows")


def tell_failure(flow: Any, flow_run: FlowRun, state: State[Any]) -> None:
    """Say what happened and what to do, as an artifact and by mail; a hook of Prefect's, so it raises nothing."""
    said = sentence(state)
    home = Path(str(flow_run.parameters.get("home", "")))
    text = f"## {flow.name} did not finish\n\n{said}\n\n{_AFTER}\n"
    try:
        flow_run_logger(flow_run, flow).error("What to do: %s", said)
        create_markdown_artifact(text, key=f"{flow.name}-what-to-do", description=said[:_SHOWN])
        _mail(home, flow.name, said)
    except (CatchlightError, HTTPError, PrefectException, OSError, RuntimeError, ValueError):
        _log.exception("the failure of %s could not be told", flow.name)


def sentence(state: State[Any]) -> str:
    """Return what went wrong, without Prefect's words around it."""
    message = state.message or ""
    if state.is_crashed() or not message:
        return f"{_CRASHED} ({message})" if message else _CRASHED
    kind, _, said = message.removeprefix("Flow run encountered an exception: ").partition(": ")
    return said if kind.isidentifier() and said else message


def _mail(home: Path, name: str, said: str) -> None:
    policy = load_policy(home)
    if policy.mail and policy.operator:
        why = send(policy, f"{name} did not finish", said)
        if why:
            _log.warning("the failure of %s could not be mailed: %s", name, why)


def send(policy: Policy, about: str, said: str) -> str:
    """Send the sentence to the operator; return why it did not leave, "" when it did."""
    from connectors import smtp  # noqa: PLC0415

    if policy.mail is None or not policy.operator:
        lacking = "operator" if policy.mail else "[mail]"
        return f"{FILE} has no {lacking}, so nobody can be told by mail when a run is lost; add it, then try again"
    message = Message(f"failure-{about}", policy.operator, f"Catchlight: {about}", f"{said}\n", "en")
    try:
        (delivery,) = smtp.send(smtp.Settings(**policy.mail.model_dump()), [message])
    except CatchlightError as error:
        return str(error)
    return (
        "" if delivery.fate == Fate.SENT else f"the mail to {policy.operator} did not leave: {delivery.why}"
    )
