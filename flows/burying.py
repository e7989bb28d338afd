"""Whoever was erased stays erased: looked at before a home folder is used, since it may be a restored backup."""

from contextlib import closing
from pathlib import Path

from catchlight.desk import open_register
from catchlight.home import Home
from catchlight.tombstones import read_tombstones


def bury_again(home: Path) -> None:
    """Erase anew whom a restored backup brought back; whoever calls this holds the home."""
    if read_tombstones(home):
        from flows.erasing import reapply  # noqa: PLC0415  loads polars

        reapply(home)


def bury_alone(home: Path) -> None:
    """Do so, and hold the home meanwhile; ConfigError when somebody came back and a refresh is at work there."""
    if not home.is_dir() or not read_tombstones(home):
        return
    from catchlight.erasure import returned  # noqa: PLC0415  loads polars

    with closing(open_register(home)) as register:
        back = returned(home, register)
    if back:
        with Home(home).alone():
            bury_again(home)
