"""The peer: what a competent engineer writes in an afternoon from public parts, without Catchlight.

Each photo of a folder is opened upright (Pillow), its face found (YuNet), levelled by the eyes and
cropped square, the person cut out (selfie mask, closed-form matting, foreground estimation), put on one
colour, saved as JPEG and compared with the source (dlib). Prints seconds per stage as JSON.

    python benchmarks/plain.py PHOTOS PORTRAITS --size 1024 --jobs 2
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import dlib
import numpy as np
import pymatting
from ai_edge_litert.interpreter import Interpreter
from PIL import Image, ImageColor, ImageOps

MODELS = Path(os.environ.get("CATCHLIGHT_MODELS", Path(__file__).parents[1] / ".models"))
YUNET, SELFIE = MODELS / "face_detection_yunet_2023mar.onnx", MODELS / "selfie_segmentation.tflite"
FIVE = MODELS / "shape_predictor_5_face_landmarks.dat"
RESNET = MODELS / "dlib_face_recognition_resnet_model_v1.dat"
PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif"}
HEAD_OF_BOX = 1.3  # crown to chin, in heights of YuNet's face box
HEAD, HEAD_AT_MOST, EYE_LINE = 0.64, 0.75, 0.44  # shares of the frame
# The default first tries a factorisation that fails on most portraits.
PRECONDITIONER = partial(pymatting.ichol, shifts=(1e-3, 1e-2))
BAND = 0.025  # half the unknown band of the trimap, share of the frame


class Plain:
    """The models, loaded once, and one method per stage."""

    def __init__(self, size: int, background: str) -> None:
        """Load the models from $CATCHLIGHT_MODELS."""
        self.size = size
        self.background = np.array(ImageColor.getrgb(background)[:3]) / 255
        self.finder = cv2.FaceDetectorYN.create(str(YUNET), "", (320, 320), 0.6)
        self.selfie = Interpreter(str(SELFIE), num_threads=1)
        self.selfie.allocate_tensors()
        self.five = dlib.shape_predictor(str(FIVE))
        self.net = dlib.face_recognition_model_v1(str(RESNET))

    def find(self, picture: np.ndarray) -> np.ndarray | None:
        """Return x, y, w, h, five points and score of the largest face, in picture pixels."""
        height, width = picture.shape[:2]
        scale = min(1.0, 640 / max(height, width))
        size = (round(width * scale), round(height * scale))
        self.finder.setInputSize(size)
        small = cv2.resize(picture[..., ::-1], size, interpolation=cv2.INTER_AREA)
        faces = self.finder.detect(small)[1]
        if faces is None:
            return None
        return np.asarray(max(faces, key=lambda face: face[2] * face[3])[:14] / scale)

    def segment(self, picture: np.ndarray) -> np.ndarray:
        """Return the person mask in 0 to 1 at the picture's size."""
        small = cv2.resize(picture, (256, 256), interpolation=cv2.INTER_AREA)
        entry, out = (
            d[0]["index"] for d in (self.selfie.get_input_details(), self.selfie.get_output_details())
        )
        self.selfie.set_tensor(entry, small[None].astype(np.float32) / 255)
        self.selfie.invoke()
        return np.asarray(cv2.resize(self.selfie.get_tensor(out).reshape(256, 256), picture.shape[1::-1]))

    def crop(self, picture: np.ndarray, face: np.ndarray) -> np.ndarray:
        """Return a square crop, level by the eyes, at the output size (at most twice the source's)."""
        right, left = face[4:6], face[6:8]
        angle = float(np.degrees(np.arctan2(left[1] - right[1], left[0] - right[0])))
        middle = (right + left) / 2
        height, width = picture.shape[:2]
        room = min(2 * middle[0], 2 * (width - middle[0]), (height - middle[1]) / (1 - EYE_LINE))
        head = HEAD_OF_BOX * face[3]
        side = round(float(max(head / HEAD_AT_MOST, min(head / HEAD, room))))
        turn = cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), angle, 1)
        turn[:, 2] += side * np.array([0.5, EYE_LINE]) - middle
        border = cv2.BORDER_REPLICATE
        level = cv2.warpAffine(picture, turn, (side, side), flags=cv2.INTER_CUBIC, borderMode=border)
        out = min(self.size, 2 * side)
        return cv2.resize(level, (out, out), interpolation=cv2.INTER_AREA if out < side else cv2.INTER_CUBIC)

    def trimap(self, mask: np.ndarray) -> np.ndarray:
        """Return 1 where surely the person, 0 where surely not, 0.5 between."""
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, [2 * round(BAND * len(mask)) + 1] * 2)
        person = (mask > 0.5).astype(np.uint8)
        return (cv2.erode(person, disc) + cv2.dilate(person, disc)) / 2

    def describe(self, picture: np.ndarray, face: np.ndarray) -> np.ndarray:
        """Return dlib's descriptor of a face."""
        x, y, w, h = (round(float(v)) for v in face[:4])
        shape = self.five(picture, dlib.rectangle(x, y + (h - w) // 2, x + w, y + (h + w) // 2))
        return np.array(self.net.compute_face_descriptor(picture, shape))

    def likeness(self, source: np.ndarray, face: np.ndarray, portrait: np.ndarray) -> float | None:
        """Return dlib's distance between source and portrait; None when the portrait has no face."""
        again = self.find(portrait)
        if again is None:
            return None
        return float(np.linalg.norm(self.describe(source, face) - self.describe(portrait, again)))

    def develop(self, file: Path, target: Path) -> dict[str, Any]:
        """Make one portrait; return what it took, or why there is none."""
        spent: dict[str, float] = {}
        try:
            with clock(spent, "open"):
                picture = np.array(ImageOps.exif_transpose(Image.open(file)).convert("RGB"))
        except (OSError, ValueError, SyntaxError) as error:
            return {"file": file.name, "error": str(error)}
        with clock(spent, "find"):
            face = self.find(picture)
        if face is None:
            return {"file": file.name, "error": "no face"}
        with clock(spent, "segment"):
            mask = self.segment(picture)
        with clock(spent, "crop"):
            frame = self.crop(picture, face) / 255
            trimap = self.trimap(self.crop(mask, face))
        with clock(spent, "alpha"):
            alpha = pymatting.estimate_alpha_cf(frame, trimap, preconditioner=PRECONDITIONER)
        with clock(spent, "foreground"):
            foreground = pymatting.estimate_foreground_ml(frame, alpha)
        with clock(spent, "composite"):
            blend = pymatting.blend(foreground, self.background, alpha)
            portrait = np.round(blend.clip(0, 1) * 255).astype(np.uint8)
        with clock(spent, "save"):
            Image.fromarray(portrait).save(target / f"{file.stem}.jpg", quality=92)
        with clock(spent, "likeness"):
            distance = self.likeness(picture, face, portrait)
        spent["total"] = round(sum(spent.values()), 4)
        return {"file": file.name, "size": len(portrait), "likeness": distance, "seconds": spent}


@contextlib.contextmanager
def clock(spent: dict[str, float], stage: str) -> Iterator[None]:
    """Note the seconds spent inside."""
    start = time.perf_counter()
    yield
    spent[stage] = round(time.perf_counter() - start, 4)


def prepare(barrier: Any, size: int, background: str, first: Path, target: Path) -> None:
    """Load the models, warm up on one picture (numba compiles), wait for the other processes."""
    sys.stdout = sys.stderr  # pymatting prints its warnings
    globals()["plain"] = Plain(size, background)
    globals()["plain"].develop(first, target)
    barrier.wait()


def develop(job: tuple[Path, Path]) -> Any:
    """Make one portrait in this process."""
    return globals()["plain"].develop(*job)


def main() -> None:
    """Run over a folder and print the timing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("portraits", type=Path)
    parser.add_argument("--size", type=int, default=1024, help="pixels of the square portrait, at most")
    parser.add_argument("--background", default="#e6e8eb")
    parser.add_argument("--limit", type=int, help="only the first so many photos")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    args = parser.parse_args()
    missing = [str(file) for file in (YUNET, SELFIE, FIVE, RESNET) if not file.is_file()]
    if missing:
        sys.exit(f"not there (set CATCHLIGHT_MODELS): {', '.join(missing)}")
    files = sorted(f for f in args.photos.iterdir() if f.suffix.lower() in PICTURES)[: args.limit]
    args.portraits.mkdir(parents=True, exist_ok=True)
    for library in ("OMP", "NUMBA"):  # threads beyond the cores wait for each other
        os.environ.setdefault(f"{library}_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // args.jobs)))
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(args.jobs + 1)
    setup = (barrier, args.size, args.background, files[0], args.portraits)
    with context.Pool(args.jobs, prepare, setup) as pool:
        barrier.wait(600)
        start = time.perf_counter()
        people = pool.map(develop, [(file, args.portraits) for file in files], chunksize=1)
        wall = time.perf_counter() - start
    stages: Counter[str] = Counter()
    for person in people:
        stages.update(person.get("seconds", {}))
    done = sum("error" not in person for person in people)
    head = {"photos": len(files), "portraits": done, "jobs": args.jobs, "wall_seconds": round(wall, 2)}
    json.dump(head | {"stages": stages, "people": people}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
