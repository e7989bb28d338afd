"""What lies in a folder of releases: the links that lead to one, those that are whole, and their manifests."""

import errno
import re
from collections.abc import Mapping
from typing import Any

from paramiko import sftp  # type: ignore[import-untyped]

from catchlight.errors import ConfigError
from connectors._sftp_files import Files
from connectors._sftp_wire import RefusedError, Wire

_NAME = re.compile(r"\d{6}-\d{8}T\d{6}Z")
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def links(wire: Wire, root: str) -> tuple[str, str]:
    """Return the names of the releases that ``next`` and ``current`` lead to, "" for a link that is not there."""
    paths = [f"{root}/{name}" for name in ("next", "current")]
    answers = wire.try_all((sftp.CMD_READLINK, path) for path in paths)
    coming, shown = (_led(wire, *pair) for pair in zip(paths, answers, strict=True))
    return coming, shown


def point(wire: Wire, root: str, name: str) -> None:
    """Let ``current`` lead to a release, in one step."""
    try:
        wire.remove(f"{root}/.switch")
    except RefusedError as error:
        if error.errno != errno.ENOENT:
            raise
    wire.symlink(f"releases/{name}", f"{root}/.switch")
    wire.posix_rename(f"{root}/.switch", f"{root}/current")


def releases(wire: Wire, root: str) -> tuple[list[str], list[str]]:
    """Return the names of the whole releases, and of those that lack their manifest."""
    try:
        found = {item.filename for item in wire.listdir_attr(f"{root}/releases")}
    except RefusedError as error:
        if error.errno == errno.ENOENT:
            return [], []
        raise
    names = sorted(name for name in found if _NAME.fullmatch(name))
    whole = [name for name in names if f"{name}.sha256" in found]
    return whole, [name for name in names if name not in whole]


def manifest(root: Files, name: str) -> dict[str, str]:
    """Return the digests of a release's files, as far as its manifest knows them."""
    text = (root.read(f"releases/{name}.sha256") or b"").decode("utf-8", "replace")
    found = (_LINE.fullmatch(line) for line in text.splitlines())
    return {match[2]: match[1] for match in found if match}


def write_manifest(root: Files, name: str, sums: Mapping[str, str]) -> None:
    """Write down the digests of a release's files, as sha256sum reads them."""
    lines = (f"{sums[path]}  {path}\n" for path in sorted(sums))
    root.write(f"releases/{name}.sha256", "".join(lines).encode())


def _led(wire: Wire, path: str, answer: Any) -> str:
    """Return the name of the release that a link leads to; ConfigError when it is none of ours."""
    if isinstance(answer, OSError | EOFError):
        if getattr(answer, "errno", None) == errno.ENOENT or _nothing(wire, path):
            return ""
    elif answer.get_int() == 1:
        folder, _, name = answer.get_text().rpartition("/")
        if folder == "releases" and _NAME.fullmatch(name):
            return name
    message = f"layout: {path} is not a link to one of our releases; move it away, or use the layout plain"
    raise ConfigError(message)


def _nothing(wire: Wire, path: str) -> bool:
    try:
        wire.lstat(path)
    except RefusedError as error:
        return error.errno == errno.ENOENT
    return False
