"""What the studio does for a painted portrait, in processor seconds: preparing it, and measuring one take."""

import statistics
import time
from pathlib import Path

from catchlight import generating
from catchlight.config import load_preset
from catchlight.decoding import decode
from catchlight.models import ModelStore, default_root
from catchlight.painting import Scene, Words
from catchlight.repaint import Wanted
from catchlight.sitting import sit
from catchlight.studio import Studio
from tests.painters import StandIn, wall


def costs(folder: Path, people: int) -> dict[str, float]:
    """Return processor seconds of preparing a portrait to be painted, and of measuring one take."""
    preset = load_preset("house")
    hall, painter = Studio(preset, ModelStore(default_root())), StandIn(wall, most=1 << 20)
    prepared, measured = [], []
    for file in sorted(folder.glob("*.jpg"))[: people + 1]:
        base = sit(decode(file.read_bytes()), preset, hall)
        began = time.process_time()
        stage = generating.set_up(base, Wanted(setting=True), hall, painter)
        small = generating._sitting(base, stage, stage.change, 768, hall)  # noqa: SLF001
        prepared.append(time.process_time() - began)
        take = painter.paint(Scene(stage.picture, stage.region.mask, Words("a bright office")), (1,))[0]
        began = time.process_time()
        generating._tried([take], base, stage, small, hall)  # noqa: SLF001
        measured.append(time.process_time() - began)
    return {"prepare": statistics.median(prepared[1:]), "measure a take": statistics.median(measured[1:])}
