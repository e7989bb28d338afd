"""What every test can ask for: the shared photographs, the model files, a fresh home."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from jaxtyping import install_import_hook

from tests.postgresql_server import postgresql, programs

_PICTURES = (
    "anatomy",
    "relief",
    "light",
    "lamp",
    "triangle",
    "relight",
    "ladder",
    "printing",
    "enlarge",
    "cropping",
    "ofiq_measures",
    "plate",
    "office",
    "logo",
    "shadow",
    "grain",
    "palette",
    "neutrals",
    "pixels",
    "mount",
    "framing",
    "matte",
    "extend",
    "backdrop",
    "grade",
    "quality",
    "sitting",
)
install_import_hook([f"catchlight.{name}" for name in (*_PICTURES, "checks", "engines")], "tests.check")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
os.environ.setdefault("CATCHLIGHT_MODELS", str(ROOT / ".models"))


def _absent(what: str) -> None:
    """Skip with a reason on a machine that lacks it; fail where everything must be there."""
    if os.environ.get("CI") or os.environ.get("CATCHLIGHT_REQUIRE_SERVERS"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real photographs."""
    if not SHARED.is_dir():
        _absent("the shared photographs are not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium."""
    path = Path("/usr/bin/chromium")
    if not path.is_file():
        _absent("chromium is not installed (Debian package chromium)")
    return str(path)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Return the address of a running PostgreSQL."""
    found = programs()
    if found is None:
        _absent("PostgreSQL is not installed (Debian package postgresql)")
    else:
        with postgresql(found) as address:
            yield address
