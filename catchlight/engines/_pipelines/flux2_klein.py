"""FLUX.2 klein 4B, distilled: four steps, no negative prompt; the picture itself is the reference of what is filled."""

from pathlib import Path
from typing import Any

from catchlight.painting import Words

CLASS = "Flux2KleinInpaintPipeline"
TEXT = ("text_encoder", "tokenizer")
DENOISER = "transformer"
STEP, MOST = 16, 1 << 20
STEPS, STRENGTH = 4, 1.0


def prepare(pipe: Any, folder: Path) -> None:
    """Do nothing more."""


def encode(pipe: Any, words: Words) -> dict[str, Any]:
    """Return the words as the pipeline takes them (text of at most 512 tokens)."""
    return {"prompt_embeds": pipe.encode_prompt(words.prompt)[0]}


def arguments(pipe: Any, scene: dict[str, Any], words: dict[str, Any], of: Words) -> dict[str, Any]:  # noqa: ARG001
    """Return the call's own arguments; guidance is distilled into the weights."""
    return {**scene, **words, "guidance_scale": 1.0}


def decode(pipe: Any, latents: Any) -> Any:
    """Return pictures, n × 3 × h × w of 0–1, as the pipeline itself makes them of its last latents."""
    made = pipe.vae.decode(latents, return_dict=False)[0]
    return pipe.image_processor.postprocess(made, output_type="pt")
