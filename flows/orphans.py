"""Runs whose process ended with the runner: when the runner is started again, they go on where they were."""

from collections.abc import Iterable
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Crashed, Scheduled

_TRIES = 3  # a run that ended its machine so often is not started again by itself
_AT_WORK = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
_AGAIN = "It was ended from outside, and goes on where it was."
_ENDED = (
    "It was ended from outside three times. Start it again when the reason is known; see the runner's log."
)


def adopt(client: SyncPrefectClient, deployments: Iterable[UUID]) -> list[FlowRun]:
    """Let every run that seems to be at work begin anew; only for whoever is the one runner of these deployments."""
    found = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=list(deployments))),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_AT_WORK)),
        ),
    )
    for run in found:
        client.set_flow_run_state(run.id, _next(run), force=True)
    return found


def _next(run: FlowRun) -> State[None]:
    if run.state_type == StateType.CANCELLING:
        return Crashed(message="It was cancelled, and ended with the runner.")
    return Scheduled(message=_AGAIN) if run.run_count < _TRIES else Crashed(message=_ENDED)
