"""As many workers are started as there are people for them."""

from pathlib import Path

import pytest

from catchlight.darkroom import Darkroom
from catchlight.darkroom_worker import Bench
from catchlight.job import Job
from flows import session
from flows.session import workers_for


@pytest.mark.parametrize(
    ("asked", "people", "started"),
    [(8, 1, 1), (8, 3, 3), (2, 100, 2), (8, 0, 8)],
    ids=["one new person", "fewer people than workers", "more people", "nobody knows how many"],
)
def test_no_worker_waits_for_nobody(asked: int, people: int, started: int, tmp_path: Path) -> None:
    """Each costs a second, and one person a night needs one."""
    assert workers_for(Job(source=tmp_path, home=tmp_path, workers=asked), people) == started


def test_who_shares_a_run_has_all_workers(tmp_path: Path) -> None:
    """People of another command that is killed come to this one."""
    assert workers_for(Job(source=tmp_path, home=tmp_path, workers=8, share="1/2"), 3) == 8


@pytest.mark.parametrize(("only", "started"), [(("A1",), 1), ((), 6)])
def test_a_new_home_starts_workers_for_whom_it_is_asked_for(
    only: tuple[str, ...], started: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it has read who is there."""
    seen: list[int] = []

    class Counted(Darkroom):
        def __init__(self, _bench: Bench, workers: int) -> None:
            seen.append(workers)
            raise InterruptedError

    monkeypatch.setattr(session, "Darkroom", Counted)
    source = tmp_path / "source"
    (source / "photos").mkdir(parents=True)
    (source / "directory.csv").write_text("id,name,photo\nA1,Ada,photos/a.jpg\n", encoding="utf-8")
    job = Job(source=source, home=tmp_path / "home", only=only, workers=6)
    with pytest.raises(InterruptedError), session.session(job):
        pass
    assert seen == [started]
