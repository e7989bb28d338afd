"""The work on a cluster: Prefect's task runners for Dask and Ray, one shard a task, wherever there is room."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from prefect import flow, settings

from catchlight.cores import crew
from catchlight.errors import ConfigError, OutsideError
from catchlight.workplace import Workplace
from flows.session import now_at_work
from flows.tasks.develop import develop_apart

if TYPE_CHECKING:
    from prefect.task_runners import TaskRunner

GPU = "GPU"  # what IT calls graphics cards among a Dask worker's resources
_HERE = {"127.0.0.1", "localhost", "::1", None}


def develop_everyone(on: Workplace, workers: int) -> None:
    """Develop all shards of the session on a cluster. OutsideError when it cannot be reached."""
    _see_that_workers_reach_prefect(on)
    make, _ = _KINDS[on.runner]
    with _told(on):
        develop_on_cluster.with_options(task_runner=make(on, workers))()


@flow(name="develop", persist_result=False)
def develop_on_cluster() -> None:
    """Hand each shard to whichever worker of the cluster has room."""
    begun = now_at_work()  # no argument and no closure: Prefect sends the flow to every worker
    counter = begun.counter()
    _, needs = _KINDS[begun.plan.job.on.runner]
    for free in begun.turns(counter):
        with needs(begun.plan.job.on):
            futures = {
                number: develop_apart.submit(begun.plan, number, begun.shards[number], begun.bench, after)
                for number, after in free.items()
            }
        for number, future in futures.items():
            future.result()
            counter.step(len(begun.shards[number]))


@contextmanager
def _told(on: Workplace) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if not isinstance(error, OSError) and type(error) is not Exception:  # Ray raises plain ones
            raise
        where = on.address or "started here"
        message = (
            f"the {on.runner} cluster ({where}) cannot be reached: {error}; see that it runs, then run again"
        )
        raise OutsideError(message) from error


def _see_that_workers_reach_prefect(on: Workplace) -> None:
    """Refuse workers elsewhere that would ask a server on this machine's loopback for their tasks' states."""
    api = urlsplit(settings.PREFECT_API_URL.value() or "").hostname
    cluster = urlsplit(on.address if "//" in on.address else f"//{on.address}").hostname
    if api in _HERE and cluster not in _HERE:
        message = (
            f"run.address {on.address}: its workers must reach Prefect's server, which is private here; "
            "set PREFECT_API_URL to a server of your own (docs/deploy.md)"
        )
        raise ConfigError(message)


def _dask(on: Workplace, workers: int) -> "TaskRunner[Any]":
    import dask  # noqa: PLC0415  an extra

    # Each worker has a child: a photo may kill it.
    dask.config.set({"distributed.worker.daemon": False, "logging.distributed": "error"})
    from prefect_dask.task_runners import DaskTaskRunner  # noqa: PLC0415  reads the configuration

    if on.address:
        return DaskTaskRunner(address=on.address)
    own = {"n_workers": crew(workers), "threads_per_worker": 1, "host": "127.0.0.1"}
    cards = {"resources": {GPU: on.gpus}} if on.gpus else {}
    return DaskTaskRunner(cluster_kwargs={**own, **cards, "dashboard_address": "127.0.0.1:0"})


def _dask_needs(on: Workplace) -> AbstractContextManager[Any]:
    from dask.base import annotate  # noqa: PLC0415

    return annotate(resources={GPU: on.gpus}) if on.gpus else nullcontext()


def _ray(on: Workplace, workers: int) -> "TaskRunner[Any]":
    from prefect_ray.task_runners import RayTaskRunner  # noqa: PLC0415  an extra

    os.environ.setdefault("RAY_raylet_start_wait_time_s", "120")  # a busy machine takes long
    if on.address:
        return RayTaskRunner(address=on.address, init_kwargs={"log_to_driver": False})
    own = {
        "num_cpus": crew(workers), "include_dashboard": False,
        "log_to_driver": False, "logging_level": 50, "_node_ip_address": "127.0.0.1",
    }  # fmt: skip
    return RayTaskRunner(init_kwargs=own)


def _counted(resources: Callable[[], Mapping[str, float]]) -> float:
    return resources().get("GPU", 0)


def _ray_needs(on: Workplace) -> AbstractContextManager[Any]:
    import ray  # noqa: PLC0415
    from prefect_ray.context import remote_options  # noqa: PLC0415

    there = _counted(ray.cluster_resources)
    if there < on.gpus:  # else the shards would wait for ever
        message = f"run.gpus: {on.gpus:g} for each shard, and the Ray cluster has {there:g}; leave gpus out, or add a card"
        raise ConfigError(message)
    # A process that ended with its task would load the models anew for every shard.
    return remote_options(num_cpus=1, num_gpus=on.gpus, max_calls=0)


_Make = Callable[[Workplace, int], "TaskRunner[Any]"]
_Needs = Callable[[Workplace], AbstractContextManager[Any]]
_KINDS: dict[str, tuple[_Make, _Needs]] = {"dask": (_dask, _dask_needs), "ray": (_ray, _ray_needs)}
