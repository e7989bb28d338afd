"""What is looked at before anything is read or started."""

from pathlib import Path
from zipfile import is_zipfile

from catchlight.config import Preset, settled
from catchlight.errors import ConfigError
from catchlight.job import Job
from catchlight.models import ModelStore, default_root
from catchlight.register_probe import must_not_be_newer
from catchlight.slices import Slice
from catchlight.studio import prove
from flows.sources import wire

_SMALL = 512  # pixels of height: enough to see that what a preset puts behind people can be shown


def brands(job: Job) -> list[Preset]:
    """Return every preset of a job: the company's, then those of its groups."""
    groups = wire(job.source)[0].groups if job.from_file else ()
    return [job.brand(), *(job.brand(settled(group.preset)) for group in groups)]


def check(job: Job) -> None:
    """Refuse a job that cannot work: home, preset, engines, model files, source. Raises ConfigError."""
    must_not_be_newer(job.home)
    job.on.check()
    Slice.of(job.share)
    company, *groups = brands(job)
    _can(job, company)
    for number, preset in enumerate(groups):
        _of_one_shape(f"groups.{number}.preset", preset, company)
        _can(job, preset)
    if job.from_file:
        return
    if not job.source.is_dir():
        raise ConfigError(_no_folder(job.source))
    if job.source.resolve() == job.home.resolve():
        message = (
            f"--home {job.home}: is the folder of photos itself; name another one for what Catchlight keeps"
        )
        raise ConfigError(message)


def _no_folder(source: Path) -> str:
    """Return why a source is refused that is no folder."""
    if not source.is_file():
        return f"--source {source}: no such folder; a job file ends in .toml"
    if is_zipfile(source) and source.suffix.casefold() != ".xlsx":
        return f"--source {source}: unpack it, and give the folder with photos/ and, where there is one, the list"
    return f"--source {source}: give the folder that holds the list and photos/, such as {source.parent}; a job file ends in .toml"


def _can(job: Job, preset: Preset) -> None:
    """Refuse engines that are set wrongly, model files that are not there, and pictures that are none."""
    prove(
        preset.engines, ModelStore(job.models or default_root(), allow_noncommercial=job.allow_noncommercial)
    )
    if preset.background.files():
        from catchlight import backdrop  # noqa: PLC0415  loads OpenCV

        backdrop.render(preset.background, round(_SMALL * preset.crop.aspect), _SMALL)


def _of_one_shape(key: str, preset: Preset, company: Preset) -> None:
    """Refuse a group whose portraits have another shape: they hang on one wall."""
    own, others = preset.crop.aspect, company.crop.aspect
    if own != others:
        message = (
            f"{key}: {preset.name} makes portraits of {own:g} (width / height), {company.name} of {others:g}; "
            "all of one job need one shape, so set crop.aspect to the same in both"
        )
        raise ConfigError(message)
