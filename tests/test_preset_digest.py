"""A preset's digest: what decides pixels or verdicts changes it, nothing else does."""

from pathlib import Path
from typing import Any

import pytest

from catchlight.config import load_preset
from catchlight.look import setup_of
from catchlight.models import ModelStore

CHANGES: list[dict[str, Any]] = [
    {"rung": "crop"},
    {"crop": {"head": 0.66}},
    {"crop": {"eye_line": 0.45}},
    {"crop": {"headroom": 0.03}},
    {"crop": {"aspect": 0.8}},
    {"background": {"colour": "#f1f3f6"}},
    {"background": {"edge": "#000000"}},
    {"background": {"towards": "left"}},
    {"background": {"vignette": 0.2}},
    {"background": {"shadow": 0.1}},
    {"background": {"grain": 0.1}},
    {"background": {"kind": "office"}},
    {"light": {"max_stops": 0.4}},
    {"light": {"white_balance": 0.0}},
    {"delivery": {"master": 1024}},
    {"engines": {"options": {"yunet": {"score": 0.7}}}},
    {"checks": {"head": {"low": 61.0}}},
    {"checks": {"matte": {"outcome": "note"}}},
]


def _changed(change: dict[str, Any]) -> Any:
    plain = load_preset("house").model_dump()
    for key, value in change.items():
        plain[key] = {**plain[key], **value} if isinstance(value, dict) else value
    return type(load_preset("house")).model_validate(plain)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_whatever_decides_pixels_or_verdicts_changes_the_digest(change: dict[str, Any]) -> None:
    """A changed look is a changed recipe: everybody is developed again."""
    assert _changed(change).digest() != load_preset("house").digest()


@pytest.mark.parametrize(
    "change", [{"title": "Other"}, {"description": "Other."}, {"delivery": {"sizes": [640]}}], ids=str
)
def test_words_and_sizes_leave_the_digest_alone(change: dict[str, Any]) -> None:
    """A corrected title develops nobody again; sizes are made from the master."""
    assert _changed(change).digest() == load_preset("house").digest()


def _branded(folder: Path) -> Path:
    """Write a preset with a picture behind people and a logo before it."""
    folder.mkdir()
    for name in ("wall.jpg", "mark.png"):
        (folder / name).write_bytes(name.encode())
    lines = ('title = "Own"', "[background]", 'kind = "image"', 'image = "wall.jpg"', "[background.logo]",
             'file = "mark.png"')  # fmt: skip
    (folder / "own.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder / "own.toml"


@pytest.mark.parametrize("file", ["wall.jpg", "mark.png"])
def test_another_picture_behind_people_changes_the_digest(tmp_path: Path, file: str) -> None:
    """The same file name with another content is another look, for the wall as for the logo on it."""
    preset = load_preset(str(_branded(tmp_path / "own")))
    before = preset.digest()
    (tmp_path / "own" / file).write_bytes(b"another picture")
    assert preset.digest() != before


def test_a_preset_may_be_called_anything(tmp_path: Path) -> None:
    """Renamed, a look is the same look: nobody is developed again, and earlier tries can still be chosen."""
    here = _branded(tmp_path / "own")
    before = load_preset(str(here)).digest()
    assert load_preset(str(here.rename(tmp_path / "own/brand-2026.toml"))).digest() == before


def test_a_preset_may_lie_anywhere(tmp_path: Path) -> None:
    """Moved to another folder or machine, a look is the same look, and nobody is developed again."""
    here, there = (load_preset(str(_branded(tmp_path / name))).digest() for name in ("here", "there"))
    assert here == there


def test_the_setup_knows_the_models(tmp_path: Path) -> None:
    """Another weight file under the same name is another setup; the folder that it lies in is not."""
    preset, store = load_preset("house"), ModelStore(tmp_path)
    assert setup_of(preset, store) == setup_of(preset, ModelStore(tmp_path / "elsewhere"))
    pinned = store.known["yunet"]
    store.known["yunet"] = type(pinned)(
        **{f: getattr(pinned, f) for f in pinned.__slots__} | {"sha256": "0" * 64}
    )
    assert setup_of(preset, store) != setup_of(preset, ModelStore(tmp_path))
