"""A backup that fails leaves nothing, says in one sentence which end refused, and no killed one fills the disk."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catchlight import backup
from catchlight.errors import ConfigError, OutsideError
from catchlight.holding import held
from flows.commands.catchlight import app
from tests.conftest import _absent
from tests.published_company import Company, make_company
from tests.refreshed_company import COMMAND, ROOT, environment


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Return a company with a run and answers."""
    company = make_company(tmp_path)
    company.answer(company.run("20261101-100000", {f"p{n}": str(n) for n in range(40)}))
    return company


def _left(aside: Path) -> list[str]:
    return sorted(path.name for path in aside.iterdir() if path.name != ".lock")


@pytest.mark.parametrize(
    "size", ["8k", "150k", "400k"], ids=["at once", "in the register", "in the pictures"]
)
def test_a_full_disk_is_named_and_nothing_is_left(size: str, company: Company, tmp_path: Path) -> None:
    """The folder that was given, not a file of the home; the next night finds as much room as this one."""
    unshare = shutil.which("unshare") or _absent("unshare is not installed (Debian package util-linux)")
    if subprocess.run([unshare, "-rm", "true"], capture_output=True, check=False).returncode:
        _absent("this machine gives users no mounts of their own (unshare -rm)")
    disk = tmp_path / "disk"
    disk.mkdir()
    script = 'mount -t tmpfs -o size=$1 none $2 && shift 2 && "$@"; echo "code $?"; ls -A $DISK'
    make = [*COMMAND, "backup", "make", "--to", str(disk), "--home", str(company.home)]
    command = [unshare, "-rm", "sh", "-c", script, "sh", size, str(disk), *make]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(DISK=str(disk)), capture_output=True, text=True, check=False
    )
    assert done.stderr.startswith(f"catchlight: --to {disk}: No space left on device; make room there")
    assert done.stdout.split() == ["code", "2", ".lock"]


def _garbled(register: Path) -> None:
    register.write_bytes(b"not a database at all" * 500)


def _rotten(register: Path) -> None:
    data = bytearray(register.read_bytes())
    data[5000:30000] = b"\xa5" * 25000
    register.write_bytes(data)


@pytest.mark.parametrize("damage", [_garbled, _rotten])
def test_a_damaged_register_is_named_and_nothing_is_left(
    damage: Callable[[Path], None], company: Company, tmp_path: Path
) -> None:
    """What cannot be put back is no backup; the older ones stay."""
    aside, register = tmp_path / "aside", company.home / "register.db"
    made = backup.make(company.home, aside)
    damage(register)
    done = CliRunner().invoke(app, ["backup", "make", "--to", str(aside), "--home", str(company.home)])
    assert (done.exit_code, done.output.startswith(f"catchlight: {register}: ")) == (2, True), done.output
    assert _left(aside) == [made.folder.name]


def test_a_backup_that_is_stopped_leaves_nothing(company: Company, tmp_path: Path) -> None:
    """Ctrl-C in the midst of the files."""

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.make(company.home, tmp_path / "aside", stop)
    assert _left(tmp_path / "aside") == []


def test_what_killed_ones_left_is_cleared_by_the_next(company: Company, tmp_path: Path) -> None:
    """It was never taken for a backup, complete though it looks."""
    aside = tmp_path / "aside"
    first = backup.make(company.home, aside)
    killed = first.folder.rename(aside / f".{first.folder.name}.partial")
    assert backup.newest(aside) is None
    second = backup.make(company.home, aside)
    assert (_left(aside), killed.exists()) == ([second.folder.name], False)


def test_two_in_one_second_are_two(company: Company, tmp_path: Path) -> None:
    """The later one is the newest."""
    made = [backup.make(company.home, tmp_path / "aside").folder for _ in range(3)]
    assert backup.folders(tmp_path / "aside") == made


def test_two_at_once_are_one(company: Company, tmp_path: Path) -> None:
    """The second would take the first for one that was killed."""
    aside = tmp_path / "aside"
    aside.mkdir()
    with held(aside / ".lock", "held"), pytest.raises(ConfigError, match="another backup"):
        backup.make(company.home, aside)


@pytest.mark.parametrize("below", ["", "below/it"])
def test_a_file_is_no_folder_for_backups(below: str, company: Company, tmp_path: Path) -> None:
    """It is said which."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="is a file; name a folder"):
        backup.make(company.home, tmp_path / "file" / below)


def test_a_picture_that_may_not_be_read_is_named(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own name, with what to do: there is room enough."""

    def refuse(source: Path, _: Path) -> None:
        raise PermissionError(13, "Permission denied", str(source))

    monkeypatch.setattr(shutil, "copy2", refuse)
    with pytest.raises(OutsideError, match=r"/home/\S+: Permission denied; give this account the right"):
        backup.make(company.home, tmp_path / "aside")
