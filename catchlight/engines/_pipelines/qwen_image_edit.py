"""Qwen-Image-Edit: reads the words together with the picture, so that they cannot be encoded beforehand.

An editor that follows instructions: here it too may only fill a mask, and what it paints a person looks at. It paints
a megapixel whatever it is given.
"""

from pathlib import Path
from typing import Any

from catchlight.painting import Words

CLASS = "QwenImageEditInpaintPipeline"
TEXT: tuple[str, ...] = ()
DENOISER = "transformer"
STEP, MOST = 32, 1 << 20
STEPS, STRENGTH = 40, 1.0
WANTS = ("torchvision",)  # transformers' processor of pictures and words also brings one of videos


def prepare(pipe: Any, folder: Path) -> None:  # noqa: ARG001
    """Let the encoder know where in the picture its tokens lie: diffusers 0.42 hands that on to transformers 5 no more.

    Without it they count as a row of words; nothing says so (https://github.com/huggingface/diffusers/issues/14194).
    """
    pipe.text_encoder.register_forward_pre_hook(_tell_picture_from_words, with_kwargs=True)


def encode(pipe: Any, words: Words) -> dict[str, Any]:  # noqa: ARG001  nothing is encoded beforehand
    """Return nothing: words are read with each picture."""
    return {}


def arguments(pipe: Any, scene: dict[str, Any], words: dict[str, Any], of: Words) -> dict[str, Any]:  # noqa: ARG001
    """Return the call's own arguments; what to avoid steers by true guidance."""
    return {**scene, "prompt": of.prompt, "negative_prompt": of.avoid or " ", "true_cfg_scale": 4.0}


def _tell_picture_from_words(encoder: Any, args: tuple[Any, ...], given: dict[str, Any]) -> tuple[Any, Any]:
    kinds = (given["input_ids"] == encoder.config.image_token_id).int()
    return args, {"mm_token_type_ids": kinds, **given}
