"""SDXL inpainting for smaller cards; an IP-Adapter in ``ip_adapter`` (its image encoder there too) is shown the picture."""

from pathlib import Path
from typing import Any

from catchlight.painting import Words

CLASS = "StableDiffusionXLInpaintPipeline"
TEXT = ("text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2")
DENOISER = "unet"
STEP, MOST = 16, 1 << 20
STEPS, STRENGTH = 30, 0.99
_NAMES = (
    "prompt_embeds",
    "negative_prompt_embeds",
    "pooled_prompt_embeds",
    "negative_pooled_prompt_embeds",
)


def prepare(pipe: Any, folder: Path) -> None:
    """Load the IP-Adapter of the folder, if there is one."""
    adapters = sorted((folder / "ip_adapter").glob("*.safetensors"))
    if not adapters:
        return
    pipe.load_ip_adapter(
        str(folder), subfolder="ip_adapter", weight_name=adapters[0].name, local_files_only=True,
        image_encoder_folder="image_encoder",
    )  # fmt: skip


def encode(pipe: Any, words: Words) -> dict[str, Any]:
    """Return the words, and what to avoid, as both encoders read them."""
    return dict(zip(_NAMES, pipe.encode_prompt(words.prompt, negative_prompt=words.avoid), strict=True))


def arguments(pipe: Any, scene: dict[str, Any], words: dict[str, Any], _: Words) -> dict[str, Any]:
    """Return the call's own arguments."""
    shown = {"ip_adapter_image": scene["image"]} if pipe.unet.encoder_hid_proj is not None else {}
    return {**scene, **words, **shown, "guidance_scale": 5.0}
