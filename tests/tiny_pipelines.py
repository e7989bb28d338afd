"""Pipelines with every part of the real ones, random weights and a few kilobytes: built from configs, no network."""

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKLFlux2,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinInpaintPipeline,
    Flux2Transformer2DModel,
)
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from catchlight.weights import Weights, seal

LAYERS = 28  # klein reads its words from layers 9, 18 and 27


def tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer of 64 words, to which every other word is the same."""
    words = {"<unk>": 0, "<pad>": 1, **{f"w{n}": n for n in range(2, 64)}}
    made = Tokenizer(models.WordLevel(words, unk_token="<unk>"))  # noqa: S106  no password
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    template = "{% for m in messages %}{{ m['content'] }} {% endfor %}"
    return PreTrainedTokenizerFast(
        tokenizer_object=made, unk_token="<unk>", pad_token="<pad>", chat_template=template  # noqa: S106
    )  # fmt: skip


def flux2_klein(folder: Path) -> Weights:
    """Write and seal a FLUX.2 klein of random weights."""
    torch.manual_seed(0)
    transformer = Flux2Transformer2DModel(
        patch_size=1, in_channels=4, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=48, timestep_guidance_channels=256, axes_dims_rope=[4, 4, 4, 4], guidance_embeds=False,
    )  # fmt: skip
    vae = AutoencoderKLFlux2(
        sample_size=32, in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4, block_out_channels=(4, 4, 4, 4), layers_per_block=1, latent_channels=1,
        norm_num_groups=1, use_quant_conv=False, use_post_quant_conv=False,
    )  # fmt: skip
    config = Qwen3Config(
        intermediate_size=16, hidden_size=16, num_hidden_layers=LAYERS, num_attention_heads=2,
        num_key_value_heads=2, vocab_size=64, max_position_embeddings=512,
    )  # fmt: skip
    pipe = Flux2KleinInpaintPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(), vae=vae, text_encoder=Qwen3ForCausalLM(config),
        tokenizer=tokenizer(), transformer=transformer, is_distilled=True,
    )  # fmt: skip
    pipe.save_pretrained(folder)
    return seal(folder, "Flux2KleinInpaintPipeline", "Apache-2.0", commercial=True)
