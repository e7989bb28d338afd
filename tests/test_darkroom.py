"""The darkroom's workers: in parallel, warm, and one that dies takes nobody's portrait with it."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from catchlight.config import load_preset
from catchlight.darkroom import Darkroom
from catchlight.darkroom_worker import Bench
from catchlight.develop import Development, Order
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.ledger import Recipes
from catchlight.models import default_root
from catchlight.records import Photo, Render
from catchlight.set_aside import CRASHED
from catchlight.vault import Vault
from catchlight.whose_fault import full_memory, lost_card, may_be_the_photos
from tests.processes import command, family, outlive
from tests.refreshed_company import congress

POISON = "poison"
FULL = "full"
COUNTS = "CATCHLIGHT_TEST_COUNTS"


def bench(root: Path) -> Bench:
    """Return what workers need, in an empty home."""
    log = root / "logs/darkroom.log"
    return Bench(load_preset("house"), default_root(), root / "vault", root / "recipes", log)


def orders(count: int, start: int = 0) -> list[Order]:
    """Return orders that need no photo."""
    return [Order(f"{n:03}", f"recipe-{n:03}", ()) for n in range(start, start + count)]


def note_down(order: Order) -> Development:
    """Stand in for developing: no model, no photo; kill the worker if the order says so."""
    if order.employee == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.02)
    return Development((), Render(order.employee, order.recipe, "", note=str(os.getpid())))


class TwoPartError(Exception):
    """An error that can be sent and cannot be read: as many libraries' do."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{what} in {where}")


def stumble(order: Order) -> Development:
    """Stand in for developing: fail as a bug would if the order says so, or as a full disk or card does."""
    if order.employee.startswith(POISON):
        raise TwoPartError("no number", order.recipe)
    if order.employee == FULL:
        raise OSError(28, "No space left on device")
    return note_down(order)


def tell_threads(order: Order) -> Development:
    """Stand in for developing, and tell how many threads the libraries of linear algebra were allowed."""
    return Development((), Render(order.employee, order.recipe, "", note=os.environ["OPENBLAS_NUM_THREADS"]))


def count(order: Order) -> Development:
    """Stand in for developing, and count how often it is done."""
    with (Path(os.environ[COUNTS]) / order.employee).open("a", encoding="utf-8") as file:
        file.write("x")
    return Development((), Render(order.employee, order.recipe, ""))


def workers() -> dict[int, str]:
    """Return the worker processes of this process."""
    return {one[0]: command(one) for one in family(os.getpid()) if "spawn_main" in command(one)}


@pytest.fixture(scope="module")
def photographs(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, list[Order]]:
    """Return a bench and orders with real photos in its vault."""
    here = bench(tmp_path_factory.mktemp("darkroom"))
    files = [shared / f"congress/photos/{id_}.jpg" for id_ in congress(shared, 4)]
    made = []
    for file in files:
        photo = Photo(file.stem, file.name, Vault(here.vault).put(file.read_bytes()))
        made.append(Order(file.stem, f"re{file.stem}", (photo,)))
    return here, made


def test_a_worker_computes_on_one_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one worker a core: threads beyond that spin while they wait, and take the time of the others."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    with Darkroom(bench(tmp_path), 1, tell_threads) as darkroom:
        (done,) = darkroom.develop(orders(1))
    assert done.render.note == "1"


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nobody_their_portrait(
    photographs: tuple[Bench, list[Order]],
) -> None:
    """One worker is killed in the midst of a photo: everyone is developed, and the ledger knows everyone."""
    here, wanted = photographs
    with Darkroom(here, workers=2) as darkroom:
        developments = darkroom.develop(wanted)
        done = [next(developments)]
        os.kill(min(workers()), signal.SIGKILL)
        done += developments
        everybody = family(os.getpid())
    assert sorted(one.render.employee for one in done) == sorted(order.employee for order in wanted)
    assert all(one.render.picture and not one.render.reason for one in done)
    assert all(Recipes(here.recipes).recall(order.recipe) for order in wanted)
    assert outlive({one for one in everybody if "spawn_main" in command(one)}, 5) == {}


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [False, True])
def test_a_worker_that_ends_while_idle_is_replaced(tmp_path: Path, *, ahead: bool) -> None:
    """Between two shards, or two photos that people send, nobody waits for it: the next orders find new workers."""
    with Darkroom(bench(tmp_path), 2, note_down) as darkroom:
        assert len(list(darkroom.develop(orders(2)))) == 2
        os.kill(min(workers()), signal.SIGKILL)
        while not darkroom._pool._broken:
            time.sleep(0.02)
        if ahead:
            darkroom.begin(orders(2, start=2))
        assert len(list(darkroom.develop(orders(4, start=2)))) == 4


def test_a_photo_that_always_kills_its_worker_is_set_aside(tmp_path: Path) -> None:
    """The one photo is told of as crashed; the others, also those of other threads, are done once each."""
    poison = Order(POISON, POISON, ())
    wanted = [*orders(5), poison, *orders(20, start=5)]
    with Darkroom(bench(tmp_path), workers=2, work=note_down) as darkroom:
        done = list(darkroom.develop(wanted))
    assert sorted(one.render.employee for one in done) == sorted(order.employee for order in wanted)
    crashed = [one.render for one in done if one.render.reason]
    assert [(render.employee, render.reason) for render in crashed] == [(POISON, CRASHED)]
    assert crashed[0].note.endswith(".")


@pytest.mark.slow
def test_a_photo_on_which_our_code_fails_is_set_aside(tmp_path: Path) -> None:
    """The others are developed, those begun ahead too, and IT finds the error in the log."""
    here, poison = bench(tmp_path), Order(POISON, POISON, ())
    with Darkroom(here, workers=2, work=stumble) as darkroom:
        darkroom.begin([*orders(2), poison])
        done = list(darkroom.develop([*orders(5), poison, *orders(5, start=5)]))
    assert len(done) == 11
    assert [(one.render.employee, one.render.reason) for one in done if one.render.reason] == [
        (POISON, CRASHED)
    ]
    assert "TwoPartError: no number in poison" in here.log.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("work", [stumble, note_down])
def test_what_fails_on_everybody_is_no_photos_fault(
    tmp_path: Path, work: Callable[[Order], Development]
) -> None:
    """Nobody is asked for another photo where the software fails on all that is new; what was known does not count."""
    here = bench(tmp_path)
    for known in orders(5):
        Recipes(here.recipes).remember(known.recipe, {})
    broken = [Order(POISON, f"re{n}", ()) for n in range(3)]
    with (
        Darkroom(here, workers=2, work=work) as darkroom,
        pytest.raises(OutsideError, match="on 3 of 3 people"),
    ):
        list(darkroom.develop([*orders(5), *broken]))


@pytest.mark.slow
def test_a_full_disk_ends_the_run(tmp_path: Path) -> None:
    """It is no photo's fault, and told as what it is."""
    with Darkroom(bench(tmp_path), 1, stumble) as darkroom, pytest.raises(OSError, match="No space"):
        list(darkroom.develop([*orders(3), Order(FULL, FULL, ())]))


@pytest.mark.slow
def test_nobody_waits_for_workers_that_are_gone(tmp_path: Path) -> None:
    """Where one shard ends a run with an error, the threads of the others end, too."""
    with ThreadPoolExecutor(1) as threads:
        other = _left_behind(bench(tmp_path), threads)
        assert isinstance(other.exception(timeout=60), OutsideError)


def _left_behind(here: Bench, threads: ThreadPoolExecutor) -> "Future[list[Development]]":
    """Let a thread wait for many people, and leave the darkroom by an error meanwhile."""
    darkroom = Darkroom(here, 1, note_down)
    other = threads.submit(lambda: list(darkroom.develop(orders(400))))
    while not darkroom.cpu:
        time.sleep(0.01)
    darkroom.__exit__(OSError, None, None)  # type: ignore[arg-type]  # as a with block does
    return other


@pytest.mark.parametrize(
    ("error", "may"),
    [(ValueError("x"), True), (PhotoError("photo.x", "x"), True), (OSError("encoder error -2"), True),
     (OSError(28, "full"), False), (TimeoutError(), False), (MemoryError(), False), (ConfigError("x"), False),
     (ImportError("x"), False), (type("OutOfMemoryError", (RuntimeError,), {})("x"), False),
     (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), False), (RuntimeError("CUDA failure 700: x"), False),
     (RuntimeError("Failed to allocate memory for requested buffer of size 7"), False),
     (RuntimeError("GET was unable to find an engine to execute this computation"), False)],
)  # fmt: skip
def test_whose_fault_an_error_may_be(error: Exception, *, may: bool) -> None:
    """A picture's, unless a disk, a card, the memory or the installation is behind it."""
    assert may_be_the_photos(error) is may


def test_memory_that_torch_does_not_get_is_not_the_photos() -> None:
    """On a processor its error has no type of its own."""
    import torch  # noqa: PLC0415  heavy

    with pytest.raises(RuntimeError) as full:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert full_memory(full.value)
    assert not may_be_the_photos(full.value)


@pytest.mark.parametrize(
    ("told", "lost"),
    [("CUDA error: an illegal memory access was encountered", True), ("CUDA error: out of memory", False),
     ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", False)],
)  # fmt: skip
def test_a_full_card_is_not_a_lost_one(told: str, *, lost: bool) -> None:
    """Its process goes on with less, and is not started anew."""
    assert lost_card(type("AcceleratorError", (RuntimeError,), {})(told)) is lost


@pytest.mark.slow
def test_two_poisoned_shards_at_once_blame_nobody_else(tmp_path: Path) -> None:
    """Threads that share the pool break it for each other; only the two photos are to blame."""
    shards = [[*orders(6, start=10 * n), Order(POISON, f"{POISON}{n}", ())] for n in range(2)]
    with Darkroom(bench(tmp_path), workers=2, work=note_down) as darkroom, ThreadPoolExecutor(2) as threads:
        done = list(threads.map(lambda shard: list(darkroom.develop(shard)), shards))
    for shard, developments in zip(shards, done, strict=True):
        assert {one.render.recipe for one in developments} == {order.recipe for order in shard}
        assert [one.render.employee for one in developments if one.render.reason] == [POISON]


@pytest.mark.slow
def test_work_that_was_begun_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders begun ahead are handed out when they are asked for, each developed once."""
    monkeypatch.setenv(COUNTS, str(tmp_path))
    with Darkroom(bench(tmp_path / "home"), workers=2, work=count) as darkroom:
        darkroom.begin(orders(6))
        done = list(darkroom.develop(orders(8)))
    assert len(done) == 8
    assert {(tmp_path / one.render.employee).read_text(encoding="utf-8") for one in done} == {"x"}


@pytest.mark.slow
def test_workers_that_cannot_start_blame_no_photo(tmp_path: Path) -> None:
    """When every worker ends at its start (here: the log is a folder), that is told, not a crashed photo."""
    broken = replace(bench(tmp_path), log=tmp_path)
    with (
        pytest.raises(OutsideError, match="workers"),
        Darkroom(broken, workers=1, work=note_down) as darkroom,
    ):
        list(darkroom.develop(orders(2)))
