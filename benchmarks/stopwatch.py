"""How ways to paint are timed: seconds a picture, pictures a second, the denoiser's share, peak memory."""

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch

T = TypeVar("T")


@dataclass
class Figure:
    """One way to paint: seconds a picture, pictures a second, share of the denoiser, peak memory in GB."""

    how: str
    seconds: float
    a_second: float
    denoiser: float
    peak: float


def device() -> str:
    """Return where to compute."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def card() -> str:
    """Return the name of what computes."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "no graphics card"


def synchronise() -> None:
    """Wait until the card is done."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def freed() -> None:
    """Give back what nothing uses any more."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def peak() -> float:
    """Return the most memory that tensors had on the card since ``freed``, in GB."""
    return torch.cuda.max_memory_allocated() / 1e9 if torch.cuda.is_available() else 0.0


@contextmanager
def denoising(transformer: Any) -> Iterator[list[float]]:
    """Yield the seconds that the denoiser takes, filled at the end."""
    marks: list[tuple[Any, Any]] = []
    seconds: list[float] = []

    def mark() -> Any:
        if device() == "cpu":
            return time.perf_counter()
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    hooks = (
        transformer.register_forward_pre_hook(lambda *_: marks.append((mark(), None))),
        transformer.register_forward_hook(lambda *_: marks.append((marks.pop()[0], mark()))),
    )
    yield seconds
    for hook in hooks:
        hook.remove()
    synchronise()
    for first, last in marks:
        seconds.append(last - first if device() == "cpu" else first.elapsed_time(last) / 1000)


def timed(how: str, work: Callable[[], int], transformer: Any, rounds: int) -> Figure:
    """Run once to warm up, then some rounds; ``work`` returns how many pictures it made."""
    work()
    synchronise()
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    each, made, began = [], 0, time.perf_counter()
    with denoising(transformer) as inside:
        for _ in range(rounds):
            start = time.perf_counter()
            count = work()
            synchronise()
            each.append((time.perf_counter() - start) / count)
            made += count
        wall = time.perf_counter() - began
    return Figure(how, statistics.median(each), made / wall, sum(inside) / wall, peak())


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """Return the fewest seconds of some rounds after one to warm up."""
    took = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        work()
        synchronise()
        took.append(time.perf_counter() - began)
    return min(took[1:])


def told(figures: Iterable[T], line: Callable[[T], str], output: Path | None) -> None:
    """Print a line for each figure as it is found, and write all that are known so far."""
    known: list[T] = []
    for one in figures:
        known.append(one)
        print(line(one), flush=True)
        written(output, known)


def written(file: Path | None, figures: list[Any], **more: Any) -> None:
    """Write what is known so far, if a file was asked for."""
    if file:
        plainly = {
            "card": card(),
            "torch": torch.__version__,
            "figures": [asdict(one) for one in figures],
            **more,
        }
        file.write_text(json.dumps(plainly, indent=1), encoding="utf-8")
