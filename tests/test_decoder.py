"""Pictures through the child process: what comes back, and what happens when it fails."""

import os
import signal
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catchlight import decoder, pixels
from catchlight.board import Board
from catchlight.decoder import Decoder
from catchlight.decoding import Decoded, Limits, decode
from catchlight.errors import PhotoError


def png(width: int, height: int) -> bytes:
    """Return a red PNG."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def bomb() -> bytes:
    """Return a PNG of a hundred bytes that claims 900 megapixels."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(30_001))),
        (b"IEND", b""),
    )
    parts = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


SMALL = png(40, 30)
LARGE = png(7000, 7000)


@pytest.fixture
def child() -> Iterator[Decoder]:
    """Return a decoder with the standard limits."""
    with Decoder() as opened:
        yield opened


def reason(opened: Decoder, data: bytes) -> str:
    """Return why a file is refused."""
    with pytest.raises(PhotoError) as caught:
        opened.open(data)
    return caught.value.reason


def is_red(done: Decoded) -> bool:
    """Whether all of the picture came through."""
    return bool(np.all(done.picture == (255, 0, 0)))


def pid_of(opened: Decoder) -> int:
    """Return the process id of a child that runs."""
    assert opened.pid
    return opened.pid


def has_gone(pid: int) -> bool:
    """Whether the process ends within some seconds; one that nobody waits for counts as gone."""
    for _ in range(200):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.1)
    return False


def test_the_child_gives_what_this_process_would(child: Decoder) -> None:
    """Pixels, transparency, format and notes cross the pipe unchanged."""
    colours = np.random.default_rng(1).integers(0, 256, (37, 53, 4), np.uint8)
    buffer = BytesIO()
    Image.fromarray(colours).save(buffer, "PNG")
    there, here = child.open(buffer.getvalue()), decode(buffer.getvalue())
    assert np.array_equal(there.picture, here.picture)
    assert there.alpha is not None
    assert np.array_equal(there.alpha, colours[..., 3])
    assert (there.format, there.notes) == (here.format, here.notes) == ("PNG", here.notes)
    assert here.notes


def test_an_error_keeps_its_reason_and_sentence(child: Decoder) -> None:
    """A refusal in the child is the same refusal here."""
    with pytest.raises(PhotoError, match="not a picture; send JPEG") as caught:
        child.open(b"hello, this is a text")
    assert caught.value.reason == "photo.not_a_picture"


def test_one_child_serves_many_pictures(child: Decoder) -> None:
    """Pictures and refusals alternate in one process."""
    child.open(SMALL)
    first = child.pid
    for _ in range(20):
        assert is_red(child.open(SMALL))
        assert reason(child, SMALL[:60]) == "photo.truncated"
    assert child.pid == first


def test_the_child_is_renewed_now_and_then(child: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many pictures a fresh process takes over."""
    monkeypatch.setattr(decoder, "PICTURES_PER_CHILD", 3)
    pids = []
    for _ in range(7):
        child.open(SMALL)
        pids.append(child.pid)
    assert len(set(pids)) == 3


def test_files_are_weighed_before_the_child_sees_them() -> None:
    """Empty and overlong files are refused without any process being started."""
    with Decoder(Limits(max_bytes=1000)) as opened:
        assert reason(opened, b"") == "photo.empty"
        assert reason(opened, bytes(1001)) == "photo.too_large"
        assert opened.pid is None


def test_900_megapixels_are_refused_and_the_next_picture_works(child: Decoder) -> None:
    """A bomb in a small file costs no memory: its header is enough to refuse it."""
    assert reason(child, bomb()) == "photo.too_large"
    peak = Path(f"/proc/{child.pid}/status").read_text().split("VmHWM:")[1].split()[0]
    assert int(peak) < 200_000  # kB
    assert is_red(child.open(SMALL))


def test_memory_has_a_limit_of_its_own() -> None:
    """Where the pixel limit is generous, the memory limit still holds."""
    limits = Limits(max_pixels=10**9, memory_bytes=700 << 20)
    with Decoder(limits) as opened:
        assert reason(opened, bomb()) == "photo.too_large"
        assert is_red(opened.open(SMALL))


def test_a_picture_that_hangs_is_given_up() -> None:
    """A child that stands still is killed at the time limit; the next picture works."""
    with Decoder(Limits(seconds=1)) as opened:
        opened.open(SMALL)
        stuck = pid_of(opened)
        os.kill(stuck, signal.SIGSTOP)
        assert reason(opened, SMALL) == "photo.timeout"
        assert has_gone(stuck)
        assert is_red(opened.open(SMALL))


def test_a_child_killed_between_pictures_is_replaced(child: Decoder) -> None:
    """The out-of-memory killer may take the child at any time; nobody notices."""
    child.open(SMALL)
    first = pid_of(child)
    os.kill(first, signal.SIGKILL)
    assert is_red(child.open(SMALL))
    assert child.pid != first


def test_a_picture_that_kills_twice_is_refused(child: Decoder) -> None:
    """A picture gets a second try in a fresh child, no third; the next picture works."""
    child.open(SMALL)
    done = threading.Event()
    killed: set[int] = set()

    def kill_each_once() -> None:
        while not done.is_set():
            if (pid := child.pid) and pid not in killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            time.sleep(0.001)

    killer = threading.Thread(target=kill_each_once)
    killer.start()
    try:
        assert reason(child, LARGE) == "photo.decoder_died"
    finally:
        done.set()
        killer.join()
    assert len(killed) == 2
    assert is_red(child.open(SMALL))


def test_an_interrupted_picture_leaves_no_half_answer(child: Decoder) -> None:
    """After an interrupt in the middle of a picture the next answer is of the next picture."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    child.open(SMALL)
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            child.open(LARGE)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert child.open(SMALL).picture.shape == (30, 40, 3)


def test_a_picture_stays_as_it_is_when_the_next_one_is_opened(child: Decoder) -> None:
    """Both were laid on one board."""
    first, second = (np.full((90, 120, 3), level, np.uint8) for level in (40, 200))
    kept = child.open(pixels.jpeg(first)).picture
    child.open(pixels.jpeg(second))
    assert np.array_equal(kept, first)


@pytest.mark.parametrize("sealed", [True, False])
def test_a_child_that_makes_its_board_smaller_harms_nobody(
    sealed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the memory can be sealed it cannot; else whoever reads is told instead of dying."""
    if not sealed:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    board = Board(1 << 16)
    if sealed:
        with pytest.raises(OSError, match="not permitted"):
            os.ftruncate(board.fileno(), 1)
    assert not board.pixels(60, (5, 7)).any()
    with pytest.raises(ValueError, match="smaller"):
        board.pixels(1, (1 << 8, 1 << 8))
    if not sealed:
        os.ftruncate(board.fileno(), 1)
        with pytest.raises(ValueError, match="smaller"):
            board.pixels(0, (5, 7))
    board.close()
