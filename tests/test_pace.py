"""Calls keep within what a vendor allows, whichever thread makes them."""

import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from connectors import _pace, bamboohr, google_directory, slack_photos
from connectors._pace import Limits, Pace
from tests.google_token import write_key
from tests.refreshed_company import ROOT


@dataclass
class Clock:
    """A clock that only goes on while somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        self.slept.append(seconds)
        self.now += seconds


def pace(clock: Clock, limits: Limits) -> Pace:
    """Return a pace on a clock of the test's own."""
    return Pace(limits, lambda: clock.now, clock.sleep)


def test_a_burst_goes_at_once_and_the_rest_in_step() -> None:
    """Of 180 a minute with a burst of 20, twenty go at once and then three a second."""
    clock = Clock()
    slack = pace(clock, Limits(writes=180, burst=20))
    began = []
    for _ in range(50):
        with slack.turn(writes=True):
            began.append(clock.now)
    assert began[:20] == [0.0] * 20
    assert began[-1] == pytest.approx(30 / 3)


def test_reads_and_writes_wait_apart() -> None:
    """A read does not use up a write."""
    clock = Clock()
    both = pace(clock, Limits(reads=60, writes=60))
    for writes in (True, False):
        with both.turn(writes=writes):
            pass
    assert clock.slept == []


def test_later_said_to_one_is_said_to_all() -> None:
    """After a server asked for ten seconds, no call begins earlier."""
    clock = Clock()
    shared = pace(clock, Limits())
    shared.rest(10)
    with shared.turn(writes=False):
        assert clock.now == pytest.approx(10)
    with shared.turn(writes=True):
        assert clock.now == pytest.approx(10)


def test_no_more_at_once_than_allowed() -> None:
    """Of many threads, four are under way at most, and a call that fails gives its place back."""
    four, lock, under_way, most = Pace(Limits(at_once=4)), threading.Lock(), [0], [0]

    def call() -> None:
        with suppress(ZeroDivisionError), four.turn(writes=False):
            with lock:
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
            time.sleep(0.01)
            with lock:
                under_way[0] -= 1
            _ = 1 / 0

    threads = [threading.Thread(target=call) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 4
    assert under_way[0] == 0


PROGRAM = """
import sys, time
from pathlib import Path
from connectors import _pace
_pace.share(Path(sys.argv[1]))
pace = _pace.Pace(_pace.Limits(at_once=2, writes=600, burst=5, tenant="example"))
for _ in range(10):
    with pace.turn(writes=True):
        print(time.monotonic(), flush=True)
"""


def test_two_programs_keep_one_vendors_limit_together(tmp_path: Path) -> None:
    """Of 600 a minute with a burst of five, twenty calls of two programs take a second and a half; one alone takes half."""
    told = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path / "pace")],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(2)
    ]
    began = sorted(float(line) for one in told for line in one.communicate(timeout=60)[0].split())
    assert len(began) == 20
    assert all(later - first >= 1.49 for first, later in zip(began, began[20 - 1 :], strict=False))


def test_programs_share_what_a_server_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A «later» that one heard holds for the other; another tenant is another matter, and a broken file is no stop."""
    monkeypatch.setattr(_pace, "_folder", tmp_path)
    clock = Clock(now=100.0)
    one, other = (pace(clock, Limits(at_once=1, tenant="example")) for _ in range(2))
    one.rest(10)
    with other.turn(writes=False):
        assert clock.now == pytest.approx(110)
    one.rest(10)
    with pace(clock, Limits(tenant="elsewhere")).turn(writes=False):
        assert clock.now == pytest.approx(110)
    for file in tmp_path.glob("*.json"):
        file.write_text('{"not_bef')
    with other.turn(writes=False):
        assert clock.now == pytest.approx(110)


@pytest.mark.parametrize("vendor", ["bamboohr", "google_directory", "slack"])
def test_reading_and_publishing_count_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    """A refresh beside a publication stays within what the vendor allows both: they count in the same file."""
    monkeypatch.setattr(_pace, "_folder", tmp_path / "pace")
    key = tmp_path / "key"
    key.touch(0o600)
    key.write_text("secret")
    if vendor == "bamboohr":
        bamboohr.open_source(bamboohr.SourceSettings(company="example", api_key_file=key), "hr")
        place = partial(bamboohr.open_place, bamboohr.Settings(company="example", api_key_file=key), "hr")
    elif vendor == "google_directory":
        write_key(key)
        own = {"key_file": key, "admin": "it@example.com"}
        google_directory.open_source(google_directory.SourceSettings(**own), "google")
        place = partial(google_directory.open_place, google_directory.Settings(**own), "google")
    else:
        slack_photos.open_source(slack_photos.SourceSettings(token_file=key), "slack")
        place = partial(slack_photos.open_place, slack_photos.Settings(token_file=key), "slack")
    before = {file.name for file in tmp_path.glob("pace/*.json")}
    place()
    after = {file.name for file in tmp_path.glob("pace/*.json")}
    assert before
    assert after - before == set() or (
        vendor == "slack" and len(after - before) == 1
    )  # SCIM is the writer's own


def test_machines_whose_clocks_differ_a_little_count_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 60 a minute, ten calls in turn take nine seconds though one clock is behind; one that was set back begins anew."""
    monkeypatch.setattr(_pace, "_folder", tmp_path)
    ahead, behind = Clock(now=1000.5), Clock(now=1000.0)
    machines = [(clock, pace(clock, Limits(reads=60, tenant="example"))) for clock in (ahead, behind)]
    for number in range(10):
        clock, one = machines[number % 2]
        with one.turn(writes=False):
            pass
        machines[1 - number % 2][0].now += clock.slept[-1] if clock.slept else 0.0
        clock.slept.clear()
    assert 8.5 <= ahead.now - 1000.5 <= 10
    machines[0][1].rest(3600)
    ahead.now = behind.now = 500.0
    with machines[1][1].turn(writes=False):
        assert behind.now == pytest.approx(500.0)


def test_a_place_of_a_program_that_was_killed_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds one when it ends, holds it no more."""
    hold = PROGRAM.replace("print(time.monotonic(), flush=True)", "print('here', flush=True); time.sleep(60)")
    program = subprocess.Popen(
        [sys.executable, "-c", hold.replace("at_once=2", "at_once=1"), str(tmp_path)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert program.stdout
    assert program.stdout.readline() == "here\n"
    program.kill()
    program.wait()
    monkeypatch.setattr(_pace, "_folder", tmp_path)
    with Pace(Limits(at_once=1, tenant="example")).turn(writes=False):
        pass
