"""SFTP version 3 on one channel, with OpenSSH's extensions, many requests under way, and a time limit."""

import errno
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import paramiko  # type: ignore[import-untyped]
from paramiko import sftp

LARGEST = 64 << 20
PIECE = 32 << 10
POSIX_RENAME, FSYNC = "posix-rename@openssh.com", "fsync@openssh.com"
HARDLINK, COPY, STATVFS = "hardlink@openssh.com", "copy-data", "statvfs@openssh.com"
READ_ONLY = 0x1  # a flag of statvfs
_UNDER_WAY = 64
_WRITE_NEW = sftp.SFTP_FLAG_WRITE | sftp.SFTP_FLAG_CREATE | sftp.SFTP_FLAG_EXCL
_ERRNO = {sftp.SFTP_NO_SUCH_FILE: errno.ENOENT, sftp.SFTP_PERMISSION_DENIED: errno.EACCES}

Request = Sequence[Any]


class RefusedError(OSError):
    """The server answered, and said no."""


class _Answers:
    """What has come back to requests that are under way together."""

    def __init__(self) -> None:
        self.got: dict[int, tuple[int, paramiko.Message]] = {}

    def _async_response(self, kind: int, message: paramiko.Message, number: int) -> None:
        self.got[number] = (kind, message)


class Wire(paramiko.SFTPClient):  # type: ignore[misc]  # paramiko has no types
    """One SFTP channel. A request that the server refuses raises RefusedError."""

    extensions: frozenset[str] = frozenset()
    until = float("inf")

    def allow(self, seconds: float) -> None:
        """Give the requests that follow so long, all together."""
        self.until = time.monotonic() + seconds

    def ask(self, *request: Any) -> paramiko.Message:
        """Send one request and return the answer."""
        return self.ask_all([request])[0]

    def ask_all(self, requests: Iterable[Request]) -> list[paramiko.Message]:
        """Send requests, many of them under way at a time, and return the answers in their order."""
        answers = self.try_all(requests)
        for answer in answers:
            if isinstance(answer, OSError | EOFError):
                raise answer
        return answers

    def try_all(self, requests: Iterable[Request]) -> list[Any]:
        """Send requests as :meth:`ask_all` does; a refusal stands in the place of its answer."""
        pending, answers, numbers = iter(requests), _Answers(), list[int]()
        for request in islice(pending, _UNDER_WAY):
            numbers.append(self._async_request(answers, *request))
        while len(answers.got) < len(numbers):
            self._read_response()
            numbers += [self._async_request(answers, *request) for request in islice(pending, 1)]
        return [self._told(*answers.got[number]) for number in numbers]

    def names(self, path: str) -> list[tuple[bytes, paramiko.SFTPAttributes]]:
        """Return what is in a folder, with names as the server sends them: anybody may have given them."""
        handle, found = self.ask(sftp.CMD_OPENDIR, path).get_string(), list[tuple[bytes, Any]]()
        try:
            while True:
                answer = self.ask(sftp.CMD_READDIR, handle)
                for _ in range(answer.get_int()):
                    name, _long = answer.get_string(), answer.get_string()
                    found.append((name, paramiko.SFTPAttributes._from_msg(answer)))  # noqa: SLF001 (the only parser)
        except EOFError:
            return found
        finally:
            self.ask(sftp.CMD_CLOSE, handle)

    def read_file(self, path: str) -> bytes:
        """Return the bytes of a file."""
        handle = self.ask(sftp.CMD_OPEN, path, sftp.SFTP_FLAG_READ, paramiko.SFTPAttributes()).get_string()
        try:
            size = self._size(handle)
            if size > LARGEST:
                raise RefusedError(errno.EFBIG, f"larger than {LARGEST >> 20} MiB")
            spans = [(at, min(PIECE, size - at)) for at in range(0, size, PIECE)]
            pieces = self.ask_all((sftp.CMD_READ, handle, sftp.int64(at), wanted) for at, wanted in spans)
            return b"".join(
                self._whole(handle, at, wanted, piece.get_string())
                for (at, wanted), piece in zip(spans, pieces, strict=True)
            )
        finally:
            self.ask(sftp.CMD_CLOSE, handle)

    def write_file(self, path: str, data: bytes, mode: int) -> None:
        """Write a new file, on the disk when this returns, as far as the server lets us ask for it."""
        handle = self.ask(sftp.CMD_OPEN, path, _WRITE_NEW, paramiko.SFTPAttributes()).get_string()
        try:
            self.ask_all(
                (sftp.CMD_WRITE, handle, sftp.int64(at), data[at : at + PIECE])
                for at in range(0, len(data), PIECE)
            )
            self.ask(sftp.CMD_FSETSTAT, handle, _mode(mode))
            if FSYNC in self.extensions:
                self.ask(sftp.CMD_EXTENDED, FSYNC, handle)
            size = self._size(handle)
        finally:
            self.ask(sftp.CMD_CLOSE, handle)
        if size != len(data):
            raise RefusedError(errno.EIO, f"{size} of {len(data)} bytes were stored")

    def copy_file(self, path: str, new: str, mode: int) -> None:
        """Copy a file on the server itself."""
        source = self.ask(sftp.CMD_OPEN, path, sftp.SFTP_FLAG_READ, paramiko.SFTPAttributes()).get_string()
        try:
            target = self.ask(sftp.CMD_OPEN, new, _WRITE_NEW, paramiko.SFTPAttributes()).get_string()
            try:
                zero = sftp.int64(0)
                self.ask(sftp.CMD_EXTENDED, COPY, source, zero, zero, target, zero)
                self.ask(sftp.CMD_FSETSTAT, target, _mode(mode))
            finally:
                self.ask(sftp.CMD_CLOSE, target)
        finally:
            self.ask(sftp.CMD_CLOSE, source)

    def room(self, path: str) -> tuple[int, int]:
        """Return how many bytes are free for us, and the flags of the file system."""
        answer = self.ask(sftp.CMD_EXTENDED, STATVFS, path)
        figures = [answer.get_int64() for _ in range(11)]
        return figures[1] * figures[4], figures[9]

    def _whole(self, handle: bytes, at: int, wanted: int, piece: bytes) -> bytes:
        """Ask for the rest of a piece: a server may give less than was asked for."""
        while len(piece) < wanted:
            more = (sftp.CMD_READ, handle, sftp.int64(at + len(piece)), wanted - len(piece))
            piece += self.ask(*more).get_string()
        return piece

    def _size(self, handle: bytes) -> int:
        return paramiko.SFTPAttributes._from_msg(self.ask(sftp.CMD_FSTAT, handle)).st_size or 0  # noqa: SLF001 (the only parser)

    def _told(self, kind: int, message: paramiko.Message) -> Any:
        if kind != sftp.CMD_STATUS:
            return message
        try:
            self._convert_status(message)
        except (OSError, EOFError) as error:
            return error
        return message

    def _convert_status(self, msg: paramiko.Message) -> None:
        code, text = msg.get_int(), msg.get_text()
        if code == sftp.SFTP_EOF:
            raise EOFError(text)
        if code != sftp.SFTP_OK:
            raise RefusedError(_ERRNO.get(code, errno.EIO), text)

    def _send_version(self) -> int:
        # paramiko throws away which extensions the server names.
        hello = paramiko.Message()
        hello.add_int(3)
        self._send_packet(sftp.CMD_INIT, hello)
        kind, data = self._read_packet()
        if kind != sftp.CMD_VERSION:
            message = "the server does not speak SFTP"
            raise paramiko.SSHException(message)
        answer, names = paramiko.Message(data), set()
        version = int(answer.get_int())
        while answer.get_remainder():
            names.add(answer.get_text())
            answer.get_string()
        self.extensions = frozenset(names)
        return version

    def _read_all(self, n: int) -> bytes:
        # Each recv has its own time limit; one byte at a time would get around it.
        pieces, left = [], n
        while left:
            if time.monotonic() > self.until:
                message = "the server took too long"
                raise TimeoutError(message)
            pieces.append(self.sock.recv(left))
            if not pieces[-1]:
                raise EOFError
            left -= len(pieces[-1])
        return b"".join(pieces)


def _mode(mode: int) -> paramiko.SFTPAttributes:
    attributes = paramiko.SFTPAttributes()
    attributes.st_mode = mode
    return attributes
