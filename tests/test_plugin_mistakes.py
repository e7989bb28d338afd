"""A mistake in somebody's plug-in names the plug-in, is never taken for a result, and costs nobody else their portrait."""

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from catchlight import checks, darkroom_worker, ledger, plugins
from catchlight.checks import FAILED, measured
from catchlight.config import Limit, load_preset
from catchlight.darkroom_worker import metered
from catchlight.decoder import Decoder
from catchlight.develop import Room, develop
from catchlight.errors import ConfigError, OutsideError, PhotoError
from catchlight.failed_checks import findings
from catchlight.judge import judge, retakes
from catchlight.ledger import Recipes
from catchlight.order import Order, recipe_of
from catchlight.records import Photo, Reading, Render, Verdict
from catchlight.set_aside import Tally
from catchlight.studio import Studio
from catchlight.vault import Vault
from tests.studio import Gallery

pytest_plugins = ["tests.studio_fixtures"]

ORDER = Order("1017", "recipe", ())
NO_SITTING: Any = {}


@pytest.fixture
def room(tmp_path: Path, studio: Studio, decoder: Decoder) -> Room:
    """Return a room with an empty vault."""
    return Room(studio.preset, studio, decoder, Vault(tmp_path / "vault"))


def _check(monkeypatch: pytest.MonkeyPatch, measure: Any) -> None:
    monkeypatch.setattr(checks.plugins, "load", lambda *_: SimpleNamespace(measure=measure))


def _raising(error: BaseException) -> Any:
    def measure(_: Any) -> float:
        raise error

    return measure


@pytest.mark.parametrize(
    "error",
    [
        KeyError("badge"),
        ZeroDivisionError(),
        SystemExit(0),
        ModuleNotFoundError("x"),
        FileNotFoundError(2, "x"),
        OutsideError("no answer"),
        PhotoError("face.none", "none"),
    ],
)
def test_a_mistake_of_a_check_is_no_pass_and_no_fault_of_the_photo(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """KeyError is Python's LookupError: a check that failed on everybody had passed everybody."""
    _check(monkeypatch, _raising(error))
    value, said, _ = measured("badge", NO_SITTING)
    assert value is None
    assert said.startswith(f"{FAILED}{type(error).__name__}")


def test_a_check_says_what_it_cannot_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is no mistake, and no reason to look."""
    _check(monkeypatch, _raising(LookupError("no chest in the picture")))
    assert measured("badge", NO_SITTING) == (None, "no chest in the picture", None)


@pytest.mark.parametrize(
    "error", [MemoryError(), OSError(28, "No space left"), OSError(12, "Cannot allocate")]
)
def test_what_is_the_machines_is_no_mistake_of_the_check(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A full memory or disk ends the run as ever: the next check would fail as well."""
    _check(monkeypatch, _raising(error))
    with pytest.raises(type(error)):
        measured("badge", NO_SITTING)


@pytest.mark.parametrize("value", [None, "much", [0.1, 0.2], float("nan")])
def test_a_check_that_gives_no_number_has_failed(monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    """Nobody looks through all checks for the one that forgot to return."""
    _check(monkeypatch, lambda _: value)
    assert measured("badge", NO_SITTING).error.startswith(FAILED)


def _failing(monkeypatch: pytest.MonkeyPatch, check: str) -> None:
    module = importlib.import_module(f"catchlight.checks.{check}")
    monkeypatch.setattr(module, "measure", _raising(ZeroDivisionError("division by zero")))


def test_a_check_that_fails_costs_one_reading_and_a_person_looks(
    room: Room, gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The portrait is as it would have been, no photo is asked for, and the next run measures again."""
    photo = Photo("ana", "good.jpg", room.vault.put(gallery.bytes_of("E000298")))
    order = Order("ana", recipe_of("ana", [photo], "setup"), (photo,))
    sound = develop(order, room)
    _failing(monkeypatch, "yaw")
    done = develop(order, room)
    assert (done.render.picture, done.render.reason) == (sound.render.picture, "")
    assert (sound.whole, done.whole) == (True, False)
    assert sum(one != other for one, other in zip(sound.readings, done.readings, strict=True)) == 1
    readings = ledger.table(Reading, done.readings)
    (row,) = ledger.records(Verdict, judge(ledger.table(Render, [done.render]), readings, room.preset))
    assert (row.outcome, row.reasons) == ("review", ("yaw.failed",))
    assert not retakes(row, room.preset)
    (told,) = findings(readings)
    assert "The check yaw failed on 1 portrait (ZeroDivisionError: division by zero)" in told["sentence"]


@pytest.mark.parametrize("check", ["roll", "ofiq_yaw"])
def test_only_a_check_that_counts_makes_a_person_look(check: str) -> None:
    """What is noted only, or has no limit, flags nobody; IT is told all the same."""
    reading = Reading("ana", "r", check, error=f"{FAILED}KeyError: 'x'")
    preset = load_preset("house").model_copy(update={"checks": {"roll": Limit(outcome="retake")}})
    readings = ledger.table(Reading, [reading])
    done = judge(ledger.table(Render, [Render("ana", "r", "p")]), readings, preset)
    assert done["outcome"].to_list() == ["review" if check == "roll" else "accept"]
    assert len(findings(readings)) == 1


def test_what_lacks_a_reading_is_not_remembered(
    room: Room, gallery: Gallery, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A check that was mended elsewhere, as in a file that it reads, is asked again."""
    monkeypatch.setattr(darkroom_worker, "_room", room)
    monkeypatch.setattr(darkroom_worker, "_recipes", Recipes(tmp_path / "recipes"))
    photo = Photo("ana", "good.jpg", room.vault.put(gallery.bytes_of("E000298")))
    order = Order("ana", recipe_of("ana", [photo], "setup"), (photo,))
    with monkeypatch.context() as broken:
        _failing(broken, "yaw")
        assert not darkroom_worker.develop_or_recall(order).whole
    assert darkroom_worker.develop_or_recall(order).whole


def _raised_in(name: str, code: str) -> Any:
    """Return work as a worker does it, that ends in a function of the module ``name``."""
    scope: dict[str, Any] = {"__name__": name, "sys": sys}
    exec(f"def work(order):\n    {code}", scope)  # noqa: S102
    return scope["work"]


@pytest.mark.parametrize(
    ("module", "code", "why"),
    [
        ("catchlight.checks.roll", "return 1 / 0", "ZeroDivisionError: division by zero in the check roll"),
        ("catchlight.engines.selfie", "return {}['alpha']", "KeyError: 'alpha' in the engine selfie"),
        ("catchlight.checks.roll", "sys.exit(0)", "SystemExit: 0 in the check roll"),
        ("catchlight.checks._skin", "return 1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_who_is_set_aside_by_a_plug_in_is_told_with_its_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, module: str, code: str, why: str
) -> None:
    """Also where it ends the program, which would have ended the run with exit code 0 and no contact sheet."""
    done = metered(_raised_in(module, code), ORDER)
    assert done.development is None
    Tally(tmp_path / "darkroom.log").set_aside(ORDER, "house", done.failed)
    assert f"({why})" in caplog.text


@pytest.mark.parametrize("code", ["import no_such_driver", "def broken(", "raise SystemExit(0)", "1 / 0"])
def test_a_plug_in_that_cannot_be_loaded_is_refused_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """All of a folder are loaded to see which there are: one broken file is named, whatever is wrong with it."""
    folder = f"broken_plug_ins_{abs(hash(code))}"
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "__init__.py").touch()
    (tmp_path / folder / "badge.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    with pytest.raises(ConfigError, match=r"plug-in 'badge' cannot be loaded \(\w+: .*mend its file"):
        plugins.load(folder, "badge")
