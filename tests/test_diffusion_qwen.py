"""Qwen-Image-Edit through the product's own engine: a tiny instance of random weights, without torchvision."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

import torch
from PIL import Image

from catchlight import generating
from catchlight.engines import _loading
from catchlight.engines._pipelines import qwen_image_edit as how
from catchlight.engines._room import Room
from catchlight.engines.diffusion import Engine, Settings
from catchlight.errors import ConfigError
from catchlight.models import ModelStore
from catchlight.painting import Scene, Words
from catchlight.repaint import Wanted
from tests.studio import REFERENCE, SMALL, Gallery
from tests.test_generating import studio_of
from tests.tiny_qwen import make_small, qwen_image_edit

pytest_plugins = ["tests.studio_fixtures"]

OFFICE = Words("w2 w3 w4", "w5")


@pytest.fixture(scope="module", autouse=True)
def _small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        make_small(patch)
        yield


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sealed folder with a tiny Qwen-Image-Edit."""
    folder = tmp_path_factory.mktemp("qwen") / "weights"
    qwen_image_edit(folder)
    return folder


def engine(weights: Path, room: Room | None = None, **more: Any) -> Engine:
    """Load the weights as a preset does; the card has as much room as we say."""
    settings = Settings.model_validate({"weights": weights, "device": "cpu", "steps": 2, **more})
    made = Engine(settings, ModelStore(weights.parent / "models"))
    made.__dict__.update({"_room": room} if room else {})
    _ = made._device  # a processor computes with one thread, from where it is chosen on
    return made


def scene(words: Words = OFFICE, size: tuple[int, int] = (64, 64)) -> Scene:
    """Return noise whose left half may be repainted."""
    picture = np.random.default_rng(3).integers(0, 256, (*size, 3), np.uint8)
    return Scene(picture, np.arange(size[1]) < np.full((size[0], 1), size[1] // 2), words)


def paint(made: Engine, *seeds: int, of: Scene | None = None) -> np.ndarray:
    """Return what seeds gave, pictures all of them."""
    takes = made.paint(of or scene(), seeds)
    assert [take.fault for take in takes] == [""] * len(seeds)
    return np.stack([take.picture for take in takes if take.picture is not None]).astype(int)


@pytest.fixture(scope="module")
def alone(weights: Path) -> np.ndarray:
    """Return what two seeds give, one after another."""
    return paint(engine(weights), 1, 2)


@pytest.mark.usefixtures("no_network")
def test_the_same_seed_gives_the_same_bytes(weights: Path, alone: np.ndarray) -> None:
    """Verified, loaded and painted anew without a network; another seed gives another picture."""
    again = engine(weights)
    again.warm(OFFICE)
    assert np.array_equal(paint(again, 2)[0], alone[1])
    assert np.abs(alone[0] - alone[1]).mean() > 5


def test_a_seed_gives_its_picture_in_any_batch(weights: Path, alone: np.ndarray) -> None:
    """Beside another seed the picture is the same, within rounding."""
    assert np.abs(paint(engine(weights, Room("resident", 2)), 1, 2) - alone).max() <= 1


@pytest.mark.parametrize("room", [Room("layers"), Room("offload"), Room("resident", tiled=True)], ids=str)
def test_memory_modes_change_no_byte(weights: Path, alone: np.ndarray, room: Room) -> None:
    """Part by part, block by block or in tiles: a picture that fits into a tile stays as it is."""
    assert np.array_equal(paint(engine(weights, room), 1), alone[:1])


def test_words_and_what_to_avoid_are_followed(weights: Path, alone: np.ndarray) -> None:
    """They are read with each picture: both change it."""
    made = engine(weights)
    for words in (Words("w7 w8 w9", "w5"), Words("w2 w3 w4", "w9 w8")):
        assert not np.array_equal(paint(made, 1, of=scene(words)), alone[:1])


def test_a_scene_keeps_its_size(weights: Path) -> None:
    """The pipeline paints as many pixels as it always does; the take is as large as the scene."""
    assert paint(engine(weights), 1, of=scene(size=(96, 64))).shape == (1, 96, 64, 3)


def test_words_are_read_as_their_encoder_reads_them(weights: Path) -> None:
    """With the picture's tokens where they lie in it, as transformers' own processor says, and not in a row."""
    made = engine(weights)
    made.warm(OFFICE)
    pipe, picture = made._pipe, Image.fromarray(scene().picture)
    with torch.inference_mode():
        found = pipe.encode_prompt(OFFICE.prompt, picture)[0]
        asked = pipe.prompt_template_encode.format(OFFICE.prompt)
        given = pipe.processor(text=[asked], images=picture, return_tensors="pt")
        wanted = pipe.text_encoder(**given, output_hidden_states=True).hidden_states[-1]
        pipe.text_encoder._forward_pre_hooks.clear()
        in_a_row = pipe.encode_prompt(OFFICE.prompt, picture)[0]
    assert given["mm_token_type_ids"].any()
    assert torch.equal(found, wanted[:, pipe.prompt_template_encode_start_idx :])
    assert not torch.allclose(found, in_a_row, atol=0.01)


def test_a_picture_is_encoded_once(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole and without what is painted, for all takes of a person."""
    made, asked = engine(weights), []
    made.warm(OFFICE)
    encode = made._pipe.vae.encode._encode
    monkeypatch.setattr(made._pipe.vae.encode, "_encode", lambda x: asked.append(x.shape) or encode(x))
    paint(made, 1, 2, 3)
    assert len(asked) == 2


@pytest.mark.parametrize("file", ["processor/processor_config.json", "transformer/config.json"])
def test_weights_that_are_not_as_sealed_are_never_loaded(tmp_path: Path, file: str) -> None:
    """The processor's files count as any other."""
    qwen_image_edit(tmp_path / "w")
    (tmp_path / "w" / file).write_text("{}")
    with pytest.raises(ConfigError, match=f"{file}: sha256"):
        engine(tmp_path / "w")


def test_without_torchvision_it_says_what_it_wants(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before gigabytes are compared, and in words; transformers would speak of a processor for videos."""
    monkeypatch.setattr(how, "WANTS", ("torchvision",))
    monkeypatch.setattr(_loading, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="QwenImageEditInpaintPipeline wants torchvision"):
        engine(weights)


def test_the_studio_keeps_the_person(weights: Path, gallery: Gallery) -> None:
    """Random weights paint nonsense: behind the person it shows, in the person not one pixel."""
    studio = studio_of(gallery, None, setting="office")  # type: ignore[arg-type]
    painter = studio._loaded["diffusion"] = engine(weights, side=256)
    base = gallery.sit(gallery.open(REFERENCE).picture, studio.preset)
    wanted = Wanted(setting=True)
    stage = generating.set_up(base, wanted, studio, painter)
    (take,) = generating._takes(stage, wanted, studio, (1,))
    assert take.picture is not None
    painting = generating._painting(take.picture, stage, studio)
    made = generating._sitting(base, stage, generating._with(stage, painting), SMALL, studio)
    studios = generating._sitting(base, stage, stage.change, SMALL, studio)
    differs = (made.master != studios.master).any(2)
    assert not differs[studios.alpha == 1].any()
    assert differs[studios.alpha < 0.01].mean() > 0.9
