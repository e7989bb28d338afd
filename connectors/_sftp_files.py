"""Files below one folder of an SFTP server: whole or not there, and no link followed on the way to them."""

import errno
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import paramiko  # type: ignore[import-untyped]
from paramiko import sftp

from catchlight.errors import OutsideError, PhotoError
from connectors._safe_target import before_of, partial_of, parts_of
from connectors._sftp_settings import Settings
from connectors._sftp_wire import POSIX_RENAME, STATVFS, RefusedError, Wire

_LITTLE = 1 << 20
_NOTHING = (errno.ENOENT,)


@dataclass(frozen=True, slots=True)
class Files:
    """The files below ``base``, over one channel."""

    wire: Wire
    base: str
    settings: Settings

    def read(self, target: str) -> bytes | None:
        """Return the bytes of a file, None when it is not there."""
        if self._found(target) is None:
            return None
        try:
            return self.wire.read_file(self.path(target))
        except RefusedError as error:
            if error.errno in _NOTHING:
                return None
            raise self.why(target, "read", error) from error

    def write(self, target: str, data: bytes) -> None:
        """Write one file so that it is either the old one or the new one, never a part."""
        there, partial = self._found(target) is not None, self.path(partial_of(target))
        try:
            self.make_folders(parts_of(target)[:-1])
            self.unlink(partial)
            self.wire.write_file(partial, data, self.settings.mode)
            self._replace(target, partial, there=there)
        except RefusedError as error:
            with suppress(RefusedError):
                self.unlink(partial)
            raise self.why(target, "written", error) from error

    def remove(self, target: str) -> None:
        """Remove one file; nothing when it is not there."""
        if self._found(target) is None:
            return
        try:
            self.unlink(self.path(target))
        except RefusedError as error:
            raise self.why(target, "removed", error) from error

    def tidy(self, target: str) -> None:
        """Clear what a write that was stopped left beside a target."""
        there, before = self._found(target) is not None, self._before(target)
        try:
            if not there and self.kind(before):
                self.wire.rename(before, self.path(target))
            self.unlink(before)
            self.unlink(self.path(partial_of(target)))
        except RefusedError as error:
            raise self.why(target, "tidied", error) from error

    def make_folders(self, folders: Sequence[str]) -> None:
        """Make the folders that lead somewhere, as far as they are not there."""
        path = self.base
        for name in folders:
            path = f"{path}/{name}"
            if not self.kind(path):
                self._make_folder(path)

    def _make_folder(self, path: str) -> None:
        try:
            self.wire.mkdir(path)
        except RefusedError:
            if stat.S_ISDIR(self.kind(path)):
                return  # another thread was faster
            raise
        self.wire.chmod(path, self.settings.folder_mode)

    def kind(self, path: str) -> int:
        """Return what kind of thing is at a path (stat.S_IFREG, …), 0 for nothing."""
        try:
            return stat.S_IFMT(self.wire.lstat(path).st_mode or 0)
        except RefusedError as error:
            if error.errno in _NOTHING:
                return 0
            raise

    def unlink(self, path: str) -> None:
        """Remove a file or a link; nothing when it is not there."""
        try:
            self.wire.remove(path)
        except RefusedError as error:
            if error.errno not in _NOTHING:
                raise

    def path(self, target: str) -> str:
        """Return where a target lies on the server."""
        return f"{self.base}/{target}"

    def there(self, target: str) -> None:
        """Make sure that nothing is there because it is not there, and not because its disk is not."""
        if not self.kind(self.base):
            raise OutsideError(
                f"{self.path(target)}: there is no {self.base}; make it first (is the disk mounted?)"
            )

    def why(self, target: str, verb: str, error: RefusedError) -> OutsideError | PhotoError:
        """Say why something could not be done; SFTP has one code for nearly everything."""
        if error.errno == errno.EACCES:
            sentence = f"{self.path(target)} could not be {verb}: {self.settings.username} has no right to"
            return PhotoError("place.forbidden", sentence)
        if error.errno == errno.EFBIG:
            return PhotoError("place.too_large", f"{self.path(target)} could not be {verb}: {error.strerror}")
        full = self._room()
        reason = "" if full is None or full > _LITTLE else f" (the disk has {full >> 10} KiB left)"
        return OutsideError(f"{self.path(target)} could not be {verb}: {error.strerror}{reason}")

    def _room(self) -> int | None:
        if STATVFS not in self.wire.extensions:
            return None
        try:
            return self.wire.room(self.settings.root)[0]
        except RefusedError:
            return None

    def _before(self, target: str) -> str:
        return self.path(before_of(target))

    def _replace(self, target: str, partial: str, *, there: bool) -> None:
        if POSIX_RENAME in self.wire.extensions:
            self.wire.posix_rename(partial, self.path(target))
            return
        # Such a server renames onto nothing that is there; what was there waits beside it, for tidy.
        before = self._before(target)
        self.unlink(before)
        if there:
            self.wire.rename(self.path(target), before)
        self.wire.rename(partial, self.path(target))
        self.unlink(before)

    def _found(self, target: str) -> Any | None:
        """Return what is at a target, None for nothing; PhotoError when it is no plain file, or behind a link."""
        parts = parts_of(target)
        paths = ["/".join((self.base, *parts[: n + 1])) for n in range(len(parts))]
        kinds = [
            self._kind_of(found) for found in self.wire.try_all((sftp.CMD_LSTAT, path) for path in paths)
        ]
        for path, kind, wanted in zip(
            paths, kinds, [stat.S_IFDIR] * (len(parts) - 1) + [stat.S_IFREG], strict=True
        ):
            if not kind:
                self.there(target)
                return None
            if kind != wanted:
                what = "a link, and links are not followed" if kind == stat.S_IFLNK else "in the way"
                raise PhotoError("place.link", f"{path} is {what}; take it away")
        return kinds[-1]

    def _kind_of(self, found: Any) -> int:
        if isinstance(found, RefusedError):
            if found.errno in _NOTHING:
                return 0
            raise OutsideError(f"{self.base}: cannot be looked at: {found.strerror}") from found
        if isinstance(found, EOFError):
            raise found
        return stat.S_IFMT(paramiko.SFTPAttributes._from_msg(found).st_mode or 0)  # noqa: SLF001 (the only parser)
