"""A mistake in somebody's plug-in names the plug-in, is never taken for a result, and costs nobody else their portrait."""

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from catchlight import checks, plugins
from catchlight.checks import measured
from catchlight.darkroom_worker import metered
from catchlight.errors import ConfigError
from catchlight.order import Order
from catchlight.set_aside import Tally

ORDER = Order("1017", "recipe", ())


def _check(monkeypatch: pytest.MonkeyPatch, measure: Any) -> None:
    monkeypatch.setattr(checks.plugins, "load", lambda *_: SimpleNamespace(measure=measure))


def test_a_mistake_of_a_check_is_not_a_photo_on_which_it_cannot_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """KeyError is Python's LookupError: a check that failed on everybody had passed everybody."""
    sitting: Any = {}
    _check(monkeypatch, lambda sitting: sitting["badge"])
    with pytest.raises(KeyError):
        measured("badge", sitting)

    def unseen(_: Any) -> float:
        raise LookupError("no chest in the picture")

    _check(monkeypatch, unseen)
    assert measured("badge", sitting) == (None, "no chest in the picture")


@pytest.mark.parametrize("value", [None, "much", [0.1, 0.2]])
def test_a_check_that_gives_no_number_is_named(monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    """Nobody looks through all checks for the one that forgot to return."""
    sitting: Any = {}
    _check(monkeypatch, lambda _: value)
    with pytest.raises(TypeError, match=r"the check badge gave .*one number"):
        measured("badge", sitting)


def _raised_in(name: str, code: str) -> Any:
    """Return work as a worker does it, that ends in a function of the module ``name``."""
    scope: dict[str, Any] = {"__name__": name, "sys": sys}
    exec(f"def work(order):\n    {code}", scope)  # noqa: S102
    return scope["work"]


@pytest.mark.parametrize(
    ("module", "code", "why"),
    [
        ("catchlight.checks.badge", "return 1 / 0", "ZeroDivisionError: division by zero in the check badge"),
        ("catchlight.engines.our_matte", "return {}['alpha']", "KeyError: 'alpha' in the engine our_matte"),
        ("catchlight.checks.badge", "sys.exit(0)", "SystemExit: 0 in the check badge"),
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
