"""Where the parts of a pipeline lie while it paints, and how its decoder saves memory."""

from typing import Any

from catchlight.engines._room import Mode

TILE = 512  # pixels: the decoders' own is 1024, where nothing is saved at a megapixel


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
