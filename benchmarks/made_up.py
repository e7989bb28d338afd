"""A company of any size whose pictures nobody develops: its list and photos, and workers who make portraits up; used by scale.py."""

import os
import random
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from catchlight import darkroom_worker, pixels
from catchlight.darkroom import Darkroom
from catchlight.develop import Development
from catchlight.judge import limits
from catchlight.order import Order
from catchlight.records import Reading, Render

SIDE, THUMB = 256, 96
DEPARTMENTS = 120


def numbered(jpeg: bytes, text: str) -> bytes:
    """Return a JPEG with a comment of its own: other bytes, the same picture."""
    note = text.encode()
    return jpeg[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + jpeg[2:]


@cache
def _picture() -> bytes:
    return pixels.jpeg(np.full((SIDE, SIDE, 3), 180, np.uint8))


@cache
def _thumbs() -> tuple[bytes, bytes]:
    def webp(value: int) -> bytes:
        buffer = BytesIO()
        noise = np.random.default_rng(value).integers(
            value, value + 40, (THUMB // 8, THUMB // 8, 3), np.uint8
        )
        Image.fromarray(noise).resize((THUMB, THUMB)).save(buffer, "WEBP", quality=75)
        return buffer.getvalue()

    return webp(60), webp(160)


@cache
def _limits() -> dict[str, tuple[float | None, float | None]]:
    return {name: (limit.low, limit.high) for name, limit in limits(darkroom_worker._room.preset).items()}  # type: ignore[union-attr]  # noqa: SLF001


def synthesise(order: Order) -> Development:
    """Recall a recipe, or make up what developing would give, and remember it: the darkroom's work, without pictures."""
    room, recipes = darkroom_worker._room, darkroom_worker._recipes  # noqa: SLF001  what a worker was set up with
    known = recipes.recall(order.recipe)  # type: ignore[union-attr]
    if known:
        return Development.of(known)
    vault = room.vault  # type: ignore[union-attr]
    before, after = map(vault.put, _thumbs())
    render = Render(
        order.employee, order.recipe, order.photos[0].digest, vault.put(numbered(_picture(), order.employee)), before, after,
        width=SIDE, height=SIDE, rung="background", preset="house", engine="synthetic", seconds=0.001,
    )  # fmt: skip
    made = Development(order.photos, render, tuple(_readings(order)))
    recipes.remember(order.recipe, made.plain())  # type: ignore[union-attr]
    return made


def _readings(order: Order) -> Iterator[Reading]:
    dice = random.Random(order.employee)  # noqa: S311  no secret
    for check, (low, high) in _limits().items():
        least, most = (
            low if low is not None else (high or 0) - 1,
            high if high is not None else (low or 0) + 1,
        )
        value = dice.gauss((least + most) / 2, (most - least) / 5)
        yield Reading(order.employee, order.recipe, check, round(value, 4), low, high)


class Synthetic(Darkroom):
    """A darkroom whose workers make pictures up."""

    def __init__(self, *options: object) -> None:
        """Start its workers, and wait for them: what a start takes does not grow with the company."""
        super().__init__(*options, work=synthesise)  # type: ignore[arg-type, misc]
        for started in [self._pool.submit(os.getpid) for _ in range(self.workers)]:
            started.result()


def hire(source: Path, people: int) -> None:
    """Write a list of people and a photo for each."""
    (source / "photos").mkdir(parents=True)
    rows = [
        f"{n:06},Given{n % 977},Family{n},Given{n % 977} Family{n},{n:06}@example.org,Department {n % DEPARTMENTS},photos/{n:06}.jpg"
        for n in range(people)
    ]
    header = "id,given_name,family_name,display_name,email,department,photo"
    (source / "directory.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    for number in range(people):
        (source / f"photos/{number:06}.jpg").write_bytes(numbered(_picture(), f"photo {number}"))
