"""Faces a second of a recogniser as large as InsightFace's (IResNet-50, random weights), one by one and several at once.

    python benchmarks/faces_at_once.py [--batches 4 32] [--output FILE]

Once as a PyTorch network on the device that there is, and once as an ONNX file in a pack, through our own engine and the
real FaceAnalysis: on a card only where onnxruntime has CUDA (onnxruntime-gpu), and the line says on what it ran.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1]))

from stopwatch import best_of, card, device, told

from catchlight.engines import insightface
from catchlight.models import ModelStore
from tests import standin_onnx

STAGES = ((64, 3), (128, 4), (256, 14), (512, 3))  # channels and blocks
SIDE, NUMBERS = 112, 512


@dataclass
class Figure:
    """One way: faces a second one by one and at once, and how far the numbers of the two are apart, as a share of the largest."""

    how: str
    batch: int
    one_by_one: float
    at_once: float
    apart: float


class Block(nn.Module):
    """Two convolutions and the way past them."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.way = nn.Sequential(
            nn.BatchNorm2d(before), nn.Conv2d(before, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after),
            nn.PReLU(after), nn.Conv2d(after, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after),
        )  # fmt: skip
        self.past = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Return both added."""
        found: torch.Tensor = self.way(seen) + self.past(seen)
        return found


def network(*, tiny: bool) -> nn.Module:
    """Return the recogniser."""
    torch.manual_seed(0)
    parts: list[nn.Module] = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.PReLU(64)]
    before = 64
    for channels, blocks in STAGES:
        for number in range(1 if tiny else blocks):
            parts.append(Block(before, channels, 1 if number else 2))
            before = channels
    return nn.Sequential(*parts, nn.BatchNorm2d(before), nn.Flatten(), nn.Linear(before * 49, NUMBERS)).eval()


class Graph:
    """The network as ONNX, node by node."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def walk(self, part: nn.Module, seen: str) -> str:
        """Write a part that sees a value; return the name of what it gives."""
        if isinstance(part, Block):
            return self._node("Add", [self.walk(part.way, seen), self.walk(part.past, seen)], [])
        if isinstance(part, nn.Sequential):
            for each in part:
                seen = self.walk(each, seen)
            return seen
        kind, tensors, more = _leaf(part)
        return self._node(kind, [seen], tensors, **more)

    def _node(self, kind: str, entries: list[str], tensors: list[Any], **more: Any) -> str:
        names = [f"w{len(self.weights) + n}" for n in range(len(tensors))]
        held = zip(tensors, names, strict=True)
        self.weights += [numpy_helper.from_array(tensor.detach().numpy(), name) for tensor, name in held]
        gives = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, [*entries, *names], [gives], **more))
        return gives


def _leaf(part: Any) -> tuple[str, list[Any], dict[str, Any]]:
    """Return ONNX's name of a layer, its weights and its attributes."""
    match part:
        case nn.Conv2d():
            sides = {"kernel_shape": part.kernel_size, "strides": part.stride, "pads": part.padding * 2}
            return "Conv", [part.weight], sides
        case nn.BatchNorm2d():
            return "BatchNormalization", [part.weight, part.bias, part.running_mean, part.running_var], {}
        case nn.PReLU():
            return "PRelu", [part.weight.reshape(-1, 1, 1)], {}
        case nn.Linear():
            return "Gemm", [part.weight, part.bias], {"transB": 1}
    return "Flatten", [], {}


def as_onnx(made: nn.Module) -> bytes:
    """Write the network as ONNX, for any number of faces."""
    written_as = Graph()
    last = written_as.walk(made, "input")
    entry = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["faces", 3, SIDE, SIDE])
    out = helper.make_tensor_value_info(last, TensorProto.FLOAT, ["faces", NUMBERS])
    graph = helper.make_graph(written_as.nodes, "iresnet", [entry], [out], written_as.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def as_torch(made: nn.Module, options: argparse.Namespace) -> Iterator[Figure]:
    """Time the network itself on the device, arrays on the host as a recogniser is given them."""
    made = made.to(device())
    for batch in options.batches:
        faces = torch.randn(batch, 3, SIDE, SIDE)

        def seen(some: torch.Tensor) -> np.ndarray:
            with torch.inference_mode():
                return np.asarray(made(some.to(device())).cpu())

        def singly(faces: torch.Tensor = faces) -> np.ndarray:
            return np.concatenate([seen(face[None]) for face in faces])

        together = seen(faces)
        apart = float(np.abs(singly() - together).max() / np.abs(together).max())
        slow, quick = (best_of(options.rounds, way) for way in (singly, lambda faces=faces: seen(faces)))
        yield Figure(f"PyTorch on {device()}", batch, batch / slow, batch / quick, apart)


def as_engine(data: bytes, options: argparse.Namespace) -> Iterator[Figure]:
    """Time our engine on a pack with the network in it."""
    with tempfile.TemporaryDirectory() as folder:
        files = standin_onnx.files() | {"w600k_r50.onnx": data}
        pack = standin_onnx.write_pack(Path(folder) / "pack", files)
        settings = insightface.Settings.model_validate({"pack": pack, "device": "auto"})
        engine = insightface.Engine(settings, ModelStore(Path(folder)))
    (face,) = engine.find(standin_onnx.picture(1))
    where = engine.app.models["recognition"].session.get_providers()[0].removesuffix("ExecutionProvider")
    for batch in options.batches:
        looks = [(standin_onnx.picture(seed), face) for seed in range(batch)]

        def singly(looks: list = looks) -> np.ndarray:  # type: ignore[type-arg]
            return np.stack([engine.describe(*look) for look in looks])

        def together(looks: list = looks) -> np.ndarray:  # type: ignore[type-arg]
            return np.stack(engine.describe_all(looks))

        apart = float(np.abs(singly() - together()).max())
        slow, quick = best_of(options.rounds, singly), best_of(options.rounds, together)
        yield Figure(f"our engine, onnxruntime on {where}", batch, batch / slow, batch / quick, apart)


def line(one: Figure) -> str:
    """Return a figure in words."""
    return (
        f"{one.how:32} {one.batch:3} faces: {one.one_by_one:8.1f} a second one by one "
        f"{one.at_once:8.1f} at once ({one.at_once / one.one_by_one:.2f} ×), apart {one.apart:.1e}"
    )


def main() -> None:
    """Measure, print a table, and write JSON if asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--batches", type=int, nargs="+", default=[4, 32])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tiny", action="store_true", help="one block a stage: to try the script")
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    print(f"{card()}, torch {torch.__version__}")
    made = network(tiny=options.tiny)
    data = as_onnx(made)
    told(chain(as_torch(made, options), as_engine(data, options)), line, options.output)


if __name__ == "__main__":
    main()
