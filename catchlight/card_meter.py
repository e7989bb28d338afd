"""What the graphics cards did while a run was at work, from ``nvidia-smi``: busy seconds, and energy as the card measures it."""

import shutil
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catchlight.cost import SELF
from catchlight.easel import cards
from catchlight.vault import write_whole

_ASKED = "--query-gpu=utilization.gpu,power.draw"
_FOLDER = "cards"


@dataclass(frozen=True, slots=True)
class Cards:
    """Seconds that cards were busy, and the watt-hours that they drew, idle time included."""

    seconds: float = 0.0
    watt_hours: float = 0.0


def noted_cards(folder: Path) -> Cards:
    """Return what everybody who had a part in a run noted."""
    notes = [file.read_text("ascii").split() for file in (folder / _FOLDER).glob("*.txt")]
    return Cards(sum(float(busy) for busy, _ in notes), sum(float(drawn) for _, drawn in notes))


@contextmanager
def metering(folder: Path) -> Iterator[None]:
    """Note in a run's folder what the cards of this machine do meanwhile; nothing where there are none."""
    program = shutil.which("nvidia-smi")
    seen = cards()
    if not program or not seen:
        yield
        return
    chosen = ["-i", ",".join(seen)] if all(card.strip().isdigit() for card in seen) else []
    command = [program, _ASKED, "--format=csv,noheader,nounits", "-l", "1", *chosen]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as meter:
        reader = threading.Thread(target=_read, args=(meter.stdout or (), len(seen), folder), daemon=True)
        reader.start()
        try:
            yield
        finally:
            meter.terminate()
            reader.join(5)


def _read(lines: Iterable[str], number: int, folder: Path) -> None:
    """Add up lines of "share in per cent, watts", one for each of ``number`` cards every second, as they come."""
    seconds = watt_hours = 0.0
    at, file = time.monotonic(), folder / _FOLDER / f"{SELF}.txt"
    for look in zip(*[map(_figures, lines)] * number, strict=False):
        now = time.monotonic()
        past, at = now - at, now
        seconds += past * sum(share for share, _ in look) / 100
        watt_hours += past * sum(watts for _, watts in look) / 3600
        write_whole(file, f"{seconds!r} {watt_hours!r}".encode())


def _figures(line: str) -> tuple[float, float]:
    share, _, watts = line.partition(",")
    return _number(share), _number(watts)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0  # [N/A]: this card does not say
