"""A pipeline from verified files: safetensors, no code, no network."""

from types import ModuleType
from typing import Any

from catchlight.errors import ConfigError
from catchlight.weights import Weights


def load(how: ModuleType, weights: Weights, dtype: Any, without: tuple[str, ...]) -> Any:
    """Return the declared pipeline without some of its parts; ConfigError where diffusers does not take the files."""
    import diffusers  # noqa: PLC0415  heavy

    diffusers.utils.logging.disable_progress_bar()
    try:
        pipe = getattr(diffusers, how.CLASS).from_pretrained(
            weights.folder, local_files_only=True, use_safetensors=True, dtype=dtype, **dict.fromkeys(without)
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        message = f"engines.options.diffusion.weights {weights.folder}: diffusers does not take it as {how.CLASS}: {error}"
        raise ConfigError(message) from error
    pipe.set_progress_bar_config(disable=True)
    return pipe
