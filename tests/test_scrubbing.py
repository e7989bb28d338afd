"""A log that a server writes to is scrubbed under it: nothing that it says is lost."""

import itertools
from pathlib import Path

import pytest

from catchlight import scrubbing
from catchlight.scrubbing import scrub, tells
from catchlight.traces import Traces

THEM = Traces("E10001", frozenset({"Zoë Berg"}))
SAID = "GET /me by E10001\nall is wéll\r\nZoë Berg came\n\nE10001"


def test_a_server_goes_on_in_the_log_that_was_scrubbed(tmp_path: Path) -> None:
    """It has the file open, and what it says next is what IT has to see."""
    log = tmp_path / "review-server.log"
    with log.open("ab", buffering=0) as server:  # as it is given to a server
        server.write(SAID.encode())
        scrub(log, THEM)
        server.write(b"\nERROR: a disk is full\n")
    said = [line.rstrip() for line in log.read_text(encoding="utf-8").splitlines()]
    assert said == ["[erased]", "all is wéll", "[erased]", "", "[erase", "ERROR: a disk is full"]
    assert not tells(log, THEM)
    assert log.stat().st_size == len(SAID.encode()) + len("\nERROR: a disk is full\n")


def test_what_is_stopped_loses_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is written over by itself; the next time does the rest."""
    log = tmp_path / "a.log"
    log.write_bytes(SAID.encode())
    strike, done = scrubbing._struck, itertools.count()

    def stop(line: bytes) -> bytes:
        if next(done):
            raise KeyboardInterrupt
        return strike(line)

    with monkeypatch.context() as patch:
        patch.setattr(scrubbing, "_struck", stop)
        with pytest.raises(KeyboardInterrupt):
            scrub(log, THEM)
    assert log.read_bytes() == SAID.replace("GET /me by E10001", "[erased]         ").encode()
    scrub(log, THEM)
    assert not tells(log, THEM)
