"""Pipelines with every part of the real ones, random weights and a few kilobytes: built from configs, no network."""

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLFlux2,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinInpaintPipeline,
    Flux2Transformer2DModel,
    StableDiffusionXLInpaintPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3ForCausalLM,
)

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


def sdxl(folder: Path, *, adapter: bool = False) -> Weights:
    """Write and seal an SDXL inpainting pipeline of random weights, with an IP-Adapter if asked."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        block_out_channels=(32, 64), layers_per_block=1, sample_size=32, in_channels=9, out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(2, 4), use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=8,
        transformer_layers_per_block=(1, 1), projection_class_embeddings_input_dim=6 * 8 + 32, cross_attention_dim=64,
    )  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=(4, 4, 4, 4), in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4, latent_channels=4, norm_num_groups=1, sample_size=64,
    )  # fmt: skip
    text = CLIPTextConfig(
        hidden_size=32, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2, vocab_size=64,
        projection_dim=32, bos_token_id=2, eos_token_id=3, max_position_embeddings=77,
    )  # fmt: skip
    words = tokenizer()
    words.model_max_length = 77
    pipe = StableDiffusionXLInpaintPipeline(
        vae=vae, text_encoder=CLIPTextModel(text), text_encoder_2=CLIPTextModelWithProjection(text), tokenizer=words,
        tokenizer_2=words, unet=unet, scheduler=EulerDiscreteScheduler(),
    )  # fmt: skip
    pipe.save_pretrained(folder)
    if adapter:
        _ip_adapter(folder / "ip_adapter", unet)
    return seal(folder, "StableDiffusionXLInpaintPipeline", "OpenRAIL++-M", commercial=True)


def _ip_adapter(folder: Path, unet: UNet2DConditionModel) -> None:
    """Write a plain IP-Adapter for a UNet, and the encoder of the pictures that it is shown."""
    config = CLIPVisionConfig(
        hidden_size=8, projection_dim=8, num_hidden_layers=1, num_attention_heads=2, image_size=32,
        intermediate_size=8, patch_size=8,
    )  # fmt: skip
    CLIPVisionModelWithProjection(config).save_pretrained(folder / "image_encoder")
    inner = unet.config.cross_attention_dim
    weights = {
        "image_proj.proj.weight": torch.randn(4 * inner, 8), "image_proj.proj.bias": torch.zeros(4 * inner),
        "image_proj.norm.weight": torch.ones(inner), "image_proj.norm.bias": torch.zeros(inner),
    }  # fmt: skip
    crossed = [name for name in unet.attn_processors if not name.endswith("attn1.processor")]
    for number, name in enumerate(crossed):
        width = unet.get_submodule(name.removesuffix(".processor")).to_k.weight.shape[0]
        for part in ("to_k_ip", "to_v_ip"):
            weights[f"ip_adapter.{2 * number + 1}.{part}.weight"] = torch.randn(width, inner)
    save_file(weights, folder / "ip-adapter.safetensors")
