"""A disk that fills up in the midst of a refresh: told in one line, and the next start goes on."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import _absent
from tests.refreshed_company import ROOT, Company, congress, environment

pytestmark = pytest.mark.slow
# A disk of so many bytes; the refresh; room is made; the refresh once more.
SCRIPT = 'mount -t tmpfs -o size=$1 none $2 && shift 2 && "$@"; echo "code $?" && mount -o remount,size=99m $DISK && "$@"; echo "code $?"'


def test_a_full_disk_is_told_in_one_line_and_nothing_is_lost(shared: Path, tmp_path: Path) -> None:
    """Wherever the disk becomes full, one line says so; with room made, the same command goes on."""
    unshare = shutil.which("unshare") or _absent("unshare is not installed (Debian package util-linux)")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run([unshare, "-rm", "true"], capture_output=True, check=False).returncode:
        _absent("this machine gives users no mounts of their own (unshare -rm)")
    company = Company(tmp_path / "source", disk / "home")
    company.photograph(shared / "congress", congress(shared, 3))
    command = [unshare, "-rm", "sh", "-c", SCRIPT, "sh", "1700k", str(disk), *company.arguments()]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(DISK=str(disk)), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    told = done.stderr.strip().splitlines()
    assert len(told) == 1, done.stderr
    assert told[0].startswith("catchlight: ")
    assert "run again" in told[0]
    codes = [line for line in done.stdout.splitlines() if line.startswith("code")]
    assert codes == ["code 2", "code 0"], done.stdout
    assert "3 people:" in done.stdout
