"""``catchlight preset`` as a brand team uses it: is it right for our people, how does it look."""

import csv
import json
import re
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from catchlight.config import PRESETS, preset_names
from catchlight.decoding import decode
from catchlight.models import ModelStore
from catchlight.studio import Studio
from flows.commands.preset import app

pytest_plugins = ["tests.studio_fixtures"]

PEOPLE = ("A000148", "C000537", "E000298", "H001052", "M000312")


@pytest.fixture(scope="module")
def source(shared: Path, models: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of five people with good photos and one with a broken one."""
    assert models.root.is_dir()
    root = tmp_path_factory.mktemp("people")
    (root / "photos").mkdir()
    with (root / "directory.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("id", "display_name", "photo"))
        for id_ in ("0BROKEN", *PEOPLE):
            table.writerow((id_, f"Name of {id_}", f"photos/{id_}.jpg"))
    for id_ in PEOPLE:
        shutil.copyfile(shared / f"congress/photos/{id_}.jpg", root / f"photos/{id_}.jpg")
    (root / "photos/0BROKEN.jpg").write_bytes((root / f"photos/{PEOPLE[0]}.jpg").read_bytes()[:500])
    return root


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def _own(folder: Path, background: str) -> Path:
    (folder / "own.toml").write_text(f'title = "Own"\n[background]\n{background}\n', encoding="utf-8")
    return folder / "own.toml"


def test_check_tells_for_which_share_a_palette_holds_and_names_nobody(source: Path) -> None:
    """Each colour with its share and a proposal; the broken photo is counted; no id, no name, nobody's skin."""
    done = _run("check", "clean-white", "--source", source)
    assert done.exit_code == 0, done.output
    for told in ("5 faces", "1 person without", "background.colour", "#ffffff", "as it is seen", "100.0%"):
        assert told in done.output
    assert "too few people" in done.output
    for id_ in ("0BROKEN", *PEOPLE):
        assert id_ not in done.output
    assert sorted(file.name for file in source.iterdir()) == ["directory.csv", "photos"]


def test_check_ends_with_1_when_the_ground_drowns_faces(source: Path, tmp_path: Path) -> None:
    """A mid-tone in the middle of the company's faces is refused, with the colours that would work."""
    done = _run("check", _own(tmp_path, 'colour = "#8f8f8f"'), "--source", source)
    assert done.exit_code == 1, done.output
    assert "95% are needed" in done.output
    proposed = set(re.findall(r"#[0-9a-f]{6}", done.output)) - {"#8f8f8f"}
    assert len(proposed) == 2


def test_check_names_a_bad_logo_before_anybody_is_developed(tmp_path: Path) -> None:
    """A logo that is no picture is a wrong preset: exit code 2, the key and the file."""
    (tmp_path / "mark.png").write_text("not a picture")
    done = _run("check", _own(tmp_path, '[background.logo]\nfile = "mark.png"'))
    assert done.exit_code == 2


def test_check_of_an_empty_folder_says_so(tmp_path: Path) -> None:
    """Without people there is nothing to compare: exit code 2."""
    assert _run("check", "house", "--source", tmp_path).exit_code == 2


def test_preview_shows_the_people_in_every_preset(source: Path, studio: Studio, tmp_path: Path) -> None:
    """Two presets of three people are six faces on one sheet; the broken photo is told, its place taken."""
    output = tmp_path / "sheet.png"
    done = _run("preview", "house", "studio-grey-4x5", "--source", source, "--people", "3", "--output", output,
                "--height", "200")  # fmt: skip
    assert done.exit_code == 0, done.output
    sheet = decode(output.read_bytes()).picture
    half = len(sheet) // 2
    assert [len(studio.finder.find(np.ascontiguousarray(part))) for part in (sheet[:half], sheet[half:])] == [
        3,
        3,
    ]
    assert "1 person was left out" in done.output
    assert [file.name for file in tmp_path.iterdir()] == ["sheet.png"]


def test_preview_of_chosen_people_and_of_the_demo(source: Path, studio: Studio, tmp_path: Path) -> None:
    """--only takes who is named; without a source the demo's people are shown."""
    for more, faces in ((("--source", source, "--only", "C000537"), 1), (("--people", "2"), 2)):
        output = tmp_path / f"{faces}.webp"
        done = _run("preview", "deep-blue", *more, "--output", output, "--height", "200")
        assert done.exit_code == 0, done.output
        assert len(studio.finder.find(decode(output.read_bytes()).picture)) == faces


@pytest.mark.parametrize(
    "wrong", [("--only", "nobody"), ("--output", "sheet.gif"), ("--source", "no-such-folder")]
)
def test_a_preview_that_cannot_be_made_says_why(source: Path, wrong: tuple[str, str]) -> None:
    """An id that nobody has, a file that is no picture, no folder: exit code 2, nothing written."""
    done = _run("preview", "house", "--source", source, *wrong)
    assert done.exit_code == 2


def test_the_schema_beside_the_presets_is_the_codes() -> None:
    """After a change:  catchlight preset schema > brand_presets/preset.schema.json."""
    kept = (PRESETS / "preset.schema.json").read_text(encoding="utf-8")
    assert _run("schema").stdout == kept


def test_the_schema_knows_checks_engines_and_sections() -> None:
    """An editor offers every key, and refuses a check that does not exist."""
    schema = json.loads((PRESETS / "preset.schema.json").read_text(encoding="utf-8"))
    assert schema["required"] == ["title"]
    assert schema["additionalProperties"] is False
    checks = schema["properties"]["checks"]
    assert {"head", "eye_line", "matte"} <= set(checks["properties"])
    assert checks["additionalProperties"] is False
    parts = schema["$defs"]
    assert "insightface" in parts["Engines"]["properties"]["likeness"]["enum"]
    assert "selfie" not in parts["Engines"]["properties"]["faces"]["enum"]
    assert parts["Background"]["properties"]["kind"]["enum"] == ["solid", "gradient", "office", "image"]
    assert "null" not in json.dumps(schema)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_passes_its_schema(name: str) -> None:
    """An editor marks nothing in what comes with Catchlight, and marks what the command would refuse."""
    jsonschema = pytest.importorskip("jsonschema")
    check = jsonschema.Draft7Validator(
        json.loads((PRESETS / "preset.schema.json").read_text(encoding="utf-8"))
    )
    plain = tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))
    assert not list(check.iter_errors(plain))
    for wrong in (
        {"checks": {"hed": {}}},
        {"background": {"kind": "wood"}},
        {"engines": {"faces": "selfie"}},
    ):
        assert list(check.iter_errors(plain | wrong)), wrong


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_names_its_schema_first(name: str) -> None:
    """So that an editor completes it without any set-up."""
    first = (PRESETS / f"{name}.toml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "#:schema preset.schema.json"
