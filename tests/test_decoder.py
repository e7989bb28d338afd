"""The child process: what it gives back, what it is kept from, and how it fails."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catchlight import decoder
from catchlight.decoder import Decoder
from catchlight.decoding import Decoded, Limits, decode
from catchlight.errors import PhotoError


def png(width: int, height: int, mode: str = "RGB", colour: str | int = "red") -> bytes:
    """Return a PNG of one colour."""
    buffer = BytesIO()
    Image.new(mode, (width, height), colour).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


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
    bomb = png(30_000, 30_000, "1", 0)
    assert reason(child, bomb) == "photo.too_large"
    peak = Path(f"/proc/{child.pid}/status").read_text().split("VmHWM:")[1].split()[0]
    assert int(peak) < 200_000  # kB
    assert is_red(child.open(SMALL))


def test_memory_has_a_limit_of_its_own() -> None:
    """Where the pixel limit is generous, the memory limit still holds."""
    limits = Limits(max_pixels=10**9, memory_bytes=700 << 20)
    with Decoder(limits) as opened:
        assert reason(opened, png(30_000, 30_000, "1", 0)) == "photo.too_large"
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


def test_the_child_knows_no_secrets(child: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the environment nor open files of the parent reach the decoder."""
    monkeypatch.setenv("GRAPH_CLIENT_SECRET", "hunter2")
    with Path(__file__).open("rb") as file:
        os.set_inheritable(file.fileno(), True)  # noqa: FBT003
        child.open(SMALL)
        process = Path(f"/proc/{child.pid}")
        open_files = [os.readlink(entry) for entry in (process / "fd").iterdir()]
    assert b"hunter2" not in (process / "environ").read_bytes()
    assert all(name.startswith(("pipe:", "/dev/null")) for name in open_files)


def test_the_child_is_confined(child: Decoder) -> None:
    """It can write no file, dump no core, and take no more memory than a picture needs."""
    child.open(SMALL)
    limits = Path(f"/proc/{child.pid}/limits").read_text().splitlines()
    hard = {line[:26].strip(): line[26:].split()[1] for line in limits[1:]}
    assert hard["Max file size"] == hard["Max core file size"] == "0"
    assert hard["Max address space"] == str(Limits().memory_bytes)
    assert int(hard["Max open files"]) <= 32


def test_computing_time_is_limited_for_each_picture_anew(child: Decoder) -> None:
    """The limit moves on with each picture, so a long life does not use it up."""
    child.open(SMALL)

    def allowed() -> int:
        line = Path(f"/proc/{child.pid}/limits").read_text().splitlines()[1]
        return int(line[26:].split()[0])

    first = allowed()
    assert first <= Limits().seconds + 2
    while allowed() == first:
        child.open(LARGE)
    assert allowed() > first


def test_the_child_ends_with_its_decoder() -> None:
    """Nothing is left running after the ``with``."""
    with Decoder() as opened:
        opened.open(SMALL)
        pid = pid_of(opened)
    assert opened.pid is None
    assert has_gone(pid)


@pytest.mark.parametrize("heirs", ["", "os.fork() or time.sleep(60); "])
def test_the_child_ends_with_its_parent(heirs: str) -> None:
    """A parent that is killed takes the child along, even where its pipes live on in a fork."""
    code = (
        "import os, sys, time; from catchlight.decoder import Decoder; opened = Decoder(); "
        "opened.open(sys.stdin.buffer.read()); print(opened.pid, flush=True); "
        f"{heirs}time.sleep(60)"
    )
    root = Path(decoder.__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as parent:
        assert parent.stdin
        assert parent.stdout
        parent.stdin.write(SMALL)
        parent.stdin.close()
        pid = int(parent.stdout.readline())
        parent.kill()
        try:
            assert has_gone(pid)
        finally:
            os.killpg(parent.pid, signal.SIGKILL) if heirs else None
