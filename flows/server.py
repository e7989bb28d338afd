"""A Prefect server for as long as one command runs, unless the environment names one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from catchlight.errors import ConfigError, OutsideError
from catchlight.prefect_store import FOLDER
from flows import prefect_database, prefect_password
from flows.children import Child, cause, free_port, start, wait_for
from flows.happenings import told_to

APP = ("uvicorn", "flows.prefect_app:create", "--factory", "--log-level", "warning")
# No server of ours tells anybody about itself.
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
}
# A server for one command needs no pages, no schedules and no blocks; whether blocks have changed is told by loading
# every collection that is installed, Dask's among them.
_PRIVATE = {
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
} | {
    f"PREFECT_SERVER_SERVICES_{service}_ENABLED": "false"
    for service in (
        "SCHEDULER",
        "LATE_RUNS",
        "PAUSE_EXPIRATIONS",
        "CANCELLATION_CLEANUP",
        "FOREMAN",
        "TRIGGERS",
    )
}

_NOT_THERE = "start that Prefect server or correct the address"
_REMEDIES = {
    401: f"give its password as {prefect_password.SENT}",
    403: "reach it by a name that it knows, such as the one in its own PREFECT_API_URL",
}


@contextmanager
def prefect_server(home: Path, part: str = "") -> Iterator[str]:
    """Yield the address of a Prefect API; start a private one on loopback when none is configured.

    ``part`` is for those who share a home: each has a database of its own. ConfigError when the configured one does
    not answer.
    """
    from httpx import HTTPError  # noqa: PLC0415  what Prefect's client raises
    from prefect import settings  # noqa: PLC0415  slow to import

    configured = settings.PREFECT_API_URL.value()
    if configured:
        _reach(configured)
        yield configured
        return
    port = free_port()
    folder = folder_of(home) / part
    password = prefect_password.for_now()
    child = _start(home, folder, port, password)
    address = f"http://127.0.0.1:{port}/api"
    ours = {
        settings.PREFECT_API_URL: address,
        settings.PREFECT_API_AUTH_STRING: password[prefect_password.SENT],
        settings.PREFECT_LOGGING_TO_API_ENABLED: False,  # it would write after the server has gone
        settings.PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,  # a flow waits a second for its thread
    }
    try:
        wait_for(child, f"{address}/health")
        prefect_database.keep(folder)
        with settings.temporary_settings(ours), told_to(address):
            yield address
    except HTTPError as error:
        what = str(error).partition(" - ")[0]
        message = f"the Prefect server failed: {what}: {cause(child.log)}; then run again"
        raise OutsideError(message) from error
    finally:
        child.stop()


def _reach(address: str) -> None:
    """Refuse a configured server that does not answer, does not let us in, or is of another version."""
    from httpx import HTTPError  # noqa: PLC0415
    from prefect.client.orchestration import get_client  # noqa: PLC0415  slow to import

    try:
        get_client(sync_client=True).raise_for_api_version_mismatch_once()
    except (HTTPError, RuntimeError) as error:
        refused = error.__cause__ or error
        why = str(refused).partition(" - ")[0]
        remedy = _REMEDIES.get(getattr(getattr(refused, "response", None), "status_code", 0), _NOT_THERE)
        message = (
            f"PREFECT_API_URL names {_without_password(address)}, which cannot be used ({why}); {remedy}, "
            "or unset the variable: then the command has a server of its own"
        )
        raise ConfigError(message) from error


def _without_password(address: str) -> str:
    scheme, slashes, rest = address.rpartition("//")
    return f"{scheme}{slashes}{rest.rpartition('@')[2]}"


def folder_of(home: Path) -> Path:
    """Return where Prefect keeps its things in a home."""
    return (home / FOLDER).resolve()


def _start(home: Path, folder: Path, port: int, password: Mapping[str, str]) -> Child:
    prefect_database.furnish(folder)
    own = {"PREFECT_HOME": str(folder), **password} | QUIET | _PRIVATE
    command = (*APP, "--host", "127.0.0.1", "--port", str(port))
    return start("the Prefect server", command, home / "logs" / "prefect-server.log", own)
