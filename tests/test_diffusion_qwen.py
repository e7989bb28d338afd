"""Qwen-Image-Edit through the product's own engine: a tiny instance of random weights, without torchvision."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

import torch
from PIL import Image

from catchlight.engines import _loading
from catchlight.engines._pipelines import qwen_image_edit as how
from catchlight.engines._room import Room
from catchlight.errors import ConfigError
from catchlight.painting import Words
from tests.every_pipeline import OFFICE, engine, make, paint, scene


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a sealed folder with a tiny Qwen-Image-Edit."""
    with pytest.MonkeyPatch.context() as patch:
        yield make("qwen", tmp_path_factory.mktemp("qwen") / "weights", patch)


@pytest.fixture(scope="module")
def alone(weights: Path) -> np.ndarray:
    """Return what two seeds give, one after another."""
    return paint(engine(weights), 1, 2)


def test_another_seed_gives_another_picture(alone: np.ndarray) -> None:
    """Not by rounding alone."""
    assert np.abs(alone[0] - alone[1]).mean() > 5


def test_a_seed_gives_its_picture_in_any_batch(weights: Path, alone: np.ndarray) -> None:
    """Beside another seed the picture is the same, within rounding."""
    assert np.abs(paint(engine(weights, Room("resident", 2)), 1, 2) - alone).max() <= 1


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


def test_without_torchvision_it_says_what_it_wants(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before gigabytes are compared, and in words; transformers would speak of a processor for videos."""
    monkeypatch.setattr(how, "WANTS", ("torchvision",))
    monkeypatch.setattr(_loading, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="QwenImageEditInpaintPipeline wants torchvision"):
        engine(weights)
