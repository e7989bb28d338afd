"""One LiteRT network: bytes in, arrays in, arrays out."""

from typing import Any

import numpy as np


class Network:
    """A loaded ``.tflite`` model with one input. Not shared between threads."""

    def __init__(self, weights: bytes) -> None:
        """Load verified bytes; one thread, so that the result is the same on every machine."""
        from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415  heavy

        self.interpreter: Any = Interpreter(model_content=weights, num_threads=1)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]["index"]
        self.outputs = [d["index"] for d in self.interpreter.get_output_details()]

    def run(self, values: np.ndarray) -> list[np.ndarray]:
        """Return all outputs for one input."""
        self.interpreter.set_tensor(self.input, values)
        self.interpreter.invoke()
        return [self.interpreter.get_tensor(index) for index in self.outputs]
