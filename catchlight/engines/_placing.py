"""Where the parts of a pipeline lie while it paints, and how its decoder saves memory."""

import os
from typing import Any

from catchlight.device import Device, pick
from catchlight.engines._room import Mode
from catchlight.errors import ConfigError

TILE = 512  # pixels: the decoders' own is 1024, where nothing is saved at a megapixel


def device_for(wanted: Device) -> Any:
    """Return where to paint; ConfigError when this process was given a card and torch cannot use it: a processor takes hours."""
    found, card = pick(wanted), os.environ.get("CUDA_VISIBLE_DEVICES", "")
    if wanted == "auto" and found.type == "cpu" and card not in {"", "-1"}:
        message = (
            f"engines.options.diffusion: there is a graphics card (CUDA_VISIBLE_DEVICES is {card!r}), and torch cannot use it; "
            "install a torch for it, see that this account may open /dev/nvidia*, or say device = 'cpu' and wait long"
        )
        raise ConfigError(message)
    return found


def place(pipe: Any, mode: Mode, device: Any) -> None:
    """Put all on the device, or one part at a time, or block by block, the next one copied while one computes."""
    if mode == "offload":
        pipe.enable_model_cpu_offload(device=device)
    elif mode == "layers":
        pipe.enable_group_offload(
            onload_device=device, offload_type="block_level", num_blocks_per_group=1,
            use_stream=device.type == "cuda", exclude_modules=["vae"],
        )  # fmt: skip
        pipe.vae.to(device)
    else:
        pipe.to(device)


def tile(vae: Any) -> None:
    """Encode and decode in tiles that are smaller than the picture."""
    vae.enable_tiling()
    if hasattr(vae, "tile_latent_min_size"):  # others bring tiles of their own
        scale = 2 ** (len(vae.config.block_out_channels) - 1)
        vae.tile_sample_min_size, vae.tile_latent_min_size = TILE, TILE // scale
