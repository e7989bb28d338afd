"""Lock files: the second program is told, or waits and says so; nobody waits for one that has gone."""

import threading
from pathlib import Path

import pytest

from catchlight.errors import ConfigError
from catchlight.holding import held


def test_the_second_one_is_told(tmp_path: Path) -> None:
    """It gets the sentence at once; after the first has gone the way is free."""
    file = tmp_path / "one.lock"
    with held(file, "busy here"), pytest.raises(ConfigError, match="busy here"), held(file, "busy here"):
        raise AssertionError
    with held(file, "busy here"):
        pass


def test_who_waits_says_so_and_comes_next(tmp_path: Path) -> None:
    """It does nothing until the first one has gone."""
    file, said, order = tmp_path / "one.lock", threading.Event(), list[str]()

    def second() -> None:
        with held(file, said.set):
            order.append("second")

    waiting = threading.Thread(target=second, daemon=True)
    with held(file, ""):
        waiting.start()
        assert said.wait(10)
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]


def test_a_failure_lets_go(tmp_path: Path) -> None:
    """Whatever ends the work ends the hold."""
    file = tmp_path / "one.lock"
    with pytest.raises(ZeroDivisionError), held(file, ""):
        raise ZeroDivisionError
    with held(file, ""):
        pass
