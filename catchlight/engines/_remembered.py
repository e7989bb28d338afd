"""What a picture was encoded to is remembered: the takes and rounds of one person begin with the same picture."""

import hashlib
from collections import OrderedDict
from types import SimpleNamespace
from typing import Any

KEPT = 16  # encodings, some megabytes each: workers take turns, so that rounds of several people interleave


class Remembered:
    """Encodes as the autoencoder does, the same values only once, to the middle of what they may mean.

    Pipelines draw from that with the generator of a batch's first take: a seed's noise then depended on its place.
    """

    def __init__(self, vae: Any) -> None:
        """Stand before ``vae.encode``; a pipeline then calls this."""
        self._vae, self._encode = vae, vae.encode
        self._known: OrderedDict[tuple[object, ...], Any] = OrderedDict()

    def __call__(self, picture: Any) -> Any:
        """Return the encoding of pictures, n × 3 × h × w, as its ``latents``."""
        key = (_digest(picture), picture.shape, picture.dtype, self._vae.use_tiling)
        found = self._known.pop(key, None) or self._encoded(picture)
        self._known[key] = found
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return found

    def _encoded(self, picture: Any) -> Any:
        return SimpleNamespace(latents=self._encode(picture).latent_dist.mode())


def remember(vae: Any) -> None:
    """Let an autoencoder remember."""
    if not isinstance(vae.encode, Remembered):
        vae.encode = Remembered(vae)


def _digest(picture: Any) -> bytes:
    import torch  # noqa: PLC0415  heavy

    return hashlib.sha256(picture.contiguous().cpu().view(torch.uint8).numpy()).digest()
