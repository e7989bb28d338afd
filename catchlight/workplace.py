"""Where the work of a job is done: in worker processes of this machine, or in those of a cluster."""

from importlib.util import find_spec
from typing import Literal, get_args

from pydantic import Field

from catchlight.errors import ConfigError
from catchlight.ground import Section

Runner = Literal["local", "dask", "ray"]
_PACKAGES = {"dask": ("prefect_dask", "distributed"), "ray": ("prefect_ray", "ray")}


class Workplace(Section):
    """What ``[run]`` of a job file may say."""

    runner: Runner = Field("local", description="local: processes of this machine; dask, ray: a cluster's")
    address: str = Field("", description="cluster that runs already; empty: one is started here for the run")
    gpus: float = Field(0.0, ge=0, description="graphics cards that one shard takes, such as 1 or 0.5")

    @property
    def is_cluster(self) -> bool:
        """Whether work is handed to a cluster."""
        return self.runner != "local"

    @property
    def is_installed(self) -> bool:
        """Whether the extra that it needs is there."""
        return all(find_spec(name) for name in _PACKAGES.get(self.runner, ()))

    def check(self) -> None:
        """Refuse what cannot be: ConfigError names the key, or the package that is missing."""
        if not self.is_cluster:
            for key in ("address", "gpus"):
                if getattr(self, key):
                    message = f'run.{key}: only for a cluster; set run.runner to "dask" or "ray", or leave {key} out'
                    raise ConfigError(message)
        elif not self.is_installed:
            message = f"--runner {self.runner}: it is not installed; pip install 'catchlight[{self.runner}]'"
            raise ConfigError(message)
        if self.runner == "dask" and self.gpus != int(self.gpus):
            message = f"run.gpus: {self.gpus:g}: Dask counts whole cards; give 1 or more, or use Ray"
            raise ConfigError(message)

    def instead(self, runner: str, address: str) -> "Workplace":
        """Return this with what a command says; ConfigError for a runner that there is not."""
        if runner not in {"", *get_args(Runner)}:
            message = f"--runner {runner!r}: there are {', '.join(get_args(Runner))}"
            raise ConfigError(message)
        kept = self if runner in {"", self.runner} else Workplace.model_validate({"runner": runner})
        if address and not kept.is_cluster:
            message = f"--cluster {address}: say whose it is with --runner dask or --runner ray"
            raise ConfigError(message)
        return kept.model_copy(update={"address": address}) if address else kept
