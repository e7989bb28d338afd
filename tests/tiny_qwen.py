"""A Qwen-Image-Edit of random weights, a few kilobytes, that paints small pictures without torchvision.

Its words are the tests' own; whatever else it is made of is diffusers' and transformers'.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import (
    AutoencoderKLQwenImage,
    FlowMatchEulerDiscreteScheduler,
    QwenImageEditInpaintPipeline,
    QwenImageTransformer2DModel,
)
from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_inpaint as diffusers_own
from transformers import (
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2VLImageProcessorPil,
    Qwen2VLProcessor,
)

from catchlight.engines._pipelines import qwen_image_edit as how
from catchlight.weights import Weights, seal
from tests.tiny_pipelines import tokenizer

SIDE = 128  # pixels that it paints, instead of 1024
MARKS = {
    "vision_start": "<|vision_start|>", "vision_end": "<|vision_end|>", "image": "<|image_pad|>",
    "video": "<|video_pad|>", "turn": "<|im_start|>", "over": "<|im_end|>",
}  # fmt: skip
TEXT: Mapping[str, Any] = {
    "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [1, 1, 2]},
}  # fmt: skip
VISION: Mapping[str, Any] = {
    "depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16,
}  # fmt: skip
FULL: Mapping[str, Mapping[str, Any]] = {
    "text": {
        "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28,
        "num_key_value_heads": 4, "vocab_size": 152_064,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [16, 24, 24]},
    },
    "vision": {"depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "out_hidden_size": 3584},
}  # fmt: skip


def make_small(patch: pytest.MonkeyPatch) -> None:
    """Let the pipeline paint 128² pixels, and do without torchvision.

    Only transformers' processor of videos cannot be without it, which no pipeline asks: it is left out. Pictures go
    through transformers' own processor on Pillow, whose patches differ from torchvision's by the resampling alone.
    """
    real = diffusers_own.calculate_dimensions
    patch.setattr(diffusers_own, "calculate_dimensions", lambda _, ratio: real(SIDE**2, ratio))
    patch.setattr(Qwen2VLProcessor, "get_attributes", classmethod(_no_videos))
    patch.setattr(how, "WANTS", ())


def without_videos() -> None:
    """Leave the processor of videos out for good, where no test puts it back."""
    Qwen2VLProcessor.get_attributes = classmethod(_no_videos)  # type: ignore[assignment]


def _no_videos(_: object) -> list[str]:
    return ["image_processor", "tokenizer"]


def qwen_image_edit(folder: Path) -> Weights:
    """Write and seal a Qwen-Image-Edit of random weights; first ``make_small``."""
    torch.manual_seed(0)
    transformer = QwenImageTransformer2DModel(
        patch_size=2, in_channels=16, out_channels=4, num_layers=1, attention_head_dim=16, num_attention_heads=1,
        joint_attention_dim=16, guidance_embeds=False, axes_dims_rope=(4, 6, 6),
    )  # fmt: skip
    vae = AutoencoderKLQwenImage(
        base_dim=8,
        z_dim=4,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        latents_mean=[0.1] * 4,
        latents_std=[0.5] * 4,
    )
    words = tokenizer_of_pictures()
    encoder = Qwen2_5_VLForConditionalGeneration(encoder_config(words))
    _enliven(transformer, vae.decoder, encoder)
    pipe = QwenImageEditInpaintPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(), vae=vae, transformer=transformer, tokenizer=words,
        text_encoder=encoder, processor=Qwen2VLProcessor(Qwen2VLImageProcessorPil(max_pixels=112 * 112), words),
    )  # fmt: skip
    pipe.save_pretrained(folder)
    return seal(folder, "QwenImageEditInpaintPipeline", "Apache-2.0", commercial=True)


def _enliven(*models: torch.nn.Module) -> None:
    """Draw larger weights: by diffusers' own hardly anything comes through that differs by seed or words."""
    for weight in (each for model in models for each in model.parameters() if each.dim() > 1):
        torch.nn.init.normal_(weight, std=1.5 * weight[0].numel() ** -0.5)


def tokenizer_of_pictures() -> PreTrainedTokenizerFast:
    """Return the tests' tokenizer, with the marks between which a picture lies."""
    words = tokenizer()
    words.add_special_tokens({"additional_special_tokens": [*MARKS.values()]})
    return words


def encoder_config(
    words: PreTrainedTokenizerFast, text: Mapping[str, Any] = TEXT, vision: Mapping[str, Any] = VISION
) -> Qwen2_5_VLConfig:
    """Return what reads words and pictures, tiny, or as large as it is with ``**FULL``."""
    ids = {name: words.convert_tokens_to_ids(mark) for name, mark in MARKS.items()}
    own = {"vocab_size": len(words), "bos_token_id": None, "eos_token_id": None}
    return Qwen2_5_VLConfig(
        text_config={**own, **text}, vision_config=dict(vision), vision_start_token_id=ids["vision_start"],
        vision_end_token_id=ids["vision_end"], image_token_id=ids["image"], video_token_id=ids["video"],
    )  # fmt: skip
