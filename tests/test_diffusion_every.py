"""What every pipeline keeps to: offline, sealed, repeatable, calm when memory is short, and never in the person."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

import torch

from catchlight import generating, staging
from catchlight.engines._room import GIB, Room
from catchlight.engines.diffusion import Engine
from catchlight.errors import ConfigError, OutsideError
from catchlight.repaint import Wanted
from catchlight.weights import MANIFEST, seal
from tests.every_pipeline import ADAPTER, MAKERS, OFFICE, STEPS, engine, make, paint, scene
from tests.studio import REFERENCE, SMALL, Gallery
from tests.test_generating import studio_of

pytest_plugins = ["tests.studio_fixtures"]


@pytest.fixture(scope="module", params=MAKERS)
def weights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a sealed folder of each pipeline."""
    with pytest.MonkeyPatch.context() as patch:
        yield make(request.param, tmp_path_factory.mktemp("weights") / request.param, patch)


@pytest.fixture(scope="module")
def alone(weights: Path) -> np.ndarray:
    """Return what three seeds give, one after another."""
    return paint(engine(weights), 1, 2, 3)


@pytest.mark.usefixtures("no_network")
def test_the_same_seed_gives_the_same_bytes(weights: Path, alone: np.ndarray) -> None:
    """Verified, loaded and painted anew without a network, first or third; another seed gives another picture."""
    again = engine(weights)
    assert np.array_equal(paint(again, 3), alone[2:])
    assert not np.array_equal(alone[0], alone[1])
    adapter = getattr(getattr(again._pipe, "unet", None), "encoder_hid_proj", None)
    assert (adapter is not None) == (weights.name == ADAPTER)


@pytest.mark.parametrize("room", [Room("layers"), Room("offload"), Room("resident", tiled=True)], ids=str)
def test_memory_modes_change_nothing_but_rounding(weights: Path, alone: np.ndarray, room: Room) -> None:
    """Part by part, block by block or in tiles: a picture that fits into a tile stays as it is.

    Some processors multiply in another order where the numbers lie elsewhere in memory: by one of 255, here and there.
    """
    off = np.abs(paint(engine(weights, room), 1).astype(int) - alone[:1])
    assert off.max() <= 1
    assert (off > 0).mean() < 0.001


def _changed(folder: Path) -> None:
    file = next(folder.rglob("*.safetensors"))
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")


def _pickled(folder: Path) -> None:
    (folder / "vae/more.bin").write_bytes(b"\x80\x02}q\x00.")


def _say(old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: (folder / MANIFEST).write_text((folder / MANIFEST).read_text().replace(old, new))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_changed, "sha256"),
        (lambda f: (f / "vae/config.json").write_text("{}"), r"vae/config.json: sha256"),
        (lambda f: next(f.rglob("*.safetensors")).unlink(), "missing"),
        (lambda f: (f / "vae/more.json").write_text("{}"), "not listed"),
        (_pickled, "not listed"),
        (_say("commercial = true", "commercial = false"), "commercial use"),
        (_say('"Apache-2.0"', '"Research only"'), "one of them is wrong"),
        (_say('pipeline = "', 'pipeline = "Other'), "is not one of"),
    ],
    ids=["weights", "config", "missing", "added", "pickled", "not commercial", "named otherwise", "unknown"],
)
@pytest.mark.parametrize("name", MAKERS)
def test_what_is_not_as_it_was_sealed_is_never_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, spoil: Callable[[Path], object], said: str
) -> None:
    """Told before diffusers sees a file; a pickle cannot be sealed either."""
    folder = make(name, tmp_path / "w", monkeypatch)
    _say("OpenRAIL++-M", "Apache-2.0")(folder)
    spoil(folder)
    monkeypatch.setattr(Engine, "_load", lambda *_, **__: pytest.fail("it was loaded"))
    with pytest.raises(ConfigError, match=said):
        engine(folder).warm(OFFICE)
    if spoil is _pickled:
        with pytest.raises(ConfigError, match="can run code"):
            seal(folder, "Other", "Apache-2.0", commercial=True)


def _nan(_: torch.Tensor) -> float:
    return torch.nan


def _as_it_was(_: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(scene().picture).permute(2, 0, 1) / 127.5 - 1


@pytest.mark.parametrize(
    ("gives", "fault"),
    [(_nan, "not a number"), (lambda _: -1.0, "black"), (_as_it_was, "unchanged")],
    ids=["NaN", "black", "unchanged"],
)
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside"])
def test_what_is_no_picture_is_told(
    weights: Path,
    monkeypatch: pytest.MonkeyPatch,
    gives: Callable[[torch.Tensor], Any],
    fault: str,
    beside: bool,
) -> None:
    """Whatever an autoencoder gives in bad hours: a take without a picture, and the next one is painted."""
    made = engine(weights, Room("resident", 2, beside=beside and weights.name == "klein"))
    made.warm(OFFICE)
    real, bad = made._pipe.vae.decode, iter([True])

    def decode(latents: torch.Tensor, **more: Any) -> Any:
        (picture,) = real(latents, **more)[:1]
        if next(bad, False):
            flat = picture[:, :, 0] if picture.dim() == 5 else picture
            flat[0] = gives(flat)
        return (picture,)

    monkeypatch.setattr(made._pipe.vae, "decode", decode)
    assert [take.fault for take in made.paint(scene(), (1, 2, 3))] == [fault, "", ""]


def _full(monkeypatch: pytest.MonkeyPatch, made: Engine, fits: list[int]) -> list[int]:
    """Let a card hold only so many pictures in the denoiser as ``fits`` says at last; return the batches that it was given."""
    made.warm(OFFICE)
    kind, seen = type(getattr(made._pipe, made._how.DENOISER)), []
    each = 2 if "unet" in made._how.DENOISER else 1  # it guides by a second picture in the same batch
    real = kind.forward

    def forward(self: Any, *args: Any, **more: Any) -> Any:
        batch = len(args[0] if args else more["hidden_states"]) // each
        seen.append(batch)
        if batch > fits[-1]:
            raise torch.OutOfMemoryError("no room")
        return real(self, *args, **more)

    monkeypatch.setattr(kind, "forward", forward)
    return seen


def test_a_full_card_paints_the_same_in_smaller_batches(
    weights: Path, alone: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of memory in the middle of a batch: halved, nothing is lost, and a seed's picture is the same within rounding."""
    made = engine(weights, Room("resident", 3))
    seen = _full(monkeypatch, made, [1])
    assert np.abs(paint(made, 1, 2, 3) - alone).max() <= 1
    assert [batch for batch, _ in itertools.groupby(seen)] == [3, 1]
    assert made._room == Room("resident", 1)


def test_a_card_too_small_for_one_says_so(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiles, then one block at a time, loaded anew; then an error, after which it can be tried again."""
    made = engine(weights, Room("resident", 1))
    fits = [0]
    _full(monkeypatch, made, fits)
    with pytest.raises(OutsideError, match="too little memory"):
        made.paint(scene(), (1,))
    assert made._room == Room("layers", 1, tiled=True)
    fits.append(1)
    paint(made, 1)


SIZES = {
    "klein": {"transformer": 7.8, "text_encoder": 8.0, "vae": 0.2},
    "sdxl": {"unet": 5.1, "text_encoder": 0.25, "text_encoder_2": 1.4, "vae": 0.17},
    "qwen": {"transformer": 40.9, "text_encoder": 16.6, "vae": 0.25},
}  # GB in bf16


@pytest.mark.parametrize(
    ("name", "free", "wanted"),
    [
        ("klein", 11.5, Room("resident", 1)),
        ("klein", 23.5, Room("resident", 4)),
        ("klein", 47, Room("resident", 4, beside=True)),
        ("klein", 79, Room("resident", 4, beside=True)),
        ("klein", 6, Room("layers", 1)),
        ("sdxl", 11.5, Room("resident", 1)),
        ("sdxl", 23.5, Room("resident", 4)),
        ("sdxl", 47, Room("resident", 4)),
        ("sdxl", 6, Room("layers", 1)),
        ("qwen", 11.5, Room("layers", 3)),
        ("qwen", 47, Room("offload", 2)),
        ("qwen", 79, Room("resident", 4)),
    ],
)
def test_the_mode_is_chosen_by_the_memory_that_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, free: float, wanted: Room
) -> None:
    """Cards of 12, 24, 48 and 80 GB, and what others leave of one, for pipelines as large as they are, as many steps as theirs."""
    made = engine(make(name, tmp_path / "w", monkeypatch), steps=0)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (int(free * GIB), 80 * GIB))
    object.__setattr__(made._weights, "sizes", {part: int(size * 1e9) for part, size in SIZES[name].items()})
    made.__dict__["_device"] = torch.device("cuda")
    assert made._room == wanted
    assert made._steps != STEPS


def test_the_studio_keeps_the_person(
    weights: Path, gallery: Gallery, outside_the_mask_nothing_changes: list[int]
) -> None:
    """Random weights paint nonsense: behind the person it shows, in the person not one pixel."""
    studio = studio_of(gallery, None, setting="office")  # type: ignore[arg-type]
    painter = studio._loaded["diffusion"] = engine(weights, side=256)
    base = gallery.sit(gallery.open(REFERENCE).picture, studio.preset)
    wanted = Wanted(setting=True)
    stage = staging.set_up(base, wanted, studio, painter)
    (take,) = generating._takes(stage, wanted, studio, (1,))
    assert take.picture is not None
    painting = generating._painting(take.picture, stage, studio)
    made = generating._sitting(base, stage, generating._with(stage, painting), SMALL, studio)
    studios = generating._sitting(base, stage, stage.change, SMALL, studio)
    differs = (made.master != studios.master).any(2)
    assert not differs[studios.alpha == 1].any()
    assert differs[studios.alpha < 0.01].mean() > 0.9
    assert min(outside_the_mask_nothing_changes) > 1000
