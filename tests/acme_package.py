"""The package of docs/plugins.md, installed for a test as pip would: files and metadata on the path, nothing of the checkout."""

import importlib
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from catchlight import look, plugins
from reports.review import check_words
from tests.refreshed_company import ROOT

Install = Callable[..., Path]
PAGE = ROOT / "docs" / "plugins.md"
_FILE = re.compile(r"^`([\w/]+\.(?:py|toml))`\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CACHES = (
    plugins.names, plugins.load, plugins.others, plugins._found, look.code_digest, check_words.title, check_words.unit,
)  # fmt: skip


def written() -> dict[str, str]:
    """Return the files that the page shows, by their paths, with the empty ones that it speaks of."""
    files = dict(_FILE.findall(PAGE.read_text(encoding="utf-8")))
    folders = {str(Path(name).parent) for name in files if name.endswith(".py")}
    return {f"{folder}/__init__.py": "" for folder in (*folders, "acme_portraits")} | files


def forget() -> None:
    """Let plug-ins be looked for anew."""
    importlib.invalidate_caches()
    for name in [name for name in sys.modules if name.partition(".")[0] in {"acme_portraits", "other"}]:
        del sys.modules[name]
    for cached in _CACHES:
        cached.cache_clear()


def install(folder: Path, files: Mapping[str, str], package: str = "acme-portraits") -> Path:
    """Write a package and its metadata into a folder of the path."""
    points = tomllib.loads(files["pyproject.toml"])["project"]["entry-points"]["catchlight"]
    told = "".join(f"{name} = {value}\n" for name, value in points.items())
    metadata = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[catchlight]\n{told}")
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    forget()
    return folder


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return what installs the package, with files of it changed (None: left out), into a folder that it returns."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    # a file changed within a second to one of the same length would be read from its old bytecode
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def put(changed: Mapping[str, str] | None = None, package: str = "acme-portraits") -> Path:
        return install(site, written() | dict(changed or {}), package)

    yield put
    monkeypatch.undo()
    forget()
