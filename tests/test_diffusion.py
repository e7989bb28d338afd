"""The diffusion engine on tiny pipelines of random weights: offline, sealed, repeatable, and calm when memory is short."""

import inspect
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

import diffusers
import torch

from catchlight import plugins
from catchlight.engines._room import GIB, Room, fit, modes_for
from catchlight.engines._take import take_of
from catchlight.engines.diffusion import Engine, Settings, digests
from catchlight.errors import ConfigError, OutsideError
from catchlight.models import ModelStore
from catchlight.painting import Scene, Take, Words
from catchlight.scenery import Generate, words_of
from catchlight.weights import seal
from tests.tiny_pipelines import flux2_klein

OFFICE = Words("a bright office", "text")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sealed folder with a tiny FLUX.2 klein."""
    folder = tmp_path_factory.mktemp("klein") / "weights"
    flux2_klein(folder)
    return folder


def engine(weights: Path, kept: Path, **more: Any) -> Engine:
    """Load the weights as a preset does; ``kept`` is the models' folder."""
    return Engine(Settings.model_validate({"weights": weights, "device": "cpu", **more}), ModelStore(kept))


@pytest.fixture(scope="module")
def painter(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Return a warm engine."""
    return engine(weights, tmp_path_factory.mktemp("models"))


def scene(side: int = 64) -> Scene:
    """Return noise whose left half may be repainted."""
    picture = np.random.default_rng(3).integers(0, 256, (side, side, 3), np.uint8)
    mask = np.zeros((side, side), bool)
    mask[:, : side // 2] = True
    return Scene(picture, mask, OFFICE)


def test_the_same_seed_gives_the_same_bytes(painter: Engine, weights: Path, tmp_path: Path) -> None:
    """In another process' engine, beside other seeds or alone; another seed gives another picture."""
    first, second = painter.paint(scene(), (1, 2))
    (again,) = engine(weights, tmp_path).paint(scene(), (2,))
    assert first.picture is not None
    assert second.picture is not None
    assert np.array_equal(second.picture, again.picture)
    assert not np.array_equal(first.picture, second.picture)
    assert first.picture.shape == scene().picture.shape


@pytest.mark.parametrize("name", plugins.names("catchlight.engines._pipelines"))
def test_a_declaration_fits_its_pipeline(name: str) -> None:
    """Each names a class of diffusers, its parts, and arguments that its call takes."""
    how = plugins.load("catchlight.engines._pipelines", name)
    kind = getattr(diffusers, how.CLASS)
    parts = inspect.signature(kind.__init__).parameters
    assert {*how.TEXT, how.DENOISER, "vae"} <= set(parts)
    assert how.STEP % 16 == 0
    assert 0 < how.STRENGTH <= 1
    given = dict.fromkeys(("image", "mask_image", "height", "width"))
    pipe = SimpleNamespace(unet=SimpleNamespace(encoder_hid_proj=object()))
    asked = how.arguments(pipe, given, {}, OFFICE)
    taken = set(inspect.signature(kind.__call__).parameters)
    assert {
        *asked,
        "strength",
        "num_inference_steps",
        "num_images_per_prompt",
        "generator",
        "output_type",
    } <= taken


def test_words_are_read_once_and_kept(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text encoder is loaded alone and let go; the next worker does not load it at all."""
    loaded: list[tuple[str, ...]] = []
    real = Engine._load

    def noting(self: Engine, without: tuple[str, ...]) -> Any:
        loaded.append(without)
        return real(self, without)

    monkeypatch.setattr(Engine, "_load", noting)
    first = engine(weights, tmp_path)
    first.warm(OFFICE)
    second = engine(weights, tmp_path)
    second.warm(OFFICE)
    assert [set(each) for each in loaded] == [{"transformer", "vae"}, *[{"text_encoder", "tokenizer"}] * 2]
    assert second._pipe.text_encoder is None
    assert len(list((tmp_path / ".words").iterdir())) == 1


def test_without_weights_the_key_is_named(tmp_path: Path) -> None:
    """Catchlight brings none."""
    with pytest.raises(ConfigError, match=r"engines.options.diffusion.weights is not set"):
        Engine(Settings(), ModelStore(tmp_path))


def test_a_folder_of_another_pipeline_is_told(tmp_path: Path) -> None:
    """What diffusers does not take is a sentence, not a traceback."""
    folder = tmp_path / "w"
    (folder / "vae").mkdir(parents=True)
    (folder / "model_index.json").write_text(
        '{"_class_name": "Other", "vae": ["diffusers", "AutoencoderKLFlux2"]}'
    )
    (folder / "vae" / "config.json").write_text('{"_class_name": "AutoencoderKLFlux2"}')
    seal(folder, "Flux2KleinInpaintPipeline", "Apache-2.0", commercial=True)
    with pytest.raises(ConfigError, match="diffusers does not take it"):
        engine(folder, tmp_path / "m").warm(OFFICE)


def test_weights_count_by_their_bytes(weights: Path, tmp_path: Path) -> None:
    """Their digest, which recipes hold, is known without loading them and changes with any file."""
    known = digests(Settings(weights=weights), ModelStore(tmp_path))["weights"]
    assert known == engine(weights, tmp_path).digest
    flux2_klein(tmp_path / "w")
    (tmp_path / "w/scheduler/scheduler_config.json").write_text("{}")
    other = seal(tmp_path / "w", "Flux2KleinInpaintPipeline", "Apache-2.0", commercial=True)
    assert other.digest != known


def _fills_up(made: Engine, fits: int) -> list[Room]:
    """Let an engine's card hold only so many pictures at once; return the rooms that it tried."""
    tried: list[Room] = []

    def run(of: Scene, seeds: tuple[int, ...], room: Room) -> list[Any]:
        tried.append(room)
        seeds = seeds[: room.batch]
        if len(seeds) > fits:
            raise torch.OutOfMemoryError("no room")
        return [_taken(of, _values(0.5), seed) for seed in seeds]

    made._run = run  # type: ignore[method-assign]
    return tried


def test_a_full_card_gets_fewer_pictures_at_once(weights: Path, tmp_path: Path) -> None:
    """The batch is halved, nothing is lost, and the smaller batch stays."""
    made = engine(weights, tmp_path)
    made.__dict__["_room"] = Room("resident", 4)
    tried = _fills_up(made, 1)
    takes = made.paint(scene(), (1, 2, 3, 4, 5))
    assert [take.seed for take in takes] == [1, 2, 3, 4, 5]
    assert [room.batch for room in tried] == [4, 2, 1, 1, 1, 1, 1]


def test_a_card_too_small_for_one_says_so(weights: Path, tmp_path: Path) -> None:
    """Tiles, one layer at a time; then the run fails with a sentence, and can be started again."""
    made = engine(weights, tmp_path)
    tried = _fills_up(made, 0)
    with pytest.raises(OutsideError, match="too little memory"):
        made.paint(scene(), (1,))
    assert [(room.mode, room.tiled) for room in tried] == [
        ("resident", False), ("resident", True), ("layers", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("free", "wanted"),
    [
        (11.5, Room("resident", 1)),
        (10, Room("resident", 1, tiled=True)),
        (23.5, Room("resident", 4)),
        (47, Room("resident", 4, beside=True)),
        (79, Room("resident", 4, beside=True)),
        (9, Room("layers", 2)),
    ],
)
def test_klein_is_laid_out_by_the_memory_that_is_free(free: float, wanted: Room) -> None:
    """Cards of 12, 24, 48 and 80 GB, and one that others use: 7.8 GB of denoiser, 0.2 of decoder."""
    assert fit({"transformer": int(7.8e9), "vae": int(0.2e9)}, int(free * GIB), 4) == wanted


def test_a_large_pipeline_is_loaded_part_by_part() -> None:
    """Qwen-Image-Edit: 41 GB of denoiser and 17 GB of what reads words and pictures on a 48 GB card."""
    parts = {"transformer": int(40.9e9), "text_encoder": int(16.6e9), "vae": int(0.25e9)}
    assert fit(parts, 47 * GIB, 4).mode == "offload"
    assert (
        fit(parts, 47 * GIB, 4, modes=modes_for(4)).mode == "layers"
    )  # a few steps copy less than whole parts
    assert fit(parts, 79 * GIB, 4).mode == "resident"
    assert fit(parts, 23 * GIB, 4).mode == "layers"


def _values(fill: float) -> np.ndarray:
    return np.full((64, 64, 3), fill, np.float32)


def _taken(of: Scene, values: np.ndarray, seed: int = 1) -> Take:
    picture = (np.nan_to_num(values) * 255).round().astype(np.uint8)
    return take_of(of, seed, picture, np.isfinite(values).all(-1))


def test_what_is_no_picture_is_told() -> None:
    """Not a number, black, and unchanged are found where something should have been painted, and only there."""
    of = scene()
    nowhere = of.picture / np.float32(255)
    odd = nowhere.copy()
    odd[0, 0] = np.nan
    beside = _values(0.5)
    beside[0, -1] = np.nan
    assert _taken(of, odd).fault == "not a number"
    assert _taken(of, _values(0)).fault == "black"
    assert _taken(of, nowhere).fault == "unchanged"
    assert _taken(of, _values(0.5)[:32, :32]).picture.shape == of.picture.shape  # type: ignore[union-attr]
    assert _taken(of, beside).fault == ""


def test_words_come_from_the_presets_lists_alone() -> None:
    """Every choice has words; clothes are named only where they are repainted."""
    plain, dressed = (
        Generate(setting="office", clothing="business", palette="navy"),
        Generate(clothing="casual"),
    )
    assert "office" in words_of(plain).prompt
    assert "navy" not in words_of(plain).prompt
    assert "navy" in words_of(plain, clothes=True).prompt
    assert words_of(dressed, clothes=True) != words_of(dressed)
