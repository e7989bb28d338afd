"""What is looked at before anything is read or started."""

from catchlight.config import Job
from catchlight.errors import ConfigError
from catchlight.models import ModelStore, default_root
from catchlight.studio import JOBS, engine_settings, model_digests
from flows.sources import wire


def check(job: Job) -> None:
    """Refuse a job that cannot work: preset, engines, model files, source. Raises ConfigError."""
    engines = job.brand().engines
    for name in {getattr(engines, each) for each in JOBS}:
        engine_settings(engines, name)
    store = ModelStore(job.models or default_root(), allow_noncommercial=job.allow_noncommercial)
    for name in model_digests(engines, store):
        store.verify(name)
    if job.from_file:
        wire(job.source)
    elif not job.source.is_dir():
        message = f"--source {job.source}: no such folder; a job file ends in .toml"
        raise ConfigError(message)
