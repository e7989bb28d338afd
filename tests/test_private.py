"""What a home keeps is nobody else's: other accounts of the machine see nothing of it, whatever the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from catchlight import backup
from catchlight.checkup import State
from catchlight.checkup_home import look_at_home
from catchlight.desk import open_register
from catchlight.following import write_to
from catchlight.home import Home
from catchlight.private import private_file, private_folder
from catchlight.register import Register
from catchlight.source_memory import Memory
from flows.children import start
from flows.turn import in_turn


@pytest.fixture(params=[0o000, 0o002, 0o022, 0o027, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Let one umask hold for a test."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    """Return who may do what with a path."""
    return stat.S_IMODE(path.stat().st_mode)


def open_to_others(home: Path) -> list[Path]:
    """Return the register, its companions, sources and logs that others may read, and the home if they may look in."""
    kept = [home, *home.glob("register.db*"), *home.glob("sources/*"), *home.glob("logs/*")]
    return [path for path in kept if mode(path) & 0o007]


def test_a_home_is_closed_to_others(tmp_path: Path, umask: int) -> None:
    """Whichever part of it is written first; the group keeps what the umask leaves it."""
    first = {
        "refresh": lambda home: Home(home).alone().__enter__().release(),
        "flow": lambda home: in_turn(home).__enter__(),
        "register": lambda home: Register(home / "register.db").close(),
        "source": lambda home: Memory(home / "sources" / "list.db").close(),
        "server": lambda home: start("it", ("this",), home / "logs" / "it.log", {}).stop(),
    }
    for name, write in first.items():
        home = tmp_path / "new" / name
        write(home)
        open_register(home).close()
        assert open_to_others(home) == [], name
        assert mode(home) == 0o770 & ~umask
        assert mode(home / "register.db") == 0o660 & ~umask


def test_a_log_is_closed_to_others(tmp_path: Path, umask: int) -> None:
    """Also that of a worker, which takes its errors."""
    pid = os.fork()
    if not pid:
        write_to(tmp_path / "home" / "logs" / "darkroom.log")
        os._exit(0)
    os.waitpid(pid, 0)
    assert mode(tmp_path / "home" / "logs" / "darkroom.log") == 0o660 & ~umask
    assert open_to_others(tmp_path / "home") == []


def test_a_restored_home_is_closed_to_others(tmp_path: Path) -> None:
    """A backup keeps the rights, and the home that is put back is as closed as a new one."""
    home = private_folder(tmp_path / "home")
    open_register(home).close()
    Memory(home / "sources" / "list.db").close()
    made = backup.make(home, tmp_path / "backups", lambda _: None)
    backup.restore(made, tmp_path / "again", lambda _: None)
    assert open_to_others(tmp_path / "again") == []


def test_doctor_warns_of_a_home_that_others_may_look_into(tmp_path: Path) -> None:
    """With the command that closes it."""
    home = tmp_path / "home"
    private_file(home / "logs" / "a.log")
    assert {one.what: one for one in look_at_home(home)}["Home"].state == State.OK
    home.chmod(0o755)
    found = {one.what: one for one in look_at_home(home)}["Home"]
    assert (found.state, found.remedy) == (State.WARN, f"chmod -R o-rwx {home}")
