"""What the decoder's child is kept from, and that it never outlives those who need it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from catchlight import decoder
from catchlight.decoder import Decoder
from catchlight.decoding import Limits


def png(width: int, height: int) -> bytes:
    """Return a red PNG."""
    buffer = BytesIO()
    Image.new("RGB", (width, height), "red").save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


SMALL = png(40, 30)
LARGE = png(7000, 7000)


@pytest.fixture
def child() -> Iterator[Decoder]:
    """Return a decoder with the standard limits."""
    with Decoder() as opened:
        yield opened


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


def test_the_child_knows_no_secrets(child: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the environment nor open files of the parent reach the decoder; only pipes and memory for pixels do."""
    monkeypatch.setenv("GRAPH_CLIENT_SECRET", "hunter2")
    with Path(__file__).open("rb") as file:
        os.set_inheritable(file.fileno(), True)  # noqa: FBT003
        child.open(SMALL)
        process = Path(f"/proc/{child.pid}")
        open_files = [str(entry.readlink()) for entry in (process / "fd").iterdir()]
    assert b"hunter2" not in (process / "environ").read_bytes()
    assert all(name.startswith(("pipe:", "/dev/null", "/memfd:pixels")) for name in open_files)


def test_the_child_is_confined(child: Decoder) -> None:
    """It can write no file, dump no core, and take no more memory than a picture needs."""
    child.open(SMALL)
    shared = 4 * Limits().max_pixels
    limits = Path(f"/proc/{child.pid}/limits").read_text().splitlines()
    hard = {line[:26].strip(): line[26:].split()[1] for line in limits[1:]}
    assert hard["Max file size"] == hard["Max core file size"] == "0"
    assert hard["Max address space"] == str(Limits().memory_bytes + shared)
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
        f"opened.open(sys.stdin.buffer.read()); {heirs}print(opened.pid, flush=True); time.sleep(60)"
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
