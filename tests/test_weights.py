"""Weights that a company supplies: loaded only as they were sealed, as safetensors, for commercial use."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from typer.testing import CliRunner

from catchlight.errors import ConfigError
from catchlight.weights import MANIFEST, describe, seal, stamps, verify_weights
from flows.commands.catchlight import app

INDEX = {
    "_class_name": "Flux2KleinPipeline",
    "transformer": ["diffusers", "Flux2Transformer2DModel"],
    "feature_extractor": [None, None],
    "is_distilled": True,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a sealed folder of weights, one small tensor in it."""
    folder = tmp_path / "weights"
    (folder / "transformer").mkdir(parents=True)
    (folder / "model_index.json").write_text(json.dumps(INDEX))
    save_file({"w": np.ones(9, np.float32)}, folder / "transformer" / "diffusion.safetensors")
    (folder / "LICENSE.md").write_text("Apache License 2.0")
    seal(folder, "Flux2KleinInpaintPipeline", "Apache-2.0", commercial=True, licence_file="LICENSE.md")
    return folder


def _edited(folder: Path, old: str, new: str) -> None:
    file = folder / MANIFEST
    file.write_text(file.read_text().replace(old, new))


def test_a_sealed_folder_is_described_and_verified(folder: Path) -> None:
    """What it is, how much there is of each part, and one digest for all that decides pixels."""
    found = verify_weights(folder)
    assert (found.pipeline, found.licence, found.commercial) == (
        "Flux2KleinInpaintPipeline",
        "Apache-2.0",
        True,
    )
    assert found.sizes == {"transformer": 18}
    assert found.digest == describe(folder).digest
    assert stamps(found) == stamps(describe(folder))


def test_a_file_that_was_changed_while_it_was_loaded_is_noticed(folder: Path) -> None:
    """Also where its size is the same and its time was set back."""
    file = folder / "transformer" / "diffusion.safetensors"
    found, before = verify_weights(folder), file.stat()
    verified = stamps(found)
    _flip(folder)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert stamps(found) != verified


def _flip(folder: Path) -> None:
    file = folder / "transformer" / "diffusion.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")


def _halved(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-4])


def _moved(folder: Path) -> None:
    """Let a folder be a link to where it lies now, as some do whose disk is full."""
    folder.rename(folder.parent.parent / "elsewhere")
    folder.symlink_to(folder.parent.parent / "elsewhere")


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "tampered": (_flip, "sha256"),
    "missing": (lambda f: (f / "transformer/diffusion.safetensors").unlink(), "missing"),
    "added": (lambda f: (f / "transformer/more.json").write_text("{}"), "not listed"),
    "unsealed": (lambda f: (f / MANIFEST).unlink(), "catchlight models seal"),
    "no commercial use": (lambda f: _edited(f, "commercial = true", "commercial = false"), "commercial use"),
    "named otherwise": (lambda f: _edited(f, '"Apache-2.0"', '"FLUX Non-Commercial"'), "one of them is wrong"),
    "licence gone": (lambda f: (f / "LICENSE.md").unlink(), "licence file is missing"),
    "key unknown": (lambda f: _edited(f, "commercial", "comercial"), "comercial"),
    "half copied": (lambda f: _halved(f / "transformer/diffusion.safetensors"), "copy it again"),
    "a folder linked in": (lambda f: (f / "ip_adapter").symlink_to(f / "transformer"), "not listed"),
    "a folder moved away": (lambda f: _moved(f / "transformer"), "transformer: not listed"),
    "an index of nobody": (lambda f: (f / "model_index.json").write_text("[]"), "sha256|model_index"),
}  # fmt: skip


@pytest.mark.parametrize("how", SPOILED)
def test_what_is_not_as_it_was_sealed_is_refused(folder: Path, how: str) -> None:
    """The message names the file and what is wrong with it."""
    spoil, said = SPOILED[how]
    spoil(folder)
    with pytest.raises(ConfigError, match=said) as caught:
        verify_weights(folder)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("text_encoder/pytorch_model.bin", b"\x80\x02}q\x00.", "can run code"),
        ("transformer/modeling.py", b"print('hello')", "can run code"),
        ("tokenizer/words.json", b"\x80\x04\x95\x00.", "pickle"),
        ("vae/other.safetensors", b"\x80\x04\x95\x01\x00\x00\x00\x00\x00\x00\x00K\x01.", "no safetensors"),
        ("vae/short.safetensors", b"\xff\xff\xff\xff\xff\xff\xff\x7f", "no safetensors"),
    ],
)
def test_pickles_and_code_cannot_be_sealed(folder: Path, name: str, data: bytes, said: str) -> None:
    """Whatever they are called; the manifest stays as it was."""
    before = (folder / MANIFEST).read_bytes()
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    with pytest.raises(ConfigError, match=said):
        seal(folder, "Flux2KleinInpaintPipeline", "Apache-2.0", commercial=True, licence_file="LICENSE.md")
    assert (folder / MANIFEST).read_bytes() == before


def test_a_link_that_leads_out_is_refused(folder: Path, tmp_path: Path) -> None:
    """What was verified lies in the folder."""
    (tmp_path / "elsewhere.json").write_text("{}")
    (folder / "config.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(ConfigError, match="leads out"):
        seal(folder, "Flux2KleinInpaintPipeline", "Apache-2.0", commercial=True, licence_file="LICENSE.md")


@pytest.mark.parametrize("to", ["elsewhere", "nowhere"])
def test_a_link_to_a_folder_or_to_nothing_is_not_sealed(folder: Path, tmp_path: Path, to: str) -> None:
    """A loader follows it, and what it finds was never read; the message names the link."""
    (folder / "elsewhere").mkdir()
    (folder / "ip_adapter").symlink_to(folder / to)
    before = (folder / MANIFEST).read_bytes()
    with pytest.raises(ConfigError, match="ip_adapter: is no file"):
        seal(folder, "Flux2KleinInpaintPipeline", "Apache-2.0", commercial=True, licence_file="LICENSE.md")
    assert (folder / MANIFEST).read_bytes() == before
    assert tmp_path in folder.parents


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: _halved(f / "transformer/diffusion.safetensors"), "copy it again"),
        (lambda f: (f / "model_index.json").write_text("[]"), "_class_name must be"),
    ],
)
def test_what_cannot_be_loaded_is_not_sealed(
    folder: Path, spoil: Callable[[Path], object], said: str
) -> None:
    """IT hears of a file that was copied half when it is sealed, not in the night when it is loaded."""
    spoil(folder)
    with pytest.raises(ConfigError, match=said):
        seal(folder, "Flux2KleinInpaintPipeline", "Apache-2.0", commercial=True, licence_file="LICENSE.md")


def test_parts_count_as_they_are_loaded(folder: Path) -> None:
    """In bf16, whatever they are stored in; variants and a second copy for other programs stay on the disk."""
    for name in ("transformer/diffusion.fp16.safetensors", "all_in_one.safetensors"):
        save_file({"w": np.ones(90, np.float16)}, folder / name)
    for n in (1, 2):
        save_file(
            {"w": np.ones(9, np.float32)}, folder / f"transformer/diffusion-0000{n}-of-00002.safetensors"
        )
    again = seal(
        folder, "Flux2KleinInpaintPipeline", "Apache-2.0", commercial=True, licence_file="LICENSE.md"
    )
    assert again.sizes == {"transformer": 2 * 27}


def test_parts_that_need_code_of_the_folder_are_refused(folder: Path) -> None:
    """Only diffusers and transformers have code that is run."""
    (folder / "model_index.json").write_text(json.dumps({**INDEX, "vae": ["my_vae", "Vae"]}))
    with pytest.raises(ConfigError, match=r"vae needs code of 'my_vae'"):
        seal(folder, "Flux2KleinInpaintPipeline", "Apache-2.0", commercial=True, licence_file="LICENSE.md")


def test_a_pipeline_of_the_folders_own_is_refused(folder: Path) -> None:
    """Diffusers would look for its code beside the weights."""
    (folder / "model_index.json").write_text(json.dumps({**INDEX, "_class_name": ["pipeline", "Mine"]}))
    with pytest.raises(ConfigError, match="_class_name"):
        seal(folder, "Flux2KleinInpaintPipeline", "Apache-2.0", commercial=True, licence_file="LICENSE.md")


def test_research_may_be_allowed(folder: Path) -> None:
    """A configuration that allows non-commercial models loads them."""
    _edited(folder, "commercial = true", "commercial = false")
    assert not verify_weights(folder, allow_noncommercial=True).commercial


def test_the_commands_seal_show_and_verify(folder: Path) -> None:
    """IT sees parts, licence and digest; a changed byte is exit code 2."""
    run = CliRunner()
    words = ["--pipeline", "Flux2KleinInpaintPipeline", "--licence", "Apache-2.0", "--commercial"]
    sealed = run.invoke(app, ["models", "seal", str(folder), *words, "--licence-file", "LICENSE.md"])
    assert sealed.exit_code == 0, sealed.output
    shown = run.invoke(app, ["models", "list", "--weights", str(folder)]).output
    assert "transformer: 0.00 GB" in shown
    assert describe(folder).digest in shown
    assert "verified" in run.invoke(app, ["models", "verify", "--weights", str(folder)]).output
    _flip(folder)
    assert run.invoke(app, ["models", "verify", "--weights", str(folder)]).exit_code == 2
