"""Somebody's connector with a mistake: the source or destination is named, and nothing is lost or ends as if all were done."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from catchlight.errors import ConfigError, OutsideError
from catchlight.place import Place
from catchlight.source import Entry, Fetched, Page, Source, SourceGoneError
from catchlight.source_memory import Memory
from catchlight.vault import Vault
from flows import plugged
from flows.syncing import sync
from flows.terminal import told
from tests.refreshed_company import ROOT

WHO = "source hr (our_hr)"
NAIVE = datetime(2024, 5, 6)  # noqa: DTZ001  as a database gives it
Photos = Callable[[Sequence[tuple[str, str]]], Iterable[Fetched]]


def _pages(*entries: Any) -> Callable[[str], Iterator[Page]]:
    return lambda _: iter([Page(entries)])


def _each(batch: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
    return (Fetched(key, b"picture") for key, _ in batch)


def _raising(error: BaseException) -> Callable[..., Any]:
    def verb(*_: Any) -> Any:
        raise error

    return verb


def _synced(
    folder: Path, pages: Callable[[str], Iterator[Page]], photos: Photos = _each, at_once: int = 1
) -> dict[str, Any]:
    source = plugged.source(WHO, "hr", Source("hr", pages, photos, at_once=at_once))
    with closing(Memory(folder / "hr.db")) as memory:
        sync(source, memory, Vault(folder / "vault"), 0.5)
        return {one.key: one for one in memory.people()}


@pytest.mark.parametrize("error", [KeyError("salary"), SystemExit(0), ConnectionRefusedError(111, "refused")])
def test_a_source_that_fails_is_named_and_what_was_known_stays(tmp_path: Path, error: BaseException) -> None:
    """Also one that ends the program, which had ended the refresh with exit code 0."""
    assert _synced(tmp_path, _pages(Entry("1"), Entry("2"))).keys() == {"1", "2"}
    with pytest.raises(OutsideError, match=rf"source hr \(our_hr\).*{type(error).__name__}"):
        _synced(tmp_path, _raising(error))
    with closing(Memory(tmp_path / "hr.db")) as memory:
        assert {one.key for one in memory.people()} == {"1", "2"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (Entry("1", {"title": None}), "title of 1, which should be text, is NoneType"),  # type: ignore[dict-item]
        (Entry("1", {"employee_number": 17}), "employee_number of 1, .*is int"),  # type: ignore[dict-item]
        (Entry("1", {"photo_date": NAIVE}), "photo_date of 1, .*is datetime"),  # type: ignore[dict-item]
        (Entry(1), "the key 1 is int"),  # type: ignore[arg-type]
        ({"key": "1"}, "an entry is dict"),
    ],
)
def test_what_is_no_text_is_refused_by_field_and_person(tmp_path: Path, entry: Any, said: str) -> None:
    """A NULL of a database had ended the run later, where nobody could tell whose it was."""
    with pytest.raises(OutsideError, match=rf"our_hr.*{said}"):
        _synced(tmp_path, _pages(entry))


@pytest.mark.parametrize(
    "answer",
    [
        _raising(ZeroDivisionError("division by zero")),
        _raising(SystemExit(0)),
        lambda key: Fetched(key, "text"),  # type: ignore[arg-type]
        lambda key: Fetched(key, problem=ValueError("odd")),  # type: ignore[arg-type]
        lambda _: Fetched("1", b"of somebody else"),
        lambda _: None,
    ],
)
def test_a_mistake_at_one_photo_costs_nobody_else_theirs(tmp_path: Path, answer: Any) -> None:
    """That one is asked for again, and IT is told the connector; nobody is asked for another photo."""

    def photos(batch: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        return (answer(key) if key == "2" else Fetched(key, b"picture") for key, _ in batch)

    found = _synced(tmp_path, _pages(Entry("1"), Entry("2"), Entry("3")), photos)
    assert [bool(found[key].digest) for key in "123"] == [True, False, True]
    assert WHO in found["2"].note
    assert _synced(tmp_path, _pages(Entry("1"), Entry("2"), Entry("3")))["2"].digest


@pytest.mark.parametrize("error", [ZeroDivisionError("division by zero"), OutsideError("photo 2: no answer")])
@pytest.mark.parametrize("at_once", [1, 5, 50])
def test_one_photo_that_always_fails_starves_nobody(tmp_path: Path, error: Exception, at_once: int) -> None:
    """Whoever came after it in its batch had waited for the next run, and for the one after that."""
    asked: list[int] = []

    def photos(batch: Sequence[tuple[str, str]]) -> Iterator[Fetched]:
        asked.append(len(batch))
        for key, _ in batch:
            if key == "102":
                raise error
            yield Fetched(key, b"picture")

    everybody = [Entry(str(100 + number)) for number in range(10)]
    found = _synced(tmp_path, _pages(*everybody), photos, at_once)
    assert [key for key, one in found.items() if not one.digest] == ["102"]
    assert str(error) in found["102"].note
    assert sum(asked) <= 10 + at_once


@pytest.mark.parametrize(
    ("error", "calls"), [(OutsideError("no answer"), 3), (SourceGoneError("no disk"), 1)]
)
def test_a_system_that_is_unwell_is_not_asked_for_each_by_themselves(
    tmp_path: Path, error: OutsideError, calls: int
) -> None:
    """Each of its calls waits, and is tried again."""
    asked: list[int] = []

    def photos(batch: Sequence[tuple[str, str]]) -> list[Fetched]:
        asked.append(len(batch))
        raise error

    with suppress(SourceGoneError):
        _synced(tmp_path, _pages(*(Entry(str(number)) for number in range(9))), photos, 50)
    assert asked == [9, 1, 1][:calls]


def test_a_photo_without_an_answer_is_asked_for_again_and_told(tmp_path: Path) -> None:
    """A source that leaves somebody out says nothing of their photo: they are not asked for a new one."""
    found = _synced(tmp_path, _pages(Entry("1")), lambda _: [])
    assert found["1"].note == "source hr: gave no answer for this photo"


@pytest.mark.parametrize("verb", ["look", "put", "remove", "tidy", "accounts", "finish", "bare"])
def test_a_destination_that_fails_is_named(verb: str) -> None:
    """The journal knows what to do with a place that is unwell; a mistake had ended the whole publication."""
    fails = _raising(AttributeError("no such thing"))
    verbs = dict.fromkeys(("look", "put", "remove", "tidy", "accounts", "finish", "bare"), fails)
    place = plugged.place("destination cms (our_cms)", "our_cms:cms", Place("cms:cms", **verbs))
    given = {"look": ["a"], "put": ["a", b""], "remove": ["a"], "tidy": ["a"], "accounts": [[]]}
    with pytest.raises(OutsideError, match=r"destination cms \(our_cms\).*AttributeError: no such thing"):
        getattr(place, verb)(*given.get(verb, []))


def test_our_own_errors_and_a_full_disk_stay_what_they_are() -> None:
    """They say what to do already."""
    for error in (ConfigError("token_file: not there"), OSError(28, "No space left on device")):
        with pytest.raises(type(error)) as raised, plugged.blamed(WHO):
            raise error
        assert raised.value is error


def test_whatever_ends_the_program_is_not_all_done(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0 is for a command that came to its end."""
    with pytest.raises(typer.Exit) as ended, told():
        sys.exit(0)
    assert ended.value.exit_code == 2
    assert "ended the program" in capsys.readouterr().err


def test_a_mistake_of_the_software_is_exit_code_2() -> None:
    """1 is for what came to its end: monitoring would look at it in working hours."""
    code = (
        "import flows.commands.catchlight as c, flows.cli\ndef app():\n    raise KeyError('x')\n"
        "c.app = app\nflows.cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "KeyError: 'x'" in done.stderr
