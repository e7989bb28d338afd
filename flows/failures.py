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
from catchlight.outbox import Message
from catchlight.policy import Policy, load_policy

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
        send(policy, name, said)


def send(policy: Policy, name: str, said: str) -> None:
    """Send the sentence to the operator."""
    from connectors import smtp  # noqa: PLC0415

    if policy.mail is None:
        return
    subject = f"Catchlight: {name} did not finish"
    message = Message(f"failure-{name}", policy.operator, subject, f"{said}\n", "en")
    for delivery in smtp.send(smtp.Settings(**policy.mail.model_dump()), [message]):
        if delivery.why:
            _log.warning("the failure of %s could not be mailed: %s", name, delivery.why)
