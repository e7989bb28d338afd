"""Modules are loaded while the garbage collector rests; it works again afterwards, and leaves them alone."""

import gc
import sys
from types import ModuleType

import pytest

from catchlight.loading import loading


def test_the_collector_rests_while_modules_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """It works again at the end, and does not look at what was there by then."""
    before = gc.get_freeze_count()
    try:
        with loading():
            assert not gc.isenabled()
            monkeypatch.setitem(sys.modules, "a_new_module", ModuleType("a_new_module"))
        assert gc.isenabled()
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()


def test_where_nothing_is_loaded_everything_stays_in_sight() -> None:
    """A process that lives for long and loads the same again keeps no garbage for it."""
    before = gc.get_freeze_count()
    with loading():
        import json  # noqa: F401, PLC0415  is there already
    assert gc.get_freeze_count() == before


def test_one_loading_inside_another() -> None:
    """The inner one does not wake the collector, and neither does one that fails."""
    with loading(), pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()
    with loading():
        with loading():
            pass
        assert not gc.isenabled()
