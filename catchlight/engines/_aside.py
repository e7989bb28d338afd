"""One batch becomes pictures beside the denoising of the next: on a stream of its own, where there is a card."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


class Aside:
    """Room for one batch: who takes a turn waits until the batch before is decoded."""

    def __init__(self, device: Any) -> None:
        """Open a stream on the card; on a processor a turn is only a turn."""
        import torch  # noqa: PLC0415  heavy

        self.turn = threading.Lock()
        self._stream: Any = torch.cuda.Stream(device) if device.type == "cuda" else None  # type: ignore[no-untyped-call]

    def take(self, latents: Any) -> None:
        """Take a turn for these latents, while nobody else can queue work behind them: call with the card held."""
        import torch  # noqa: PLC0415  heavy

        self.turn.acquire()
        if self._stream is None:
            return
        try:
            self._stream.wait_event(torch.cuda.current_stream(latents.device).record_event())
            latents.record_stream(self._stream)
        except BaseException:
            self.turn.release()
            raise

    @contextmanager
    def decoding(self) -> Iterator[None]:
        """Compute in the turn that was taken, and give it back; what is computed has to be on the host by then."""
        import torch  # noqa: PLC0415  heavy

        try:
            with torch.inference_mode(), torch.cuda.stream(self._stream):
                yield
        finally:
            self.turn.release()


def to_bytes(made: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures, n × 3 × h × w of 0–1, as n × h × w × 3 bytes on the host, and where they were numbers."""
    finite = made.isfinite().all(1)
    found = (made.float().nan_to_num() * 255).clamp(0, 255).round().byte().permute(0, 2, 3, 1).contiguous()
    return found.cpu().numpy(), finite.cpu().numpy()
