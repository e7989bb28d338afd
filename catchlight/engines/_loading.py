"""A pipeline from verified files: safetensors, no code, no network."""

from importlib.util import find_spec
from types import ModuleType
from typing import Any

from catchlight import plugins
from catchlight.errors import ConfigError
from catchlight.weights import Weights

_PIPELINES = "catchlight.engines._pipelines"


def declared(weights: Weights) -> ModuleType:
    """Return the declaration of the weights' pipeline; ConfigError names those that there are, or what one wants."""
    known = {how.CLASS: how for how in (plugins.load(_PIPELINES, name) for name in plugins.names(_PIPELINES))}
    if weights.pipeline not in known:
        message = f"{weights.folder}: pipeline {weights.pipeline!r} is not one of {', '.join(sorted(known))}"
        raise ConfigError(message)
    how = known[weights.pipeline]
    for package in getattr(how, "WANTS", ()):
        if not find_spec(package):
            message = f"{weights.folder}: {how.CLASS} wants {package}; install it, of the same build as torch"
            raise ConfigError(message)
    return how


def load(how: ModuleType, weights: Weights, dtype: Any, without: tuple[str, ...]) -> Any:
    """Return the declared pipeline without some of its parts; ConfigError where diffusers does not take the files."""
    import diffusers  # noqa: PLC0415  heavy
    from safetensors import SafetensorError  # noqa: PLC0415  an extra's

    diffusers.utils.logging.disable_progress_bar()
    try:
        pipe = getattr(diffusers, how.CLASS).from_pretrained(
            weights.folder, local_files_only=True, use_safetensors=True, dtype=dtype, **dict.fromkeys(without)
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, SafetensorError) as error:
        message = f"engines.options.diffusion.weights {weights.folder}: diffusers does not take it as {how.CLASS}: {error}"
        raise ConfigError(message) from error
    pipe.set_progress_bar_config(disable=True)
    return pipe
