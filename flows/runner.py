"""The process that starts flows when they are due or asked for: ``python -m flows.runner HOME JOB…``."""

import asyncio
import logging
import sys
from pathlib import Path
from uuid import UUID

from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.exceptions import TerminationSignal
from prefect.runner import Runner

from catchlight.home import Home
from flows.automations import set_up
from flows.deployments import NAMES, Deployed, deployed
from flows.orphans import adopt
from flows.serving import READY

_EVERY = 2.0  # seconds between two looks at what is to be started
_log = logging.getLogger("catchlight.runner")


def serve(found: list[Deployed], ready: Path) -> None:
    """Deploy the flows, make the file ``ready``, and run what is due, until this process is told to stop."""
    runner = Runner(name="catchlight", pause_on_shutdown=False, query_seconds=_EVERY, limit=None)
    with get_client(sync_client=True) as client:
        made = {one.name: _deploy(runner, client, one) for one in found}
        set_up(client, made[NAMES["alarm"]])
        for run in adopt(client, made.values()):
            _log.warning("%s was ended with the last runner; it goes on", run.name)
    ready.touch()
    try:
        asyncio.run(runner.start())
    except (KeyboardInterrupt, TerminationSignal):
        _log.info("stopped")


def _deploy(runner: Runner, client: SyncPrefectClient, one: Deployed) -> UUID:
    """Deploy a flow with the form that this company has; return the deployment's id."""
    made = runner.add_deployment(one.deployment())
    if not isinstance(made, UUID):
        raise TypeError(made)  # a coroutine, where a loop runs already
    schema = client.read_deployment(made).parameter_openapi_schema or {}
    changed = DeploymentUpdate(parameter_openapi_schema=one.form(schema), tags=["catchlight", one.flow.name])
    client.update_deployment(made, changed)
    return made


def main() -> None:
    """Serve the flows of a home folder."""
    home, *jobs = map(Path, sys.argv[1:])
    serve(deployed(home, jobs), Home(home).logs / READY)


if __name__ == "__main__":
    main()
