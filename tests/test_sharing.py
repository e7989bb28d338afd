"""Several commands at one run: everyone is developed once, all end with the same run, whoever is killed."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catchlight import lease as leases
from catchlight.darkroom import Remembered
from catchlight.develop import Development, Order
from catchlight.errors import ConfigError, OutsideError
from catchlight.home import Home
from catchlight.job import Job
from catchlight.lease import Door
from catchlight.records import Render
from catchlight.slices import Slice, work_of
from flows import session as sessions
from flows import sharing, stages
from flows.session import session
from tests.lives import Standin

PEOPLE = 24
_done: list[str] = []
_lock = threading.Lock()


class Enough(Exception):  # noqa: N818
    """A worker ends here, as if its machine had been switched off."""


class Synthetic(Standin):
    """A darkroom without pictures: writes down whom it develops."""

    cpu = 1.0
    delay, ends_after = 0.005, 10_000

    def __init__(self, *_: object) -> None:
        """Start nothing."""
        self.own = 0

    def develop(self, orders: Iterable[Order]) -> Iterator[Development]:
        """Yield an outcome for each."""
        for order in orders:
            if self.own >= self.ends_after:
                raise Enough
            time.sleep(self.delay)
            with _lock:
                _done.append(order.employee)
            self.own += 1
            yield Development(order.photos, Render(order.employee, order.recipe, "", preset="house"))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Develop nobody for real, and look often."""
    _done.clear()
    monkeypatch.setattr(sessions, "Darkroom", Synthetic)
    monkeypatch.setattr(sharing, "LOOK", 0.01)


@pytest.fixture
def job(tmp_path: Path) -> Callable[[str], Job]:
    """Return the job of a company whose photos nobody looks into, for a slice."""
    photos = tmp_path / "source/photos"
    photos.mkdir(parents=True)
    rows = [f"{n:03},photos/{n:03}.jpg" for n in range(PEOPLE)]
    (tmp_path / "source/directory.csv").write_text("\n".join(["id,photo", *rows]), encoding="utf-8")
    for number in range(PEOPLE):
        (photos / f"{number:03}.jpg").write_bytes(b"photo %d" % number)

    def of(share: str) -> Job:
        return Job(source=tmp_path / "source", home=tmp_path / "home", shard_size=3, share=share)

    return of


def refresh(job: Job) -> Path:
    """Refresh as a command does."""
    with session(job) as begun:
        return stages.straight(begun)


def planned(home: Path) -> list[str]:
    """Return the runs that were drawn up."""
    return sorted(path.parent.name for path in (home / "ledger").glob("*/plan.json"))


@pytest.mark.parametrize(
    "slices", [("1/2", "2/2"), ("1/4", "2/4", "3/4", "4/4"), ("1/3", "1/3"), ("1/1", "1/1")]
)
def test_started_at_once_they_do_the_work_once(job: Callable[[str], Job], slices: tuple[str, ...]) -> None:
    """One run, everybody developed once, whichever slices are there; all end with the same folder."""
    with ThreadPoolExecutor(len(slices)) as pool:
        folders = list(pool.map(refresh, map(job, slices)))
    home = job("").home
    assert set(folders) == {home / "runs" / planned(home)[0]}
    assert len(planned(home)) == 1
    assert sorted(_done) == [f"{n:03}" for n in range(PEOPLE)]
    run = json.loads((folders[0] / "run.json").read_bytes())
    assert run["counts"]["people"] == run["counts"]["rendered"] == PEOPLE
    assert Home(home).door.free_after() is not None


def test_whoever_is_left_does_the_rest(job: Callable[[str], Job], monkeypatch: pytest.MonkeyPatch) -> None:
    """When the leader ends in the midst of it, the other leads, and lays everybody out."""
    monkeypatch.setattr(Synthetic, "ends_after", 5)

    def second() -> Path:
        while not planned(job("").home):
            time.sleep(0.01)
        monkeypatch.setattr(Synthetic, "ends_after", 10_000)
        return refresh(job("2/2"))

    monkeypatch.setattr(Synthetic, "delay", 0.05)
    with ThreadPoolExecutor(2) as pool:
        first, other = pool.submit(_dying, job("1/2")), pool.submit(second)
        assert first.result() == "ended"
        folder = other.result()
    run = json.loads((folder / "run.json").read_bytes())
    assert run["counts"]["people"] == PEOPLE
    assert set(_done) == {f"{n:03}" for n in range(PEOPLE)}
    assert len(planned(job("").home)) == 1


def _dying(job: Job) -> str:
    with session(job) as begun:
        begun.darkroom.ends_after = 5  # type: ignore[union-attr]
        with pytest.raises(Enough):
            stages.straight(begun)
    return "ended"


def test_a_leader_on_a_machine_that_was_switched_off_is_followed(
    job: Callable[[str], Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its leases go stale, the home's and a shard's, and its plan is gone on with."""
    with session(job("1/2")) as begun:
        run, shard = begun.plan.run, min(begun.shards)
    home = Home(job("").home)
    for folder in (home.door.folder, begun.plan.shard(shard)):
        stale = Door(folder).take(f"{work_of(job('1/2'))} {run}")
        assert stale
        stale.machine = "switched off"
        stale._over.set()
        stale._beat()
    monkeypatch.setattr(Door.__init__, "__defaults__", (0.05, *Door.__init__.__defaults__[1:]))  # type: ignore[index]
    assert refresh(job("2/2")).name == run
    assert sorted(_done) == [f"{n:03}" for n in range(PEOPLE)]


def test_a_shard_that_was_taken_over_is_not_written_by_its_old_holder(job: Callable[[str], Job]) -> None:
    """Whoever was asleep for long finds the new holder's number and stops; its outcome is not kept."""
    with session(job("1/1")) as begun:
        number, orders = next(iter(begun.shards.items()))

        class Asleep(Synthetic):
            def develop(self, orders: list[Order]) -> Iterator[Development]:
                (begun.plan.shard(number) / "lease-000002.lock").touch()
                yield from super().develop(orders)

        with pytest.raises(OutsideError, match="took over"):
            stages.develop(begun.plan, number, orders, Asleep(), begun.counter())  # type: ignore[arg-type]
        assert not begun.plan.is_done(number)


def test_a_held_shard_is_passed_over(job: Callable[[str], Job]) -> None:
    """A task that comes too late does nothing, and says nothing."""
    with session(job("1/1")) as begun:
        number, orders = next(iter(begun.shards.items()))
        with Door(begun.plan.shard(number)).take() or pytest.fail("it is free"):
            stages.develop(begun.plan, number, orders, Synthetic(), begun.counter())  # type: ignore[arg-type]
        assert not _done


def test_another_job_is_refused(job: Callable[[str], Job]) -> None:
    """Whoever shares shares the same work: another preset, or a command that shares nothing, is told."""
    with session(job("1/2")):
        with (
            pytest.raises(ConfigError, match="something else"),
            session(job("2/2").model_copy(update={"preset": "deep-blue"})),
        ):
            pass
        with pytest.raises(ConfigError, match="another refresh"), session(job("")):
            pass
    with session(job("")), pytest.raises(ConfigError, match="something else"), session(job("2/2")):
        pass


def test_a_machine_with_another_version_is_refused(
    job: Callable[[str], Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Portraits of one company are made by one code: whoever would make others does not join."""
    with session(job("1/2")):
        monkeypatch.setattr("catchlight.look.code_digest", lambda: "another")
        with pytest.raises(ConfigError, match="differ from those of run"), session(job("2/2")):
            pass


def test_everybody_known_needs_nobody(job: Callable[[str], Job]) -> None:
    """Where everything is in the ledger, sharing changes nothing."""
    plan_home = Home(job("").home)
    with session(job("1/2")) as begun:
        for orders in begun.shards.values():
            for order in orders:
                made = Development(order.photos, Render(order.employee, order.recipe, ""))
                plan_home.recipes.remember(order.recipe, made.plain())
    with session(job("2/2")) as again:
        assert isinstance(again.darkroom, Remembered)
        stages.straight(again)
    assert not _done


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/2/3", "-1/2"])
def test_a_slice_that_is_none_is_told(text: str) -> None:
    """The message shows how one is written."""
    with pytest.raises(ConfigError, match="such as 2/4"):
        Slice.of(text)


def test_slices_cover_every_shard_once() -> None:
    """Each begins with its own; nobody's own is another's."""
    slices = [Slice(rank, 4) for rank in range(1, 5)]
    own = [number for one in slices for number in range(10) if one.has(number)]
    assert sorted(own) == list(range(10))
    assert Slice(2, 4).own_first(range(10)) == [1, 5, 9, 2, 6, 3, 7, 0, 4, 8]


def test_what_may_differ_between_machines_is_the_same_work(job: Callable[[str], Job], tmp_path: Path) -> None:
    """Where the home is mounted and how many processes there are does not count; whom it is for does."""
    same = job("2/2").model_copy(update={"home": tmp_path / "mounted", "workers": 7})
    assert work_of(same) == work_of(job("1/2"))
    assert work_of(same.model_copy(update={"only": ("001",)})) != work_of(same)


def test_leases_are_no_part_of_a_backup() -> None:
    """A home that was restored is held by nobody: names of leases are those that a backup leaves out."""
    assert leases._path(Path(), 1).name.endswith(".lock")
