"""Tiny ONNX graphs with the signatures of InsightFace's networks: the real FaceAnalysis runs them.

The detector sees one face, at a fixed place, in any picture that is not black; the landmark networks
draw a head turned as asked; the recogniser projects the pooled picture, so that equal pictures agree.
Every graph is the same bytes each time.
"""

import re
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from catchlight.anatomy import Picture
from catchlight.vault import digest_of

SIDE = 320  # of the square picture that these places are told in
CENTRE, REACH = (160.0, 152.0), 80.0  # the face box: its centre and half its side
HEAD = 96.0  # pixels per unit of the mean head
STRIDES = (8, 16, 32)


def head(yaw: float = 0, pitch: float = 0, roll: float = 0) -> np.ndarray:
    """Return InsightFace's mean head, 68 points (x right, y down, z nearer), turned by degrees.

    yaw > 0 turns to the person's left, pitch > 0 up, roll > 0 clockwise in the picture.
    """
    from insightface.data import get_object  # noqa: PLC0415  heavy

    x, y, z = np.deg2rad([pitch, yaw, roll])
    about_x = [[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]]
    about_y = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    about_z = [[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]]
    return np.asarray(get_object("meanshape_68.pkl") @ (np.array(about_z) @ about_y @ about_x).T)


def five_points(points: np.ndarray) -> np.ndarray:
    """Return where the detector puts its five points for this head, in a 320² picture."""
    parts = [points[[36, 39]].mean(0), points[[42, 45]].mean(0), points[30], points[48], points[54]]
    return np.stack(parts)[:, :2] * HEAD + CENTRE


def detector(points: np.ndarray, *, bystander: bool = False) -> bytes:
    """Return a SCRFD signature: any size in, nine outputs (score, box, five points at three strides).

    A ``bystander`` is a smaller face in the corner that the detector is surer of.
    """
    faces = {8: _answer(0.9, CENTRE, REACH, five_points(points))}
    if bystander:
        faces[16] = _answer(0.95, (280.0, 40.0), 20.0, (five_points(points) - CENTRE) / 4 + (280, 40))
    consts = {name: np.array(v, np.float32) for name, v in (("one", 1), ("fifty", 50), ("side", SIDE))}
    consts["flat"] = np.array([1, 1])
    nodes = [
        *_steps("ReduceMean(input)=mean Add(mean,one)=above Mul(above,fifty)=steep Floor(steep)=whole"),
        *_steps(
            "Min(whole,one)=bit Reshape(bit,flat)=lit"
        ),  # black is -0.996 after normalisation: 0; anything brighter: 1
        helper.make_node("Shape", ["input"], ["height"], start=2, end=3),
        helper.make_node("Shape", ["input"], ["width"], start=3, end=4),
        helper.make_node("Cast", ["height"], ["pixels"], to=TensorProto.FLOAT),
        *_steps("Div(pixels,side)=scale"),
    ]
    outputs = []
    for kind, width in (("score", 1), ("bbox", 4), ("kps", 10)):
        for stride in STRIDES:
            name = f"{kind}{stride}"
            row = faces.get(stride, {}).get(kind, np.zeros(width))
            consts[f"{name}row"] = np.array(row / (1 if kind == "score" else stride), np.float32).reshape(
                1, -1
            )
            nodes += _first_row(name, "lit" if kind == "score" else "scale", stride, width, consts)
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, width]))
    return _bytes(nodes, (1, 3, "height", "width"), outputs, consts)


def _answer(
    score: float, centre: tuple[float, float], reach: float, five: np.ndarray
) -> dict[str, np.ndarray]:
    """Return one face as seen from the anchor in the corner: distances to the sides, and the points."""
    x, y = centre
    box = np.array([reach - x, reach - y, x + reach, y + reach])
    return {"score": np.array([score]), "bbox": box, "kps": five.ravel()}


def _first_row(
    name: str, factor: str, stride: int, width: int, consts: dict[str, np.ndarray]
) -> list[onnx.NodeProto]:
    """Return nodes: ``factor`` times the row for the first anchor, zeros for all others."""
    n = name
    consts |= {f"{n}stride": np.array([stride]), f"{n}two": np.array([2]), f"{n}less": np.array([1])}
    consts[f"{n}wide"] = np.array([width])
    return [
        *_steps(f"Div(height,{n}stride)={n}h Div(width,{n}stride)={n}w Mul({n}h,{n}w)={n}cells"),
        *_steps(f"Mul({n}cells,{n}two)={n}anchors Sub({n}anchors,{n}less)={n}others"),
        helper.make_node("Concat", [f"{n}others", f"{n}wide"], [f"{n}shape"], axis=0),
        *_steps(f"ConstantOfShape({n}shape)={n}zeros Mul({n}row,{factor})={n}first"),
        helper.make_node("Concat", [f"{n}first", f"{n}zeros"], [name], axis=0),
    ]


def _steps(text: str) -> list[onnx.NodeProto]:
    """Read ``Operator(inputs)=output`` steps, separated by spaces."""
    steps = [re.fullmatch(r"(\w+)\(([\w,]+)\)=(\w+)", step) for step in text.split()]
    return [helper.make_node(m[1], m[2].split(","), [m[3]]) for m in steps if m]


def landmarks68(points: np.ndarray) -> bytes:
    """Return a 1k3d68 signature: 192² in, 1,103 points in 3-D out, of which the last 68 count."""
    values = np.zeros((1103, 3), np.float32)
    values[-68:] = points * HEAD / (REACH * 1.5)
    return _fixed((1, 3, 192, 192), values.reshape(1, -1))


def landmarks106(points: np.ndarray) -> bytes:
    """Return a 2d106 signature: 192² in, 106 points out; the first 33 are the contour, the others astray."""
    values = np.full((106, 2), 2, np.float32)
    along = np.linspace(0, 16, 33)
    values[:33] = [[np.interp(t, range(17), points[:17, axis]) * 1.1 for axis in (0, 1)] for t in along]
    return _fixed((1, 3, 192, 192), (values * HEAD / (REACH * 1.5)).reshape(1, -1))


def recogniser(batch: int | str = 1) -> bytes:
    """Return an ArcFace signature: 112² in, 512 numbers out, of a batch that is fixed or not. It does not see blue."""
    random = np.random.default_rng(7).standard_normal((147, 512)).astype(np.float32)
    random[98:] = 0
    nodes = [
        helper.make_node("AveragePool", ["input"], ["pooled"], kernel_shape=[16, 16], strides=[16, 16]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "random"], ["out"]),
    ]
    outputs = [helper.make_tensor_value_info("out", TensorProto.FLOAT, [batch, 512])]
    return _bytes(nodes, (batch, 3, 112, 112), outputs, {"random": random})


def trap(side: int, width: int) -> bytes:
    """Return a network that cannot be opened: its one operator exists nowhere."""
    nodes = [helper.make_node("NobodyKnowsThis", ["input"], ["out"])]
    outputs = [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, width])]
    return _bytes(nodes, (1, 3, side, side), outputs, {})


def genderage() -> bytes:
    """Return a genderage signature (96² in, 3 numbers out) that cannot be opened."""
    return trap(96, 3)


def _fixed(shape: tuple[int, ...], values: np.ndarray) -> bytes:
    """Return a graph that gives ``values`` whatever it is shown."""
    nodes = _steps("ReduceMean(input)=mean Mul(mean,zero)=none")
    nodes += _steps("Reshape(none,flat)=nothing Add(values,nothing)=out")
    outputs = [helper.make_tensor_value_info("out", TensorProto.FLOAT, list(values.shape))]
    return _bytes(
        nodes, shape, outputs, {"values": values, "zero": np.array(0, np.float32), "flat": np.array([1, 1])}
    )


def _bytes(
    nodes: list[onnx.NodeProto],
    shape: tuple[int | str, ...],
    outputs: list[onnx.ValueInfoProto],
    consts: dict[str, np.ndarray],
) -> bytes:
    entry = helper.make_tensor_value_info("input", TensorProto.FLOAT, list(shape))
    weights = [numpy_helper.from_array(v, name) for name, v in consts.items()]
    graph = helper.make_graph(nodes, "standin", [entry], outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def files(yaw: float = 0, pitch: float = 0, roll: float = 0) -> dict[str, bytes]:
    """Return a whole pack, named as InsightFace's packs are, of one head."""
    points = head(yaw, pitch, roll)
    return {
        "1k3d68.onnx": landmarks68(points),
        "2d106det.onnx": landmarks106(points),
        "det_10g.onnx": detector(points),
        "genderage.onnx": genderage(),
        "w600k_r50.onnx": recogniser(),
    }


def write_pack(
    folder: Path, graphs: dict[str, bytes], *, commercial: bool = True, licence_file: str = ""
) -> Path:
    """Write a pack with the manifest that a company's IT writes; return ``folder``."""
    folder.mkdir()
    tables = []
    for name, data in graphs.items():
        (folder / name).write_bytes(data)
        table = f'[[model]]\nfile = "{name}"\nsha256 = "{digest_of(data)}"\n'
        table += f'licence = "contract 12"\ncommercial = {str(commercial).lower()}\n'
        tables.append(table + (f'licence_file = "{licence_file}"\n' if licence_file else ""))
    (folder / "catchlight-models.toml").write_text("\n".join(tables))
    return folder


def picture(seed: int, height: int = SIDE, width: int = SIDE) -> Picture:
    """Return soft coloured noise: any picture that is not black has the stand-in's face."""
    noise = np.random.default_rng(seed).integers(40, 255, (height // 16, width // 16, 3), np.uint8)
    return noise.repeat(16, axis=0).repeat(16, axis=1)
