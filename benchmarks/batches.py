"""Whether a network on the processor gains when several people are put into one batch.

    python benchmarks/batches.py [--rounds 12] [--output FILE]

The default engine's networks, each with one thread as a worker has it, on noise, in batches of 1, 4 and 8: processor
milliseconds a person, best of the rounds, and how far a person's numbers are from those of a batch of one. The peer is the batch of one.
A network whose graph does not keep people apart in a batch says so.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from catchlight.models import ModelStore, default_root

_NETWORKS = ("selfie_segmentation", "face_landmark", "face_detection_short_range", "iris_landmark")
_SIZES = (1, 4, 8)


def _loaded(weights: bytes, people: int) -> Any:
    network = Interpreter(model_content=weights, num_threads=1)
    given = network.get_input_details()[0]
    network.resize_tensor_input(given["index"], [people, *given["shape"][1:]])
    network.allocate_tensors()
    return network


def _run(network: Any, pictures: np.ndarray) -> list[np.ndarray]:
    network.set_tensor(network.get_input_details()[0]["index"], pictures)
    network.invoke()
    return [network.get_tensor(one["index"]) for one in network.get_output_details()]


def _milliseconds(network: Any, pictures: np.ndarray, rounds: int) -> float:
    took = []
    for _ in range(rounds):
        began = time.process_time()
        _run(network, pictures)
        took.append(time.process_time() - began)
    return round(1000 * min(took) / len(pictures), 2)


def measure(name: str, rounds: int) -> dict[str, dict[str, Any]]:
    """Return, by batch, milliseconds a person, and the largest difference to a batch of one (None: people are not kept apart)."""
    weights = ModelStore(default_root()).load(name)
    alone = _loaded(weights, 1)
    shape = alone.get_input_details()[0]["shape"]
    pictures = np.random.default_rng(0).random((max(_SIZES), *shape[1:]), np.float32)
    told: dict[str, dict[str, Any]] = {}
    for people in _SIZES:
        network = _loaded(weights, people)
        together, single = _run(network, pictures[:people]), _run(alone, pictures[people - 1 : people])
        apart = all(len(many) == people for many in together)
        off = (
            max(float(abs(many[-1:] - one).max()) for many, one in zip(together, single, strict=True))
            if apart
            else None
        )
        told[str(people)] = {"ms": _milliseconds(network, pictures[:people], rounds), "off": off}
    return told


def main() -> None:
    """Measure and tell."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=12)
    options.add_argument("--output", type=Path)
    asked = options.parse_args()
    told = {name: measure(name, asked.rounds) for name in _NETWORKS}
    for name, sizes in told.items():
        for people, row in sizes.items():
            off = "people are not kept apart" if row["off"] is None else f"off by {row['off']:.1e}"
            print(f"{name:28}batch of {people}{row['ms']:8.2f} ms a person   {off}")
    if asked.output:
        asked.output.write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
