"""The process that starts flows when they are due or asked for: ``python -m flows.runner HOME JOB…``."""

import asyncio
import logging
import sys
from pathlib import Path
from uuid import UUID

from prefect import get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.exceptions import TerminationSignal
from prefect.runner import Runner

from catchlight.home import Home
from flows.deployments import Deployed, deployed
from flows.serving import READY

_EVERY = 2.0  # seconds between two looks at what is to be started
_log = logging.getLogger("catchlight.runner")


def serve(found: list[Deployed], ready: Path) -> None:
    """Deploy the flows, make the file ``ready``, and run what is due, until this process is told to stop."""
    runner = Runner(name="catchlight", pause_on_shutdown=False, query_seconds=_EVERY, limit=None)
    for one in found:
        made = runner.add_deployment(one.deployment())
        if not isinstance(made, UUID):
            raise TypeError(made)  # a coroutine, where a loop runs already
        with get_client(sync_client=True) as client:
            schema = client.read_deployment(made).parameter_openapi_schema or {}
            client.update_deployment(
                made,
                DeploymentUpdate(
                    parameter_openapi_schema=one.form(schema), tags=["catchlight", one.flow.name]
                ),
            )
    ready.touch()
    try:
        asyncio.run(runner.start())
    except (KeyboardInterrupt, TerminationSignal):
        _log.info("stopped")


def main() -> None:
    """Serve the flows of a home folder."""
    home, *jobs = map(Path, sys.argv[1:])
    serve(deployed(home, jobs), Home(home).logs / READY)


if __name__ == "__main__":
    main()
