"""Pipelines in full size with random weights, or tiny ones, on the device that there is: speed does not know what weights mean."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import diffusers
import pytest
import torch
import transformers
from stopwatch import device

from catchlight.engines._pipelines import flux2_klein, qwen_image_edit, sdxl
from tests import tiny_qwen

TOKENS = 512  # that klein reads
_TINY_VAE = {"block_out_channels": (8, 8, 8, 8), "norm_num_groups": 1, "layers_per_block": 1}
_FOUR = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}


@dataclass
class Made:
    """A pipeline, its declaration, words as it takes them, and how a plain loop reads them; ``text`` reads words alone."""

    pipe: Any
    how: ModuleType
    words: dict[str, Any]
    read: Callable[[], dict[str, Any]]
    text: Any = None

    @property
    def denoiser(self) -> Any:
        """The part that denoises."""
        return getattr(self.pipe, self.how.DENOISER)

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each part that stays with the painter."""
        parts = {
            name: part for name, part in self.pipe.components.items() if isinstance(part, torch.nn.Module)
        }
        return {n: sum(w.numel() * w.element_size() for w in part.parameters()) for n, part in parts.items()}


def make(name: str, *, tiny: bool) -> Made:
    """Return ``klein``, ``sdxl`` or ``qwen``."""
    torch.set_default_dtype(torch.float32 if tiny else torch.bfloat16)
    try:
        with torch.device(device()):
            made = {"klein": _klein, "sdxl": _sdxl, "qwen": _qwen}[name](tiny=tiny)
    finally:
        torch.set_default_dtype(torch.float32)
    for part in made.pipe.components.values():
        if isinstance(part, torch.nn.Module):
            part.eval()
    made.pipe.set_progress_bar_config(disable=True)
    made.how.prepare(made.pipe, Path("no adapter"))
    return made


def _klein(*, tiny: bool) -> Made:
    size: dict[str, Any] = {"num_layers": 5, "num_single_layers": 20, "attention_head_dim": 128, "num_attention_heads": 24,
            "joint_attention_dim": 7680, "axes_dims_rope": (32, 32, 32, 32)}  # fmt: skip
    words: dict[str, Any] = {"hidden_size": 2560, "num_hidden_layers": 36, "num_attention_heads": 32,
             "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 9728, "vocab_size": 151_936}  # fmt: skip
    if tiny:
        size |= {"num_layers": 1, "num_single_layers": 1, "attention_head_dim": 16, "num_attention_heads": 2,
                 "joint_attention_dim": 48, "axes_dims_rope": (4, 4, 4, 4)}  # fmt: skip
        words |= {"hidden_size": 16, "num_hidden_layers": 28, "num_attention_heads": 2, "num_key_value_heads": 2,
                  "head_dim": 8, "intermediate_size": 16, "vocab_size": 64}  # fmt: skip
    transformer = diffusers.Flux2Transformer2DModel(
        patch_size=1, in_channels=128, timestep_guidance_channels=256, mlp_ratio=3.0, rope_theta=2000, eps=1e-6,
        guidance_embeds=False, **size,
    )  # fmt: skip
    text = transformers.Qwen3ForCausalLM(transformers.Qwen3Config(**words)).eval()
    pipe = diffusers.Flux2KleinInpaintPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(), text_encoder=None, tokenizer=None,
        vae=diffusers.AutoencoderKLFlux2(**(_TINY_VAE if tiny else {})), transformer=transformer, is_distilled=True,
    )  # fmt: skip

    def read() -> dict[str, Any]:
        """Read 512 tokens as klein does: three layers of the text encoder beside each other."""
        tokens = torch.randint(0, text.config.vocab_size, (1, TOKENS), device=device())
        with torch.inference_mode():
            layers = text.model(tokens, output_hidden_states=True, use_cache=False).hidden_states
        return {"prompt_embeds": torch.cat([layers[n] for n in (9, 18, 27)], dim=-1)}

    return Made(pipe, flux2_klein, read(), read, text)


def _sdxl(*, tiny: bool) -> Made:
    """Words are given, to the plain loop too: both encoders together are a tenth of the denoiser, and read once a preset."""
    width, pooled = (64, 32) if tiny else (2048, 1280)
    size: dict[str, Any] = {"block_out_channels": (320, 640, 1280), "layers_per_block": 2, "attention_head_dim": (5, 10, 20),
            "transformer_layers_per_block": (1, 2, 10), "addition_time_embed_dim": 256, "sample_size": 128,
            "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")}  # fmt: skip
    if tiny:
        size |= {"block_out_channels": (32, 64), "layers_per_block": 1, "attention_head_dim": (2, 4),
                 "transformer_layers_per_block": (1, 1), "addition_time_embed_dim": 8, "sample_size": 32,
                 "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
                 "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D")}  # fmt: skip
    unet = diffusers.UNet2DConditionModel(
        in_channels=9, out_channels=4, use_linear_projection=True, addition_embed_type="text_time",
        cross_attention_dim=width, projection_class_embeddings_input_dim=pooled + 6 * size["addition_time_embed_dim"],
        **size,
    )  # fmt: skip
    vae = {"block_out_channels": (128, 256, 512, 512), "layers_per_block": 2} | (_TINY_VAE if tiny else {})
    with torch.device("cpu"):
        steps = diffusers.EulerDiscreteScheduler()
    pipe = diffusers.StableDiffusionXLInpaintPipeline(
        vae=diffusers.AutoencoderKL(latent_channels=4, scaling_factor=0.13025, **_FOUR, **vae), unet=unet, scheduler=steps,
        text_encoder=None, text_encoder_2=None, tokenizer=None, tokenizer_2=None,
    )  # fmt: skip
    dice = {name: torch.randn(1, 77, width) for name in ("prompt_embeds", "negative_prompt_embeds")}
    dice |= {
        name: torch.randn(1, pooled) for name in ("pooled_prompt_embeds", "negative_pooled_prompt_embeds")
    }
    return Made(pipe, sdxl, dice, lambda: dice)


def _qwen(*, tiny: bool) -> Made:
    """Words are the tests' own, few instead of many: they are read with each picture, which gives most of the tokens."""
    tiny_qwen.make_small(pytest.MonkeyPatch()) if tiny else tiny_qwen.without_videos()
    words = tiny_qwen.tokenizer_of_pictures()
    size: dict[str, Any] = {"in_channels": 64, "out_channels": 16, "num_layers": 60, "attention_head_dim": 128,
            "num_attention_heads": 24, "joint_attention_dim": 3584, "axes_dims_rope": (16, 56, 56)}  # fmt: skip
    vae: dict[str, Any] = {}
    config = tiny_qwen.encoder_config(words, **({} if tiny else tiny_qwen.FULL))
    if tiny:
        size |= {"in_channels": 16, "out_channels": 4, "num_layers": 1, "attention_head_dim": 16, "num_attention_heads": 1,
                 "joint_attention_dim": 16, "axes_dims_rope": (4, 6, 6)}  # fmt: skip
        vae = {"base_dim": 8, "z_dim": 4, "dim_mult": [1, 1, 1, 1], "num_res_blocks": 1, "latents_mean": [0.1] * 4,
               "latents_std": [0.5] * 4}  # fmt: skip
    with torch.device("cpu"):
        steps = diffusers.FlowMatchEulerDiscreteScheduler()
    pipe = diffusers.QwenImageEditInpaintPipeline(
        scheduler=steps, vae=diffusers.AutoencoderKLQwenImage(**vae), tokenizer=words,
        transformer=diffusers.QwenImageTransformer2DModel(patch_size=2, guidance_embeds=False, **size),
        text_encoder=transformers.Qwen2_5_VLForConditionalGeneration(config),
        processor=transformers.Qwen2VLProcessor(transformers.Qwen2VLImageProcessorPil(), words),
    )  # fmt: skip
    return Made(pipe, qwen_image_edit, {}, dict)
