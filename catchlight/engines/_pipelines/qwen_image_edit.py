"""Qwen-Image-Edit: reads the words together with the picture, so that they cannot be encoded beforehand.

An editor that follows instructions: here it too may only fill a mask, and what it paints a person looks at.
"""

from pathlib import Path
from typing import Any

from catchlight.painting import Words

CLASS = "QwenImageEditInpaintPipeline"
TEXT: tuple[str, ...] = ()
DENOISER = "transformer"
STEP, MOST = 32, 1 << 20
STEPS, STRENGTH = 40, 1.0


def prepare(pipe: Any, folder: Path) -> None:
    """Do nothing more."""


def encode(pipe: Any, words: Words) -> dict[str, Any]:  # noqa: ARG001  nothing is encoded beforehand
    """Return nothing: words are read with each picture."""
    return {}


def arguments(pipe: Any, scene: dict[str, Any], words: dict[str, Any], of: Words) -> dict[str, Any]:  # noqa: ARG001
    """Return the call's own arguments; what to avoid steers by true guidance."""
    return {**scene, "prompt": of.prompt, "negative_prompt": of.avoid or " ", "true_cfg_scale": 4.0}
