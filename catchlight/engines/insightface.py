"""InsightFace finds, traces and compares faces, from a directory of packs that the company licenses.

Only networks that do one of these jobs are opened; a pack's age-and-sex network never is.
"""

import logging
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32
from pydantic import BaseModel, ConfigDict, Field

from catchlight.anatomy import Face, Landmarks, OtherPicture, Picture
from catchlight.engines import Facts
from catchlight.engines._onnx_file import on_card, providers
from catchlight.engines._points68 import JAW, fit, landmarks
from catchlight.errors import ConfigError
from catchlight.models import ModelStore, verify_pack

FACTS = Facts(
    jobs=("faces", "landmarks", "likeness"), models=(), licence="pack", commercial=None, memory_mb=600,
    needs=("pack",),
)  # fmt: skip

JOBS = ("detection", "landmark_3d_68", "landmark_2d_106", "recognition")
OTHER = "it does no job of ours"
DETECTOR_OUTPUTS = (9, 15)  # score, box and five points at three or five strides
ALIGNED = (112, 128, 224, 256)  # sides of the upright face that InsightFace cuts out for a recogniser
SHORTEST_DESCRIPTOR = 128  # a classifier has a number per class: fewer


class Settings(BaseModel):
    """Which pack, whether its licence may forbid business use (tests, research), and where it runs."""

    model_config = ConfigDict(extra="forbid")
    pack: Path | None = Field(None, description="folder with .onnx files and their catchlight-models.toml")
    allow_noncommercial: bool = False
    score: float = Field(0.5, ge=0, le=1, description="how sure the detector must be")
    device: Literal["cpu", "auto", "cuda"] = Field("cpu", description="auto: CUDA where onnxruntime has it")


def prove(settings: Settings) -> None:
    """Refuse a pack that is not there, or not as its manifest vouches for it; nothing is loaded."""
    _unwanted(_verified(settings), str(settings.pack))


class Engine:
    """A face finder, tracer and recogniser. Descriptors stay in memory."""

    SAME_BELOW = 0.45
    KNOWS_PEOPLE = True

    def __init__(self, settings: Settings, models: ModelStore) -> None:  # noqa: ARG002  the pack is IT's
        """Load the verified networks of ``settings.pack``; ConfigError when that is not allowed.

        ``left_out`` has the files that were not opened, and why.
        """
        self.settings = settings
        files = _verified(settings)
        self.left_out = _unwanted(files, str(settings.pack))
        for name, reason in self.left_out.items():
            logging.getLogger(__name__).warning("%s: %s is not opened: %s", settings.pack, name, reason)
        self.app = _open({n: data for n, data in files.items() if n not in self.left_out}, settings)

    def find(self, picture: Picture) -> list[Face]:
        """Return the faces, largest first."""
        boxes, points = self.app.det_model.detect(_bgr(picture))
        found = [
            Face((float(b[0]), float(b[1]), float(b[2]), float(b[3])), p.astype(np.float32), float(b[4]))
            for b, p in zip(boxes, points, strict=True)
        ]
        return sorted(found, key=lambda face: -face.area)

    def trace(self, picture: Picture, face: Face, *, closely: bool = True) -> Landmarks:  # noqa: ARG002  one look has it all
        """Return the landmarks; ``mesh`` has the 68 points, nearer ones with smaller z."""
        pixels = _bgr(picture)
        seen = _as_insightface(face)
        points = self._model("landmark_3d_68").get(pixels, seen)
        fit(points, face)
        contour = points[JAW, :2]
        if "landmark_2d_106" in self.app.models:
            contour = self.app.models["landmark_2d_106"].get(pixels, seen)[:33]
        return landmarks(points.astype(np.float32), contour, seen.pose)

    def describe(self, picture: Picture, face: Face) -> Float32[np.ndarray, " n"]:
        """Return the descriptor of a face, of length one."""
        return self.describe_all([(picture, face)])[0]

    def describe_all(self, looks: Sequence[tuple[OtherPicture, Face]]) -> list[Float32[np.ndarray, " n"]]:
        """Return the descriptors of several faces: in one batch, unless the network was made for one at a time."""
        from insightface.utils.face_align import norm_crop  # noqa: PLC0415  heavy

        model = self._model("recognition")
        upright = [norm_crop(_bgr(picture), face.points, model.input_size[0]) for picture, face in looks]
        batches = [[one] for one in upright] if isinstance(model.input_shape[0], int) else [upright]
        found = np.concatenate([model.get_feat(batch) for batch in batches])
        return [np.asarray(one / np.linalg.norm(one), np.float32) for one in found]

    def distance(self, first: Float32[np.ndarray, " n"], second: Float32[np.ndarray, " n"]) -> float:
        """Return 1 - cosine; above 0.45 a person should look, below 0.30 the two are surely the same."""
        return max(0.0, 1 - float(first @ second))

    def _model(self, job: str) -> Any:
        if job not in self.app.models:
            has = ", ".join(self.app.models)
            message = (
                f"insightface.pack {self.settings.pack}: no {job} model in it (there are: {has}); "
                "let another engine do this job in the preset's [engines]"
            )
            raise ConfigError(message)
        return self.app.models[job]


def _verified(settings: Settings) -> dict[str, bytes]:
    """Return the pack's files as its manifest vouches for them."""
    if settings.pack is None:
        message = (
            "engines.options.insightface.pack is not set: name the folder of a model pack that your company "
            "has a licence for; Catchlight brings none"
        )
        raise ConfigError(message)
    return verify_pack(settings.pack, allow_noncommercial=settings.allow_noncommercial)


def _unwanted(files: dict[str, bytes], pack: str) -> dict[str, str]:
    """Return the networks that do none of our jobs, with the reason."""
    found = {name: _job(data) for name, data in files.items() if name.endswith(".onnx")}
    if "detection" not in found.values():
        message = f"insightface.pack {pack}: no detection model in it, which InsightFace needs for every job"
        raise ConfigError(message)
    return {name: job for name, job in found.items() if job not in JOBS}


def _job(model: bytes) -> str:
    """Read from a network's signature what InsightFace would use it for, without loading it."""
    import onnx  # noqa: PLC0415  heavy
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        graph = onnx.load_model_from_string(model).graph
    except DecodeError:
        return "not an ONNX model"
    weights = {tensor.name for tensor in graph.initializer}
    shapes = [_shape(value) for value in graph.input if value.name not in weights]
    match shapes:
        case [[_, _, height, width]]:
            return _job_of(height, width, [_shape(value)[-1:] for value in graph.output])
    return OTHER


def _shape(value: Any) -> list[int]:
    return [int(d.dim_value) for d in value.type.tensor_type.shape.dim]


def _job_of(height: int, width: int, outputs: list[list[int]]) -> str:
    """Only a full match counts: a classifier of 224² pixels must not pass for a recogniser."""
    if len(outputs) in DETECTOR_OUTPUTS:
        return "detection"
    match height, width, outputs:
        case 192, 192, [[3309]]:
            return "landmark_3d_68"
        case 192, 192, [[212]]:
            return "landmark_2d_106"
        case 96, 96, _:
            return "it guesses age or sex, which Catchlight never does"
        case _, _, [[numbers]] if height == width and height in ALIGNED and numbers >= SHORTEST_DESCRIPTOR:
            return "recognition"
    return OTHER


def _open(files: dict[str, bytes], settings: Settings) -> Any:
    """Give InsightFace the verified bytes in a private folder: what it loads is what was verified."""
    from insightface.app import FaceAnalysis  # noqa: PLC0415  heavy

    warnings.filterwarnings("ignore", category=FutureWarning, module="insightface")
    where = providers("insightface", settings.device)
    with tempfile.TemporaryDirectory(prefix="catchlight-") as folder:
        for name, data in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        try:
            # With static_shape_sessions it would read the detector's file again at the first picture.
            app = FaceAnalysis(folder, allowed_modules=JOBS, providers=where, static_shape_sessions=False)
        except Exception as error:  # onnxruntime's errors have no parent of their own
            message = f"insightface.pack {settings.pack}: InsightFace does not take it: {error!r}"
            raise ConfigError(message) from error
    for model in app.models.values():
        on_card("insightface", settings.device, model.session)
    app.prepare(ctx_id=0, det_thresh=settings.score)  # below 0 it would open the files again
    return app


def _bgr(picture: Picture) -> np.ndarray:
    return np.ascontiguousarray(picture[..., ::-1])


def _as_insightface(face: Face) -> Any:
    from insightface.app.common import Face as Seen  # noqa: PLC0415  heavy

    return Seen(bbox=np.array(face.box, np.float32), kps=face.points, det_score=face.score)
