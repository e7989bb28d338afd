"""What Prefect's server does by itself: a run that gives no sign of life is ended, and IT is told."""

from datetime import timedelta
from uuid import UUID

from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

ALARM = "Tell IT"
SILENT = "Catchlight: a run gives no sign of life"
_SIGN = "prefect.flow-run.heartbeat"
_ENDS = {f"prefect.flow-run.{end}" for end in ("Completed", "Failed", "Cancelled", "Crashed")}
_PATIENCE = timedelta(minutes=9)  # three signs; PREFECT_FLOWS_HEARTBEAT_FREQUENCY is 180 seconds unless set
_SAID = "It gave no sign of life: its process or machine is gone. Start it again: what is finished is not done twice."


def automations(alert: UUID) -> list[AutomationCore]:
    """Return what is set up: ``alert`` is the deployment that tells IT."""
    return [
        AutomationCore(
            name=SILENT,
            description="Ends a run whose process or machine is gone, so that the next one can begin, and tells IT.",
            trigger=EventTrigger(
                after={_SIGN},
                expect={_SIGN} | _ENDS,
                match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
                for_each={"prefect.resource.id"},
                posture=Posture.Proactive,
                threshold=1,
                within=_PATIENCE,
            ),
            actions=[
                ChangeFlowRunState(state=StateType.CRASHED, message=_SAID),
                RunDeployment(source="selected", deployment_id=alert, parameters={"sentence": _SAID}),
            ],
        )
    ]


def set_up(client: SyncPrefectClient, alert: UUID) -> None:
    """Make them, or bring them up to date; what a person switched off stays off."""
    known = {one.name: one for one in client.read_automations()}
    for one in automations(alert):
        there = known.get(one.name)
        if there is None:
            client.create_automation(one)
        else:
            client.update_automation(there.id, one.model_copy(update={"enabled": there.enabled}))


def main() -> None:
    """Set them up on a server whose deployments come from prefect.yaml: ``python -m flows.automations``."""
    with get_client(sync_client=True) as client:
        set_up(client, client.read_deployment_by_name(f"alarm/{ALARM}").id)


if __name__ == "__main__":
    main()
