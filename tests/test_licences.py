"""Every part has a licence that a company can use, and none is older than what its holes allow."""

import json
import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from typer.testing import CliRunner

from catchlight.licences import LIBRARY, PERMISSIVE, UNKNOWN, licence_of, meaning, needed, parts
from flows.commands.catchlight import app

ROOT = Path(__file__).parents[1]
FLOORS = {
    "pillow": "12.3.0",  # CVE-2026-59199, -59205 and others
    "torch": "2.6",  # CVE-2025-32434
    "onnx": "1.21.0",  # CVE-2026-27489, -34446, -34447
    "pi-heif": "1.3.0",  # libheif >= 1.22.1
    "starlette": "1.10",  # the middleware that limits bodies
    "paramiko": "5.1",  # unknown host keys are refused by default
}


def pins() -> dict[str, str]:
    """Return every pinned package and its version."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    found = (line.partition("#")[0].strip().partition("==") for line in lines)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, _, version in found if version}


def test_every_pinned_package_has_a_licence_that_a_company_can_use() -> None:
    """Permissive, or LGPL and MPL as a library; nothing else comes in unnoticed."""
    unknown = {}
    for name in pins():
        try:
            if meaning(licence_of(name)) == UNKNOWN:
                unknown[name] = licence_of(name)
        except metadata.PackageNotFoundError:
            continue  # of another platform
    assert unknown == {}


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_no_package_is_older_than_its_holes_allow(name: str, floor: str) -> None:
    """What is pinned is new enough, and what pyproject.toml asks for allows nothing older."""
    assert Version(pins()[name]) >= Version(floor)
    asked = [Requirement(text) for text in metadata.requires("catchlight") or []]
    lowest = [
        Version(one.version)
        for need in asked if need.name.lower() == name
        for one in need.specifier if one.operator == ">="
    ]  # fmt: skip
    assert lowest
    assert min(lowest) >= Version(floor)


def test_everything_that_we_need_is_pinned() -> None:
    """Nothing that an installation brings has a version of chance."""
    assert set(needed()) - {"catchlight", *pins()} <= {"pip", "setuptools"}  # these came with the interpreter


@pytest.mark.parametrize(
    ("licence", "means"),
    [
        ("MIT", PERMISSIVE),
        ("Apache-2.0 AND BSD-2-Clause", PERMISSIVE),
        ("LGPL-2.1", LIBRARY),
        ("GNU Lesser General Public License v3 (LGPLv3)", LIBRARY),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", LIBRARY),
        ("GPL-2.0-only", UNKNOWN),
        ("GNU General Public License v3 (GPLv3)", UNKNOWN),
        ("AGPL-3.0", UNKNOWN),
        ("MIT AND GPL-2.0-only", UNKNOWN),
        ("Artistic License OR GNU General Public License (GPL)", PERMISSIVE),
        ("CC-BY-NC-4.0 non-commercial", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_what_a_licence_means(licence: str, means: str) -> None:
    """Of several to choose from the best counts, of several together the worst; what is not known is not free."""
    assert meaning(licence) == means


def test_the_bill_of_materials_names_every_part_once(tmp_path: Path) -> None:
    """Packages with their versions and needs, model files with their digests; each reference leads somewhere."""
    file = tmp_path / "sbom.json"
    done = CliRunner().invoke(app, ["licences", "--sbom", str(file)])
    assert done.exit_code == 0, done.output
    bill = json.loads(file.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    components = bill["components"]
    references = {one["bom-ref"] for one in components} | {bill["metadata"]["component"]["bom-ref"]}
    assert len(references) == len(components) + 1 == len(parts())
    assert {ref for one in bill["dependencies"] for ref in (one["ref"], *one["dependsOn"])} <= references
    models = [one for one in components if one["type"] == "machine-learning-model"]
    assert all(len(one["hashes"][0]["content"]) == 64 for one in models)
    assert models
    assert {"pillow", "prefect", "torch"} <= {one["name"] for one in components}
    assert "pytest" not in {one["name"] for one in components}


def test_a_bill_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is a file gives one sentence and exit code 2."""
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(app, ["licences", "--sbom", str(tmp_path / "file" / "sbom.json")])
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
